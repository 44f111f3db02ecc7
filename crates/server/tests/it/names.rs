//! By which names a sandbox answers, to whom its management API does, and what time it tells.

use serde_json::json;

use crate::{
    wire::{self, Answer},
    world::World,
};

/// A request without the usual Host.
fn with_host(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("Content-Length: 0\r\n\r\n");
    head.into_bytes()
}

async fn page(world: &World, host: &str) -> Answer {
    let headers = [("Host", host), ("Accept-Language", "en")];
    wire::exchange(world.api, &with_host("GET", "/sandbox/users?a=b", &headers)).await
}

#[tokio::test]
async fn pages_lead_to_the_address_that_frames_work_under_and_calls_do_not() {
    let world = World::new().await;
    let (own, port) = (world.api.to_string(), world.api.port());
    let other = format!("localhost:{port}");
    assert_eq!(page(&world, &own).await.status, 200);
    let led = page(&world, &other).await;
    assert_eq!(led.status, 307);
    assert_eq!(led.header("location"), Some(&*format!("http://{own}/sandbox/users?a=b")));
    let ticket =
        wire::exchange(world.api, &with_host("POST", "/session", &[("Host", &other)])).await;
    assert_eq!(
        (ticket.status, ticket.header("location")),
        (307, Some(&*format!("http://{own}/session")))
    );
    for (method, path) in
        [("POST", "/api/stable/api.php"), ("GET", "/healthz"), ("GET", "/assets/base.css")]
    {
        let answer = wire::exchange(world.api, &with_host(method, path, &[("Host", &other)])).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn another_address_is_said_to_be_one_and_which_option_makes_it_right() {
    let world = World::new().await;
    let own = format!("http://{}", world.api);
    for host in ["localhost:9", "192.0.2.7:8080", "box:8080", "marketplace.test"] {
        let shown = page(&world, host).await;
        assert_eq!(shown.status, 200, "{host}");
        for part in [&own, &format!("--public-url http://{host}")] {
            assert!(shown.text().contains(part), "{host}: {part}");
        }
    }
    let named =
        World::with(|config| config.public_url = Some("http://box.example:80".to_owned())).await;
    let right = page(&named, "box.example").await;
    assert!(right.status == 200 && !right.text().contains("--public-url"), "{}", right.text());
}

/// Whoever owns a name may lead it to this machine, after a browser has loaded a page from it.
#[tokio::test]
async fn a_name_that_a_page_of_the_web_can_have_gets_nothing() {
    let world = World::new().await;
    let evil = page(&world, "evil.example:8080").await;
    assert_eq!(evil.status, 421);
    assert!(evil.text().contains(&world.api.to_string()), "which address to open: {}", evil.text());
    assert!(!evil.text().contains("Albrecht"), "{}", evil.text());
    let read = with_host("GET", "/v1/customers", &[("Host", "evil.example")]);
    let read = wire::exchange(world.management, &read).await;
    assert_eq!(read.status, 421, "{}", read.text());
    assert!(read.text().contains("--public-url") && !read.text().contains("musterimmo"));
    for host in
        ["localhost:8081", "127.0.0.1:8081", "[::1]:8081", "sandbox:8081", "host.docker.internal"]
    {
        let answer = with_host("GET", "/v1/customers", &[("Host", host)]);
        assert_eq!(wire::exchange(world.management, &answer).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_manages_nothing() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let path = format!("/v1/activations/{}/block", run.id);
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "http://localhost:3000"),
        ("Origin", "null"),
    ] {
        let forged = with_host("POST", &path, &[("Host", "localhost:8081"), (name, value)]);
        let forged = wire::exchange(world.management, &forged).await;
        assert_eq!(forged.status, 403, "{name}: {value}: {}", forged.text());
    }
    assert_eq!(world.state(&run).await, "pending");
    let program = with_host("POST", &path, &[("Host", "localhost:8081")]);
    assert_eq!(wire::exchange(world.management, &program).await.status, 200);
    assert_eq!(world.state(&run).await, "blocked");
}

/// Some clients set their clock by it after a refused timestamp.
#[tokio::test]
async fn the_date_is_that_of_the_clock() {
    let world = World::new().await;
    world.managed("PUT", "/v1/clock", Some(&json!({"now": 784_111_777, "frozen": true}))).await;
    let wanted = "Sun, 06 Nov 1994 08:49:37 GMT";
    let call =
        wire::exchange(world.api, &wire::request("POST", "/api/stable/api.php", &[], b"{}")).await;
    assert_eq!(call.header("date"), Some(wanted));
    assert_eq!(page(&world, &world.api.to_string()).await.header("date"), Some(wanted));
    let managed = world.manage("GET", "/v1/clock", None).await;
    assert_eq!(managed.header("date"), Some(wanted));
}

#[tokio::test]
async fn a_page_of_an_ipv6_address_cannot_be_registered() {
    let world = World::new().await;
    let new = json!({"name": "Six", "activationUrl": "http://[::1]:3000/activate"});
    let refused = world.manage("POST", "/v1/providers", Some(&new)).await;
    assert_eq!((refused.status, &refused.json()["field"]), (422, &json!("activationUrl")));
    assert!(refused.text().contains("http://localhost:3000"), "{}", refused.text());
    let service = |kind: &str| {
        json!({"name": "Six", "activationUrl": "http://localhost:3000/activate",
            "services": [{"name": "S", "kind": kind, "url": "http://[::1]:3000/s"}]})
    };
    let window = world.manage("POST", "/v1/providers", Some(&service("window"))).await;
    assert_eq!((window.status, &window.json()["field"]), (422, &json!("services.url")));
    // Nobody frames a webhook.
    assert_eq!(world.manage("POST", "/v1/providers", Some(&service("webhook"))).await.status, 201);
}
