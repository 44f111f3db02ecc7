//! `cargo xtask test --only proxies`: the blocks of `docs/proxies.md` through real proxies, in front of the
//! real server and the real gateway.

mod block;
mod checks;
mod echo;
mod gateway;
mod proxy;

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use self::{checks::Through, echo::Echo, gateway::Gateway};
use crate::{
    sandbox::Sandbox,
    shell::{self, cargo, target_dir, workspace_root},
};

/// Runs every proxy; prints what each does, and fails if one of them changes what it must not.
pub(crate) fn run() -> Result<()> {
    let program = match env::var_os("FREISCHALT_BIN") {
        Some(built) => PathBuf::from(built),
        None => {
            shell::run(cargo(&["build", "--bins"]).args(["--workspace", "--all-features"]))?;
            target_dir().join("debug/freischalt")
        }
    };
    let folder = target_dir().join("proxies");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let document = fs::read_to_string(workspace_root().join(block::DOCUMENT))
        .with_context(|| format!("there is no {}", block::DOCUMENT))?;
    let marketplace = Sandbox::start(&program)?;
    let gateway = Gateway::start(&program, &folder, marketplace.port()?)?;
    let echo = Echo::start()?;
    let mut wrong = Vec::new();
    for proxy in proxy::ALL {
        let running = proxy.start(&document, marketplace.port()?, gateway.port, &folder)?;
        let through = Through { proxy: running.port, marketplace: marketplace.port()? };
        let mut found = through.all()?;
        drop(running);
        let running = proxy.start(&document, echo.port, echo.port, &folder)?;
        found.extend(checks::untouched(proxy, running.port)?);
        println!("{proxy:?}: {}", if found.is_empty() { "right" } else { "WRONG" });
        wrong.extend(found.into_iter().map(|text| format!("{proxy:?}: {text}")));
    }
    if !wrong.is_empty() {
        bail!("the blocks of {} do not pass:\n{}", block::DOCUMENT, wrong.join("\n"));
    }
    Ok(())
}
