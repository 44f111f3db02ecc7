//! What a webhook costs between the queue and the provider's server, over loopback, with a database
//! in a file. A full queue is delivered, as after a provider was out of order for a while.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros make undocumented items, and a benchmark may break off"
)]

mod market;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, http::StatusCode};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use freischalt_protocol::seal::MasterKey;
use freischalt_server::{
    Config, Server,
    seeds::{self, WEBHOOK_PROVIDER},
};
use freischalt_store::{DeliveryFilter, Location, Store};
use tokio::runtime::Runtime;

use market::{Connection, unlock_body};

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .sample_size(10);
    targets = dispatch
}
criterion_main!(benches);

/// Fewer than this would not fill a round of the dispatcher.
const LEAST: u64 = 128;

fn dispatch(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir_in(Path::new(".")).unwrap();
    let location = Location::File(folder.path().join("freischalt.db"));
    let place = Place::start(&runtime, location);
    let mut group = criterion.benchmark_group("webhook");
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function("dispatch", |bencher| {
        bencher.iter_custom(|count| {
            let deliveries = count.max(LEAST);
            let took = place.deliver(&runtime, deliveries);
            // From the first arrival to the last there is one less than there are.
            let each = took.as_nanos() / u128::from(deliveries - 1);
            Duration::from_nanos(u64::try_from(each * u128::from(count)).unwrap())
        });
    });
    group.finish();
}

/// The provider's server: out of order, or counting.
#[derive(Clone, Default)]
struct Receiver {
    works: Arc<Mutex<bool>>,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

impl Receiver {
    fn answer(&self) -> StatusCode {
        if !*self.works.lock().unwrap() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        self.arrivals.lock().unwrap().push(Instant::now());
        StatusCode::NO_CONTENT
    }
}

struct Place {
    management: SocketAddr,
    store: Store,
    receiver: Receiver,
}

impl Place {
    fn start(runtime: &Runtime, location: Location) -> Self {
        let receiver = Receiver::default();
        let any = "127.0.0.1:0".parse().unwrap();
        let config = Config::sandbox(any, any, location, MasterKey::new([7; 32]));
        let (store, api, management) = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let answering = receiver.clone();
            let router = Router::new().fallback(move || std::future::ready(answering.answer()));
            tokio::spawn(async move { axum::serve(listener, router).await });
            let server = Server::bind(config).await.unwrap();
            seeds::ensure(server.store()).await.unwrap();
            seeds::place(server.store(), WEBHOOK_PROVIDER, &url, &url).await.unwrap();
            let (api, management) =
                (server.marketplace_addr().unwrap(), server.management_addr().unwrap());
            let store = server.store().clone();
            tokio::spawn(server.run(std::future::pending()));
            (store, api, management)
        });
        let mut connection = Connection::open(management);
        let body = unlock_body(&mut connection, WEBHOOK_PROVIDER, "musterimmo");
        Connection::open(api).post("/api/stable/api.php", &body);
        connection.send("PUT", "/v1/clock", r#"{"advance":0,"frozen":true}"#);
        Self { management, store, receiver }
    }

    /// The time between the first and the last arrival of so many deliveries, each of which has
    /// failed once before.
    fn deliver(&self, runtime: &Runtime, count: u64) -> Duration {
        let mut connection = Connection::open(self.management);
        *self.receiver.works.lock().unwrap() = false;
        for _ in 0..count {
            let path = "/v1/customers/musterimmo/records/estate";
            connection.post(path, r#"{"fields":{"kaufpreis":"325000.00"}}"#);
        }
        self.wait(|| {
            let limit = u32::try_from(count).unwrap();
            let newest = self.store.deliveries(DeliveryFilter::default(), limit);
            let newest = runtime.block_on(newest).unwrap();
            newest.len() as u64 == count && newest.iter().all(|delivery| delivery.attempts == 1)
        });
        self.receiver.arrivals.lock().unwrap().clear();
        *self.receiver.works.lock().unwrap() = true;
        connection.send("PUT", "/v1/clock", r#"{"advance":3600}"#);
        self.wait(|| self.receiver.arrivals.lock().unwrap().len() as u64 == count);
        let arrivals = self.receiver.arrivals.lock().unwrap();
        *arrivals.last().unwrap() - arrivals[0]
    }

    fn wait(&self, mut done: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !done() {
            assert!(Instant::now() < deadline, "it never came to that");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
