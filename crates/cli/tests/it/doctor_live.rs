//! `freischalt doctor` against our own gateway: with the API that the doctor plays, and in a running
//! sandbox. Both have to end in grade A.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    gateway::{Gateway, Installation, TOKEN, send},
    process::Running,
    support::{Run, freischalt},
};

/// An app behind the gateway that asks the marketplace for the name of its visitor.
#[derive(Clone, Default)]
struct Shop {
    /// Where the gateway takes its calls, once it runs.
    gateway: Arc<OnceLock<SocketAddr>>,
}

impl Shop {
    async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(visited).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

/// Pages are for who has a session; everything else is an event, which is confirmed.
async fn visited(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let Some(session) = headers.get("freischalt-session") else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let claims = session.to_str().unwrap().split('.').nth(1).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let call = json!({
        "customer": claims["customer"], "user": claims["user"],
        "action": "read", "resourceType": "user", "parameters": {"data": ["Name"]},
    });
    let token = format!("Bearer {TOKEN}");
    let sent = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
    let gateway = *shop.gateway.get().unwrap();
    let answer = send(gateway, "POST", "/api/call", &sent, &call.to_string()).await.unwrap();
    let cache = [(header::CACHE_CONTROL, "no-store")];
    if answer.starts_with("HTTP/1.1 200") {
        (cache, Html("<!doctype html><h1>Welcome to the shop</h1>")).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, cache, "Please come back later.").into_response()
    }
}

/// Examines a gateway with these further words, and gives the report.
fn examine(gateway: &Gateway, installation: &Installation, words: &[&str]) -> Value {
    let at = |path: &str| format!("http://{}{path}", gateway.address);
    let (activate, unlock) = (at("/activate"), at("/activate/unlock"));
    let (service, webhook) = (at("/services/shop"), at("/webhooks/saved"));
    let secret = installation.path("secret");
    let mut command = freischalt(["doctor", &activate, "--json", "--fail-under", "A"]);
    command
        .args(["--secret-file", secret.to_str().unwrap()])
        .args(["--service", &service, "--webhook", &webhook])
        .args(["--unlock-url", &unlock, "--unlock-body", "json"])
        .args(["--unlock-field", "query={query}", "--unlock-field", "key={key}"])
        // The gateway tries a key of another length once, since the vendor may change it, and says in
        // its answer that the length is unusual.
        .args(["--skip", "FD-UNL-031"])
        .args(words);
    let run = Run::of(&mut command);
    let report: Value = serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{error}: {} {}", run.out, run.err));
    let failed = findings(&report, "failed");
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!((run.code, &report["grade"]), (0, &json!("A")));
    report
}

/// The findings with this outcome.
fn findings(report: &Value, outcome: &str) -> Vec<Value> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["outcome"] == outcome).cloned().collect()
}

fn passed(report: &Value, id: &str) -> bool {
    findings(report, "passed").iter().any(|finding| finding["id"] == id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_is_examined_with_grade_a() {
    let api = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let shop = Shop::default();
    let app = shop.start().await.to_string();
    let installation = Installation::new(api, &app).on_a_port_of_its_own();
    let gateway = installation.start().await;
    shop.gateway.set(gateway.app).unwrap();
    let report = examine(&gateway, &installation, &["--api-listen", &api.to_string()]);
    // The app's calls were seen, and the API has lied.
    for id in ["FD-SRV-032", "FD-SRV-033", "FD-SRV-037", "FD-UNL-002", "FD-UNL-013", "FD-HOOK-031"]
    {
        assert!(passed(&report, id), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_sandbox_the_activations_are_those_of_the_sandbox() {
    let sandbox = Running::sandbox(&["--ephemeral"]);
    let shop = Shop::default();
    let app = shop.start().await.to_string();
    let installation = Installation::new(sandbox.marketplace, &app).on_a_port_of_its_own();
    let gateway = installation.start().await;
    shop.gateway.set(gateway.app).unwrap();
    let words = ["--sandbox", &sandbox.management_url()];
    let report = examine(&gateway, &installation, &words);
    for id in ["FD-UNL-001", "FD-UNL-003", "FD-UNL-046", "FD-SRV-034", "FD-SRV-035", "FD-SRV-036"] {
        assert!(passed(&report, id), "{id}");
    }
    // What a sandbox cannot show is not judged, and says why.
    let not_judged = findings(&report, "skipped");
    for (id, why) in [("FD-UNL-013", "answers honestly"), ("FD-UNL-002", "does not tell")] {
        let finding = not_judged.iter().find(|finding| finding["id"] == id).unwrap();
        assert!(finding.to_string().contains(why), "{finding}");
    }
    // The sandbox knows the provider now, and its customers have activated it.
    let providers = sandbox.manage("GET", "/v1/providers", &Value::Null);
    let url = format!("http://{}/activate", gateway.address);
    let mut all = providers.as_array().unwrap().iter();
    let slug = all.find(|one| one["activationUrl"] == url.as_str()).unwrap()["slug"].clone();
    let path = format!("/v1/activations?provider={}", slug.as_str().unwrap());
    let runs = sandbox.manage("GET", &path, &Value::Null);
    let of =
        |state: &str| runs.as_array().unwrap().iter().filter(|run| run["state"] == state).count();
    assert!(of("active") > 0 && of("pending") > 0 && of("blocked") > 0, "{runs}");
    assert!(!report.to_string().contains("provider-secret-0123456789"));
}

#[test]
fn another_secret_than_that_of_the_sandbox_is_said_at_once() {
    let sandbox = Running::sandbox(&["--ephemeral"]);
    let url = "http://127.0.0.1:9/activate";
    let provider =
        json!({"name": "P", "slug": "p", "activationUrl": url, "secret": "s".repeat(40)});
    sandbox.manage("POST", "/v1/providers", &provider);
    let mut command = freischalt(["doctor", url, "--sandbox", &sandbox.management_url()]);
    let run = Run::of(command.env("FREISCHALT_PROVIDER_SECRET", "another-secret-0123456789"));
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("provider `p`") && run.err.contains("provider add"), "{}", run.err);
}

#[test]
fn a_sandbox_that_does_not_answer_is_unreachable() {
    let mut command =
        freischalt(["doctor", "http://127.0.0.1:9/activate", "--sandbox", "http://127.0.0.1:9"]);
    let run = Run::of(command.env("FREISCHALT_PROVIDER_SECRET", "provider-secret-0123456789"));
    assert_eq!(run.code, 3, "{}", run.err);
}

#[test]
fn a_sandbox_elsewhere_has_to_be_named_and_is_never_the_vendor() {
    for (sandbox, host, why) in [
        ("http://sandbox.example:8081", "other.example", "--host sandbox.example"),
        ("https://api.onoffice.de", "api.onoffice.de", "the vendor's host"),
    ] {
        let words = ["doctor", "http://127.0.0.1:9/activate", "--sandbox", sandbox, "--host", host];
        let mut command = freischalt(words);
        let run = Run::of(command.env("FREISCHALT_PROVIDER_SECRET", "provider-secret-0123456789"));
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains(why), "{}", run.err);
    }
}
