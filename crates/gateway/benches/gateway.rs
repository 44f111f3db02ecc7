//! What the gateway adds, beside a bare reverse proxy of the same framework and HTTP client in the
//! same run: a request passed on to the app, an API call passed on to the marketplace, and a service
//! call verified and kept on disk, alone and from 16 connections at once.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros make undocumented items, and a benchmark may break off"
)]

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use axum::routing::any;
use criterion::{Criterion, criterion_group, criterion_main};
use freischalt_client::transport::Forwarder;
use freischalt_client::{Secret, system_time};
use freischalt_gateway::{
    AppConfig, Gateway, GatewayConfig, Handover, Keys, Limits, Location, ServiceConfig,
};
use freischalt_protocol::seal::MasterKey;
use freischalt_protocol::signed_url;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const SECRET: &str = "provider-secret-0123456789";
const TOKEN: &str = "app-token-0123456789-0123456789-01";
const TOGETHER: usize = 16;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .sample_size(20);
    targets = passing_on
}
criterion_main!(benches);

/// Answers that the API gives to an unlock, and good enough for any call and any page.
const ANSWER: &str = r#"{"status":{"code":200,"errorcode":0,"message":"OK"},"response":{"results":[
    {"data":{"records":[{"id":0,"elements":{"success":"success"}}]},"status":{"errorcode":0}}]}}"#;

fn passing_on(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let files = tempfile::tempdir().unwrap();
    let upstream = runtime.block_on(serve(Router::new().fallback(|| async { ANSWER })));
    let bare = runtime.block_on(serve(bare_proxy(upstream)));
    let place = runtime.block_on(start(upstream, files.path().join("gateway.db")));
    let visit = runtime.block_on(async {
        place.activate().await;
        let mut connection = Connection::to(place.gateway).await;
        connection.exchange(&get(&place.service_url())).await.location()
    });
    let call = json!({"customer": "42", "user": "21", "action": "read", "resourceType": "estate"});
    let call = post(&format!("Authorization: Bearer {TOKEN}\r\n"), "/api/call", &call.to_string());

    let mut group = criterion.benchmark_group("gateway");
    // `echo` is what `cargo xtask bench` compares the others with: the bare reverse proxy.
    for (name, address, request) in [
        ("echo", bare, get("/shop")),
        ("visit", place.gateway, get(&visit)),
        ("api_call", place.app, call),
    ] {
        let mut connection = runtime.block_on(Connection::to(address));
        group.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(connection.exchange(&request)));
        });
    }
    let mut connection = runtime.block_on(Connection::to(place.gateway));
    group.bench_function("launch", |bencher| {
        bencher.iter(|| runtime.block_on(connection.exchange(&get(&place.service_url()))));
    });
    let connections = Cell::new(runtime.block_on(connect(bare)));
    group.bench_function("echo_16_connections", |bencher| {
        bencher.iter_custom(|rounds| together(&runtime, &connections, rounds, || get("/shop")));
    });
    let connections = Cell::new(runtime.block_on(connect(place.gateway)));
    group.bench_function("launch_16_connections", |bencher| {
        bencher.iter_custom(|rounds| {
            together(&runtime, &connections, rounds, || get(&place.service_url()))
        });
    });
    group.finish();
}

async fn connect(address: SocketAddr) -> Vec<Connection> {
    let mut connections = Vec::new();
    for _ in 0..TOGETHER {
        connections.push(Connection::to(address).await);
    }
    connections
}

/// The time of so many requests, spread over the connections: what is printed is the time per
/// request, the reciprocal of requests per second.
fn together(
    runtime: &Runtime,
    connections: &Cell<Vec<Connection>>,
    rounds: u64,
    request: impl Fn() -> String,
) -> Duration {
    let each = rounds.div_ceil(TOGETHER as u64);
    let batches: Vec<Vec<String>> =
        (0..TOGETHER).map(|_| (0..each).map(|_| request()).collect()).collect();
    let started = Instant::now();
    let tasks: Vec<_> = connections
        .take()
        .into_iter()
        .zip(batches)
        .map(|(mut connection, batch)| {
            runtime.spawn(async move {
                for request in batch {
                    connection.exchange(&request).await;
                }
                connection
            })
        })
        .collect();
    let back = tasks.into_iter().map(|task| runtime.block_on(task).unwrap()).collect();
    let elapsed = started.elapsed();
    connections.set(back);
    // Somewhat more were done than asked for, so that each connection did the same.
    let nanoseconds = elapsed.as_nanos() * u128::from(rounds) / u128::from(each * TOGETHER as u64);
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap())
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn bare_proxy(upstream: SocketAddr) -> Router {
    let forwarder = Forwarder::new(&format!("http://{upstream}"), Duration::from_secs(20)).unwrap();
    let pass_on = move |request: axum::extract::Request| {
        let forwarder = forwarder.clone();
        async move {
            let (head, body) = request.into_parts();
            let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let path = head.uri.path_and_query().unwrap().as_str();
            let mut headers = head.headers;
            headers.remove("host");
            let answer = forwarder.send(head.method, path, headers, body.to_vec()).await.unwrap();
            let mut response = Response::new(Body::new(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            response
        }
    };
    Router::new().fallback(any(pass_on))
}

struct Place {
    gateway: SocketAddr,
    app: SocketAddr,
    origin: String,
    /// Every URL is used once, so each is another one.
    number: AtomicU64,
}

async fn start(upstream: SocketAddr, store: std::path::PathBuf) -> Place {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let api = format!("http://{upstream}/api");
    let mut config =
        GatewayConfig::new(free, "Bench", Secret::new(SECRET), api, "http://marketplace.example");
    config.location = Location::File(store);
    config.keys = Some(Keys { current: MasterKey::new([7; 32]), previous: Vec::new() });
    config.services = vec![ServiceConfig { name: "shop".to_owned(), path: "/shop".to_owned() }];
    config.app = Some(AppConfig {
        listen: free,
        url: format!("http://{upstream}"),
        token: Secret::new(TOKEN),
        secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        handover: Handover::Proxy,
        events_path: AppConfig::EVENTS_PATH.to_owned(),
        visit_lifetime: AppConfig::VISIT_LIFETIME,
        poll_every: 0,
        timeout: AppConfig::TIMEOUT,
        limits: Limits::default(),
    });
    let gateway = Gateway::bind(config).await.unwrap();
    let (address, app) = (gateway.local_addr(), gateway.app_addr().unwrap());
    tokio::spawn(gateway.run(std::future::pending()));
    let number = AtomicU64::new(0);
    Place { gateway: address, app, origin: format!("http://{address}"), number }
}

impl Place {
    fn signed(&self, path: &str, more: &[(&str, &str)]) -> String {
        let now = system_time().to_string();
        let number = self.number.fetch_add(1, Ordering::Relaxed).to_string();
        let mut parameters = vec![
            ("customerName", "Müller & Söhne Immobilien"),
            ("customerWebId", "42"),
            ("userId", "21"),
            ("parameterCacheId", "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6"),
            ("apiClaim", "AVEI1_DNNgFdzL2-VwHfguvxj1_dSxmQGBtS356dhF0YQ4rCj-OEG"),
            ("timestamp", &now),
            ("estateId", &number),
        ];
        parameters.extend(more);
        let base = format!("{}{path}", self.origin);
        let url = signed_url::sign_with(&base, &parameters, &Secret::new(SECRET)).unwrap();
        url.strip_prefix(&self.origin).unwrap().to_owned()
    }

    fn service_url(&self) -> String {
        self.signed("/services/shop", &[])
    }

    async fn activate(&self) {
        let url = self.signed("/activate", &[("apiToken", &"t".repeat(32))]);
        let query = url.split_once('?').unwrap().1;
        let body = json!({"query": query, "key": "k".repeat(64)}).to_string();
        let origin = format!("Origin: {}\r\n", self.origin);
        let request = post(&origin, "/activate/unlock", &body);
        let answer = Connection::to(self.gateway).await.exchange(&request).await;
        assert!(answer.0.contains("active"), "{}", answer.0);
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n")
}

fn post(headers: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

/// A connection that is kept open.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Head and body.
struct Answer(String);

impl Connection {
    async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: vec![0; 64 * 1024] }
    }

    /// Reads until the length that the head tells.
    async fn exchange(&mut self, request: &str) -> Answer {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        loop {
            let length = self.stream.read(&mut self.buffer).await.unwrap();
            assert!(length > 0, "closed: {}", String::from_utf8_lossy(&text));
            text.extend_from_slice(&self.buffer[..length]);
            let Some(head) = text.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
                continue;
            };
            let shown = String::from_utf8_lossy(&text[..head]).to_lowercase();
            let length = shown.lines().find_map(|line| line.strip_prefix("content-length: "));
            if text.len() >= head + 4 + length.unwrap().parse::<usize>().unwrap() {
                let answer = String::from_utf8(text).unwrap();
                let is_fine =
                    answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 303");
                assert!(is_fine, "{answer}");
                return Answer(answer);
            }
        }
    }
}

impl Answer {
    fn location(&self) -> String {
        let mut lines = self.0.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(name, _)| name.eq_ignore_ascii_case("location")).unwrap().1.to_owned()
    }
}
