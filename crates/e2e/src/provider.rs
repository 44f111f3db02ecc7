//! Pages of providers that no demo provider offers: what others' servers may answer.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use anyhow::Result;

/// A page that answers every request alike, until the test's process ends.
#[derive(Debug)]
pub struct Page {
    address: SocketAddr,
}

impl Page {
    /// Shows a document of HTML.
    pub fn showing(html: &str) -> Result<Self> {
        Self::sending("", html)
    }

    /// Shows a document of HTML with further header lines, each with its line end.
    pub fn sending(headers: &str, html: &str) -> Result<Self> {
        Self::whole("text/html; charset=utf-8", headers, html)
    }

    /// Shows a document of another kind.
    pub fn of_kind(kind: &str, text: &str) -> Result<Self> {
        Self::whole(kind, "", text)
    }

    fn whole(kind: &str, headers: &str, body: &str) -> Result<Self> {
        let length = body.len();
        Self::answering(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{headers}\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    /// Sends everybody somewhere else.
    pub fn moved_to(url: &str) -> Result<Self> {
        Self::answering(format!(
            "HTTP/1.1 302 Found\r\nlocation: {url}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ))
    }

    /// Its address, with a name that makes it another site than the marketplace's.
    pub fn url(&self) -> String {
        format!("http://localhost:{}/activate", self.address.port())
    }

    fn answering(answer: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = answer.clone();
                // Whoever hangs up early does not want the answer.
                thread::spawn(move || serve(stream, &answer).ok());
            }
        });
        Ok(Self { address })
    }
}

/// Reads the request's head, because closing with unread bytes resets the connection.
fn serve(mut stream: TcpStream, answer: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    stream.write_all(answer.as_bytes())
}
