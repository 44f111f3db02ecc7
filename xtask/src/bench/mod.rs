//! `cargo xtask bench`: how fast unlocks are, beside what the machine allows and beside others.
//!
//! A figure alone says more about the machine than about us, so everything is compared with
//! something that ran in the same round. Machines are noisy, so rows of a group run in turn, several
//! times, and the table shows the median with the least and the most.
#![allow(clippy::float_arithmetic, reason = "rates, durations and their ratios, no money")]

mod chart;
mod goals;
mod machine;
mod measure;
mod on_postgres;
mod parts;
mod peers;
mod postgres;
mod report;
mod rows;
mod run;
mod server;
mod sink;
mod stage;
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::report::Results;
use self::run::{Bench, Settings};
use crate::shell::{self, cargo, workspace_root};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only groups and rows whose name contains this (may be given several times)
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// One short round, without the large stores
    #[arg(long)]
    quick: bool,
    /// Rounds
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Seconds of each measurement
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    /// Up to how many stored activations: a million, or ten, which take minutes more to make
    #[arg(long, value_enum, default_value_t)]
    growth: Growth,
    /// List the rows and measure nothing
    #[arg(long)]
    list: bool,
}

/// How far the store grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Growth {
    /// 10^6
    #[default]
    Usual,
    /// 10^7
    Full,
}

#[derive(clap::Subcommand)]
enum Command {
    /// What single parts cost: signatures, parsing, a round trip
    Parts(parts::Args),
}

/// Runs the benchmark; only a complete run replaces what the documentation shows.
pub(crate) fn run(args: &Args) -> Result<()> {
    if let Some(Command::Parts(args)) = &args.command {
        return parts::run(args);
    }
    let bench = Bench::new(settings(args));
    if args.list {
        bench.list();
        return Ok(());
    }
    if bench.is_empty() {
        bail!("no row has such a name; `cargo xtask bench --list` shows them");
    }
    let packages = ["--package", "freischalt", "--package", "freischalt-load"];
    let mut build = cargo(&["build", "--release", "--features", "freischalt/otlp"]);
    shell::run(build.args(packages))?;
    let results = bench.run()?;
    println!("\n{results}");
    let complete = args.only.is_empty() && !args.quick;
    let folder = if complete { workspace_root().join("docs/bench") } else { folder() };
    write(&folder, &results)?;
    match results.failures.len() {
        0 => Ok(()),
        count => bail!("{count} rows failed"),
    }
}

/// Where databases and programs of a run lie.
fn folder() -> PathBuf {
    shell::target_dir().join("bench")
}

fn settings(args: &Args) -> Settings {
    Settings {
        only: args.only.clone(),
        quick: args.quick,
        huge: args.growth == Growth::Full,
        rounds: args.rounds.unwrap_or(if args.quick { 1 } else { 3 }).max(1),
        seconds: args.seconds.unwrap_or(if args.quick { 2.0 } else { 3.0 }),
    }
}

fn write(folder: &Path, results: &Results) -> Result<()> {
    fs::create_dir_all(folder)?;
    let json = folder.join("results.json");
    fs::write(&json, format!("{}\n", serde_json::to_string_pretty(results)?))
        .with_context(|| format!("cannot write {}", json.display()))?;
    fs::write(folder.join("results.svg"), chart::svg(results))?;
    println!("written: {} and results.svg beside it", json.display());
    Ok(())
}
