//! `cargo xtask frameworks`: measure what web frameworks make of a signed URL, and write
//! `docs/frameworks.md`.

mod doctor;
pub(crate) mod document;
mod inputs;
mod install;
mod list;
mod measure;
mod serve;

use std::{collections::BTreeMap, fs, process::Command};

use anyhow::{Context, Result, bail, ensure};

use self::{
    install::Packages,
    list::{FRAMEWORKS, Framework},
};
use crate::shell::workspace_root;

/// Which frameworks.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these; the rows of the others stay as they are
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Measure nothing, take the lines from the sources again
    #[arg(long, conflicts_with = "only")]
    lines: bool,
    /// Measure nothing, examine the pages with the doctor, which may find nothing
    #[arg(long, conflicts_with = "lines")]
    doctor: bool,
}

/// Installs packages, starts each framework, and writes the document.
pub(crate) fn run(args: &Args) -> Result<()> {
    let chosen: Vec<_> = FRAMEWORKS
        .iter()
        .filter(|one| {
            !args.lines && (args.only.is_empty() || args.only.iter().any(|name| name == one.name))
        })
        .collect();
    if let Some(unknown) =
        args.only.iter().find(|name| FRAMEWORKS.iter().all(|one| one.name != **name))
    {
        let names: Vec<_> = FRAMEWORKS.iter().map(|one| one.name).collect();
        bail!("no framework `{unknown}`; there are {}", names.join(", "));
    }
    let packages = Packages::install(&chosen)?;
    if args.doctor {
        return examine(&chosen, &packages);
    }
    let mut rows = BTreeMap::new();
    let mut failed = Vec::new();
    for framework in chosen {
        match measure::measure(framework, &packages) {
            Ok(row) => {
                println!(
                    "{:<12} verifies {}; names: {}; to {}; {}; reads {}; {}",
                    framework.name,
                    row.verifies,
                    row.names,
                    row.longest,
                    row.framing,
                    row.reads,
                    row.full,
                );
                rows.insert(framework.name, row);
            }
            Err(error) => {
                println!("{:<12} {error:#}", framework.name);
                failed.push(framework.name);
            }
        }
    }
    let path = workspace_root().join(document::DOCUMENT);
    let document = fs::read_to_string(&path)?;
    fs::write(&path, document::renew(&document, read, version, &rows)?)?;
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join(", "));
    }
    Ok(())
}

/// Whether the doctor finds nothing at any of the pages.
fn examine(chosen: &[&Framework], packages: &Packages) -> Result<()> {
    let command = doctor::build()?;
    let mut failed = Vec::new();
    for framework in chosen {
        if let Err(error) = doctor::examine(&command, framework, packages) {
            println!("{:<12} {error:#}", framework.name);
            failed.push(framework.name);
        }
    }
    ensure!(failed.is_empty(), "alarms: {}", failed.join(", "));
    println!("{} frameworks, no false alarm", chosen.len());
    Ok(())
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(workspace_root().join(path)).ok()
}

/// The pinned version, or the one that Debian has installed, without Debian's own additions.
fn version(framework: &Framework) -> Result<String> {
    if let Some(version) = document::pinned(framework, read) {
        return Ok(version);
    }
    let mut query = Command::new("dpkg-query");
    let output =
        query.args(["--show", "--showformat", "${Version}", framework.package]).output()?;
    let text = String::from_utf8(output.stdout).context("dpkg-query speaks no UTF-8")?;
    let text = text.split_once(':').map_or(text.as_str(), |(_, version)| version);
    Ok(text.split(['+', '-', '~']).next().unwrap_or_default().to_owned())
}
