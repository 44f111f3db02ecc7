//! A sandbox as its own process, for measurements: started on free ports, ended when dropped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

const ARGUMENTS: [&str; 7] =
    ["sandbox", "--ephemeral", "--port", "0", "--management-port", "0", "--json"];

/// A running sandbox that has said that it is ready.
pub(crate) struct Sandbox {
    child: Child,
    /// `127.0.0.1:8080` and the like.
    marketplace: String,
}

/// The line that a sandbox prints when it is ready, as far as it is needed here.
#[derive(Deserialize)]
struct Ready {
    marketplace: String,
}

impl Sandbox {
    /// Starts the program and waits for its ready line.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(ARGUMENTS)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let line = first_line(&mut child);
        let mut sandbox = Self { child, marketplace: String::new() };
        let line = line?;
        let ready: Ready = serde_json::from_str(&line)
            .with_context(|| format!("the sandbox did not say that it is ready, but `{line}`"))?;
        sandbox.marketplace = address(&ready.marketplace)?.to_owned();
        Ok(sandbox)
    }

    /// Asks whether it is healthy, on a connection of its own.
    pub(crate) fn ask_health(&self) -> Result<()> {
        let mut stream = TcpStream::connect(&self.marketplace).context("cannot connect")?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let host = &self.marketplace;
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).context("no answer from /healthz")?;
        if !answer.starts_with("HTTP/1.1 200") {
            bail!("/healthz answered `{}`", answer.lines().next().unwrap_or_default());
        }
        Ok(())
    }

    /// The port of its pages and of the API.
    pub(crate) fn port(&self) -> Result<u16> {
        let port = self.marketplace.rsplit(':').next().unwrap_or_default();
        port.parse().with_context(|| format!("`{}` has no port", self.marketplace))
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Nothing to do about a failure: the process has then ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_line(child: &mut Child) -> Result<String> {
    let stdout = child.stdout.take().context("the sandbox has no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).context("cannot read what the sandbox says")?;
    Ok(line.trim_end().to_owned())
}

fn address(url: &str) -> Result<&str> {
    let rest = url.strip_prefix("http://").with_context(|| format!("`{url}` is not http://…"))?;
    Ok(rest.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_taken_from_the_url() {
        assert_eq!(address("http://127.0.0.1:8080").unwrap(), "127.0.0.1:8080");
        assert_eq!(address("http://127.0.0.1:8080/").unwrap(), "127.0.0.1:8080");
        assert!(address("127.0.0.1:8080").is_err());
    }

    #[test]
    fn a_program_that_is_never_ready_is_an_error_that_quotes_it() {
        let error = Sandbox::start(Path::new("/bin/echo")).err().unwrap();
        assert!(error.to_string().contains("sandbox --ephemeral"), "{error}");
    }
}
