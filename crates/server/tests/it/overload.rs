//! More than can be answered: refused at once, honestly, and with nothing done.

use std::{future::poll_fn, sync::mpsc, task::Poll, time::Duration};

use freischalt_marketplace::CustomerId;
use freischalt_server::{Limits, Server};
use freischalt_store::{Decided, Facts, Scope, Store, Target, Verdict};
use serde_json::json;

use crate::{
    wire::{self, Answer, Connection},
    world::{self, API, World, assert_unlocked},
};

/// Refused for now, in the words of each surface.
fn assert_busy(answer: &Answer, surface: &str) {
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{surface}");
    match surface {
        "api" => {
            assert_eq!(answer.top(), (500, 1), "clients that never look at HTTP see it as well");
            assert_eq!(answer.json()["response"]["results"], json!([]));
        }
        "management" => assert_eq!(answer.json()["type"], "busy"),
        _ => assert!(answer.text().contains("ry again"), "{}", answer.text()),
    }
}

async fn page(world: &World) -> Answer {
    let headers = [("Accept-Language", "en")];
    wire::exchange(world.api, &wire::request("GET", "/sandbox/users", &headers, b"")).await
}

/// The first half of a request; the server is busy with it until the rest comes.
async fn unfinished(world: &World) -> Connection {
    let mut connection = Connection::open(world.api).await;
    let head = format!("POST {API} HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\n{{");
    connection.write(head.as_bytes()).await;
    connection
}

/// A request that waits for the store, and so is being answered.
async fn waiting(world: &World, body: &[u8]) -> Connection {
    let mut connection = Connection::open(world.api).await;
    connection.write(&wire::request("POST", API, &[], body)).await;
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn more_requests_than_are_taken_on_are_refused_at_once() {
    let world = World::with(|config| config.limits.requests = 2).await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let busy = HeldStore::of(&world.store).await;
    let mut held = vec![waiting(&world, &body).await, waiting(&world, &body).await];
    while world.post(b"{}").await.status != 503 {
        tokio::task::yield_now().await;
    }
    assert_busy(&world.post(&body).await, "api");
    assert_busy(&page(&world).await, "pages");
    // The operator is not among strangers.
    assert_eq!(world.manage("GET", "/v1/requests", None).await.status, 200);
    for (address, path) in
        [(world.api, "/healthz"), (world.management, "/healthz"), (world.management, "/metrics")]
    {
        let answer = wire::exchange(address, &wire::request("GET", path, &[], b"")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    busy.release().await;
    for connection in &mut held {
        assert_unlocked(&connection.read().await);
    }
    assert_unlocked(&world.post(&body).await);
}

#[tokio::test]
async fn management_has_a_limit_of_its_own() {
    let world = World::with(|config| config.limits.management_requests = 0).await;
    assert_busy(&world.manage("GET", "/v1/customers", None).await, "management");
    assert_eq!(page(&world).await.status, 200);
    let metrics = world.manage("GET", "/metrics", None).await;
    assert_eq!(metrics.status, 200);
}

/// A body that is on its way is not being answered.
#[tokio::test]
async fn bodies_that_do_not_come_keep_nobody_out() {
    let world = World::with(|config| config.limits.requests = 1).await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(unfinished(&world).await);
    }
    assert_unlocked(&world.post(&body).await);
    assert_eq!(page(&world).await.status, 200);
    for mut connection in held {
        connection.write(b"}").await;
        assert_eq!(connection.read().await.top(), (500, 13));
    }
}

/// Who holds all the memory that bodies may take keeps out large ones and nobody else.
#[tokio::test]
async fn bodies_over_the_budget_are_refused_and_small_ones_go_on() {
    const LARGE: usize = 1024 * 1024;
    let world = World::with(|config| {
        config.limits.largest_body = LARGE;
        config.limits.body_memory = 8 * LARGE;
    })
    .await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let padded = [body.as_slice(), &vec![b' '; LARGE - body.len()]].concat();
    let mut held = Vec::new();
    let refused = loop {
        assert!(held.len() < 10, "ten bodies of 1 MiB fit into 8 MiB");
        let mut connection = Connection::open(world.api).await;
        let request = wire::request("POST", API, &[], &padded);
        connection.write(&request[..request.len() - 1]).await;
        held.push(connection);
        let other = world.post(&padded).await;
        if other.status != 200 {
            break other;
        }
    };
    assert_busy(&refused, "api");
    assert!(held.len() >= 7, "{} bodies of 1 MiB use up 8 MiB", held.len());
    assert_unlocked(&world.post(&body).await);
    assert_eq!(page(&world).await.status, 200);
    assert_eq!(world.manage("GET", "/v1/customers", None).await.status, 200);
    drop(held);
    while world.post(&padded).await.status != 200 {
        tokio::task::yield_now().await;
    }
}

/// Values that are short take many times the memory of their text, so whose they are is asked first.
#[tokio::test]
async fn of_a_strangers_body_nothing_is_built() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let dense = json!(vec![json!({"a": {"b": [1]}}); 60_000]);
    let mut action = world.unlock_action(&run).await;
    action["parameters"]["dense"] = dense.clone();
    let mut body = run.envelope(&[action.clone()]);
    let known = world.post(body.to_string().as_bytes()).await;
    assert_eq!(known.status, 413);
    assert!(known.text().contains("Send fewer values"), "{}", known.text());
    body["token"] = json!("0".repeat(32));
    let unknown = world.post(body.to_string().as_bytes()).await;
    assert_eq!((unknown.status, unknown.top()), (200, (400, 22)));
    body["token"] = json!("x".repeat(1_000_000));
    assert_eq!(world.post(body.to_string().as_bytes()).await.top(), (400, 22));
    // Beside the parameters nothing is looked at, however much it is.
    let mut action = world.unlock_action(&run).await;
    action["dense"] = dense;
    let mut body = run.envelope(&[action]);
    body["dense"] = json!(vec![json!([]); 60_000]);
    assert_unlocked(&world.post(body.to_string().as_bytes()).await);
}

/// What a client sent is not repeated without end.
#[tokio::test]
async fn a_name_that_fills_a_body_is_not_repeated_in_the_message() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |action| action["actionid"] = json!("ä".repeat(500_000))).await;
    let answer = world.post(&body).await;
    let message = &answer.json()["response"]["results"][0]["status"]["message"];
    assert!(message.as_str().unwrap().chars().count() < 1200);
    let logged = world.managed("GET", "/v1/requests", None).await.to_string();
    assert!(logged.len() < 10_000, "{} bytes", logged.len());
}

/// Keeps the store busy with a change that does not end until it is told to.
struct HeldStore {
    release: mpsc::Sender<()>,
    holding: tokio::task::JoinHandle<()>,
}

impl HeldStore {
    async fn of(store: &Store) -> Self {
        let (release, may_end) = mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let store = store.clone();
        let holding = tokio::spawn(async move {
            let mut begun = Some(begun);
            let held = move |_: Facts| {
                begun.take().map(|begun| begun.send(()));
                may_end.recv().map_err(|_| ())?;
                Err::<Verdict<()>, ()>(())
            };
            let _ = store.decide(nothing(), held).await;
        });
        has_begun.await.unwrap();
        Self { release, holding }
    }

    async fn release(self) {
        self.release.send(()).unwrap();
        self.holding.await.unwrap();
    }
}

/// Fills the store's queue behind a change that does not end until it is told to.
struct FullStore {
    held: HeldStore,
    waiting: tokio::task::JoinSet<()>,
}

impl FullStore {
    async fn of(store: &Store) -> Self {
        let held = HeldStore::of(store).await;
        let mut waiting = tokio::task::JoinSet::new();
        while let Some(Ok(change)) = Self::queue(store).await {
            waiting.spawn(change);
        }
        Self { held, waiting }
    }

    /// A change that waits in the queue, or `None` if that is full.
    async fn queue(store: &Store) -> Option<Result<impl Future<Output = ()> + use<>, ()>> {
        let store = store.clone();
        let mut change = Box::pin(async move {
            let refuse = |_: Facts| Err::<Verdict<()>, ()>(());
            store.decide(nothing(), refuse).await
        });
        // Polled once, it is in the queue, or was refused.
        let once = poll_fn(|context| Poll::Ready(change.as_mut().poll(context)));
        match once.await {
            Poll::Ready(Err(Decided::Store(_))) => None,
            _ => Some(Ok(async move {
                let _ = change.await;
            })),
        }
    }

    async fn empty(self) {
        self.held.release().await;
        self.waiting.join_all().await;
    }
}

/// A decision about nothing.
fn nothing() -> Scope {
    let target = Target::Live(freischalt_marketplace::ProviderId(0));
    Scope { customer: CustomerId(0), target, user: None, entry: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_is_told_and_nothing_is_done() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let full = FullStore::of(&world.store).await;
    assert_busy(&world.post(&body).await, "api");
    assert_busy(&page(&world).await, "pages");
    assert_busy(&world.manage("GET", "/v1/customers", None).await, "management");
    let metrics = world.manage("GET", "/metrics", None).await;
    let waiting = "freischalt_store_waiting{kind=\"changes\"} 4096";
    assert!(metrics.text().contains(waiting), "{}", metrics.text());
    full.empty().await;
    assert_eq!(world.state(&run).await, "pending");
    assert_unlocked(&world.post(&body).await);
}

#[tokio::test]
async fn a_request_that_never_ends_is_ended() {
    let world = World::with(|config| {
        config.limits = Limits { time: Duration::from_millis(50), ..Limits::default() };
    })
    .await;
    let mut slow = unfinished(&world).await;
    let answer = slow.read().await;
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    assert!(answer.text().contains("not complete within"), "{}", answer.text());
    let healthy = wire::exchange(world.api, &wire::request("GET", "/healthz", &[], b"")).await;
    assert_eq!(healthy.status, 200);
}

/// Not even one that has not finished saying what it wants.
#[tokio::test]
async fn a_client_that_never_ends_does_not_keep_a_server_from_stopping() {
    let mut config = world::sandbox();
    config.limits.grace = Duration::from_millis(50);
    let server = Server::bind(config).await.unwrap();
    let address = server.marketplace_addr().unwrap();
    let (stop, told) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(server.run(async {
        told.await.unwrap();
    }));
    let mut endless = Connection::open(address).await;
    endless.write(b"POST /api/stable/api.php HTTP/1.1\r\nHost: m\r\nContent-Le").await;
    let healthy = wire::exchange(address, &wire::request("GET", "/healthz", &[], b"")).await;
    assert_eq!(healthy.status, 200);
    stop.send(()).unwrap();
    let stopped = tokio::time::timeout(Duration::from_secs(20), running).await;
    stopped.expect("it stops").unwrap();
}
