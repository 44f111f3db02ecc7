//! Servers under measurement, as processes of their own: started, and ended when dropped.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::folder;
use super::sink::Sink;
use crate::shell;

/// Filling a store in memory takes its time.
const PATIENCE: Duration = Duration::from_secs(180);
const GLANCE: Duration = Duration::from_millis(20);

/// A running server.
pub(super) struct Running {
    child: Child,
    /// Where it answers.
    pub(super) address: SocketAddr,
}

impl Running {
    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The real server, with what it logs and perhaps a collector of traces.
    pub(super) fn freischalt(config: &Path, log: &str, sink: Option<&Sink>) -> Result<Self> {
        let mut command = Command::new(program("freischalt"));
        command.arg("serve").arg("--config").arg(config).env("FREISCHALT_LOG", log);
        command.env_remove(Sink::VARIABLE);
        command.envs(sink.map(|sink| (Sink::VARIABLE, sink.url())));
        Self::start(command, "freischalt", |line| {
            let ready = line["message"] == "ready" && line["marketplace"].is_string();
            ready.then(|| line["marketplace"].clone())
        })
    }

    /// One of the servers of the load tool.
    pub(super) fn of_load_tool(name: &str, arguments: &[String]) -> Result<Self> {
        let mut command = Command::new(program("freischalt-load"));
        command.arg(name).args(arguments);
        Self::start(command, name, |line| line.get("address").cloned())
    }

    /// A server that says nothing machines could read, on a port that it was given.
    pub(super) fn at(mut command: Command, name: &str, address: SocketAddr) -> Result<Self> {
        let log = log_file(name)?;
        command.stdin(Stdio::null()).stdout(log.1.try_clone()?).stderr(log.1);
        let child =
            command.process_group(0).spawn().with_context(|| format!("cannot start {name}"))?;
        let mut running = Self { child, address };
        let started = Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            running.check_alive(name, &log.0, started)?;
            thread::sleep(GLANCE);
        }
        Ok(running)
    }

    /// Waits for the line of JSON that names the address. What the server logs goes to a file, as
    /// it would in real life, and is not read while it is measured.
    fn start(
        mut command: Command,
        name: &str,
        address: impl Fn(&Value) -> Option<Value>,
    ) -> Result<Self> {
        let (path, log) = log_file(name)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child =
            command.process_group(0).spawn().with_context(|| format!("cannot start {name}"))?;
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut running = Self { child, address: nowhere };
        let started = Instant::now();
        loop {
            let text = fs::read_to_string(&path)?;
            let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let found = lines.filter_map(|line| address(&line)).next();
            if let Some(found) = found {
                let found = found.as_str().context("the address is no text")?;
                running.address = found.parse().context("the address is none")?;
                return Ok(running);
            }
            running.check_alive(name, &path, started)?;
            thread::sleep(GLANCE);
        }
    }

    fn check_alive(&mut self, name: &str, log: &Path, started: Instant) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{name} ended with {status}: {}", fs::read_to_string(log).unwrap_or_default());
        }
        if started.elapsed() > PATIENCE {
            bail!("{name} is not ready; its log is {}", log.display());
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // With everything that it has started: some peers have workers that outlive them. What has
        // not ended soon is killed.
        let group = format!("-{}", self.child.id());
        // A group that is gone already is what is wanted, and no news.
        let signal = |name: &str| {
            Command::new("kill").args([name, "--", &group]).stderr(Stdio::null()).status()
        };
        let _ = signal("-TERM");
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                break;
            }
            thread::sleep(GLANCE);
        }
        let _ = signal("-KILL");
        let _ = self.child.wait();
    }
}

/// A program that was built for measuring.
pub(super) fn program(name: &str) -> PathBuf {
    shell::target_dir().join("release").join(name)
}

fn log_file(name: &str) -> Result<(PathBuf, File)> {
    fs::create_dir_all(folder())?;
    let path = folder().join(format!("{name}.log"));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok((path, file))
}
