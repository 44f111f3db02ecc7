//! `freischalt serve`: the marketplace for real.

use std::path::PathBuf;

use clap::Args;

use crate::failure::Failure;

/// How to start the server.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArguments {
    /// The configuration (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

/// Runs the server until it is told to stop.
pub(crate) fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let _ = arguments;
    Err(Failure::NotWired("serve"))
}
