//! `cargo xtask footprint`: what the sandbox costs before anybody uses it.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::sandbox::Sandbox;
use crate::shell::{self, cargo};

const START_GOAL_US: u64 = 50_000;
const MEMORY_GOAL: u64 = 30_000_000;
const SIZE_GOAL: u64 = 25_000_000;

/// How memory is left to settle before it is read.
const IDLE: Duration = Duration::from_secs(2);

/// How often to start.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many starts to take the median of
    #[arg(long, value_name = "N", default_value_t = 21, value_parser = clap::value_parser!(u16).range(1..))]
    starts: u16,
}

/// Builds the release binary, measures and prints a table; fails when a goal is missed.
pub(crate) fn run(args: &Args) -> Result<()> {
    shell::run(&mut cargo(&["build", "--release", "--package", "freischalt"]))?;
    let program = shell::target_dir().join("release/freischalt");
    let start = median_start(&program, args.starts)?;
    let (resident, proportional) = idle_memory(&program)?;
    let size = fs::metadata(&program).context("cannot find the binary")?.len();
    let rows = [
        Row::new(
            format!("start to first answer, median of {}", args.starts),
            start,
            START_GOAL_US,
            Unit::Millis,
        ),
        Row::new("idle memory, resident (RSS)", resident, MEMORY_GOAL, Unit::Megabytes),
        Row::new("idle memory, proportional (PSS)", proportional, MEMORY_GOAL, Unit::Megabytes),
        Row::new("binary, stripped", size, SIZE_GOAL, Unit::Megabytes),
    ];
    println!("\n{:<40} {:>10} {:>10}", "measure", "measured", "goal");
    for row in &rows {
        println!("{row}");
    }
    if !rows.iter().all(Row::is_met) {
        bail!("a goal is missed");
    }
    Ok(())
}

/// Microseconds from starting the process to its first answer.
fn median_start(program: &Path, starts: u16) -> Result<u64> {
    one_start(program)?; // the first one reads the program from disk
    let mut times = (0..starts).map(|_| one_start(program)).collect::<Result<Vec<_>>>()?;
    Ok(median(&mut times))
}

fn one_start(program: &Path) -> Result<u64> {
    let started = Instant::now();
    let sandbox = Sandbox::start(program)?;
    sandbox.ask_health()?;
    Ok(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX))
}

fn median(times: &mut [u64]) -> u64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Resident and proportional memory in bytes, as the kernel counts them.
fn idle_memory(program: &Path) -> Result<(u64, u64)> {
    let sandbox = Sandbox::start(program)?;
    sandbox.ask_health()?;
    thread::sleep(IDLE);
    let path = format!("/proc/{}/smaps_rollup", sandbox.pid());
    let text = fs::read_to_string(&path).context("memory can only be read on Linux")?;
    Ok((bytes(&text, "Rss:")?, bytes(&text, "Pss:")?))
}

fn bytes(text: &str, label: &str) -> Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    let number = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
    let number = number.with_context(|| format!("the kernel reports no `{label}`"))?;
    let kilobytes: u64 =
        number.parse().with_context(|| format!("`{label} {number}` is not a number"))?;
    Ok(kilobytes * 1024)
}

enum Unit {
    /// Values are microseconds.
    Millis,
    /// Values are bytes.
    Megabytes,
}

struct Row {
    what: String,
    value: u64,
    goal: u64,
    unit: Unit,
}

impl Row {
    fn new(what: impl Into<String>, value: u64, goal: u64, unit: Unit) -> Self {
        Self { what: what.into(), value, goal, unit }
    }

    fn is_met(&self) -> bool {
        self.value <= self.goal
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (per, unit) = match self.unit {
            Unit::Millis => (1000, "ms"),
            Unit::Megabytes => (1_000_000, "MB"),
        };
        let value = format!("{}.{} {unit}", self.value / per, self.value % per * 10 / per);
        let goal = format!("{} {unit}", self.goal / per);
        let verdict = if self.is_met() { "pass" } else { "FAIL" };
        write!(f, "{:<40} {value:>10} {goal:>10}  {verdict}", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&mut [9, 1, 5]), 5);
        assert_eq!(median(&mut []), 0);
    }

    #[test]
    fn the_kernels_words_are_read() {
        let text = "Rss:               11264 kB\nPss:                9000 kB\n";
        assert_eq!(bytes(text, "Pss:").unwrap(), 9000 * 1024);
        assert!(bytes(text, "Swap:").is_err());
    }

    #[test]
    fn a_row_shows_value_goal_and_verdict() {
        let row = Row::new("x", 21_950, START_GOAL_US, Unit::Millis).to_string();
        assert!(row.contains("21.9 ms") && row.contains("50 ms") && row.ends_with("pass"), "{row}");
        assert!(!Row::new("x", 30_000_001, MEMORY_GOAL, Unit::Megabytes).is_met());
    }
}
