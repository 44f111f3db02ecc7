//! A server that is going to be killed.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::slow_disk::SlowDisk;

const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(10);

/// The process and its addresses.
#[derive(Debug)]
pub(crate) struct Victim {
    child: Child,
    slow: Option<SlowDisk>,
    pub(crate) api: SocketAddr,
    pub(crate) management: SocketAddr,
}

impl Victim {
    /// Starts the server and waits until it is ready.
    pub(crate) fn start(
        program: &Path,
        config: &Path,
        store: Option<&str>,
        log: &Path,
        environment: &[(&str, PathBuf)],
    ) -> Result<Self> {
        let output =
            File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        // It fails where there is one already, and where it matters the start says why.
        let _ = Command::new(program)
            .args(["store", "create", "--config"])
            .arg(config)
            .args(store.iter().flat_map(|store| ["--store", *store]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let mut child = Command::new(program)
            .arg("serve")
            .arg("--config")
            .arg(config)
            .args(store.iter().flat_map(|store| ["--store", *store]))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let started = Instant::now();
        loop {
            let text = fs::read_to_string(log)?;
            if let Some((api, management)) = text.lines().find_map(addresses) {
                return Ok(Self { child, api, management, slow: None });
            }
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}: {text}");
            }
            if started.elapsed() > PATIENCE {
                let _ = child.kill();
                bail!("the server is not ready: {text}");
            }
            thread::sleep(GLANCE);
        }
    }

    /// From now on its syncs take long.
    pub(super) fn slow_down(&mut self) -> Result<()> {
        self.slow = Some(SlowDisk::of(self.child.id())?);
        Ok(())
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without any warning (SIGKILL), and waits until it is gone.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // It may have been killed before; there is nothing to be done about a failure.
        let _ = self.kill();
    }
}

/// The addresses in the line that says that the server is ready.
fn addresses(line: &str) -> Option<(SocketAddr, SocketAddr)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let address = |name: &str| line.get(name)?.as_str()?.parse().ok();
    (line.get("message")? == "ready").then_some(())?;
    Some((address("marketplace")?, address("management")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_has_both_addresses() {
        let line = r#"{"level":"INFO","message":"ready","marketplace":"127.0.0.1:1","management":"127.0.0.1:2"}"#;
        let (api, management) = addresses(line).unwrap();
        assert_eq!((api.port(), management.port()), (1, 2));
        assert_eq!(addresses(&line.replace("ready", "stopped")), None);
        assert_eq!(addresses("panicked"), None);
    }

    #[test]
    fn a_server_that_ends_at_once_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let error = Victim::start(Path::new("/bin/false"), Path::new("x"), None, &log, &[]);
        let error = error.unwrap_err();
        assert!(error.to_string().contains("ended with"), "{error}");
    }
}
