//! `cargo xtask soak`: half of what the server can do, for an hour; memory and handles must be flat.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::shell::{self, cargo};
use crate::world;

/// How long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long, in minutes
    #[arg(long, value_name = "N", default_value_t = 60.0)]
    minutes: f64,
    /// Clients that call at the same time
    #[arg(long, value_name = "N", default_value_t = 16)]
    clients: u64,
}

/// What the load tool reports.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    activations: u64,
    failed: u64,
    failure: Option<String>,
    full_rate: f64,
    rate: f64,
    samples: Vec<Sample>,
    risen: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sample {
    seconds: u64,
    resident: u64,
    handles: u64,
    p50_us: u64,
    p99_us: u64,
}

/// Builds the release, soaks it, and fails if anything rises or fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    let packages = ["--package", "freischalt", "--package", "freischalt-load"];
    shell::run(cargo(&["build", "--release"]).args(packages))?;
    let programs = shell::target_dir().join("release");
    let folder = shell::target_dir().join("soak");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    world::make_folder(&folder)?;
    let config = world::configure(&folder, "freischalt.toml", "freischalt.db")?;
    let output = Command::new(programs.join("freischalt-load"))
        .arg("soak")
        .arg("--program")
        .arg(programs.join("freischalt"))
        .arg("--config")
        .arg(config)
        .arg("--folder")
        .arg(&folder)
        .args(["--token", &world::token()])
        .args(["--minutes", &args.minutes.to_string()])
        .args(["--clients", &args.clients.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start freischalt-load")?;
    if !output.status.success() {
        bail!("it broke off; what it left is in {}", folder.display());
    }
    let report = serde_json::from_slice(&output.stdout).context("the report is unexpected")?;
    show(&report);
    judge(&report)
}

/// Every fourth sample, and the last.
fn show(report: &Report) {
    println!(
        "{:>9} {:>12} {:>9} {:>9} {:>9}",
        "seconds", "memory, MiB", "handles", "p50, µs", "p99, µs"
    );
    let last = report.samples.len().saturating_sub(1);
    for (index, sample) in report.samples.iter().enumerate() {
        if index % 4 == 0 || index == last {
            let Sample { seconds, resident, handles, p50_us, p99_us } = sample;
            let memory = resident / (1024 * 1024);
            println!("{seconds:>9} {memory:>12} {handles:>9} {p50_us:>9} {p99_us:>9}");
        }
    }
    println!(
        "{} activations at {:.0} each second; without a pause it was {:.0}",
        report.activations, report.rate, report.full_rate
    );
}

fn judge(report: &Report) -> Result<()> {
    if report.failed > 0 {
        bail!("{} failed: {}", report.failed, report.failure.as_deref().unwrap_or("unknown"));
    }
    match &report.risen {
        Some(risen) => bail!("{risen}"),
        None => Ok(()),
    }
}
