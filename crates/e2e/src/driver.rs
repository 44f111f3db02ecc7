//! chromedriver, one for each journey, on a port of its own.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::Process;

/// A running chromedriver.
#[derive(Debug)]
pub struct Driver {
    _process: Process,
    port: u16,
}

impl Driver {
    /// Starts it on a free port.
    pub fn start() -> Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let (process, port) = Process::start(command, port)
            .context("chromedriver is needed: `cargo xtask test` installs it where it may")?;
        Ok(Self { _process: process, port })
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
