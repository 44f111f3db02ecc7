//! Examines the page of a framework with the doctor: it is right, so nothing may be found.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use super::{
    install::Packages,
    list::Framework,
    serve::{MARKETPLACE, SECRET, What, start},
};
use crate::shell;

/// What these pages leave out, to be small: the form with the key and the call that unlocks, and the
/// elements that the marketplace's stylesheet knows. Their servers tell their names and versions.
const LEFT_OUT: &str = "unlock,FD-PAGE-007,FD-PAGE-012";

/// Builds the command; gives its file.
pub(super) fn build() -> Result<PathBuf> {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--package", "freischalt"]))?;
    Ok(shell::target_dir().join("debug").join("freischalt"))
}

/// Prints what was judged; an alarm is an error.
pub(super) fn examine(doctor: &Path, framework: &Framework, packages: &Packages) -> Result<()> {
    let page = start(framework, What::Page, packages)?;
    let secret = shell::target_dir().join("frameworks-secret");
    fs::write(&secret, SECRET)?;
    let url = format!("http://127.0.0.1:{}/activate", page.port);
    let output = Command::new(doctor)
        .args(["doctor", &url, "--json", "--api-listen", "127.0.0.1:0", "--timeout", "60"])
        .args(["--marketplace", MARKETPLACE, "--skip", LEFT_OUT, "--secret-file"])
        .arg(&secret)
        .output()?;
    let report: Json = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("no report: {}", String::from_utf8_lossy(&output.stderr)))?;
    let findings = report["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let failed = findings.iter().filter(|finding| finding["outcome"] == "failed");
    let failed: Vec<_> = failed.map(|one| format!("{} {}", one["id"], one["seen"])).collect();
    println!(
        "{:<12} {} passed, {} failed, {} not judged",
        framework.name, report["passed"], report["failed"], report["skipped"]
    );
    ensure!(failed.is_empty(), "{}", failed.join("\n             "));
    ensure!(report["grade"] == "A", "grade {}", report["grade"]);
    Ok(())
}
