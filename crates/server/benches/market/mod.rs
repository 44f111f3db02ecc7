//! What the benchmarks share: a connection, and an unlock as a provider makes it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{SystemTime, UNIX_EPOCH},
};

use freischalt_protocol::{
    Secret, Verb,
    hmac::{SigningKey, V2Message},
};
use serde_json::{Value, json};

/// The body of the unlock of an activation that is started for it.
pub fn unlock_body(connection: &mut Connection, provider: &str, customer: &str) -> String {
    let request = json!({ "provider": provider, "customer": customer }).to_string();
    let answer: Value =
        serde_json::from_slice(&connection.post("/v1/activations", &request)).unwrap();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    envelope(
        &text("apiToken"),
        &Secret::new(text("apiKey")),
        now,
        &text("parameterCacheId"),
        &text("apiClaim"),
    )
}

/// The body of an unlock, as the official PHP SDK writes it.
pub fn envelope(token: &str, key: &Secret, timestamp: u64, cache_id: &str, claim: &str) -> String {
    let (action_id, timestamp_text) = (Verb::Do.action_id(), timestamp.to_string());
    let message = V2Message {
        timestamp: &timestamp_text,
        token,
        resource_type: "unlockProvider",
        action_id: &action_id,
    };
    json!({
        "token": token,
        "request": { "actions": [{
            "actionid": action_id,
            "identifier": "",
            "parameters": {
                "parameterCacheId": cache_id, "isRegularCustomer": 0, "extendedclaim": claim,
            },
            "resourceid": "",
            "resourcetype": "unlockProvider",
            "timestamp": timestamp,
            "hmac_version": 2,
            "hmac": SigningKey::new(key).sign(&message),
        }] },
    })
    .to_string()
}

/// A connection that is kept open: what it costs stays the same in every row.
pub struct Connection {
    reader: BufReader<TcpStream>,
    request: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { reader: BufReader::new(stream), request: Vec::new() }
    }

    pub fn post(&mut self, path: &str, body: &str) -> Vec<u8> {
        self.send("POST", path, body)
    }

    pub fn send(&mut self, method: &str, path: &str, body: &str) -> Vec<u8> {
        self.request.clear();
        write!(
            self.request,
            "{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        self.reader.get_mut().write_all(&self.request).unwrap();
        self.read_answer()
    }

    fn read_answer(&mut self) -> Vec<u8> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).unwrap();
            if line == "\r\n" {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).unwrap();
        body
    }
}
