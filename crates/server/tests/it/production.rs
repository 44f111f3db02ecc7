//! The management API in production: behind its token, and without the sandbox's freedoms.

use serde_json::json;

use crate::{
    desk::Things,
    openapi::{documented, example},
    wire::{self, Answer},
    world::World,
};

const TOKEN: &str = "0123456789abcdefghijklmnopqrstuv";

/// Every operation, with a body that would do something.
async fn crawl(world: &World, headers: &[(&str, &str)]) -> Vec<(String, Answer)> {
    let run = world.start("demo").await;
    let request = wire::request("GET", "/openapi.json", &[], b"");
    let document = wire::exchange(world.management, &request).await.json();
    let operations = documented(&document);
    assert!(operations.len() > 15, "a crawl of nothing proves nothing");
    let mut answers = Vec::new();
    for (method, path) in operations {
        let (real, body) = example(&method, &path, &Things::of_nothing(&run));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = wire::request(&method, &real, headers, body.as_bytes());
        let answer = wire::exchange(world.management, &request).await;
        answers.push((format!("{method} {path}"), answer));
    }
    assert_eq!(world.state(&run).await, "pending", "nothing was blocked");
    answers
}

#[tokio::test]
async fn without_the_token_every_route_says_the_same_and_does_nothing() {
    let world = World::production(TOKEN).await;
    let json = ("Content-Type", "application/json");
    let almost = format!("Bearer {}", &TOKEN[..31]);
    let longer = format!("Bearer {TOKEN}x");
    let other_scheme = format!("Basic {TOKEN}");
    let attempts: [&[(&str, &str)]; 8] = [
        &[json],
        &[json, ("Authorization", "")],
        &[json, ("Authorization", "Bearer")],
        &[json, ("Authorization", "Bearer ")],
        &[json, ("Authorization", TOKEN)],
        &[json, ("Authorization", &almost)],
        &[json, ("Authorization", &longer)],
        &[json, ("Authorization", &other_scheme)],
    ];
    let customers = world.managed("GET", "/v1/customers", None).await;
    let providers = world.managed("GET", "/v1/providers", None).await;
    for headers in attempts {
        let answers = crawl(&world, headers).await;
        let body = answers[0].1.text().to_owned();
        assert!(body.contains("Authorization: Bearer") && !body.contains(&TOKEN[..8]), "{body}");
        for (operation, answer) in &answers {
            assert_eq!(answer.status, 401, "{operation}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{operation}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert_eq!(answer.text(), body, "{operation}");
        }
    }
    assert_eq!(world.managed("GET", "/v1/customers", None).await, customers);
    assert_eq!(world.managed("GET", "/v1/providers", None).await, providers);
}

/// What exists and what does not cannot be told apart without the token.
#[tokio::test]
async fn names_are_not_confirmed_to_strangers() {
    let world = World::production(TOKEN).await;
    let mut answers = Vec::new();
    for path in ["/v1/providers/demo", "/v1/providers/nobody", "/v1/providers/%ff"] {
        let request = wire::request("GET", path, &[], b"");
        let answer = wire::exchange(world.management, &request).await;
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].0, 401);
    assert_eq!((&answers[0], &answers[0]), (&answers[1], &answers[2]));
}

#[tokio::test]
async fn with_the_token_everything_but_the_clock_works() {
    let world = World::production(TOKEN).await;
    let bearer = format!("Bearer {TOKEN}");
    let scheme_in_lower_case = format!("bearer {TOKEN}");
    let json = ("Content-Type", "application/json");
    let run = world.start("demo").await;
    world.unlock(&run).await;
    for authorization in [&bearer, &scheme_in_lower_case] {
        let headers = [json, ("Authorization", authorization.as_str())];
        for path in ["/v1/providers", "/v1/customers", "/v1/activations", "/v1/clock"] {
            let request = wire::request("GET", path, &headers, b"");
            assert_eq!(wire::exchange(world.management, &request).await.status, 200, "{path}");
        }
    }
    for body in [json!({ "advance": 1 }), json!({ "now": 0 }), json!({ "reset": true })] {
        let answer = world.manage("PUT", "/v1/clock", Some(&body)).await;
        assert_eq!(answer.status, 403, "{body}");
        assert_eq!(answer.json()["type"], "forbidden");
    }
    assert_eq!(world.managed("GET", "/v1/clock", None).await["offsetSeconds"], json!(0));
    let new = world.managed("POST", "/v1/customers", Some(&json!({ "slug": "new" }))).await;
    assert_eq!(new["slug"], "new");
}

/// Explanations of wrong signatures and a list of requests are for developers.
#[tokio::test]
async fn requests_are_not_kept() {
    let world = World::production(TOKEN).await;
    let run = world.start("demo").await;
    let wrong = crate::world::Run { key: run.token.clone(), ..run.clone() };
    let answer = world.unlock(&wrong).await;
    assert_eq!(answer.codes(), [137]);
    assert!(!answer.text().contains("token was used"), "{}", answer.text());
    crate::world::assert_unlocked(&world.unlock(&run).await);
    assert_eq!(world.managed("GET", "/v1/requests", None).await, json!([]));
}

/// What a load balancer and a developer need is open.
#[tokio::test]
async fn health_and_document_are_open() {
    let world = World::production(TOKEN).await;
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        let request = wire::request("GET", path, &[], b"");
        assert_eq!(wire::exchange(world.management, &request).await.status, 200, "{path}");
    }
}

/// The marketplace's own listener serves nothing of the management API.
#[tokio::test]
async fn the_two_listeners_are_apart() {
    let world = World::production(TOKEN).await;
    let bearer = format!("Bearer {TOKEN}");
    for path in ["/v1/providers", "/v1/activations", "/openapi.json"] {
        let request = wire::request("GET", path, &[("Authorization", &bearer)], b"");
        assert_eq!(wire::exchange(world.api, &request).await.status, 404, "{path}");
    }
    let request = wire::request("POST", crate::world::API, &[], b"");
    assert_eq!(wire::exchange(world.management, &request).await.status, 404);
}

/// The cards of the only bank are published, so whoever knows them could pay with play money.
#[tokio::test]
async fn nothing_is_bought_unless_a_setting_says_that_no_money_moves() {
    let world = World::production_with(TOKEN, |config| config.shops = false).await;
    let method = json!({ "number": "4000 0000 0000 0010" });
    let path = "/v1/customers/musterimmo/payment-methods";
    let refused = world.manage("POST", path, Some(&method)).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("payments.no_money_moves = true"), "{}", refused.text());
}
