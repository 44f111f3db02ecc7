//! chromedriver, one for each journey, on a port of its own.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::Process;

/// How often to try.
const ATTEMPTS: u8 = 5;

/// A running chromedriver.
#[derive(Debug)]
pub struct Driver {
    _process: Process,
    port: u16,
}

impl Driver {
    /// Starts it on a free port.
    ///
    /// It looks for a port that is free on IPv4 and then insists on the same one on IPv6, so it
    /// now and then gives up when several start at once.
    pub fn start() -> Result<Self> {
        let mut problem = None;
        for _ in 0..ATTEMPTS {
            let mut command = Command::new("chromedriver");
            command.arg("--port=0");
            match Process::start(command, port) {
                Ok((process, port)) => return Ok(Self { _process: process, port }),
                Err(error) => problem = Some(error),
            }
        }
        let why = problem.map(|error| format!("{error:#}")).unwrap_or_default();
        bail!("chromedriver does not start (`cargo xtask test` installs it): {why}")
    }

    /// Where it takes commands.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// The browser's program, under whichever name it is installed.
pub fn browser_program() -> Result<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = env::var_os("PATH").context("there is no PATH")?;
    let folders: Vec<_> = env::split_paths(&path).collect();
    let mut candidates = names.iter().flat_map(|name| folders.iter().map(move |f| f.join(name)));
    candidates.find(|file| file.is_file()).with_context(|| format!("none of {names:?} is in PATH"))
}

fn port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_in_the_line_that_reports_success() {
        assert_eq!(port("ChromeDriver was started successfully on port 41234."), Some(41234));
        assert_eq!(port("Starting ChromeDriver 1.2.3 on port 0"), None);
    }
}
