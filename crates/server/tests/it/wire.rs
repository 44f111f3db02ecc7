//! HTTP/1.1 by hand: requests are bytes, so that a test can send what no HTTP library would.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A connection that stays open until it is dropped.
pub struct Connection(BufReader<TcpStream>);

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Self {
        Self::try_open(address).await.expect("the server listens")
    }

    /// `None` if nobody listens there.
    pub async fn try_open(address: SocketAddr) -> Option<Self> {
        Some(Self(BufReader::new(TcpStream::connect(address).await.ok()?)))
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the server reads");
    }

    /// As `write`, for a server that may have heard enough and closed the connection.
    pub async fn try_write(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Ends our half: the server sees the end of the stream, and can still answer.
    pub async fn finish(&mut self) {
        self.0.shutdown().await.expect("the connection is open");
    }

    pub async fn read(&mut self) -> Answer {
        self.try_read().await.expect("an answer")
    }

    /// `None` if the server closes the connection without a word.
    pub async fn try_read(&mut self) -> Option<Answer> {
        let status_line = self.line().await?;
        let status = status_line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        let length = answer.header("content-length").map_or(0, |text| text.parse().unwrap());
        assert_eq!(answer.header("transfer-encoding"), None, "old clients want a length");
        answer.body = vec![0; length];
        self.0.read_exact(&mut answer.body).await.ok()?;
        Some(answer)
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("answers are UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// `status` of the API's answer as (code, errorcode).
    pub fn top(&self) -> (i64, i64) {
        let status = &self.json()["status"];
        (status["code"].as_i64().expect("code"), status["errorcode"].as_i64().expect("errorcode"))
    }

    /// The code of each result of the API's answer.
    pub fn codes(&self) -> Vec<i64> {
        let json = self.json();
        let results = json["response"]["results"].as_array().expect("results").iter();
        results.map(|result| result["status"]["errorcode"].as_i64().expect("a code")).collect()
    }
}

/// A request with a Host header, a Content-Length, and these further headers.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: marketplace.test\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    [head.as_bytes(), body].concat()
}

/// One request on a connection of its own.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let mut connection = Connection::open(address).await;
    connection.write(request).await;
    connection.read().await
}
