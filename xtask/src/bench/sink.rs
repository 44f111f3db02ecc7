//! A collector of traces that reads what it is sent, says that it is fine, and forgets it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::Result;

const FINE: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// See the module. It runs as long as this process.
pub(super) struct Sink {
    address: SocketAddr,
    bytes: Arc<AtomicU64>,
}

impl Sink {
    /// The variable that tells a server of it.
    pub(super) const VARIABLE: &'static str = "OTEL_EXPORTER_OTLP_ENDPOINT";

    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let sink = Self { address: listener.local_addr()?, bytes: Arc::default() };
        let bytes = Arc::clone(&sink.bytes);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let bytes = Arc::clone(&bytes);
                thread::spawn(move || {
                    let mut reader = BufReader::new(&stream);
                    while let Some(length) = take(&mut reader, &stream) {
                        bytes.fetch_add(length, Ordering::Relaxed);
                    }
                });
            }
        });
        Ok(sink)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How much was sent so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// One request; how long its body was. None when there is no more.
fn take(reader: &mut BufReader<&TcpStream>, mut stream: &TcpStream) -> Option<u64> {
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).ok()? > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        line.clear();
    }
    let read = std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    stream.write_all(FINE).ok()?;
    (read == length && length > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_read_and_answered() {
        let sink = Sink::start().unwrap();
        let mut stream = TcpStream::connect(sink.address).unwrap();
        for total in [5, 10] {
            stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").unwrap();
            let mut answer = vec![0; FINE.len()];
            stream.read_exact(&mut answer).unwrap();
            assert_eq!(answer, FINE);
            while sink.bytes() < total {
                thread::yield_now();
            }
        }
    }
}
