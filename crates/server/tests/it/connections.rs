//! Connections that say nothing, on one listener and on the other, and the headers of answers for
//! programs.

use crate::{
    wire::{self, Connection},
    world::{API, World},
};

#[tokio::test]
async fn silent_connections_lock_nobody_out_and_are_counted() {
    let world = World::with(|config| config.connections.public.connections = 4).await;
    let mut silent = Vec::new();
    for _ in 0..12 {
        silent.push(Connection::open(world.api).await);
    }
    let page = wire::exchange(world.api, &wire::request("GET", "/sandbox/users", &[], b"")).await;
    assert_eq!(page.status, 200);
    let answer = world.manage("GET", "/metrics", None).await;
    let metrics = answer.text();
    let number = |name: &str| -> u64 {
        let line = metrics.lines().find(|line| line.starts_with(name)).expect(name);
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(number("freischalt_connections_open{listener=\"marketplace\"}") <= 4);
    let made_room =
        "freischalt_connections_closed_total{listener=\"marketplace\",reason=\"made_room\"}";
    assert!(number(made_room) >= 8, "{metrics}");
}

#[tokio::test]
async fn answers_for_programs_are_kept_by_nobody() {
    let world = World::production_with(&"t".repeat(32), |config| {
        config.public_url = Some("https://marketplace.example.com".to_owned());
    })
    .await;
    for (address, method, path) in [
        (world.api, "POST", API),
        (world.api, "PUT", API),
        (world.api, "GET", "/healthz"),
        (world.api, "GET", "/readyz"),
        (world.api, "GET", "/marketplace"),
        (world.management, "GET", "/healthz"),
        (world.management, "GET", "/readyz"),
        (world.management, "GET", "/openapi.json"),
        (world.management, "GET", "/metrics"),
        (world.management, "GET", "/v1/customers"),
        (world.management, "GET", "/nothing"),
    ] {
        let answer = wire::exchange(address, &wire::request(method, path, &[], b"{}")).await;
        let header = |name| answer.header(name).unwrap_or_default().to_owned();
        assert_eq!(header("cache-control"), "no-store", "{method} {path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{method} {path}");
        assert_eq!(header("strict-transport-security"), "max-age=63072000", "{method} {path}");
    }
    let metrics = world.manage("GET", "/metrics", None).await;
    assert_eq!(metrics.header("cache-control"), Some("no-store"));
}
