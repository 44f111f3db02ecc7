//! Requests byte for byte: no client library would send some of these targets as they are.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpStream},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

/// An answer; what could not be read of it is empty.
pub(crate) struct Answer {
    /// 0 if there was none.
    pub(crate) status: u16,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a GET of this target and reads until the server closes.
pub(crate) fn get(port: u16, target: &str) -> Result<Answer> {
    let host = format!("127.0.0.1:{port}");
    send(port, "GET", target, &[("Host", &host), ("Accept", "text/html")], b"")
}

/// Sends a request, the body as it is, and reads until the server closes. Whoever refuses a large request
/// answers while it is still being sent, so both go on at the same time.
pub(crate) fn send(
    port: u16,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer> {
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if headers.iter().all(|(name, _)| *name != "Connection") {
        head.push_str("Connection: close\r\n");
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("cannot connect")?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut writing = stream.try_clone()?;
    let mut bytes = Vec::new();
    thread::scope(|scope| {
        scope.spawn(move || {
            let sent = writing.write_all(head.as_bytes()).and_then(|()| writing.write_all(body));
            // The answer says what was wrong with what could not be sent.
            drop(sent);
        });
        let _ = stream.read_to_end(&mut bytes);
        let _ = stream.shutdown(Shutdown::Both);
    });
    Ok(parse(&bytes, method == "HEAD"))
}

fn parse(bytes: &[u8], no_body: bool) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let mut text = text.as_ref();
    while text.starts_with("HTTP/1.1 100 ") {
        // `Continue` is no answer yet.
        text = text.split_once("\r\n\r\n").map_or("", |(_, rest)| rest);
    }
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if no_body {
        String::new()
    } else if chunked {
        unchunk(body)
    } else {
        body.to_owned()
    };
    Answer { status, headers, body }
}

/// Answers are ASCII, so that sizes in bytes are sizes of text.
fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else { break };
        let Some(chunk) = rest.get(..size).filter(|_| size > 0) else { break };
        whole.push_str(chunk);
        body = rest.get(size + 2..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = parse(b"HTTP/1.1 403 Forbidden\r\nX-Frame-Options: DENY\r\n\r\nno", false);
        assert_eq!((answer.status, answer.body.as_str()), (403, "no"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(parse(b"", false).status, 0);
    }

    #[test]
    fn chunks_are_put_together() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        assert_eq!(parse(bytes, false).body, "abcd");
    }
}
