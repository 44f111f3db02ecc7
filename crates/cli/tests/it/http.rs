//! HTTP/1.1 by hand over blocking sockets, for tests that have to see a connection break.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

use serde_json::Value;

/// Longer than any answer takes, shorter than anybody's patience.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `Set-Cookie`, or nothing.
    pub(crate) cookie: String,
    /// `Location`, or nothing.
    pub(crate) location: String,
    /// `Content-Security-Policy`, or nothing.
    pub(crate) policy: String,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// The address in `http://127.0.0.1:8080`; of `localhost` that of IPv4, where sandboxes listen
/// unless they are told otherwise.
pub(crate) fn address(url: &str) -> SocketAddr {
    let found: Vec<_> = url.trim_start_matches("http://").to_socket_addrs().unwrap().collect();
    *found.iter().find(|address| address.is_ipv4()).unwrap_or(&found[0])
}

/// Connects, with an end to all waiting.
pub(crate) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// A request that is the only one on its connection.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: marketplace.test\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let length = body.len();
    head.push_str(&format!("Content-Length: {length}\r\nConnection: close\r\n\r\n"));
    [head.as_bytes(), body.as_bytes()].concat()
}

/// Reads the answer, or says how the connection broke.
pub(crate) fn read(stream: &TcpStream) -> io::Result<Answer> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or(io::ErrorKind::UnexpectedEof)?;
    let (mut length, mut chunked) = (0, false);
    let (mut cookie, mut location, mut policy) = (String::new(), String::new(), String::new());
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        } else if name.eq_ignore_ascii_case("set-cookie") {
            value.trim().clone_into(&mut cookie);
        } else if name.eq_ignore_ascii_case("location") {
            value.trim().clone_into(&mut location);
        } else if name.eq_ignore_ascii_case("content-security-policy") {
            value.trim().clone_into(&mut policy);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = true;
        }
    }
    let body = if chunked { read_chunks(&mut reader)? } else { read_bytes(&mut reader, length)? };
    let body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok(Answer { status, cookie, location, policy, body })
}

fn read_bytes(reader: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A body whose length nobody knew beforehand.
fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        let chunk = read_bytes(reader, length + 2)?;
        if length == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&chunk[..length]);
    }
}

/// One exchange on a connection of its own.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let mut stream = connect(address)?;
    stream.write_all(request)?;
    read(&stream)
}

/// One call with a JSON body that must succeed.
#[track_caller]
pub(crate) fn call(address: SocketAddr, method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = request(method, path, &[("Content-Type", "application/json")], &body);
    let answer = exchange(address, &request).unwrap();
    assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
    answer.json()
}
