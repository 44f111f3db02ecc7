//! Mistakes at the management API: each gets a problem document that says what would be right.

use serde_json::{Value, json};

use crate::{
    desk::Things,
    openapi::{documented, example},
    wire::{self, Answer},
    world::{Run, World},
};

const PARAMETERS: &str = "services.parameters";
const NO_ID: &str = "0199a000-0000-7000-8000-000000000000";

/// A problem document of this status and kind.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, kind: &str, what: &str) -> Value {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    let problem = answer.json();
    assert_eq!((&problem["type"], &problem["status"]), (&json!(kind), &json!(status)), "{what}");
    for member in ["title", "detail"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{what}");
    }
    problem
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let service_calls = format!("/v1/activations/{}/service-calls", run.id);
    let user = json!({ "name": "Somebody" });
    let requests = [
        ("GET", "/v1/providers/nobody".to_owned(), None),
        ("GET", "/v1/providers/Not%20A%20Slug".to_owned(), None),
        ("GET", "/v1/customers/nobody".to_owned(), None),
        ("PATCH", "/v1/customers/nobody".to_owned(), Some(json!({ "active": true }))),
        ("PUT", "/v1/customers/nobody/users/1".to_owned(), Some(user)),
        ("GET", format!("/v1/activations/{NO_ID}"), None),
        ("GET", "/v1/activations/not-an-id".to_owned(), None),
        ("POST", format!("/v1/activations/{NO_ID}/block"), None),
        ("POST", format!("/v1/activations/{NO_ID}/service-calls"), Some(json!({}))),
        ("POST", service_calls.clone(), Some(json!({ "service": "nothing" }))),
        ("POST", service_calls, Some(json!({ "user": 99 }))),
        ("GET", "/v1/activations?provider=nobody".to_owned(), None),
        ("GET", "/v1/activations?customer=nobody".to_owned(), None),
        (
            "POST",
            "/v1/activations".to_owned(),
            Some(json!({ "provider": "x", "customer": "musterimmo" })),
        ),
        (
            "POST",
            "/v1/activations".to_owned(),
            Some(json!({ "provider": "demo", "customer": "x" })),
        ),
        (
            "POST",
            "/v1/sign-in-tickets".to_owned(),
            Some(json!({ "customer": "musterimmo", "user": 99 })),
        ),
        ("POST", "/v1/sign-in-tickets".to_owned(), Some(json!({ "customer": "x", "user": 21 }))),
        ("GET", "/v2/providers".to_owned(), None),
        ("GET", "/".to_owned(), None),
    ];
    for (method, path, body) in requests {
        let answer = world.manage(method, &path, body.as_ref()).await;
        assert_problem(&answer, 404, "not-found", &path);
    }
}

#[tokio::test]
async fn values_that_cannot_be_used_are_named() {
    let world = World::new().await;
    let provider = |change: Value| {
        let mut body = json!({ "slug": "new", "name": "New", "activationUrl": "http://h/a" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ("POST", "/v1/providers", body)
    };
    let customer = |change: Value| {
        let mut body = json!({ "slug": "new" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ("POST", "/v1/customers", body)
    };
    let user = |body: Value| ("PUT", "/v1/customers/musterimmo/users/30", body);
    let start = |user: i64| {
        (
            "POST",
            "/v1/activations",
            json!({ "provider": "demo", "customer": "musterimmo", "user": user }),
        )
    };
    let clock = |body: Value| ("PUT", "/v1/clock", body);
    let service = |change: Value| {
        let mut one = json!({ "name": "One", "url": "http://h/s" });
        one.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        provider(json!({ "services": [one] }))
    };
    let parameters = |all: Value| json!({ "parameters": all });
    let methods = |body: Value| ("POST", "/v1/customers/musterimmo/payment-methods", body);
    let mistakes = [
        (provider(json!({ "slug": "Not A Slug" })), "slug"),
        (provider(json!({ "slug": "" })), "slug"),
        (provider(json!({ "slug": null, "name": "???" })), "slug"),
        (provider(json!({ "name": "  " })), "name"),
        (provider(json!({ "name": "x".repeat(201) })), "name"),
        (provider(json!({ "activationUrl": "/activate" })), "activationUrl"),
        (provider(json!({ "activationUrl": "ftp://h/a" })), "activationUrl"),
        (provider(json!({ "activationUrl": "http://user:pw@h/a" })), "activationUrl"),
        (provider(json!({ "secret": "short" })), "secret"),
        (provider(json!({ "secret": " white space at the end " })), "secret"),
        (service(json!({ "name": "" })), "services.name"),
        (service(json!({ "slug": "?" })), "services.slug"),
        (service(json!({ "url": "javascript:alert(1)" })), "services.url"),
        (service(json!({ "window": { "width": 0, "height": 700 } })), "services.window"),
        (service(parameters(json!([{ "name": "userId", "value": "estateId" }]))), PARAMETERS),
        (service(parameters(json!([{ "name": "", "fixed": "x" }]))), PARAMETERS),
        (service(parameters(json!([{ "name": "a" }]))), PARAMETERS),
        (
            service(parameters(json!([{ "name": "a", "value": "language", "fixed": "x" }]))),
            PARAMETERS,
        ),
        (
            service(parameters(
                json!([{ "name": "a", "fixed": "x" }, { "name": "a", "fixed": "y" }]),
            )),
            PARAMETERS,
        ),
        (service(json!({ "triggers": [{ "module": "estate" }] })), "services.triggers"),
        (
            service(json!({
                "kind": "webhook", "triggers": [{ "module": "estate", "fields": ["Kaufpreis"] }],
            })),
            "services.triggers",
        ),
        (
            (
                "POST",
                "/v1/activations",
                json!({
                    "provider": "preisradar", "customer": "musterimmo", "allUsers": false,
                }),
            ),
            "allUsers",
        ),
        (methods(json!({ "number": "4111 1111 1111 1111" })), "number"),
        (methods(json!({ "number": "4000 0000 0000 0010", "user": 21, "group": 1 })), "user"),
        (customer(json!({ "slug": "-" })), "slug"),
        (customer(json!({ "customerWebId": "" })), "customerWebId"),
        (customer(json!({ "groups": [{ "id": 1, "name": "" }] })), "groups.name"),
        (customer(json!({ "users": [{ "id": 0, "name": "A" }] })), "id"),
        (customer(json!({ "users": [{ "id": 1, "name": "A", "groupId": 5 }] })), "groupId"),
        (user(json!({ "name": "" })), "name"),
        (user(json!({ "name": "A", "language": "fr" })), "language"),
        (user(json!({ "name": "A", "groupId": 99 })), "groupId"),
        (("PUT", "/v1/customers/musterimmo/users/-1", json!({ "name": "A" })), "id"),
        (start(99), "user"),
        (start(22), "user"),
        (clock(json!({})), "now"),
        (clock(json!({ "reset": false })), "now"),
        (clock(json!({ "now": 0, "advance": 1 })), "now"),
        (clock(json!({ "now": -1 })), "now"),
        (clock(json!({ "now": "tomorrow" })), "now"),
        (clock(json!({ "now": 253_402_300_800_i64 })), "now"),
        (clock(json!({ "advance": i64::MAX })), "advance"),
        (clock(json!({ "advance": -3_000_000_000_i64 })), "advance"),
    ];
    for ((method, path, body), field) in mistakes {
        let answer = world.manage(method, path, Some(&body)).await;
        let problem = assert_problem(&answer, 422, "invalid-value", &body.to_string());
        assert_eq!(problem["field"], json!(field), "{body}");
    }
    let list = world.managed("GET", "/v1/providers", None).await;
    assert_eq!(list.as_array().unwrap().len(), 3, "nothing was made");
    assert_eq!(world.managed("GET", "/v1/customers", None).await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_does_not_fit_the_state_is_a_conflict() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let service_calls = format!("/v1/activations/{}/service-calls", run.id);
    let pending = world.manage("POST", &service_calls, Some(&json!({}))).await;
    assert_problem(&pending, 409, "conflict", "a service of a pending provider");
    let provider = json!({ "slug": "demo", "name": "Again", "activationUrl": "http://h/a" });
    let taken = world.manage("POST", "/v1/providers", Some(&provider)).await;
    assert_problem(&taken, 409, "conflict", "a provider's slug");
    let customer = json!({ "slug": "musterimmo" });
    let taken = world.manage("POST", "/v1/customers", Some(&customer)).await;
    assert_problem(&taken, 409, "conflict", "a customer's slug");
    let off = json!({ "active": false });
    world.managed("PATCH", "/v1/customers/hafenblick", Some(&off)).await;
    let body = json!({ "provider": "demo", "customer": "hafenblick" });
    let inactive = world.manage("POST", "/v1/activations", Some(&body)).await;
    assert_problem(&inactive, 409, "conflict", "a customer that is off");
    let nobody = json!({ "slug": "empty", "users": [] });
    world.managed("POST", "/v1/customers", Some(&nobody)).await;
    let body = json!({ "provider": "demo", "customer": "empty" });
    let without = world.manage("POST", "/v1/activations", Some(&body)).await;
    assert_problem(&without, 409, "conflict", "no administrator");
}

/// Two of one name in one request are a mistake of the request, not of the server.
#[tokio::test]
async fn doubles_within_a_request_are_conflicts() {
    let world = World::new().await;
    let one = json!({ "slug": "one", "name": "One", "url": "http://h/s" });
    let provider = json!({
        "name": "New", "activationUrl": "http://h/a", "services": [one, one],
    });
    let users = json!([{ "id": 1, "name": "A" }, { "id": 1, "name": "B" }]);
    let groups = json!([{ "id": 1, "name": "A" }, { "id": 1, "name": "B" }]);
    let web_id = "8c1f0a52-7d2e-4b8e-9a5d-2f3b1c4d5e6f";
    for (path, body) in [
        ("/v1/providers", provider),
        ("/v1/customers", json!({ "slug": "new", "users": users })),
        ("/v1/customers", json!({ "slug": "new", "groups": groups })),
        ("/v1/customers", json!({ "slug": "new", "customerWebId": web_id })),
    ] {
        let answer = world.manage("POST", path, Some(&body)).await;
        assert_problem(&answer, 409, "conflict", &body.to_string());
    }
    assert_eq!(world.manage("GET", "/v1/customers/new", None).await.status, 404);
}

#[tokio::test]
async fn requests_that_cannot_be_read() {
    let world = World::new().await;
    let headers = [("Content-Type", "application/json")];
    let start = "{\"provider\":\"demo\",\"customer\":\"musterimmo\"";
    let bodies = [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "{\"provider\":\"demo\"}".to_owned(),
        "{\"provider\":1,\"customer\":\"musterimmo\"}".to_owned(),
        format!("{start},\"user\":\"21\"}}"),
        format!("{start},\"user\":1e30}}"),
        format!("{start},\"alUsers\":true}}"),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
    ];
    for body in bodies {
        let request = wire::request("POST", "/v1/activations", &headers, body.as_bytes());
        let answer = wire::exchange(world.management, &request).await;
        assert_problem(&answer, 400, "bad-request", &body[..body.len().min(60)]);
    }
    for (method, path) in [
        ("GET", "/v1/requests?failed=perhaps"),
        ("GET", "/v1/providers/%ff"),
        ("PUT", "/v1/customers/musterimmo/users/one"),
    ] {
        let answer = world.manage(method, path, Some(&json!({ "name": "A" }))).await;
        assert_problem(&answer, 400, "bad-request", path);
    }
    assert_eq!(world.managed("GET", "/v1/activations", None).await, json!([]));
}

/// Of a list Serde would take the first element for the first member, and so on.
#[tokio::test]
async fn every_body_is_an_object_and_so_is_what_stands_in_its_lists() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let document = world.managed("GET", "/openapi.json", None).await;
    let mut tried = 0;
    for (method, path) in documented(&document) {
        let (real, Some(body)) = example(&method, &path, &Things::of_nothing(&run)) else {
            continue;
        };
        let values: Vec<Value> = body.as_object().unwrap().values().cloned().collect();
        for wrong in [json!(values), json!([]), json!([body]), json!("x"), json!(7), json!(null)] {
            let answer = world.manage(&method, &real, Some(&wrong)).await;
            let problem = assert_problem(&answer, 400, "bad-request", &format!("{path} {wrong}"));
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("expected an object"), "{path} {wrong}: {detail}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
    for (path, body) in [
        ("/v1/customers", json!({ "slug": "new", "users": [[1, "Ada"]] })),
        ("/v1/customers", json!({ "slug": "new", "groups": [[1, "A"]] })),
        (
            "/v1/providers",
            json!({ "name": "N", "activationUrl": "http://h/a",
                    "services": [["s", "S", "window", "http://h/s"]] }),
        ),
        (
            "/v1/providers",
            json!({ "name": "N", "activationUrl": "http://h/a",
                    "services": [{ "name": "S", "url": "http://h/s", "window": [1, 2] }] }),
        ),
    ] {
        let answer = world.manage("POST", path, Some(&body)).await;
        let problem = assert_problem(&answer, 400, "bad-request", &body.to_string());
        assert!(problem["detail"].as_str().unwrap().contains("expected an object"), "{problem}");
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_refused_with_415() {
    let world = World::new().await;
    let body = json!({ "provider": "demo", "customer": "musterimmo" }).to_string();
    for headers in [&[][..], &[("Content-Type", "text/plain")]] {
        let request = wire::request("POST", "/v1/activations", headers, body.as_bytes());
        let answer = wire::exchange(world.management, &request).await;
        assert_problem(&answer, 415, "wrong-content-type", "no JSON");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_413() {
    let world = World::new().await;
    let body = json!({ "provider": "x".repeat(3 * 1024 * 1024), "customer": "musterimmo" });
    let answer = world.manage("POST", "/v1/activations", Some(&body)).await;
    assert_problem(&answer, 413, "too-large", "3 MiB");
}

/// A misspelled member is said to be one, not ignored.
#[tokio::test]
async fn unknown_members_are_refused() {
    let world = World::new().await;
    for (method, path, body) in [
        (
            "POST",
            "/v1/providers",
            json!({ "name": "N", "activationUrl": "http://h/a", "sercet": "" }),
        ),
        ("POST", "/v1/customers", json!({ "slug": "new", "custmerWebId": "x" })),
        (
            "POST",
            "/v1/customers",
            json!({ "slug": "new", "users": [{ "id": 1, "name": "A", "admin": true }] }),
        ),
        ("PATCH", "/v1/customers/musterimmo", json!({ "active": true, "name": "x" })),
        ("PUT", "/v1/customers/musterimmo/users/30", json!({ "name": "A", "admin": true })),
        ("PUT", "/v1/clock", json!({ "advance": 1, "freeze": true })),
    ] {
        let answer = world.manage(method, path, Some(&body)).await;
        let problem = assert_problem(&answer, 400, "bad-request", &body.to_string());
        assert!(problem["detail"].as_str().unwrap().contains("unknown field"), "{problem}");
    }
}

#[tokio::test]
async fn wrong_methods_get_405() {
    let world = World::new().await;
    for (method, path) in
        [("DELETE", "/v1/providers"), ("PUT", "/v1/activations"), ("POST", "/v1/clock")]
    {
        let answer = world.manage(method, path, None).await;
        assert_problem(&answer, 405, "wrong-method", path);
    }
}

/// The marketplace can take a provider away even if the customer has no administrator left.
#[tokio::test]
async fn blocking_needs_no_administrator() {
    let world = World::new().await;
    let customer = json!({ "slug": "small" });
    world.managed("POST", "/v1/customers", Some(&customer)).await;
    let body = json!({ "provider": "demo", "customer": "small" });
    let run = Run::read(&world.managed("POST", "/v1/activations", Some(&body)).await);
    let user = json!({ "name": "Administrator", "administrator": true, "active": false });
    world.managed("PUT", "/v1/customers/small/users/1", Some(&user)).await;
    world.block(&run).await;
    assert_eq!(world.state(&run).await, "blocked");
    assert_eq!(world.unlock(&run).await.top(), (400, 22));
}
