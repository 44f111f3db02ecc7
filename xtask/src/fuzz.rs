//! `cargo xtask fuzz`: runs a fuzz target, or says what is missing for that.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::{self, succeeds, workspace_root};

/// Which target, and for how long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The target; without it, every one in turn
    target: Option<String>,
    /// Seconds to spend on each target
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
}

/// Runs the target, or all of them one after the other.
pub(crate) fn run(args: &Args) -> Result<()> {
    let known = targets()?;
    let chosen = match &args.target {
        Some(name) if known.contains(name) => vec![name.clone()],
        Some(name) => bail!("there is no target `{name}`; the targets are: {}", known.join(", ")),
        None => known,
    };
    need_tools()?;
    for target in chosen {
        let limit = format!("-max_total_time={}", args.seconds);
        let mut command = nightly_cargo(&["fuzz", "run", &target, "--", &limit]);
        shell::run(&mut command)?;
    }
    Ok(())
}

fn targets() -> Result<Vec<String>> {
    let folder = workspace_root().join("fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).context("there are no fuzz targets in fuzz/fuzz_targets")?;
    let files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let sources = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let mut names: Vec<_> = sources
        .filter_map(|path| path.file_stem().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

fn need_tools() -> Result<()> {
    if !succeeds(&mut nightly_cargo(&["--version"])) {
        bail!("fuzzing needs a nightly toolchain: `rustup toolchain install nightly`");
    }
    if !succeeds(&mut nightly_cargo(&["fuzz", "--version"])) {
        bail!("fuzzing needs cargo-fuzz: `cargo install --locked cargo-fuzz`");
    }
    Ok(())
}

/// Through rustup, because the running toolchain's own cargo knows no `+nightly`.
fn nightly_cargo(args: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]).args(args).current_dir(workspace_root());
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    command
}
