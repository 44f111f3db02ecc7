//! What machine it was. Without that, no figure can be read later.

use std::fs;
use std::process::Command;

use serde::Serialize;

use crate::shell::workspace_root;

/// The machine and the programs that took part.
#[derive(Serialize)]
pub(super) struct Machine {
    processor: String,
    cores: usize,
    memory_gib: u64,
    kernel: String,
    /// What else the machine did: the load average of the last minute when the run began.
    load_before: String,
    commit: String,
    rust: String,
}

impl Machine {
    /// Looks around.
    pub(super) fn seen() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.map(|rest| rest.trim_matches([':', ' ', '\t']).to_owned()).unwrap_or_default()
        };
        let kilobytes = field(&read("/proc/meminfo"), "MemTotal");
        let kilobytes: u64 = kilobytes.trim_end_matches(" kB").parse().unwrap_or_default();
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            memory_gib: kilobytes / 1024 / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load_before: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
            commit: output("git", &["rev-parse", "--short", "HEAD"]),
            rust: output("rustc", &["--version"]),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} cores ({}), {} GiB, Linux {}, load {} before; commit {}; {}",
            self.cores,
            self.processor,
            self.memory_gib,
            self.kernel,
            self.load_before,
            self.commit,
            self.rust
        )
    }
}

fn output(program: &str, args: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(args).current_dir(workspace_root()).output();
    let output = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
