//! Vectors made by a real PHP: committed files that the tests of the protocol crate check without
//! PHP, and a differential run against a live PHP process. Must not know how the protocol crate
//! works inside; it sees what a user of the crate sees.

#![expect(clippy::print_stdout, reason = "a command reports to the person who called it")]

mod case;
mod diff;
mod files;
mod generate;
mod php;
mod random;

use clap::{Args, Subcommand};

/// Arguments of `cargo xtask vectors`.
#[derive(Args, Debug)]
pub(crate) struct VectorsArgs {
    /// Only compare the committed files with what PHP gives now
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    command: Option<VectorsCommand>,
}

#[derive(Subcommand, Debug)]
enum VectorsCommand {
    /// Compare this implementation with a live PHP on generated URLs, orders and JSON texts
    Diff(diff::DiffArgs),
}

/// Writes or checks the vectors, or runs the comparison. Needs `php` (8.2) on the path.
pub(crate) fn run(args: &VectorsArgs) -> anyhow::Result<()> {
    match &args.command {
        Some(VectorsCommand::Diff(args)) => diff::run(args),
        None if args.check => files::check(),
        None => files::write(),
    }
}
