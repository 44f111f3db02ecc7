//! A provider in Rust: right, small, and for the corpus of the doctor. PORT, API and SECRET come from
//! the environment.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a small program for tests")]

use std::{
    collections::{HashMap, HashSet},
    env,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Router,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use freischalt_client::{
    Action, ApiClaim, Client, Credentials, Secret, UnlockProvider, Verb, system_time,
};
use freischalt_protocol::{
    signed_order,
    signed_url::{Port, VerifiedUrl},
};

struct Provider {
    /// Where it listens.
    address: String,
    secret: Secret,
    client: Client,
    used: Mutex<HashSet<String>>,
    customers: Mutex<HashMap<String, Credentials>>,
    delivered: Mutex<HashSet<String>>,
}

type Shared = State<Arc<Provider>>;

const MARKETPLACE: &str = "https://marketplace.example";

impl Provider {
    /// The parameters of a genuine, young URL, each of them once.
    fn verify(&self, path: &str, query: &str) -> Option<VerifiedUrl> {
        let mut names = HashSet::new();
        let once = url::form_urlencoded::parse(query.as_bytes())
            .all(|(name, _)| !name.contains('[') && names.insert(name.into_owned()));
        let url = format!("http://127.0.0.1{path}?{query}");
        let with_port = format!("http://{}{path}?{query}", self.address);
        let (now, secret) = (system_time(), &self.secret);
        let fresh = |url: &str, port: Port| port.verify_fresh(url, secret, now, 300, 120).ok();
        let verified = fresh(&url, Port::Dropped).or_else(|| fresh(&with_port, Port::Kept));
        verified.filter(|_| once)
    }
}

#[tokio::main]
async fn main() {
    let address = format!("127.0.0.1:{}", env::var("PORT").unwrap());
    let provider = Arc::new(Provider {
        address: address.clone(),
        secret: Secret::new(env::var("SECRET").unwrap()),
        client: Client::new(&env::var("API").unwrap()).unwrap(),
        used: Mutex::default(),
        customers: Mutex::default(),
        delivered: Mutex::default(),
    });
    let router = Router::new()
        .route("/activate", get(activate))
        .route("/activate/unlock", post(unlock))
        .route("/service", get(service))
        .route("/webhook", get(webhook))
        .route("/callback", get(callback))
        .route("/delivered", get(delivered))
        .route("/order", post(order))
        .with_state(provider);
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    axum::serve(listener, router).await.unwrap();
}

fn page(status: StatusCode, body: String) -> Response {
    let policy = format!("default-src 'self' 'unsafe-inline'; frame-ancestors {MARKETPLACE}");
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (status, headers, format!("<!doctype html>{body}")).into_response()
}

fn refused() -> Response {
    page(StatusCode::FORBIDDEN, "<p>The signature is not correct.</p>".to_owned())
}

fn escaped(text: &str) -> String {
    let escape = |c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c => String::from(c),
    };
    text.chars().map(escape).collect()
}

async fn activate(State(provider): Shared, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let Some(url) = provider.verify("/activate", &query) else { return refused() };
    let needed = ["customerWebId", "userId", "apiToken", "parameterCacheId", "apiClaim"];
    if needed.iter().any(|name| url.get(name).is_none()) {
        return refused();
    }
    let (name, launch) = (escaped(url.get("customerName").unwrap_or_default()), escaped(&query));
    page(
        StatusCode::OK,
        format!(
            r#"<html lang="en"><title>Activate</title><h1>Activate the provider for {name}</h1>
<form action="/activate/unlock" method="post"><input type="hidden" name="launch" value="{launch}">
<div id="secretDiv"><label for="secret">API key</label><input id="secret" name="secret" autocomplete="off"></div>
<button id="unlockButton">Activate now</button></form><label id="successMessage" hidden>active</label>
<div id="spinner" hidden></div><script>document.querySelector('form').onsubmit = async (e) => {{ e.preventDefault();
const r = await fetch('/activate/unlock', {{ method: 'POST', body: new URLSearchParams(new FormData(e.target)) }});
window.parent.postMessage(await r.text(), '{MARKETPLACE}'); }};</script></html>"#
        ),
    )
}

fn says(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own = format!("http://{}", text(header::HOST).unwrap_or_default());
    text(header::ORIGIN).is_some_and(|origin| origin != own)
}

async fn unlock(
    State(provider): Shared,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    if is_foreign(&headers) {
        return says(StatusCode::FORBIDDEN, "wrong origin");
    }
    let Some(url) = provider.verify("/activate", field("launch")) else {
        return says(StatusCode::FORBIDDEN, "not a genuine launch");
    };
    let wanted =
        ["customerWebId", "apiToken", "parameterCacheId", "apiClaim"].map(|name| url.get(name));
    let [Some(customer), Some(token), Some(cache), Some(claim)] = wanted else {
        return says(StatusCode::FORBIDDEN, "not a genuine launch");
    };
    let key = field("secret").trim();
    if key.len() != 64 || !key.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return says(StatusCode::UNPROCESSABLE_ENTITY, "the API key has 64 characters");
    }
    if !provider.used.lock().unwrap().insert(cache.to_owned()) {
        return says(StatusCode::CONFLICT, "this activation was used");
    }
    let credentials = Credentials::new(token, Secret::new(key));
    let call = UnlockProvider {
        parameter_cache_id: cache.to_owned(),
        claim: ApiClaim::new(claim),
        is_regular_customer: false,
    };
    if provider.client.unlock_provider(&credentials, &call).await.is_err() {
        provider.used.lock().unwrap().remove(cache);
        return says(StatusCode::BAD_GATEWAY, "the activation failed");
    }
    provider.customers.lock().unwrap().insert(customer.to_owned(), credentials);
    says(StatusCode::OK, "active")
}

async fn service(State(provider): Shared, RawQuery(query): RawQuery) -> Response {
    let Some(url) = provider.verify("/service", &query.unwrap_or_default()) else {
        return refused();
    };
    let customer = url.get("customerWebId").unwrap_or_default();
    let credentials = provider.customers.lock().unwrap().get(customer).cloned();
    let Some(credentials) = credentials else {
        return page(
            StatusCode::FORBIDDEN,
            "<p>Please activate the provider first.</p>".to_owned(),
        );
    };
    let claim = ApiClaim::new(url.get("apiClaim").unwrap_or_default());
    let action = Action::new(Verb::Read, "user");
    match provider.client.call(&credentials, &action, Some(&claim)).await {
        Ok(_) => page(StatusCode::OK, "<h1>Welcome to the floor plan service</h1>".to_owned()),
        Err(_) => page(
            StatusCode::SERVICE_UNAVAILABLE,
            "<p>The marketplace does not answer.</p>".to_owned(),
        ),
    }
}

async fn webhook(State(provider): Shared, RawQuery(query): RawQuery) -> StatusCode {
    match provider.verify("/webhook", &query.unwrap_or_default()) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::FORBIDDEN,
    }
}

async fn callback(State(provider): Shared, RawQuery(query): RawQuery) -> Response {
    let Some(url) = provider.verify("/callback", &query.unwrap_or_default()) else {
        return refused();
    };
    let text = match url.get("status") {
        Some("success" | "inprocess") => {
            let transaction = url.get("transactionid").unwrap_or_default().to_owned();
            provider.delivered.lock().unwrap().insert(transaction);
            "Thank you, your order is being delivered to you."
        }
        _ => "Payment failed or was cancelled; nothing happens.",
    };
    page(StatusCode::OK, format!("<h1>{text}</h1>"))
}

async fn delivered(State(provider): Shared) -> String {
    format!("{} deliveries", provider.delivered.lock().unwrap().len())
}

async fn order(State(provider): Shared, Form(fields): Form<HashMap<String, String>>) -> Response {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let Some(url) = provider.verify("/service", field("launch")) else {
        return says(StatusCode::FORBIDDEN, "not a genuine launch");
    };
    let quantity: u32 = field("quantity").parse().unwrap_or_default();
    if field("product") != "1" || !(1..100).contains(&quantity) {
        return says(StatusCode::UNPROCESSABLE_ENTITY, "no such article or quantity");
    }
    let total = 3870 * quantity;
    let order = serde_json::json!({
        "callbackurl": "http://127.0.0.1/callback",
        "parametercacheid": url.get("parameterCacheId"),
        "products": [{"circleofusers": "customer", "name": "Floor plan (2D)", "price": "38.70", "quantity": quantity.to_string()}],
        "timestamp": system_time().0,
        "totalprice": format!("{}.{:02}", total / 100, total % 100),
    });
    match signed_order::sign(order.to_string().as_bytes(), &provider.secret) {
        Ok(signed) => ([(header::CONTENT_TYPE, "application/json")], signed).into_response(),
        Err(_) => says(StatusCode::INTERNAL_SERVER_ERROR, "the order cannot be signed"),
    }
}
