//! Logs on standard error: short lines for people, JSON for machines. What is logged is chosen by
//! `FREISCHALT_LOG`, in the usual filter syntax; `info` by default. Spans of activations are for a
//! collector and never in a log.

use std::{
    backtrace::Backtrace,
    io::{self, IsTerminal},
    iter, panic,
    sync::Arc,
};

use freischalt_log::{Dropped, Lines, Rest};
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
    _rest: Rest,
    dropped: Dropped,
}

impl Log {
    /// The count of lines that were dropped because nobody read them.
    pub(crate) fn dropped(&self) -> Arc<dyn Fn() -> u64 + Send + Sync> {
        let dropped = self.dropped.clone();
        Arc::new(move || dropped.lines())
    }
}

/// Begins to log and, if there is a collector, to send traces.
pub(crate) fn start(format: Format) -> Result<Log, Failure> {
    let filter = EnvFilter::builder()
        .with_env_var("FREISCHALT_LOG")
        .with_default_directive(LevelFilter::INFO.into())
        .from_env_lossy();
    let is_logged = |metadata: &Metadata<'_>| metadata.target() != ACTIVATION_SPANS;
    let (lines, rest) = Lines::to(io::stderr());
    let dropped = lines.dropped();
    let lines = match format {
        Format::People => {
            let lines = tracing_subscriber::fmt::layer().with_writer(lines);
            let lines = lines.with_ansi(io::stderr().is_terminal()).with_target(false);
            lines.compact().boxed()
        }
        Format::Machines => freischalt_log::json(lines).boxed(),
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
    // The usual way to tell of a panic writes to standard error and waits for whoever reads it.
    panic::set_hook(Box::new(|panic| {
        tracing::error!(%panic, backtrace = %Backtrace::capture(), "a part of the server failed");
    }));
    Ok(Log { _traces: traces, _rest: rest, dropped })
}
