//! `cargo xtask doctor-corpus`: examine the doctor with providers that are right and providers that
//! make one mistake each.

use anyhow::Result;

use crate::{packages, shell};

/// How much of the corpus.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Each mistake in one language only, as `cargo xtask test` does it
    #[arg(long)]
    reduced: bool,
    /// Providers at the same time
    #[arg(long, value_name = "N", default_value_t = 3)]
    jobs: usize,
    /// Only providers whose style or mistake has this in its name
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Runs it; it prints the table, and fails below 98 % or at a false alarm.
pub(crate) fn run(args: &Args) -> Result<()> {
    corpus(args.reduced, args.jobs, args.only.as_deref())
}

/// The part that the tests run.
pub(crate) fn reduced() -> Result<()> {
    corpus(true, 3, None)
}

fn corpus(reduced: bool, jobs: usize, only: Option<&str>) -> Result<()> {
    const PACKAGE: [&str; 4] = ["-p", "freischalt-doctor", "--all-features", "--example"];
    const FOLDER: &str = "crates/doctor/corpus";
    // Without them the providers in frameworks are skipped and named.
    if shell::find_program("npm").is_some() {
        packages::npm(FOLDER)?;
    }
    let python = match shell::find_program("python3") {
        Some(_) => Some(packages::python(FOLDER, "corpus-python")?),
        None => None,
    };
    // One of the providers is a program of its own, which the other example starts.
    shell::run(shell::cargo(&["build"]).args(PACKAGE).arg("rust_provider"))?;
    let mut command = shell::cargo(&["run", "--quiet"]);
    command.args(PACKAGE).args(["corpus", "--", "--jobs", &jobs.to_string()]);
    command.envs(python.map(|python| ("FREISCHALT_CORPUS_PYTHON", python)));
    if reduced {
        command.arg("--reduced");
    }
    if let Some(only) = only {
        command.args(["--only", only]);
    }
    shell::run(&mut command)
}
