//! A live PHP process that answers line by line.

use std::{
    io::{BufRead, BufReader, BufWriter, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::case::{Case, Outcome};

const SCRIPT: &str = include_str!("reference.php");

/// The questions and the answers of a PHP process. They must be used from two threads, or by
/// asking everything first, because PHP answers in blocks.
pub(super) struct Php {
    child: Child,
    pub(super) answers: Answers,
}

pub(super) struct Questions(BufWriter<ChildStdin>);

pub(super) struct Answers(BufReader<ChildStdout>);

impl Php {
    /// Starts PHP without its configuration file, so that all defaults are PHP's own.
    pub(super) fn start() -> anyhow::Result<(Self, Questions)> {
        let mut child = Command::new("php")
            .args(["-n", "-d", "display_errors=0", "-d", "memory_limit=1G", "-r"])
            .arg(SCRIPT.trim_start_matches("<?php"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start php; install the php-cli package, version 8.2")?;
        let questions = child.stdin.take().context("php has no standard input")?;
        let answers = child.stdout.take().context("php has no standard output")?;
        let php = Self { child, answers: Answers(BufReader::new(answers)) };
        Ok((php, Questions(BufWriter::new(questions))))
    }

    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        let status = self.child.wait()?;
        ensure!(status.success(), "php ended with {status}");
        Ok(())
    }
}

impl Questions {
    pub(super) fn ask(&mut self, case: &Case) -> anyhow::Result<()> {
        writeln!(self.0, "{}{}", case.kind.letter(), STANDARD.encode(&case.input))?;
        Ok(())
    }
}

impl Answers {
    pub(super) fn next(&mut self) -> anyhow::Result<Outcome> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let (class, text) = line.trim_end_matches('\n').split_once(' ').context("php went away")?;
        Ok(Outcome { class: class.to_owned(), text: STANDARD.decode(text)? })
    }
}

/// The version of the PHP on the path, like 8.2.36.
pub(super) fn version() -> anyhow::Result<String> {
    let output = Command::new("php").args(["-n", "-r", "echo PHP_VERSION;"]).output()?;
    Ok(String::from_utf8(output.stdout)?)
}
