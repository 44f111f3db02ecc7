//! Logs on standard error: short lines for people, JSON for machines. What is logged is chosen by
//! `FREISCHALT_LOG`, in the usual filter syntax; `info` by default. Spans of activations are for a
//! collector and never in a log.

use std::{
    io::{self, IsTerminal},
    iter,
};

use freischalt_log::{Lines, Rest};
use freischalt_server::ACTIVATION_SPANS;
use tracing::{Metadata, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{
    failure::Failure,
    traces::{self, Traces},
};

/// Who reads the log.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    /// Somebody at a terminal.
    People,
    /// A log collector.
    Machines,
}

/// What has to be kept for as long as there is anything to log or to trace.
pub(crate) struct Log {
    _traces: Traces,
    _rest: Option<Rest>,
}

/// Begins to log and, if there is a collector, to send traces.
pub(crate) fn start(format: Format) -> Result<Log, Failure> {
    let filter = EnvFilter::builder()
        .with_env_var("FREISCHALT_LOG")
        .with_default_directive(LevelFilter::INFO.into())
        .from_env_lossy();
    let is_logged = |metadata: &Metadata<'_>| metadata.target() != ACTIVATION_SPANS;
    let (lines, rest) = match format {
        Format::People => {
            let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
            let lines = lines.with_ansi(io::stderr().is_terminal()).with_target(false);
            (lines.compact().boxed(), None)
        }
        Format::Machines => {
            let (lines, rest) = Lines::to(io::stderr());
            (freischalt_log::json(lines).boxed(), Some(rest))
        }
    };
    let (layer, traces) = traces::start()?;
    let logs = lines.with_filter(filter).with_filter(filter_fn(is_logged)).boxed();
    // Side by side, each with its filter: what none of them wants costs a look at a flag. A layer
    // that is not there must not be one, because that would want everything.
    let layers: Vec<_> = iter::once(logs).chain(layer.map(Layer::boxed)).collect();
    // The command starts one log; a second start would be a mistake and is refused quietly.
    let _ = tracing_subscriber::registry().with(layers).try_init();
    if traces.are_wanted_in_vain() {
        tracing::warn!(
            "a collector is given, but this command was built without `--features otlp`"
        );
    }
    Ok(Log { _traces: traces, _rest: rest })
}
