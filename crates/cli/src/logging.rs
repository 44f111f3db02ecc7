//! Logs on standard error: short lines for people, JSON for machines. What is logged is chosen by
//! `FREISCHALT_LOG`, in the usual filter syntax; `info` by default.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Who reads the log.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    /// Somebody at a terminal.
    People,
    /// A log collector.
    Machines,
}

/// Begins to log.
pub(crate) fn start(format: Format) {
    let filter = EnvFilter::builder()
        .with_env_var("FREISCHALT_LOG")
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .from_env_lossy();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    // The command starts one log; a second start would be a mistake and is refused quietly.
    let _ = match format {
        Format::People => logs.with_target(false).compact().try_init(),
        Format::Machines => logs.json().flatten_event(true).try_init(),
    };
}
