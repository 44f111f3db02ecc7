//! `cargo xtask bench parts`: what single parts cost, beside an echo of the same run.
//!
//! A figure alone says more about the machine than about us. Beside a bare echo of the same
//! framework in the same run it says what our part costs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::shell::{self, cargo};

/// Which benchmarks to run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only print the table of the last run
    #[arg(long)]
    no_run: bool,
    /// Only benchmarks whose name contains this
    filter: Option<String>,
}

/// Median nanoseconds by group and name.
type Medians = BTreeMap<(String, String), f64>;

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    value_str: Option<String>,
}

/// Runs `cargo bench` over the workspace and prints the table.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !args.no_run {
        let mut command = cargo(&["bench", "--workspace", "--bench", "*"]);
        if let Some(filter) = &args.filter {
            command.args(["--", filter]);
        }
        shell::run(&mut command)?;
    }
    let mut medians = Medians::new();
    collect(&shell::target_dir().join("criterion"), &mut medians)?;
    if medians.is_empty() {
        bail!("there are no results in target/criterion");
    }
    print!("{}", table(&medians));
    Ok(())
}

/// Results lie in folders called `new`, as deep as the benchmark's name has parts.
fn collect(folder: &Path, medians: &mut Medians) -> Result<()> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("there are no results in {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.ends_with("new") && path.join("estimates.json").is_file() {
            let benchmark: Benchmark = read(&path.join("benchmark.json"))?;
            let estimates: Estimates = read(&path.join("estimates.json"))?;
            medians.insert(benchmark.name(), estimates.median.point_estimate);
        } else if path.is_dir() {
            collect(&path, medians)?;
        }
    }
    Ok(())
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is unexpected", path.display()))
}

impl Benchmark {
    fn name(self) -> (String, String) {
        let parts: Vec<_> = [self.function_id, self.value_str].into_iter().flatten().collect();
        (self.group_id, parts.join("/"))
    }
}

/// One row for each benchmark; the ratio is to the row `echo` of the same group.
fn table(medians: &Medians) -> String {
    let mut text = format!("{:<52} {:>12} {:>10}\n", "benchmark", "median", "to echo");
    for ((group, name), median) in medians {
        let echo = medians.get(&(group.clone(), "echo".to_owned()));
        let ratio = echo.map_or_else(|| "-".to_owned(), |echo| format!("{:.2}", median / echo));
        let full = format!("{group} {name}");
        text += &format!("{:<52} {:>12} {ratio:>10}\n", full.trim_end(), duration(*median));
    }
    text
}

fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_compared_with_the_echo_of_their_group() {
        let key = |group: &str, name: &str| (group.to_owned(), name.to_owned());
        let medians = Medians::from([
            (key("loopback", "echo"), 20_000.0),
            (key("loopback", "unlock"), 50_000.0),
            (key("verify_url", ""), 812.0),
        ]);
        let table = table(&medians);
        let rows: Vec<Vec<_>> =
            table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["loopback", "echo", "20.00", "µs", "1.00"]);
        assert_eq!(rows[2], ["loopback", "unlock", "50.00", "µs", "2.50"]);
        assert_eq!(rows[3], ["verify_url", "812.0", "ns", "-"]);
    }

    #[test]
    fn durations_have_a_fitting_unit() {
        assert_eq!(duration(999.0), "999.0 ns");
        assert_eq!(duration(2_500_000.0), "2.50 ms");
        assert_eq!(duration(3e9), "3.00 s");
    }
}
