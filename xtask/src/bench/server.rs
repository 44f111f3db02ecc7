//! Servers under measurement, as processes of their own: started, and ended when dropped.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::folder;
use super::sink::Sink;
use crate::{shell, world};

/// Filling a store in memory takes its time.
const PATIENCE: Duration = Duration::from_secs(180);
const GLANCE: Duration = Duration::from_millis(20);

/// A running server.
pub(super) struct Running {
    child: Child,
    /// Where it answers.
    pub(super) address: SocketAddr,
    /// Where it is managed, if it is ours.
    management: Option<SocketAddr>,
}

/// Commits of a store so far, and changes in them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Commits {
    commits: f64,
    changes: f64,
}

impl Commits {
    /// Changes in each commit since an earlier count.
    pub(super) fn mean_since(self, before: Self) -> f64 {
        (self.changes - before.changes) / (self.commits - before.commits).max(1.0)
    }

    /// What the metrics of a server say.
    fn read(metrics: &str) -> Result<Self> {
        let figure = |name: &str| {
            let name = format!("freischalt_store_group_changes_{name} ");
            let text = metrics.lines().find_map(|line| line.strip_prefix(&name));
            text.and_then(|text| text.trim().parse().ok()).context("metrics without commits")
        };
        Ok(Self { commits: figure("count")?, changes: figure("sum")? })
    }
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
            ready.then(|| ["marketplace", "management"].map(|name| line[name].clone()))
        })
    }

    /// What its store has committed.
    pub(super) fn commits(&self) -> Result<Commits> {
        let management = self.management.context("a server without a management API")?;
        let mut connection = TcpStream::connect(management)?;
        write!(
            connection,
            "GET /metrics HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
            world::token()
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Commits::read(&answer)
    }

    /// One of the servers of the load tool.
    pub(super) fn of_load_tool(name: &str, arguments: &[String]) -> Result<Self> {
        let mut command = Command::new(program("freischalt-load"));
        command.arg(name).args(arguments);
        let address = |line: &Value| line.get("address").map(|found| [found.clone(), Value::Null]);
        Self::start(command, name, address)
    }

    /// A server that says nothing machines could read, on a port that it was given.
    pub(super) fn at(mut command: Command, name: &str, address: SocketAddr) -> Result<Self> {
        let log = log_file(name)?;
        command.stdin(Stdio::null()).stdout(log.1.try_clone()?).stderr(log.1);
        let child =
            command.process_group(0).spawn().with_context(|| format!("cannot start {name}"))?;
        let mut running = Self { child, address, management: None };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            running.check_alive(name, &log.0, started)?;
            thread::sleep(GLANCE);
        }
        Ok(running)
    }

    /// Waits for the line of JSON that names the address, and perhaps that of its management. What
    /// the server logs goes to a file, as it would in real life, and is not read while it is measured.
    fn start(
        mut command: Command,
        name: &str,
        addresses: impl Fn(&Value) -> Option<[Value; 2]>,
    ) -> Result<Self> {
        let (path, log) = log_file(name)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child =
            command.process_group(0).spawn().with_context(|| format!("cannot start {name}"))?;
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut running = Self { child, address: nowhere, management: None };
        let started = Instant::now();
        loop {
            let text = fs::read_to_string(&path)?;
            let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let found = lines.filter_map(|line| addresses(&line)).next();
            if let Some([address, management]) = found {
                let parse = |found: &str| found.parse().context("the address is none");
                running.address = parse(address.as_str().context("the address is no text")?)?;
                running.management = management.as_str().map(parse).transpose()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read_from_metrics() {
        let text = "# TYPE freischalt_store_group_changes histogram\n\
            freischalt_store_group_changes_bucket{le=\"1\"} 2\n\
            freischalt_store_group_changes_sum 10\nfreischalt_store_group_changes_count 4\n";
        let before = Commits::read(text).unwrap();
        let after = Commits { commits: 6.0, changes: 50.0 };
        assert!((after.mean_since(before) - 20.0).abs() < 1e-9);
        assert!(Commits::read("nothing").is_err());
    }
}
