//! The table of suites. A new suite is one row and one function.
//!
//! All rows use the same profile, features and flags over the whole workspace, so that what one
//! compiles the next one finds. Only clippy and rustdoc need metadata of their own, and share it.

use std::env;
use std::process::Command;

use anyhow::{Context, Result};

use super::tools::{self, Tool};
use crate::shell::{self, cargo, workspace_root};
use crate::{doctor_corpus, packages, proxies, tidy, torture};

/// A group of checks that passes or fails as one.
pub(super) struct Suite {
    /// What `--only` takes.
    pub(super) name: &'static str,
    /// What it checks, in a few words.
    pub(super) about: &'static str,
    /// Programs without which it cannot run.
    pub(super) needs: &'static [&'static Tool],
    /// Whether its absence is only worth a notice. For what nobody is asked to install.
    pub(super) optional: bool,
    /// Runs it.
    pub(super) run: fn() -> Result<()>,
}

/// Every suite, cheap ones first.
pub(super) const SUITES: &[Suite] = &[
    Suite::new("fmt", "formatting", &[&tools::RUSTFMT], fmt),
    Suite::new("tidy", "house rules", &[], tidy::run),
    Suite::new("clippy", "lints, no warnings", &[&tools::CLIPPY], clippy),
    Suite::new("tests", "unit and integration tests", &[], tests),
    Suite::new("postgres", "the same on PostgreSQL", &[&tools::POSTGRES], postgres),
    Suite::new("doctests", "examples in the documentation", &[], doctests),
    Suite::new("rustdoc", "documentation builds", &[], rustdoc),
    Suite::new("vectors", "committed vectors are what PHP says", &[&tools::PHP], vectors),
    Suite::new(
        "clients",
        "clients that exist, in their languages",
        &[&tools::PHP_CURL, &tools::RUBY, &tools::PYTHON, &tools::NODE],
        clients,
    ),
    Suite::new(
        "doctor",
        "the doctor finds what it has to, and nothing else",
        &[&tools::PHP, &tools::NODE, &tools::PYTHON, &tools::RUBY],
        doctor_corpus::reduced,
    ),
    Suite::new(
        "examples",
        "the example providers, activated",
        &[&tools::PHP, &tools::RUBY, &tools::PYTHON, &tools::NODE, &tools::BROWSER],
        examples,
    ),
    Suite::new(
        "torture",
        "a server harmed under load forgets nothing",
        &[&tools::POSTGRES],
        killed,
    ),
    Suite::new(
        "proxies",
        "the blocks of docs/proxies.md, through real proxies",
        &[&tools::NGINX, &tools::APACHE, &tools::HAPROXY, &tools::CADDY],
        proxies::run,
    ),
    Suite::new("e2e", "journeys in a real browser", &[&tools::BROWSER, &tools::NODE], e2e),
    Suite {
        optional: true,
        ..Suite::new("deny", "licences and sources of dependencies", &[&tools::CARGO_DENY], deny)
    },
];

impl Suite {
    /// A suite that has to run.
    pub(super) const fn new(
        name: &'static str,
        about: &'static str,
        needs: &'static [&'static Tool],
        run: fn() -> Result<()>,
    ) -> Self {
        Self { name, about, needs, optional: false, run }
    }
}

const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

fn fmt() -> Result<()> {
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let mut command = cargo(&["clippy"]);
    command.args(EVERYTHING).args(["--all-targets", "--", "-D", "warnings"]);
    shell::run(&mut command)
}

/// nextest is quicker, but a fresh machine does not have it and building it takes minutes.
fn tests() -> Result<()> {
    let mut command = match shell::find_program("cargo-nextest") {
        Some(_) => cargo(&["nextest", "run", "--no-fail-fast"]),
        None => cargo(&["test", "--no-fail-fast", "--lib", "--bins", "--tests"]),
    };
    shell::run(command.args(EVERYTHING).env("FREISCHALT_POSTGRES", "skip"))
}

/// What the suite before left out: the tests with `postgres` in their names.
fn postgres() -> Result<()> {
    let mut command = match shell::find_program("cargo-nextest") {
        Some(_) => cargo(&["nextest", "run", "--no-fail-fast"]),
        None => cargo(&["test", "--no-fail-fast", "--lib", "--bins", "--tests"]),
    };
    shell::run(command.args(EVERYTHING).arg("postgres"))
}

fn doctests() -> Result<()> {
    shell::run(cargo(&["test", "--doc"]).args(EVERYTHING))
}

fn rustdoc() -> Result<()> {
    let mut command = cargo(&["doc", "--no-deps"]);
    shell::run(command.args(EVERYTHING).env("RUSTDOCFLAGS", "-D warnings"))
}

fn vectors() -> Result<()> {
    let this = env::current_exe().context("cannot find this program's own file")?;
    shell::run(Command::new(this).args(["vectors", "--check"]).current_dir(workspace_root()))
}

fn e2e() -> Result<()> {
    let program = build_for_browser()?;
    let mut command = cargo(&["test", "--test", "journeys"]);
    command.args(EVERYTHING).args(["--", "--test-threads", "2"]);
    shell::run(command.env("FREISCHALT_E2E", "1").env("FREISCHALT_BIN", program))
}

/// Without advisories: they change by themselves, and with them the verdict on the same commit.
fn deny() -> Result<()> {
    shell::run(&mut cargo(&["deny", "--all-features", "check", "bans", "licenses", "sources"]))
}

/// With what the other suites build anyway.
fn killed() -> Result<()> {
    shell::run(cargo(&["build", "--bins"]).args(EVERYTHING))?;
    torture::bounded(&shell::target_dir().join("debug"))
}

fn examples() -> Result<()> {
    let program = build_for_browser()?;
    let mut command = cargo(&["test", "--test", "examples"]);
    command.args(EVERYTHING).args(["--", "--test-threads", "2"]);
    shell::run(command.env("FREISCHALT_EXAMPLES", "1").env("FREISCHALT_BIN", program))
}

fn clients() -> Result<()> {
    let program = build_for_browser()?;
    let mut command = cargo(&["test", "--test", "clients"]);
    command.args(EVERYTHING).env("FREISCHALT_CLIENTS", "1").env("FREISCHALT_BIN", program);
    shell::run(command.env(
        "FREISCHALT_CLIENTS_PYTHON",
        packages::python("crates/e2e/clients", "clients-python")?,
    ))
}

/// Builds the command and fetches the npm packages of tests; gives the path of the command.
///
/// Built together with the tests, because test-only dependencies may switch features on: built
/// alone, the command would compile half of the dependencies once more.
pub(crate) fn build_for_browser() -> Result<std::path::PathBuf> {
    packages::npm("crates/e2e")?;
    shell::run(cargo(&["build", "--bins", "--tests"]).args(EVERYTHING))?;
    Ok(shell::target_dir().join("debug/freischalt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_fit_the_summary() {
        for (index, suite) in SUITES.iter().enumerate() {
            assert!(suite.name.len() <= 10, "{}", suite.name);
            assert!(SUITES[..index].iter().all(|other| other.name != suite.name));
        }
    }
}
