//! `freischalt-load`: see the library. Every command prints one line of JSON.
#![allow(clippy::print_stdout, reason = "the line of JSON that the caller waits for")]

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use freischalt_load::{ceiling, drive, echo, fill, memory, soak, torture};

/// Measures a server from outside.
#[derive(Parser)]
#[command(name = "freischalt-load", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fill the store of a configuration with activations, some of which wait for their unlock
    Fill {
        /// The configuration of the server
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        #[command(flatten)]
        plan: fill::Plan,
    },
    /// Send requests and measure the answers
    Run(drive::Options),
    /// Serve a bare echo of the server's framework
    Echo,
    /// Serve a filled marketplace whose store is in memory
    Memory(fill::Plan),
    /// Kill a server under load again and again, and check what it had acknowledged
    Torture(torture::Options),
    /// Half of what a server can do, for long: are memory and handles flat?
    Soak(soak::Options),
    /// Unlock in a bare commit loop on SQLite, without a server
    Ceiling(ceiling::Options),
}

fn main() -> Result<()> {
    let report = match Cli::parse().command {
        Command::Fill { config, plan } => serde_json::to_string(&fill::run(&config, None, &plan)?)?,
        Command::Run(options) => serde_json::to_string(&drive::run(&options)?)?,
        Command::Echo => return echo::run(),
        Command::Memory(plan) => return memory::run(&plan),
        Command::Torture(options) => serde_json::to_string(&torture::run(&options)?)?,
        Command::Soak(options) => serde_json::to_string(&soak::run(&options)?)?,
        Command::Ceiling(options) => serde_json::to_string(&ceiling::run(&options)?)?,
    };
    println!("{report}");
    Ok(())
}
