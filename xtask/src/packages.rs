//! Packages of npm and Python that tests use. The network is asked only when something else is here than
//! the lock file or the list of requirements names.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::shell::{self, workspace_root};

/// What the `package-lock.json` of a folder names, beside it.
pub(crate) fn npm(folder: &str) -> Result<()> {
    let folder = workspace_root().join(folder);
    let locked = fs::read(folder.join("package-lock.json"))?;
    let fetched = folder.join("node_modules/.fetched");
    if fs::read(&fetched).is_ok_and(|lock| lock == locked) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    shell::run(npm.current_dir(&folder))?;
    fs::write(fetched, locked).context("cannot note what npm fetched")
}

/// An environment in the target folder with what the `requirements.txt` of a folder names; gives its
/// Python.
pub(crate) fn python(folder: &str, name: &str) -> Result<PathBuf> {
    let wanted = workspace_root().join(folder).join("requirements.txt");
    let environment = shell::target_dir().join(name);
    let python = environment.join("bin/python");
    let installed = environment.join("requirements.txt");
    if fs::read(&wanted)? == fs::read(&installed).unwrap_or_default() {
        return Ok(python);
    }
    shell::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    shell::run(pip.arg(&wanted))?;
    fs::copy(&wanted, &installed)?;
    Ok(python)
}
