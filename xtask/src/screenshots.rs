//! `cargo xtask screenshots`: a picture of every page, for the eyes of a reviewer.
//!
//! The browser is steered by the test crate, which knows the pages; this only starts it.

use std::fs;

use anyhow::{Context, Error, Result};

use crate::shell::{self, cargo, workspace_root};
use crate::test::{BROWSER, Installer, NODE, build_for_browser};

/// Pictures that README and docs show, and what they are called there.
const FOR_THE_DOCS: [(&str, &str); 6] = [
    ("14-key-en-desk.png", "activation-light.png"),
    ("14-key-en-desk-dark.png", "activation-dark.png"),
    ("a4-order-en-desk.png", "order-light.png"),
    ("a4-order-en-desk-dark.png", "order-dark.png"),
    ("b0-sales-en-desk.png", "sales-light.png"),
    ("b0-sales-en-desk-dark.png", "sales-dark.png"),
];

/// What to do with the pictures, and whether programs may be installed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Put those that README and docs show into `docs/images`
    #[arg(long)]
    docs: bool,
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
    if args.docs {
        for (taken, shown) in FOR_THE_DOCS {
            fs::copy(folder.join(taken), workspace_root().join("docs/images").join(shown))
                .with_context(|| format!("cannot copy {taken}"))?;
        }
    }
    Ok(())
}
