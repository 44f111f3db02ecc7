//! `cargo xtask screenshots`: a picture of every page, for the eyes of a reviewer.
//!
//! The browser is steered by the test crate, which knows the pages; this only starts it.

use anyhow::{Error, Result};

use crate::shell::{self, cargo};
use crate::test::{BROWSER, Installer, NODE, build_for_browser};

/// Whether programs may be installed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Never install programs
    #[arg(long)]
    no_install: bool,
}

/// Builds the command, walks through its pages and writes `target/screenshots/*.png`.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut installer = Installer::new(!args.no_install);
    for tool in [&BROWSER, &NODE] {
        installer.ensure(tool).map_err(Error::msg)?;
    }
    let program = build_for_browser()?;
    let folder = shell::target_dir().join("screenshots");
    let mut command = cargo(&["test", "--workspace", "--all-features", "--test", "screenshots"]);
    command.env("FREISCHALT_SCREENSHOTS", &folder).env("FREISCHALT_BIN", program);
    shell::run(&mut command)?;
    println!("pictures are in {}", folder.display());
    Ok(())
}
