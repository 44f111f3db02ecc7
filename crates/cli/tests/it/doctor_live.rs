//! `freischalt doctor` against our own gateway: with the API that the doctor plays, and in a running
//! sandbox. Both have to end in grade A.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    gateway::{Gateway, Installation, TOKEN, send},
    process::Running,
    support::{Run, freischalt},
};

/// An app behind the gateway that asks the marketplace for the name of its visitor, and sells.
#[derive(Clone, Default)]
struct Shop {
    /// Where the gateway takes its calls, once it runs.
    gateway: Arc<OnceLock<SocketAddr>>,
    /// How many orders were paid.
    paid: Arc<AtomicUsize>,
    /// Whether the browser may say what a thing costs.
    is_careless: bool,
}

impl Shop {
    async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/buy", post(buy))
            .route("/delivered", get(delivered))
            .fallback(visited)
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

/// Who calls; nobody if it is the gateway itself.
fn session(headers: &HeaderMap) -> Option<Value> {
    let claims = headers.get("freischalt-session")?.to_str().unwrap().split('.').nth(1).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
    Some(serde_json::from_slice(&claims).unwrap())
}

/// What the gateway answers to the app.
async fn ask(shop: &Shop, path: &str, body: &Value) -> String {
    let token = format!("Bearer {TOKEN}");
    let sent = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
    send(*shop.gateway.get().unwrap(), "POST", path, &sent, &body.to_string()).await.unwrap()
}

/// The signed order of so many of the one thing that there is.
async fn buy(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let Some(claims) = session(&headers) else { return StatusCode::FORBIDDEN.into_response() };
    let Some(Ok(quantity)) = fields.get("quantity").map(|text| text.parse::<u8>()) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let price = fields.get("price").filter(|_| shop.is_careless);
    let price = price.map_or("38.70", String::as_str);
    let order = json!({
        "visit": claims["visit"],
        "product": {"name": "Grundriss", "price": price, "quantity": quantity},
    });
    let answer = ask(&shop, "/api/orders", &order).await;
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { panic!("{answer}") };
    match head.starts_with("HTTP/1.1 200") {
        true => ([(header::CONTENT_TYPE, "application/json")], body.to_owned()).into_response(),
        false => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn delivered(State(shop): State<Shop>) -> String {
    shop.paid.load(Ordering::SeqCst).to_string()
}

/// Pages are for who has a session; everything else is an event, which is confirmed.
async fn visited(State(shop): State<Shop>, headers: HeaderMap, body: String) -> Response {
    let Some(claims) = session(&headers) else {
        shop.paid.fetch_add(usize::from(body.contains("\"order.paid\"")), Ordering::SeqCst);
        return StatusCode::NO_CONTENT.into_response();
    };
    let call = json!({
        "customer": claims["customer"], "user": claims["user"],
        "action": "read", "resourceType": "user", "parameters": {"data": ["Name"]},
    });
    let answer = ask(&shop, "/api/call", &call).await;
    let cache = [(header::CACHE_CONTROL, "no-store")];
    if answer.starts_with("HTTP/1.1 200") {
        (cache, Html("<!doctype html><h1>Welcome to the shop</h1>")).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, cache, "Please come back later.").into_response()
    }
}

/// Examines a gateway with these further words, and gives the report, which has to be a good one.
fn examine(gateway: &Gateway, installation: &Installation, words: &[&str]) -> Value {
    let (code, report) = report(gateway, installation, words);
    let failed = findings(&report, "failed");
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!((code, &report["grade"]), (0, &json!("A")));
    report
}

/// The exit code and the report of an examination with these further words.
fn report(gateway: &Gateway, installation: &Installation, words: &[&str]) -> (i32, Value) {
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
        .args(words);
    let run = Run::of(&mut command);
    let report = serde_json::from_str(&run.out);
    (run.code, report.unwrap_or_else(|error| panic!("{error}: {} {}", run.out, run.err)))
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
    let delivered = format!("http://{app}/delivered");
    let words = ["--api-listen", &api.to_string(), "--order", "buy", "--delivered", &delivered];
    let report = examine(&gateway, &installation, &words);
    let not_judged = findings(&report, "skipped");
    let not_judged: Vec<_> = not_judged.iter().map(|finding| &finding["id"]).collect();
    assert_eq!(not_judged, ["FD-PAGE-015"], "TLS, which this machine does not need");
    // The app's calls were seen, and the API has lied.
    for id in ["FD-SRV-032", "FD-SRV-033", "FD-SRV-037", "FD-UNL-002", "FD-UNL-013", "FD-HOOK-031"]
    {
        assert!(passed(&report, id), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_lets_the_browser_set_the_price_is_found_behind_a_gateway() {
    let api = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let shop = Shop { is_careless: true, ..Shop::default() };
    let app = shop.start().await.to_string();
    let installation = Installation::new(api, &app).on_a_port_of_its_own();
    let gateway = installation.start().await;
    shop.gateway.set(gateway.app).unwrap();
    let words = ["--api-listen", &api.to_string(), "--order", "buy", "--only", "order"];
    let (code, report) = report(&gateway, &installation, &words);
    let failed = findings(&report, "failed");
    let ids: Vec<_> = failed.iter().map(|finding| &finding["id"]).collect();
    assert_eq!((code, ids), (1, vec![&json!("FD-ORD-005")]), "{failed:#?}");
}

/// The only finding of a report without a grade.
fn only_finding(code: i32, report: &Value) -> String {
    let failed = findings(report, "failed");
    assert_eq!((code, &report["grade"], failed.len()), (1, &Value::Null, 1), "{failed:#?}");
    assert_eq!(report["obstacle"], failed[0]["id"]);
    failed[0].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_secret_or_address_is_one_finding_and_no_grade() {
    let api = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let installation = Installation::new(api, &api.to_string()).on_a_port_of_its_own();
    let gateway = installation.start().await;
    let examined = |url: String, secret: &str| {
        let words = ["doctor", &url, "--json", "--api-listen", "127.0.0.1:0"];
        let run = Run::of(freischalt(words).env("FREISCHALT_PROVIDER_SECRET", secret));
        let report = serde_json::from_str(&run.out);
        only_finding(run.code, &report.unwrap_or_else(|error| panic!("{error}: {}", run.err)))
    };
    let at = |host: &str, path: &str| format!("http://{host}:{}{path}", gateway.address.port());
    let secret = std::fs::read_to_string(installation.path("secret")).unwrap();
    let wrong = examined(at("127.0.0.1", "/activate"), "another-secret-0123456789");
    assert!(wrong.contains("does the provider have this secret"), "{wrong}");
    let elsewhere = examined(at("localhost", "/activate"), secret.trim());
    assert!(elsewhere.contains("signed as http://127.0.0.1"), "{elsewhere}");
    let nothing = examined(at("127.0.0.1", "/nothing"), secret.trim());
    assert!(nothing.contains("nothing at this path"), "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_the_page_that_nobody_told_is_asked_for() {
    let api = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let installation = Installation::new(api, &api.to_string()).on_a_port_of_its_own();
    let gateway = installation.start().await;
    let url = format!("http://{}/activate", gateway.address);
    let secret = std::fs::read_to_string(installation.path("secret")).unwrap();
    let listen = api.to_string();
    let words = ["doctor", &url, "--json", "--api-listen", &listen];
    let run = Run::of(freischalt(words).env("FREISCHALT_PROVIDER_SECRET", secret.trim()));
    let report = serde_json::from_str(&run.out).unwrap();
    let finding = only_finding(run.code, &report);
    assert!(finding.contains("--unlock-url") && finding.contains(&listen), "{finding}");
    // The rest can be judged all the same.
    assert!(passed(&report, "FD-ACT-001") && passed(&report, "FD-PAGE-020"), "{report}");
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

/// Its secret is shown to nobody, so the doctor reads it where the sandbox keeps it.
#[test]
fn the_demo_provider_of_a_sandbox_is_examined_with_grade_a() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Running::sandbox_in(folder.path());
    let demo = sandbox.manage("GET", "/v1/providers/demo", &Value::Null);
    let url = demo["activationUrl"].as_str().unwrap();
    let unlock = format!("{url}/unlock");
    let mut command = freischalt(["doctor", url, "--json", "--fail-under", "A"]);
    command
        .args(["--sandbox", &sandbox.management_url(), "--provider", "demo", "--data"])
        .arg(folder.path())
        .args(["--unlock-url", &unlock, "--unlock-body", "json"])
        .args(["--unlock-field", "query={query}", "--unlock-field", "key={key}"])
        .args(["--order", "order", "--order-body", "json", "--order-field", "item=single"]);
    let run = Run::of(&mut command);
    let report: Value = serde_json::from_str(&run.out)
        .unwrap_or_else(|error| panic!("{error}: {} {}", run.out, run.err));
    let failed = findings(&report, "failed");
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!((run.code, &report["grade"]), (0, &json!("A")));
    for id in ["FD-ORD-001", "FD-ORD-002", "FD-ORD-005", "FD-ORD-008", "FD-CB-001", "FD-CB-030"] {
        assert!(passed(&report, id), "{id}");
    }
}

#[test]
fn a_data_folder_without_the_provider_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["doctor", "http://127.0.0.1:9/activate", "--sandbox", "http://127.0.0.1:9"];
    let mut command = freischalt(words);
    let run = Run::of(command.args(["--provider", "demo", "--data"]).arg(folder.path()));
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("cannot read") && run.err.contains("key"), "{}", run.err);
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
