//! What an unlock costs: its parts, and the whole over loopback beside a bare echo of the same
//! framework with bodies of the same size.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros make undocumented items, and a benchmark may break off"
)]

mod market;

use std::{
    hint::black_box,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, routing::post};
use criterion::{Criterion, criterion_group, criterion_main};
use freischalt_protocol::{
    Secret, UnixTime, Verb,
    actions::UnlockProvider,
    envelope::{ActionResult, Request, Response},
    hmac::{SigningKey, V2Message},
    seal::MasterKey,
    signed_order, signed_url,
};
use freischalt_server::{Config, Server, seeds};
use freischalt_store::Location;
use serde_json::json;
use tokio::runtime::Runtime;

use market::{Connection, envelope, unlock_body};

const API: &str = "/api/stable/api.php";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const CLAIM: &str = "AVEI1_DNNgFdzL2-VwHfguvxj1_dSxmQGBtS356dhF0YQ4rCj-OEG-C-SxVisMdaZHYp4rnt6Nt5\
                     HotOb5-1I-GWQ_cax1BFdv3xKRMaNTjXzJUERiexUpZC";

/// An order as a page posts it, before it is signed.
const ORDER: &str = r#"{"callbackurl":"https://provider.example/done?order=4711",
    "parametercacheid":"6802c44a-7ac0-4210-a3d4-e5581e3fa0b6","userid":"21",
    "products":[{"name":"Grundriss, möbliert","quantity":2,"price":"39.90","circumfix":null},
    {"name":"Rundgang","quantity":1,"price":"120.00"}],"totalprice":"199.80","timestamp":1700000000}"#;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .sample_size(20);
    targets = parts, loopback
}
criterion_main!(benches);

fn parts(criterion: &mut Criterion) {
    let secret = Secret::new("0123456789abcdef".repeat(4));
    let key = SigningKey::new(&secret);
    let action_id = Verb::Do.action_id();
    let message = V2Message {
        timestamp: "1700000000",
        token: TOKEN,
        resource_type: "unlockProvider",
        action_id: &action_id,
    };
    let signature = key.sign(&message);
    criterion.bench_function("verify_hmac_v2", |bencher| {
        bencher.iter(|| assert!(SigningKey::new(&secret).verify(&message, black_box(&signature))));
    });

    let url = signed_url::sign_with(
        "https://provider.example/onoffice/activate",
        &[
            ("customerName", "Müller & Söhne Immobilien"),
            ("customerWebId", "8c1f0a52-7d2e-4b8e-9a5d-2f3b1c4d5e6f"),
            ("userId", "21"),
            ("apiToken", TOKEN),
            ("parameterCacheId", "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6"),
            ("apiClaim", CLAIM),
            ("timestamp", "1700000000"),
        ],
        &secret,
    )
    .unwrap();
    let now = UnixTime(1_700_000_010);
    criterion.bench_function("verify_signed_url", |bencher| {
        bencher.iter(|| signed_url::verify_fresh(black_box(&url), &secret, now, 300, 120).unwrap());
    });

    let parameters = [
        ("customerWebId", "8c1f0a52-7d2e-4b8e-9a5d-2f3b1c4d5e6f"),
        ("userId", "21"),
        ("estateId", "4711"),
        ("language", "de"),
        ("parameterCacheId", "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6"),
        ("apiClaim", CLAIM),
        ("timestamp", "1700000000"),
    ];
    criterion.bench_function("sign_service_url", |bencher| {
        let service = "https://provider.example/onoffice/service?theme=dark";
        bencher.iter(|| signed_url::sign_with(black_box(service), &parameters, &secret).unwrap());
    });

    let order = signed_order::sign(ORDER.as_bytes(), &secret).unwrap();
    criterion.bench_function("verify_order", |bencher| {
        bencher.iter(|| signed_order::verify(black_box(order.as_bytes()), &secret).unwrap());
    });

    let body =
        envelope(TOKEN, &secret, 1_700_000_000, "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6", CLAIM);
    criterion.bench_function("parse_and_answer_envelope", |bencher| {
        bencher.iter(|| {
            let request = Request::parse(black_box(body.as_bytes()), 500).unwrap();
            let results = request
                .actions
                .into_iter()
                .map(|action| ActionResult::performed(action.echo, UnlockProvider::success()));
            Response::from_results(results.collect()).to_json()
        });
    });
}

fn loopback(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let memory = Marketplace::start(&runtime, Location::Memory);
    let folder = tempfile::tempdir_in(Path::new(".")).unwrap();
    let durable = Marketplace::start(&runtime, Location::File(folder.path().join("freischalt.db")));
    let echo = start_echo(&runtime);
    let body = memory.prepare(1).remove(0);

    let mut group = criterion.benchmark_group("loopback");
    group.bench_function("echo", |bencher| {
        let mut connection = Connection::open(echo);
        bencher.iter(|| connection.post("/", &body));
    });
    for (name, marketplace) in [("unlock_memory", &memory), ("unlock_durable", &durable)] {
        group.bench_function(name, |bencher| {
            let mut connection = Connection::open(marketplace.address);
            bencher.iter_custom(|count| {
                let bodies = marketplace.prepare(count);
                let started = Instant::now();
                for body in &bodies {
                    let answer = connection.post(API, body);
                    assert!(answer.starts_with(br#"{"status":{"code":200,"#));
                }
                started.elapsed()
            });
        });
    }
    group.finish();
}

/// A running marketplace with a pool of customers that activate.
struct Marketplace {
    address: SocketAddr,
    management: SocketAddr,
    customers: std::cell::Cell<u64>,
}

impl Marketplace {
    fn start(runtime: &Runtime, location: Location) -> Self {
        let any = "127.0.0.1:0".parse().unwrap();
        let config = Config::sandbox(any, any, location, MasterKey::new([7; 32]));
        runtime.block_on(async {
            let server = Server::bind(config).await.unwrap();
            seeds::ensure(server.store()).await.unwrap();
            let address = server.marketplace_addr().unwrap();
            let management = server.management_addr().unwrap();
            tokio::spawn(server.run(std::future::pending()));
            Self { address, management, customers: std::cell::Cell::new(0) }
        })
    }

    /// Bodies of `count` unlocks, each of a pending activation in a customer of its own.
    fn prepare(&self, count: u64) -> Vec<String> {
        let mut connection = Connection::open(self.management);
        for number in self.customers.get()..count {
            let body = json!({ "slug": format!("c{number}") }).to_string();
            connection.post("/v1/customers", &body);
        }
        self.customers.set(self.customers.get().max(count));
        (0..count)
            .map(|number| unlock_body(&mut connection, "demo", &format!("c{number}")))
            .collect()
    }
}

/// The same framework with nothing behind it: answers with the body it got.
fn start_echo(runtime: &Runtime) -> SocketAddr {
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", post(|body: Bytes| async move { body }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    })
}
