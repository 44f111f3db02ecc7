//! Development commands of the workspace: `cargo xtask --help`.
//!
//! Everything here is run by people who work on Freischalt and by their build machine. Nothing of
//! it is shipped, and no shipped crate may know that it exists.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the terminal is the only place these commands talk to"
)]

mod bench;
mod doctor_corpus;
mod footprint;
mod frameworks;
mod fuzz;
mod image;
mod model;
mod packages;
mod proxies;
mod sandbox;
mod screenshots;
mod shell;
mod soak;
mod test;
mod tidy;
mod torture;
mod vectors;
mod wire;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks, measures and maintains the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every check and every test; install what they need where that is allowed
    Test(test::Args),
    /// Check arrows between crates, dependencies, forbidden constructs and text hygiene
    Tidy,
    /// Measure start time, idle memory and binary size of the sandbox
    Footprint(footprint::Args),
    /// Measure the server beside limits and peers
    Bench(bench::Args),
    /// Harm the server under load, again and again, and check what it had acknowledged
    Torture(torture::Args),
    /// Half of what the server can do, for an hour; memory and handles must be flat
    Soak(soak::Args),
    /// Build a container image with a static server and nothing else
    Image(image::Args),
    /// Run a fuzz target for a while
    Fuzz(fuzz::Args),
    /// Run the model of orders and payments for many steps
    Model(model::Args),
    /// Examine the doctor with right and faulty providers in several languages
    DoctorCorpus(doctor_corpus::Args),
    /// Measure what web frameworks make of a signed URL, and write docs/frameworks.md
    Frameworks(frameworks::Args),
    /// Make test vectors with a real PHP, check them, or compare with a live one
    Vectors(vectors::VectorsArgs),
    /// Write a picture of every page: light and dark, wide and narrow
    Screenshots(screenshots::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Test(args) => test::run(&args),
        Command::Tidy => tidy::run(),
        Command::Footprint(args) => footprint::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Torture(args) => torture::run(&args),
        Command::Soak(args) => soak::run(&args),
        Command::Image(args) => image::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Model(args) => model::run(&args),
        Command::DoctorCorpus(args) => doctor_corpus::run(&args),
        Command::Frameworks(args) => frameworks::run(&args),
        Command::Vectors(args) => vectors::run(&args),
        Command::Screenshots(args) => screenshots::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
