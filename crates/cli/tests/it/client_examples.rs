//! The complete provider of the client library's examples, activated by a sandbox.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use freischalt_client::{
    Client, Secret,
    provider::{MemoryReplayStore, UrlCheck},
};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::support::{Run, freischalt};

#[allow(dead_code, reason = "an example has a main function")]
#[path = "../../../client/examples/provider.rs"]
mod provider;

/// A sandbox that ends with the test.
struct Sandbox {
    process: Child,
    addresses: Value,
}

impl Sandbox {
    fn start() -> Self {
        let mut command =
            freischalt(["--port", "0", "--management-port", "0", "--ephemeral", "--json"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, addresses: serde_json::from_str(&line).unwrap() }
    }

    fn address(&self, name: &str) -> String {
        self.addresses[name].as_str().unwrap().to_owned()
    }

    fn api(&self) -> String {
        format!("{}/api/stable/api.php", self.address("marketplace"))
    }

    fn command(&self, words: &[&str]) -> Value {
        let management = self.address("management");
        let run = Run::of(freischalt(words).env("FREISCHALT_MANAGEMENT", management));
        assert_eq!(run.code, 0, "{words:?}: {}", run.err);
        serde_json::from_str(&run.out).unwrap()
    }

    fn start_activation(&self, provider: &str) -> Value {
        let words = ["activation", "start", "--customer", "musterimmo", "--all-users", "--json"];
        self.command(&[&words[..], &["--provider", provider]].concat())
    }

    fn state(&self, activation: &Value) -> String {
        let shown =
            self.command(&["activation", "show", activation["id"].as_str().unwrap(), "--json"]);
        shown["state"].as_str().unwrap().to_owned()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_complete_provider_is_activated() {
    let sandbox = Sandbox::start();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/activate");
    let words = ["provider", "add", "--name", "Hello", "--activation-url", &url, "--json"];
    let added = sandbox.command(&words);
    let secret = Secret::new(text(&added, "secret"));
    let hello = provider::Provider {
        check: UrlCheck::new(&format!("http://{address}"), secret).unwrap(),
        client: Client::new(&sandbox.api()).unwrap(),
        marketplace: sandbox.address("marketplace"),
        used: MemoryReplayStore::default(),
        customers: Mutex::default(),
        claims: Mutex::default(),
    };
    tokio::spawn(async move { axum::serve(listener, provider::router(hello)).await });

    let started = sandbox.start_activation(text(&added, "slug"));
    let activation_url = text(&started, "activationUrl").to_owned();
    let key = format!("secret= {} ", text(&started, "apiKey"));
    let page = exchange(&activation_url, "GET", "").await;
    assert!(page.contains("unlockButton"), "{page}");
    let wrong = exchange(&activation_url, "POST", "secret=wrong").await;
    assert!(wrong.contains("The key has 5 characters"), "{wrong}");
    assert_eq!(sandbox.state(&started), "pending");
    let active = exchange(&activation_url, "POST", &key.replace(' ', "+")).await;
    assert!(active.contains("successMessage"), "{active}");
    assert_eq!(sandbox.state(&started), "active");
    let tampered = exchange(&activation_url.replace("userId=", "userId=9"), "GET", "").await;
    assert!(tampered.contains("the signature does not match"), "{tampered}");
}

/// The answer, head and body, to a request for this address.
async fn exchange(url: &str, method: &str, form: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let length = form.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    );
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
