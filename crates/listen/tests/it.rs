//! Black-box tests: sockets on one side, a router on the other.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this crate is a test"
)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, Request},
    http::StatusCode,
    routing::{get, post},
};
use freischalt_listen::{Closed, Counts, Limits, Listener, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, oneshot},
    task::JoinHandle,
};

/// Longer than any of it takes on the slowest machine.
const LONG: Duration = Duration::from_secs(60);
/// A limit that a test waits for.
const SHORT: Duration = Duration::from_millis(50);
const LIMITS: Limits = Limits { connections: 64, head: LONG, idle: LONG, write: LONG };

struct Served {
    address: SocketAddr,
    counts: Arc<Counts>,
    /// Lets `/held` answer.
    go_on: Arc<Notify>,
    /// Says that a request has reached `/held`.
    arrived: Arc<Notify>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Served {
    fn with(limits: Limits) -> Self {
        let (go_on, arrived) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (held, here) = (Arc::clone(&go_on), Arc::clone(&arrived));
        let router = Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/peer", get(async |request: Request| peer(&request)))
            .route("/large", get(|| async { vec![b'x'; 64 * 1024 * 1024] }))
            .route("/body", post(async |body: Bytes| body.len().to_string()))
            .route("/refuses", post(|| async { StatusCode::PAYLOAD_TOO_LARGE }))
            .route(
                "/held",
                get(move || async move {
                    here.notify_one();
                    held.notified().await;
                    "at last"
                }),
            );
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (address, counts) = (listener.local_addr().unwrap(), listener.counts());
        let (stop, stopped) = oneshot::channel();
        let until = async {
            _ = stopped.await;
        };
        let serving = tokio::spawn(serve(listener, router, limits, until));
        Self { address, counts, go_on, arrived, stop, serving }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn sent(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// Waits until there are so many connections.
    async fn has(&self, connections: usize) {
        while self.counts.open() != connections {
            tokio::task::yield_now().await;
        }
    }
}

fn peer(request: &Request) -> String {
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| peer.to_string())
        .unwrap_or_default()
}

/// Everything until the server closes.
async fn to_end(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    tokio::time::timeout(LONG, stream.read_to_end(&mut text)).await.expect("it ends").unwrap();
    String::from_utf8(text).unwrap()
}

/// Reads until this has come.
async fn until(stream: &mut TcpStream, last: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(last) {
        let mut chunk = [0; 1024];
        let bytes = tokio::time::timeout(LONG, stream.read(&mut chunk)).await.unwrap().unwrap();
        assert!(bytes > 0, "it ended after {text}");
        text.push_str(std::str::from_utf8(&chunk[..bytes]).unwrap());
    }
    text
}

const HELLO: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

#[tokio::test]
async fn whoever_says_nothing_or_half_of_a_head_is_closed_in_time() {
    let served = Served::with(Limits { head: SHORT, ..LIMITS });
    for said in ["", "GET", "GET / HTTP/1.1\r\nHost: h\r\n"] {
        assert_eq!(to_end(served.sent(said).await).await, "", "{said:?}");
    }
    served.has(0).await;
    assert_eq!(served.counts.closed(Closed::Head), 3);
}

#[tokio::test]
async fn a_connection_is_kept_for_further_requests_and_not_for_ever() {
    let served = Served::with(Limits { idle: SHORT, ..LIMITS });
    let mut stream = served.sent(HELLO).await;
    until(&mut stream, "hello").await;
    stream.write_all(HELLO.as_bytes()).await.unwrap();
    until(&mut stream, "hello").await;
    assert_eq!(to_end(stream).await, "");
    assert_eq!(served.counts.closed(Closed::Idle), 1);
}

#[tokio::test]
async fn what_is_worked_for_takes_as_long_as_it_takes() {
    let served = Served::with(Limits { head: SHORT, idle: SHORT, write: SHORT, ..LIMITS });
    let held = served.sent("GET /held HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    served.arrived.notified().await;
    // Another one is closed meanwhile: the limits have been looked at.
    assert_eq!(to_end(served.connect().await).await, "");
    served.go_on.notify_one();
    assert!(to_end(held).await.ends_with("at last"));
}

#[tokio::test]
async fn whoever_does_not_take_an_answer_is_cut() {
    let served = Served::with(Limits { write: SHORT, ..LIMITS });
    let _stream = served.sent("GET /large HTTP/1.1\r\nHost: h\r\n\r\n").await;
    while served.counts.closed(Closed::Write) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    served.has(0).await;
}

#[tokio::test]
async fn whoever_takes_a_large_answer_gets_all_of_it() {
    let served = Served::with(LIMITS);
    let stream = served.sent("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(to_end(stream).await.len() > 64 * 1024 * 1024);
}

#[tokio::test]
async fn when_there_is_no_room_the_longest_silent_makes_some() {
    let served = Served::with(Limits { connections: 2, ..LIMITS });
    let first = served.connect().await;
    served.has(1).await;
    // So that it is older by the clock that the table looks at.
    tokio::time::sleep(Duration::from_millis(5)).await;
    let second = served.sent("GET / HTTP/1.1\r\n").await;
    served.has(2).await;
    let mut third = served.sent(HELLO).await;
    until(&mut third, "hello").await;
    assert_eq!(to_end(first).await, "");
    assert_eq!(served.counts.closed(Closed::MadeRoom), 1);
    drop(second);
}

#[tokio::test]
async fn a_begun_body_makes_room_as_well_and_what_is_worked_for_does_not() {
    let served = Served::with(Limits { connections: 2, ..LIMITS });
    let _held = served.sent("GET /held HTTP/1.1\r\nHost: h\r\n\r\n").await;
    served.arrived.notified().await;
    let body = served.sent("POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n1").await;
    served.has(2).await;
    let _held_too = served.sent("GET /held HTTP/1.1\r\nHost: h\r\n\r\n").await;
    served.arrived.notified().await;
    assert_eq!(to_end(body).await, "");
    let refused = to_end(served.connect().await).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after"), "{refused}");
    assert_eq!(served.counts.closed(Closed::Refused), 1);
}

#[tokio::test]
async fn a_refusal_reaches_whoever_is_still_sending() {
    let served = Served::with(LIMITS);
    let length = 32 * 1024 * 1024;
    let head = format!("POST /refuses HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n");
    let mut stream = served.sent(&head).await;
    stream.write_all(&vec![b'x'; length]).await.expect("nobody cuts it");
    stream.shutdown().await.unwrap();
    assert!(to_end(stream).await.starts_with("HTTP/1.1 413 "));
    served.has(0).await;
}

#[tokio::test]
async fn heads_have_a_limit_and_it_is_told() {
    let served = Served::with(LIMITS);
    let fine =
        format!("GET /?{} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "x".repeat(65_000));
    assert!(to_end(served.sent(&fine).await).await.starts_with("HTTP/1.1 200 "));
    let fields = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(Limits::HEAD_BYTES));
    assert!(to_end(served.sent(&fields).await).await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn only_http_1_is_spoken() {
    let served = Served::with(LIMITS);
    assert_eq!(to_end(served.sent("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await).await, "");
}

#[tokio::test]
async fn every_request_says_who_is_at_the_other_end() {
    let served = Served::with(LIMITS);
    let stream = served.sent("GET /peer HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    let own = stream.local_addr().unwrap().to_string();
    assert!(to_end(stream).await.ends_with(&own));
}

#[tokio::test]
async fn what_was_begun_is_finished_when_it_stops_and_what_was_not_is_closed() {
    let served = Served::with(LIMITS);
    let silent = served.connect().await;
    let mut kept = served.sent(HELLO).await;
    until(&mut kept, "hello").await;
    let held = served.sent("GET /held HTTP/1.1\r\nHost: h\r\n\r\n").await;
    served.arrived.notified().await;
    let half = served.sent("GET / HTTP/1.1\r\nHost").await;
    served.has(4).await;
    served.stop.send(()).unwrap();
    for closed in [silent, kept, half] {
        assert_eq!(to_end(closed).await, "");
    }
    served.go_on.notify_one();
    let answer = to_end(held).await;
    assert!(answer.contains("connection: close") && answer.ends_with("at last"), "{answer}");
    served.serving.await.unwrap();
}

#[tokio::test]
async fn whoever_gives_up_serving_ends_every_connection() {
    let served = Served::with(LIMITS);
    let held = served.sent("GET /held HTTP/1.1\r\nHost: h\r\n\r\n").await;
    served.arrived.notified().await;
    served.serving.abort();
    assert_eq!(to_end(held).await, "");
}
