//! A disk that takes long to sync: `strace` holds every sync of a running server back for a while.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStderr, Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// How much longer each sync takes, in microseconds.
const DELAY: u32 = 60_000;

/// Whether there is something that can hold syncs back; what is missing is printed.
#[expect(clippy::print_stderr, reason = "a skip is printed")]
pub(super) fn is_possible() -> bool {
    let mut command = Command::new("strace");
    let traced = command.args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let possible = traced.is_ok_and(|status| status.success());
    if !possible {
        eprintln!("SKIPPED: syncs cannot be slowed down here (it takes `strace`, and its rights)");
    }
    possible
}

/// From now on every sync of a process takes long, until this is dropped or the process ends.
#[derive(Debug)]
pub(super) struct SlowDisk {
    strace: Child,
    /// Where it names each new thread. It would end if nobody held the other end.
    _messages: BufReader<ChildStderr>,
}

impl SlowDisk {
    /// Returns when it has begun.
    pub(super) fn of(process: u32) -> Result<Self> {
        let mut command = Command::new("strace");
        command.args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync"]);
        command.args(["-e", &format!("inject=fdatasync,fsync:delay_enter={DELAY}")]);
        command.args(["-p", &process.to_string()]).stderr(Stdio::piped());
        let mut strace = command.spawn().context("cannot start strace")?;
        let mut messages = BufReader::new(strace.stderr.take().context("no pipe")?);
        let mut line = String::new();
        messages.read_line(&mut line)?;
        if !line.contains("attached") {
            bail!("strace does not attach: {line}");
        }
        Ok(Self { strace, _messages: messages })
    }
}

impl Drop for SlowDisk {
    fn drop(&mut self) {
        // It ends by itself when the process is gone, so there may be nothing left to do.
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        time::{Duration, Instant},
    };

    use super::*;

    #[test]
    fn a_sync_of_a_running_process_takes_longer() {
        if !is_possible() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        // It waits for a line before it syncs.
        let mut shell = Command::new("sh");
        shell.args(["-c", "read line; echo x > file; sync --data file"]);
        let mut shell = shell.current_dir(folder.path()).stdin(Stdio::piped()).spawn().unwrap();
        let _slow = SlowDisk::of(shell.id()).unwrap();
        let begun = Instant::now();
        shell.stdin.take().unwrap().write_all(b"go\n").unwrap();
        assert!(shell.wait().unwrap().success());
        assert!(begun.elapsed() >= Duration::from_micros(DELAY.into()));
    }
}
