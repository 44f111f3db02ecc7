//! One measurement: what the load tool is told, and what it reports.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::server::{Running, program};
use super::world::text;

/// What a measurement brought; absent where it does not apply.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Measurement {
    /// Answers, or actions in them, per second.
    pub(super) rate: f64,
    pub(super) answered: u64,
    pub(super) failed: u64,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    pub(super) p999_us: f64,
    /// Changes in each commit of the store; 0 where that is not known.
    pub(super) changes_per_commit: f64,
    /// What the load generator spent on a request.
    pub(super) load_cpu_us: f64,
    /// What the server spent on a request.
    pub(super) server_cpu_us: f64,
    /// The server's memory when it had just started, and after the measurement, in bytes.
    pub(super) server_resident_before: u64,
    pub(super) server_resident: u64,
}

/// How to send.
pub(super) struct Load<'a> {
    pub(super) servers: &'a [&'a Running],
    pub(super) path: &'a str,
    pub(super) credentials: &'a Path,
    /// Credentials that were used before.
    pub(super) skip: usize,
    /// The most credentials to use.
    pub(super) take: usize,
    /// Whether to take them in the order in which the activations began.
    pub(super) in_order: bool,
    /// Whether to begin again with the first.
    pub(super) repeat: bool,
    pub(super) connections: usize,
    pub(super) actions: usize,
    pub(super) rate: Option<f64>,
    pub(super) seconds: f64,
    pub(super) expect: &'a str,
}

/// The path of our API.
pub(super) const API: &str = "/api/stable/api.php";
/// A text that an answer contains which says that the provider is unlocked.
pub(super) const UNLOCKED: &str = r#""success":"success""#;

impl Load<'_> {
    /// Sends and measures. A failed request fails the benchmark: a fast refusal is no speed.
    pub(super) fn run(&self) -> Result<Value> {
        let mut arguments = vec!["run".to_owned()];
        let mut add = |name: &str, value: String| {
            arguments.push(format!("--{name}"));
            arguments.push(value);
        };
        for server in self.servers {
            add("target", SocketAddr::to_string(&server.address));
            add("pid", server.pid().to_string());
        }
        add("path", self.path.to_owned());
        add("credentials", text(self.credentials)?);
        add("skip", self.skip.to_string());
        add("take", self.take.to_string());
        add("connections", self.connections.to_string());
        add("actions", self.actions.to_string());
        add("seconds", self.seconds.to_string());
        add("expect", self.expect.to_owned());
        if let Some(rate) = self.rate {
            add("rate", rate.to_string());
        }
        for (flag, wanted) in [("--repeat", self.repeat), ("--in-order", self.in_order)] {
            arguments.extend(wanted.then(|| flag.to_owned()));
        }
        let report = load_tool(&arguments)?;
        if report["failed"].as_u64() != Some(0) {
            bail!("{} of the requests failed: {}", report["failed"], report["failure"]);
        }
        Ok(report)
    }
}

/// Runs the load tool and reads its line of JSON.
pub(super) fn load_tool(arguments: &[String]) -> Result<Value> {
    let mut command = Command::new(program("freischalt-load"));
    command.args(arguments).stdin(Stdio::null()).stderr(Stdio::piped());
    let output = command.output().context("cannot start freischalt-load")?;
    if !output.status.success() {
        bail!("freischalt-load: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("freischalt-load printed something unexpected")
}
