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

#[tokio::test]
async fn more_requests_than_are_taken_on_are_refused_at_once() {
    let world = World::with(|config| config.limits.requests = 2).await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let mut held = vec![unfinished(&world).await, unfinished(&world).await];
    while world.post(b"{}").await.status != 503 {
        tokio::task::yield_now().await;
    }
    assert_busy(&world.post(&body).await, "api");
    assert_busy(&page(&world).await, "pages");
    assert_busy(&world.manage("GET", "/v1/customers", None).await, "management");
    // Whoever looks after the server still reaches it.
    for (address, path) in
        [(world.api, "/healthz"), (world.api, "/readyz"), (world.management, "/metrics")]
    {
        let answer = wire::exchange(address, &wire::request("GET", path, &[], b"")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    for mut connection in held.drain(..) {
        connection.write(b"}").await;
        assert_eq!(connection.read().await.top(), (500, 13), "what was taken on is answered");
    }
    assert_unlocked(&world.post(&body).await);
}

/// Fills the store's queue behind a change that does not end until it is told to.
struct FullStore {
    release: mpsc::Sender<()>,
    waiting: tokio::task::JoinSet<()>,
}

impl FullStore {
    async fn of(store: &Store) -> Self {
        let (release, may_end) = mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let mut waiting = tokio::task::JoinSet::new();
        let first = store.clone();
        waiting.spawn(async move {
            let mut begun = Some(begun);
            let held = move |_: Facts| {
                begun.take().map(|begun| begun.send(()));
                may_end.recv().map_err(|_| ())?;
                Err::<Verdict<()>, ()>(())
            };
            let _ = first.decide(nothing(), held).await;
        });
        has_begun.await.unwrap();
        while let Some(Ok(change)) = Self::queue(store).await {
            waiting.spawn(change);
        }
        Self { release, waiting }
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
        self.release.send(()).unwrap();
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
    stopped.expect("it stops").unwrap().unwrap();
}
