//! `cargo xtask torture`: harms a server under load, again and again, in every way there is, and
//! compares what it had acknowledged with what is there afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::shell::{self, cargo};
use crate::world;

/// How long and how hard.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often to kill a server; slower harms are done less often
    #[arg(long, value_name = "N", default_value_t = 1000)]
    cycles: u64,
    /// Clients that call at the same time
    #[arg(long, value_name = "N", default_value_t = 8)]
    clients: u64,
    /// The longest time before harm is done, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 300)]
    life: u64,
    /// Decides about every random choice except the operating system's
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Only this one; can be given several times
    #[arg(long, value_name = "HARM", value_parser = names())]
    only: Vec<String>,
}

/// A way to do harm.
struct Harm {
    /// As the load tool calls it.
    name: &'static str,
    what: &'static str,
    /// Processes on the database.
    processes: usize,
    /// It is done once where a server is killed so many times.
    share: u64,
    /// Whether calls must have been refused for the time.
    is_late: bool,
    /// Whether callers must have noticed it. Servers wait for a database that is away, and may get
    /// over it without anybody noticing.
    is_felt: bool,
}

const fn harm(name: &'static str, what: &'static str, processes: usize, share: u64) -> Harm {
    Harm { name, what, processes, share, is_felt: true, is_late: false }
}

const HARMS: [Harm; 9] = [
    harm("kill", "server killed, SQLite", 1, 1),
    harm("kill-postgres", "servers killed, PostgreSQL", 2, 2),
    harm("kill-slow", "servers killed, slow commits", 2, 10),
    harm("kill-slow-disk", "server killed, slow disk, SQLite", 1, 10),
    harm("cut", "connections to PostgreSQL cut", 2, 4),
    Harm { is_felt: false, ..harm("failover", "PostgreSQL killed, standby promoted", 2, 25) },
    harm("full-disk", "disk full, SQLite", 1, 10),
    Harm { is_felt: false, is_late: true, ..harm("clock", "clock jumps, SQLite", 1, 10) },
    Harm {
        is_felt: false,
        is_late: true,
        ..harm("clock-postgres", "clock of one server jumps, PostgreSQL", 2, 10)
    },
];

fn names() -> Vec<&'static str> {
    HARMS.iter().map(|harm| harm.name).collect()
}

/// What the load tool reports.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    skipped: bool,
    cycles: u64,
    acknowledged: u64,
    unanswered: u64,
    uncertain: u64,
    refused: u64,
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
    let programs = shell::target_dir().join("release");
    let chosen =
        |harm: &&Harm| args.only.is_empty() || args.only.iter().any(|one| one == harm.name);
    let cycles = |harm: &Harm| args.cycles.div_ceil(harm.share);
    let rows = HARMS.iter().filter(chosen).map(|harm| (harm, cycles(harm))).collect();
    torture(&programs, args, rows)
}

/// A few cycles with programs that are built already, for the tests of every day.
pub(crate) fn bounded(programs: &Path) -> Result<()> {
    let args = Args { cycles: 0, clients: 8, life: 600, seed: 7, only: Vec::new() };
    let cycles = [
        ("kill", 12),
        ("kill-postgres", 2),
        ("kill-slow-disk", 3),
        ("cut", 4),
        ("failover", 1),
        ("full-disk", 3),
        ("clock", 4),
        ("clock-postgres", 2),
    ];
    let find = |name| HARMS.iter().find(|harm| harm.name == name);
    let rows = cycles.iter().filter_map(|(name, cycles)| Some((find(*name)?, *cycles)));
    torture(programs, &args, rows.collect())
}

fn torture(programs: &Path, args: &Args, rows: Vec<(&Harm, u64)>) -> Result<()> {
    println!("{}", header());
    let mut wrong = Vec::new();
    for (harm, cycles) in rows {
        let folder = shell::target_dir().join("torture").join(harm.name);
        let report = one(programs, args, harm, cycles, &folder)?;
        println!("{}", line(harm, &report));
        wrong.extend(judge(harm, &report).err().map(|problem| format!("{}: {problem}", harm.name)));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

fn one(programs: &Path, args: &Args, harm: &Harm, cycles: u64, folder: &Path) -> Result<Report> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    world::make_folder(folder)?;
    let configs = (0..harm.processes)
        .map(|number| world::configure(folder, &format!("{number}.toml"), "freischalt.db"))
        .collect::<Result<Vec<PathBuf>>>()?;
    let output = Command::new(programs.join("freischalt-load"))
        .arg("torture")
        .args(["--harm", harm.name])
        .arg("--program")
        .arg(programs.join("freischalt"))
        .args(configs.iter().flat_map(|config| [Path::new("--config"), config]))
        .arg("--folder")
        .arg(folder)
        .args(["--token", &world::token()])
        .args(["--cycles", &cycles.to_string()])
        .args(["--clients", &args.clients.to_string()])
        .args(["--life", &args.life.to_string()])
        .args(["--seed", &args.seed.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start freischalt-load")?;
    if !output.status.success() {
        bail!("{} broke off; what it left is in {}", harm.name, folder.display());
    }
    serde_json::from_slice(&output.stdout).context("the report is unexpected")
}

const COLUMNS: [&str; 10] = [
    "cycles",
    "acknowledged",
    "cut off",
    "uncertain",
    "refused",
    "lost",
    "doubled",
    "revived",
    "inexplicable",
    "unexpected",
];

fn header() -> String {
    let columns: Vec<String> = COLUMNS.iter().map(|name| format!("{name:>13}")).collect();
    format!("{:<38}{}", "harm", columns.concat())
}

fn line(harm: &Harm, report: &Report) -> String {
    if report.skipped {
        return format!("{:<38}{:>13}", harm.what, "skipped");
    }
    let numbers = [
        report.cycles,
        report.acknowledged,
        report.unanswered - report.uncertain.min(report.unanswered),
        report.uncertain,
        report.refused,
        report.lost,
        report.doubled,
        report.revived,
        report.inexplicable,
        report.unexpected,
    ];
    let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:>13}")).collect();
    format!("{:<38}{}", harm.what, numbers.concat())
}

fn judge(harm: &Harm, report: &Report) -> Result<()> {
    if report.skipped {
        return Ok(());
    }
    if report.acknowledged == 0 || (harm.is_felt && report.unanswered == 0) {
        bail!("nothing was acknowledged, or nobody noticed: that was no torture");
    }
    if harm.is_late && report.refused == 0 {
        bail!("no call was refused for the time, so no clock has jumped");
    }
    let Report { lost, doubled, revived, inexplicable, unexpected, .. } = report;
    if lost + doubled + revived + inexplicable + unexpected > 0 {
        bail!("for example: {}", report.example.as_deref().unwrap_or("none was named"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(changed: &str) -> Report {
        let text = r#"{"skipped":false,"cycles":2,"acknowledged":4,"unanswered":5,"uncertain":1,"refused":3,
            "lost":0,"doubled":0,"revived":0,"inexplicable":0,"unexpected":0,"example":"a"}"#;
        serde_json::from_str(&text.replace(changed, &changed.replace('0', "1"))).unwrap()
    }

    #[test]
    fn whatever_is_wrong_fails() {
        assert!(judge(&HARMS[0], &report("nothing")).is_ok());
        for name in ["lost", "doubled", "revived", "inexplicable", "unexpected"] {
            let error = judge(&HARMS[0], &report(&format!("\"{name}\":0"))).unwrap_err();
            assert_eq!(error.to_string(), "for example: a", "{name}");
        }
    }

    #[test]
    fn a_torture_that_hurt_nobody_fails() {
        let unnoticed = Report { unanswered: 0, ..report("nothing") };
        let failover = HARMS.iter().find(|harm| !harm.is_felt).unwrap();
        assert!(judge(&HARMS[0], &unnoticed).is_err() && judge(failover, &unnoticed).is_ok());
        let clock = HARMS.iter().find(|harm| harm.is_late).unwrap();
        let in_time = Report { refused: 0, ..report("nothing") };
        assert!(judge(clock, &report("nothing")).is_ok() && judge(clock, &in_time).is_err());
        let nothing = Report { acknowledged: 0, ..report("nothing") };
        assert!(judge(failover, &nothing).is_err());
    }

    #[test]
    fn the_numbers_stand_under_their_names() {
        let (header, line) = (header(), line(&HARMS[0], &report("nothing")));
        assert_eq!(header.len(), line.len());
        let end = header.find("uncertain").unwrap() + "uncertain".len();
        assert!(line[..end].ends_with(" 1"), "{line}");
    }
}
