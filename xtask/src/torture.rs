//! `cargo xtask torture`: kills a server under load, again and again, and compares what it had
//! acknowledged with what is there afterwards.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::shell::{self, cargo};
use crate::world;

/// How long and how hard.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often to kill
    #[arg(long, value_name = "N", default_value_t = 1000)]
    cycles: u64,
    /// Clients that call at the same time
    #[arg(long, value_name = "N", default_value_t = 8)]
    clients: u64,
    /// The longest life of a server, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 300)]
    life: u64,
    /// Decides about every random choice except the operating system's
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// What the load tool reports.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    cycles: u64,
    activations: u64,
    acknowledged: u64,
    unanswered: u64,
    lost: u64,
    doubled: u64,
    revived: u64,
    inexplicable: u64,
    unexpected: u64,
    example: Option<String>,
}

/// Builds the release and tortures it.
pub(crate) fn run(args: &Args) -> Result<()> {
    let packages = ["--package", "freischalt", "--package", "freischalt-load"];
    shell::run(cargo(&["build", "--release"]).args(packages))?;
    torture(&shell::target_dir().join("release"), args)
}

/// A few cycles with programs that are built already, for the tests of every day.
pub(crate) fn bounded(programs: &Path) -> Result<()> {
    torture(programs, &Args { cycles: 12, clients: 8, life: 400, seed: 7 })
}

fn torture(programs: &Path, args: &Args) -> Result<()> {
    let folder = shell::target_dir().join("torture");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    world::make_folder(&folder)?;
    let config = world::configure(&folder, "freischalt.toml", "freischalt.db")?;
    let output = Command::new(programs.join("freischalt-load"))
        .arg("torture")
        .arg("--program")
        .arg(programs.join("freischalt"))
        .arg("--config")
        .arg(config)
        .arg("--folder")
        .arg(&folder)
        .args(["--token", &world::token()])
        .args(["--cycles", &args.cycles.to_string()])
        .args(["--clients", &args.clients.to_string()])
        .args(["--life", &args.life.to_string()])
        .args(["--seed", &args.seed.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start freischalt-load")?;
    if !output.status.success() {
        bail!("the torture broke off; what it left is in {}", folder.display());
    }
    judge(&serde_json::from_slice(&output.stdout).context("the report is unexpected")?)
}

fn judge(report: &Report) -> Result<()> {
    let Report { cycles, activations, acknowledged, unanswered, .. } = report;
    println!("{cycles} kills, {activations} activations");
    println!("{acknowledged} calls acknowledged, {unanswered} cut off by a kill");
    let wrong = [
        ("acknowledged unlocks lost", report.lost),
        ("unlocks doubled", report.doubled),
        ("unlocks after a block", report.revived),
        ("histories that no order of the calls explains", report.inexplicable),
        ("answers that no rule allows", report.unexpected),
    ];
    for (what, count) in wrong {
        println!("{count:>6} {what}");
    }
    if *acknowledged == 0 || *unanswered == 0 {
        bail!("nothing was acknowledged, or no call was cut off: that was no torture");
    }
    if wrong.iter().any(|(_, count)| *count > 0) {
        bail!("for example: {}", report.example.as_deref().unwrap_or("none was named"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(changed: &str) -> Report {
        let text = r#"{"cycles":2,"activations":3,"acknowledged":4,"unanswered":5,"lost":0,
            "doubled":0,"revived":0,"inexplicable":0,"unexpected":0,"example":"a"}"#;
        serde_json::from_str(&text.replace(changed, &changed.replace('0', "1"))).unwrap()
    }

    #[test]
    fn whatever_is_wrong_fails() {
        assert!(judge(&report("nothing")).is_ok());
        for name in ["lost", "doubled", "revived", "inexplicable", "unexpected"] {
            let error = judge(&report(&format!("\"{name}\":0"))).unwrap_err();
            assert_eq!(error.to_string(), "for example: a", "{name}");
        }
    }

    #[test]
    fn a_torture_that_hurt_nobody_fails() {
        assert!(judge(&Report { unanswered: 0, ..report("nothing") }).is_err());
    }
}
