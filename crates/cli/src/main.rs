//! The `freischalt` command: reads arguments, files and the environment, calls the libraries and
//! writes for people or, with `--json`, for scripts.
//!
//! It must not know a rule of the marketplace or a byte of the wire: whatever decides or encodes
//! lives in the libraries below.

mod arguments;
mod commands;
mod duration;
mod failure;
mod input;
mod logging;
mod output;
mod runtime;
mod secrecy;
mod signals;
mod traces;

use std::process::ExitCode;

use clap::Parser;

use crate::{arguments::Arguments, failure::Failure};

fn main() -> ExitCode {
    match commands::run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has had enough, as `head` has: nothing went wrong.
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> ExitCode {
    output::error(failure);
    ExitCode::from(failure.exit_code())
}
