//! Providers' servers that do not answer, or ask to be left alone, or want nothing any more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use freischalt_marketplace::webhook::DeliveryStage;
use freischalt_server::Targets;
use freischalt_store::DeliveryFilter;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::{desk::state_becomes, webhooks::Hooks, world::World};

/// Calls that one provider has under way at most, as documented.
const EACH: usize = 8;

/// A server that takes every call and answers none; how many have come.
async fn silence() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let came = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&came);
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut first = [0; 1];
            if stream.read_exact(&mut first).await.is_ok() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
            kept.push(stream);
        }
    });
    (url, came)
}

/// Registers a provider whose webhook is called for every estate that is created, and activates it.
async fn provider(world: &World, name: &str, url: &str) {
    let service = json!({
        "name": "Hook", "kind": "webhook", "url": format!("{url}/service"),
        "triggers": [{ "module": "estate", "on": "created" }],
    });
    let body = json!({ "name": name, "slug": name, "activationUrl": url, "services": [service] });
    world.managed("POST", "/v1/providers", Some(&body)).await;
    let run = world.start(name).await;
    assert_eq!(world.unlock(&run).await.top(), (200, 0));
}

async fn create(world: &World) -> Value {
    let body = json!({ "fields": { "kaufpreis": "1" } });
    world.managed("POST", "/v1/customers/musterimmo/records/estate", Some(&body)).await
}

/// Sixty calls wait for the silent one, more than are made at once, and it is silent for longer than any
/// test lasts.
#[tokio::test]
async fn a_provider_that_never_answers_harms_nobody_else() {
    const RECORDS: usize = 60;
    let hours = Targets { timeout: Duration::from_secs(7200), ..Targets::default() };
    let world = World::with(|config| config.targets = hours).await;
    let (silent, came) = silence().await;
    provider(&world, "silent", &silent).await;
    for _ in 0..RECORDS {
        create(&world).await;
    }
    let good = Hooks::listen().await;
    provider(&world, "good", &good.url).await;
    for _ in 0..RECORDS {
        create(&world).await;
    }
    for _ in 0..RECORDS {
        good.next().await.answer("204 No Content").await;
    }
    let of = |slug: &'static str| {
        let store = world.store.clone();
        async move {
            let slug = freischalt_marketplace::Slug::parse(slug).unwrap();
            let provider = Some(store.provider(&slug).await.unwrap().unwrap().id);
            store.deliveries(DeliveryFilter { provider, ..DeliveryFilter::default() }, 500).await
        }
    };
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let good = of("good").await.unwrap();
        assert_eq!(good.len(), RECORDS);
        if good.iter().all(|one| matches!(one.stage, DeliveryStage::Delivered { .. })) {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "not all have arrived");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let waiting = of("silent").await.unwrap();
    assert_eq!(waiting.len(), 2 * RECORDS);
    assert!(waiting.iter().all(|one| one.attempts == 0), "it is silent all the while");
    let came = came.load(Ordering::SeqCst);
    assert!((1..=EACH).contains(&came), "{came}");
}

#[tokio::test]
async fn a_provider_is_left_alone_for_as_long_as_it_wishes() {
    let hooks = Hooks::listen().await;
    let world = World::new().await;
    provider(&world, "busy", &hooks.url).await;
    let now = world.now().await;
    let at = jiff::Timestamp::from_second(now + 7200).unwrap();
    let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (status, wish, seconds) in [
        ("429 Too Many Requests", "3600", 3600),
        ("503 Service Unavailable", date.as_str(), 7200),
        ("503 Service Unavailable", "999999999999", 72 * 3600),
    ] {
        create(&world).await;
        let call = hooks.next().await;
        let id = call.id();
        call.answer(&format!("{status}\r\nRetry-After: {wish}")).await;
        let path = format!("/v1/deliveries/{id}");
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        let shown = loop {
            let shown = world.managed("GET", &path, None).await;
            if shown["attempts"] == 1 {
                break shown;
            }
            assert!(std::time::Instant::now() < deadline, "{shown}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let next = shown["nextAttemptAt"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        // The clock goes on while the test does: at most by as long as it may take.
        let waits = next.as_second() - now;
        assert!((seconds..seconds + 60).contains(&waits), "{wish}: {waits}");
    }
}

#[tokio::test]
async fn a_provider_that_answers_gone_is_not_called_about_it_again() {
    let hooks = Hooks::listen().await;
    let world = World::new().await;
    provider(&world, "gone", &hooks.url).await;
    create(&world).await;
    let call = hooks.next().await;
    let id = call.id();
    call.answer("410 Gone\r\nRetry-After: 60").await;
    let shown = state_becomes(&world, &id, "dead").await;
    assert_eq!(shown["log"][0]["status"], 410);
    assert_eq!(shown["log"].as_array().unwrap().len(), 1);
    let metrics = world.manage("GET", "/metrics", None).await;
    let line = "freischalt_webhook_calls_total{outcome=\"gone\"} 1";
    assert!(metrics.text().contains(line), "{}", metrics.text());
    // By hand it may be told once more.
    world.managed("POST", &format!("/v1/deliveries/{id}/replay"), None).await;
    let again = hooks.next().await;
    assert_eq!(again.id(), id);
    again.answer("204 No Content").await;
    state_becomes(&world, &id, "delivered").await;
}
