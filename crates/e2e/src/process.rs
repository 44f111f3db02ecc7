//! Child processes that say where they listen, and that leave nothing behind.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// How long a program may take to say that it is ready.
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// A running program. Dropping it ends the program and everything that it started.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts the program and waits for the line of its output in which `find` finds something.
    pub fn start<T: Send + 'static>(
        mut command: Command,
        find: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T)> {
        let name = command.get_program().to_string_lossy().into_owned();
        // A group of its own, so that a browser's many processes end together.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let stdout = child.stdout.take();
        let process = Self { child };
        let stdout = BufReader::new(stdout.context("the program has no output")?);
        let found = await_line(stdout, find).with_context(|| format!("{name} is never ready"))?;
        Ok((process, found))
    }
}

impl Process {
    /// Starts a program that does not say when it is ready, and tries until it is.
    pub async fn start_and_try(mut command: Command, ready: impl Fn() -> bool) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let mut process = Self { child };
        let end = Instant::now() + PATIENCE;
        while !ready() {
            if let Some(status) = process.child.try_wait()? {
                bail!("{name} ends instead of being ready: {status}");
            }
            ensure!(Instant::now() < end, "{name} is never ready");
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A failure means that the program has already ended.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// Reads in a thread to the very end, because a program whose output nobody reads gets stuck.
fn await_line<T: Send + 'static>(
    output: impl BufRead + Send + 'static,
    find: impl Fn(&str) -> Option<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if let Some(found) = find(&line) {
                // Nobody listens any more after the first one.
                let _ = sender.send(found);
            }
        }
    });
    receiver.recv_timeout(PATIENCE).context("it did not print the expected line")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_line_is_found_among_others() {
        let find = |line: &str| line.strip_prefix("port ").map(str::to_owned);
        let (_process, port) =
            Process::start(shell("echo hello; echo port 7; sleep 60"), find).unwrap();
        assert_eq!(port, "7");
    }

    #[test]
    fn a_program_that_ends_without_the_line_is_an_error() {
        let error = Process::start(shell("echo hello"), |_| None::<()>).unwrap_err();
        assert_eq!(error.to_string(), "sh is never ready");
    }
}
