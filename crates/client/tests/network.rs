//! The default transport over real sockets: how each way of failing is told apart.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::time::Duration;

use freischalt_client::{
    Action, CallError, CallErrorKind, Client, Credentials, ErrorCode, RetryPolicy, Secret,
    TransportError, Verb,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server that reads one request, head and body, and answers these bytes; without any it keeps
/// the connection open and says nothing. The request comes back through the handle.
async fn serve(answer: Option<Vec<u8>>) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handle = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        match answer {
            // A client that has read enough closes first.
            Some(answer) => _ = stream.write_all(&answer).await,
            None => std::future::pending().await,
        }
        request
    });
    (address, handle)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer).await.unwrap();
        text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
        if length == 0 || text.ends_with("}]}}") {
            return text;
        }
    }
}

fn http(head: &str, body: &[u8]) -> Option<Vec<u8>> {
    Some([head.as_bytes(), b"\r\n\r\n", body].concat())
}

async fn call(scheme: &str, address: SocketAddr, timeout: Duration) -> CallError {
    let client = Client::builder(&format!("{scheme}://{address}/api/stable/api.php"))
        .timeout(timeout)
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let credentials = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
    client.call(&credentials, &Action::new(Verb::Read, "estate"), None).await.unwrap_err()
}

const PATIENT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_request_is_a_json_post_and_the_answer_is_understood() {
    let body = br#"{"status":{"code":400,"errorcode":22,"message":"Not authenticated"}}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}", body.len());
    let (address, request) = serve(http(&head, body)).await;
    match call("http", address, PATIENT).await {
        CallError::Refused(refusal) => assert_eq!(refusal.code, ErrorCode::NOT_AUTHENTICATED),
        other => panic!("{other}"),
    }
    let request = request.await.unwrap().to_ascii_lowercase();
    assert!(request.starts_with("post /api/stable/api.php http/1.1\r\n"), "{request}");
    assert!(request.contains("content-type: application/json\r\n"), "{request}");
    assert!(request.contains("user-agent: freischalt/"), "{request}");
}

#[tokio::test]
async fn nobody_listening() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = call("http", address, PATIENT).await;
    assert!(matches!(error, CallError::Transport(TransportError::Connect(_))), "{error}");
}

#[tokio::test]
async fn no_answer_in_time() {
    let (address, _request) = serve(None).await;
    let error = call("http", address, Duration::from_millis(200)).await;
    assert!(matches!(error, CallError::Transport(TransportError::Timeout(_))), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_amid_the_answer() {
    let (address, _request) = serve(http("HTTP/1.1 200 OK\r\nContent-Length: 100", b"{")).await;
    let error = call("http", address, PATIENT).await;
    assert!(matches!(error, CallError::Transport(TransportError::Interrupted(_))), "{error}");
}

#[tokio::test]
async fn an_answer_without_end() {
    let endless = vec![b' '; 32 * 1024 * 1024 + 1];
    let (address, _request) = serve(http("HTTP/1.1 200 OK\r\nConnection: close", &endless)).await;
    let error = call("http", address, PATIENT).await;
    assert!(matches!(error, CallError::Transport(TransportError::TooLarge { .. })), "{error}");
    assert_eq!(error.kind(), CallErrorKind::Unintelligible, "something did answer");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let head = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0";
    let (address, _request) = serve(http(head, b"")).await;
    let error = call("http", address, PATIENT).await;
    assert!(matches!(error, CallError::NotAnAnswer { status: 302, .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let mut rest = Vec::new();
        _ = stream.read_to_end(&mut rest).await;
    });
    let error = call("https", address, PATIENT).await;
    assert!(matches!(error, CallError::Transport(TransportError::Tls(_))), "{error:?}");
}
