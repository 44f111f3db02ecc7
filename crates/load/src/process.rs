//! What processes cost, as the kernel counts it.

use std::fs;

use anyhow::{Context, Result};
use serde::Serialize;

/// What some processes have used so far, or between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Time on a core, user and system together, in microseconds.
    pub cpu_us: u64,
    /// Memory now, in bytes.
    pub resident: u64,
    /// Files, sockets and the like that are open now.
    pub handles: u64,
}

impl Cost {
    /// Of the processes and everything that they started.
    pub fn of(pids: &[u32]) -> Result<Self> {
        let mut all = Self::default();
        for pid in with_children(pids) {
            let one = Self::of_one(pid)?;
            all.cpu_us += one.cpu_us;
            all.resident += one.resident;
            all.handles += one.handles;
        }
        Ok(all)
    }

    /// Of this process.
    pub fn of_this() -> Result<Self> {
        Self::of_one(std::process::id())
    }

    /// What was used since `before`; memory and handles stay as they are now.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self { cpu_us: self.cpu_us.saturating_sub(before.cpu_us), ..self }
    }

    fn of_one(pid: u32) -> Result<Self> {
        let read = |file: &str| {
            let path = format!("/proc/{pid}/{file}");
            fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
        };
        Ok(Self {
            cpu_us: cpu_us(&read("stat")?).context("/proc/…/stat is unexpected")?,
            resident: resident(&read("status")?).context("/proc/…/status is unexpected")?,
            handles: fs::read_dir(format!("/proc/{pid}/fd"))?.count() as u64,
        })
    }
}

/// Processes that a peer starts for itself count with it.
fn with_children(pids: &[u32]) -> Vec<u32> {
    let mut all = pids.to_vec();
    let mut index = 0;
    while let Some(pid) = all.get(index).copied() {
        let path = format!("/proc/{pid}/task/{pid}/children");
        let text = fs::read_to_string(path).unwrap_or_default();
        all.extend(text.split_whitespace().filter_map(|word| word.parse::<u32>().ok()));
        index += 1;
    }
    all
}

/// Fields 14 and 15, counted after the name, which may contain anything; in ticks of 10 ms.
fn cpu_us(stat: &str) -> Option<u64> {
    let rest = stat.rsplit_once(')')?.1;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) * 10_000)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_read() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 150 25 0 0 20 0 1 0 5 1 1";
        assert_eq!(cpu_us(stat), Some(1_750_000));
        assert_eq!(resident("Name:\tx\nVmRSS:\t   12 kB\n"), Some(12 * 1024));
    }

    #[test]
    fn this_process_costs_something() {
        let cost = Cost::of(&[std::process::id()]).unwrap();
        assert!(cost.resident > 0 && cost.handles > 0, "{cost:?}");
        assert_eq!(cost.since(cost).cpu_us, 0);
    }
}
