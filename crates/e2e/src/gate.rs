//! Whether browser tests run at all, and how one journey is run.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use crate::browser::{Look, open};
use crate::sandbox::Sandbox;
use crate::session::Session;

/// What a journey walks through.
#[derive(Debug)]
pub struct Stage {
    /// A fresh sandbox.
    pub sandbox: Sandbox,
    /// A fresh browser.
    pub browser: Session,
}

/// A journey that runs when the variable is set, and is shown as ignored otherwise.
///
/// A plain `cargo test` has no browser to rely on; `cargo xtask test` sees to it.
pub fn journey<F>(name: &str, switch: &str, look: Look, walk: F) -> Trial
where
    F: AsyncFnOnce(&Stage) -> Result<()> + Send + 'static,
{
    let title = name.to_owned();
    let run = move || block(&title, look, walk).map_err(|error| Failed::from(format!("{error:#}")));
    Trial::test(name, run).with_ignored_flag(env::var_os(switch).is_none())
}

/// Runs the trials like any other test program.
pub fn main(trials: Vec<Trial>) -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn block<F: AsyncFnOnce(&Stage) -> Result<()>>(title: &str, look: Look, walk: F) -> Result<()> {
    Runtime::new()?.block_on(async {
        let stage = Stage { sandbox: Sandbox::start()?, browser: open(look).await? };
        let result = walk(&stage).await;
        if result.is_err() {
            let file = pictures()?.join(format!("{title}.png"));
            // The journey's own error is the one to report.
            let _ = stage.browser.picture(&file).await;
        }
        let closed = stage.browser.close().await;
        result.and(closed)
    })
}

/// `target/e2e`, where pictures of failures go.
fn pictures() -> Result<PathBuf> {
    let test = env::current_exe()?;
    let target = test.ancestors().nth(3).context("not in a target folder")?;
    Ok(target.join("e2e"))
}
