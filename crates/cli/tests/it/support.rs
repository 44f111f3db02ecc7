//! Runs the command, and plays a management API that answers what a test tells it to.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

/// The command with arguments, in an environment that knows nothing of it.
pub(crate) fn freischalt<I: IntoIterator<Item: AsRef<OsStr>>>(arguments: I) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_freischalt"));
    command.args(arguments).stdin(Stdio::null());
    for name in [
        "FREISCHALT_MANAGEMENT",
        "FREISCHALT_MANAGEMENT_TOKEN",
        "FREISCHALT_PROVIDER_SECRET",
        "FREISCHALT_API_KEY",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ] {
        command.env_remove(name);
    }
    command
}

/// What a run of the command left behind.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Runs the command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// Runs the command with its output going elsewhere.
    pub(crate) fn of_to(command: &mut Command, out: Stdio) -> Self {
        let child = command.stdout(out).stderr(Stdio::piped()).spawn().unwrap();
        Self::from(child.wait_with_output().unwrap())
    }

    /// Runs the command with a text on standard input.
    pub(crate) fn with_input(command: &mut Command, input: &str) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Self::from(child.wait_with_output().unwrap())
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs the command with these words as arguments.
pub(crate) fn run(words: &[&str]) -> Run {
    Run::of(&mut freischalt(words))
}

/// A server that answers one request and then is gone.
pub(crate) struct FakeServer {
    pub(crate) address: String,
    seen: Receiver<Seen>,
}

/// The request that came.
pub(crate) struct Seen {
    /// `GET /v1/clock`
    pub(crate) line: String,
    /// The header lines, lower-case names first.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl FakeServer {
    /// Starts a server that answers with this status and body.
    pub(crate) fn answering(status: u16, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (send, seen) = channel();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read(&mut BufReader::new(&stream));
            answer(&mut stream, status, body);
            send.send(request).unwrap();
        });
        Self { address, seen }
    }

    /// Runs the command against this server.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        Run::of(freischalt(words).env("FREISCHALT_MANAGEMENT", &self.address))
    }

    /// The request that came; only after a run.
    pub(crate) fn request(&self) -> Seen {
        self.seen.recv().unwrap()
    }
}

fn read(stream: &mut BufReader<&TcpStream>) -> Seen {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    let line = lines.remove(0).trim_end_matches(" HTTP/1.1").to_owned();
    Seen { line, headers: lines, body: String::from_utf8(body).unwrap() }
}

fn answer(stream: &mut TcpStream, status: u16, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close");
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
}
