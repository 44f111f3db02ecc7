//! The app as its gateway sees it, with a gateway that keeps what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::shared::Shared;
use crate::{App, EVENTS, REGULAR_CUSTOMER};

const NOW: i64 = 1_700_000_000;
const KEY: [u8; 32] = [7; 32];
const ORDER: &str = r#"{"orderId": "ord_1", "reference": "single", "customer": "42", "user": "21",
    "state": "failed", "transactionId": "7", "referenceId": null, "subscriptionId": null,
    "message": "<script>x</script>", "errorCodes": "3"}"#;

/// Method, path, `Authorization` and body of a request.
type Question = (Method, String, String, Value);

#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Question>>>);

async fn answer(
    State(asked): State<Asked>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers["authorization"].to_str().unwrap().to_owned();
    let path = uri.path().to_owned();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let answer = match path.as_str() {
        "/api/orders/ord_1" => ORDER.into_response(),
        path if path.starts_with("/api/orders/") => StatusCode::NOT_FOUND.into_response(),
        _ => r#"{"message": "signed", "targetOrigins": ["http://m.example"]}"#.into_response(),
    };
    asked.0.lock().unwrap().push((method, path, token, body));
    answer
}

async fn app() -> (Router, Asked) {
    let asked = Asked::default();
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let gateway = Gateway::new(listener.local_addr().unwrap(), "token".to_owned());
    let router = Router::new().fallback(answer).with_state(asked.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let app = App {
        shared: Shared::new(&format!("whsec_{}", STANDARD.encode(KEY))).unwrap(),
        gateway,
        regular_customers: vec!["42".to_owned()],
        ledger: Ledger::default(),
        clock: Arc::new(|| NOW),
    };
    (crate::router(Arc::new(app)), asked)
}

fn mac(text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn session(change: Value) -> String {
    let mut claims = json!({
        "customer": "42", "customerName": "Müller & <b>Söhne</b>", "user": "21", "service": "shop",
        "parameters": {"estateId": "12", "UserLanguage": "ENG"}, "visit": "v1",
        "marketplace": "http://m.example", "iat": NOW, "exp": NOW + 60,
    });
    claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac(text.as_bytes())))
}

async fn ask(app: &Router, method: &str, path: &str, session: &str, body: &str) -> (u16, String) {
    let headers = [("freischalt-session", session), ("content-type", "application/json")];
    send(app, method, path, &headers, body).await
}

async fn send(
    app: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn tell(app: &Router, path: &str, body: &Value, at: i64) -> (u16, String) {
    let (body, at) = (body.to_string(), at.to_string());
    let signature = STANDARD.encode(mac(format!("evt_1.{at}.{body}").as_bytes()));
    let signature = format!("v1,{signature}");
    let headers =
        [("webhook-id", "evt_1"), ("webhook-timestamp", &at), ("webhook-signature", &signature)];
    send(app, "POST", path, &headers, &body).await
}

#[tokio::test]
async fn the_shop_opens_for_a_session_and_for_nobody_else() {
    let (app, _) = app().await;
    let (status, page) = ask(&app, "GET", "/shop", &session(json!({})), "").await;
    assert_eq!(status, 200);
    assert!(page.contains("Order for everybody"), "{page}");
    assert!(page.contains(r#"<dd id="fact-estateId">12</dd>"#), "{page}");
    assert!(!page.contains("<b>Söhne</b>"), "{page}");
    assert!(!page.contains(r#"data-item="group""#), "nobody without a group buys for one");
    let grouped = session(json!({"group": "3", "parameters": {"UserLanguage": "DEU"}}));
    let (_, page) = ask(&app, "GET", "/shop", &grouped, "").await;
    assert!(page.contains("Für meine Gruppe bestellen"), "{page}");
    let over = session(json!({"exp": NOW - 1}));
    let mut forged = session(json!({}));
    forged.replace_range(..0, "x");
    for session in ["", "a.b.c", &over, &forged] {
        for (method, path) in [
            ("GET", "/shop"),
            ("GET", "/result?order=ord_1"),
            ("POST", "/order"),
            ("POST", "/message"),
        ] {
            let (status, _) = ask(&app, method, path, session, r#"{"item": "single"}"#).await;
            assert_eq!(status, 403, "{method} {path} {session}");
        }
    }
}

#[tokio::test]
async fn what_is_clicked_is_asked_of_the_gateway_for_this_window() {
    let (app, asked) = app().await;
    let session = session(json!({}));
    for item in ["single", "customer", "group", "user", "abo"] {
        let click = json!({"item": item}).to_string();
        let (status, body) = ask(&app, "POST", "/order", &session, &click).await;
        assert_eq!(status, 200, "{item}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body, json!({"message": "signed", "targetOrigins": ["http://m.example"]}));
    }
    for item in ["refresh", "refresh-and-close", "close"] {
        let click = json!({"item": item}).to_string();
        assert_eq!(ask(&app, "POST", "/message", &session, &click).await.0, 200, "{item}");
    }
    let asked = asked.0.lock().unwrap().clone();
    assert_eq!(asked.len(), 8);
    for (method, path, token, body) in &asked {
        assert_eq!((method, token.as_str()), (&Method::POST, "Bearer token"));
        assert_eq!(body["visit"], "v1");
        assert_eq!(path == "/api/orders", body["returnPath"] == "/result");
    }
    assert_eq!(asked[2].3["product"]["circleOfUsers"], "group");
    assert_eq!(asked[4].3["subscription"]["monthlyCosts"], "25.30");
    assert_eq!(asked[6].3["message"], "refreshAndClose");
    for (path, item) in [("/order", "close"), ("/message", "single"), ("/order", "everything")] {
        let click = json!({"item": item}).to_string();
        assert_eq!(ask(&app, "POST", path, &session, &click).await.0, 404, "{path} {item}");
    }
}

#[tokio::test]
async fn a_result_is_the_gateways_word_and_the_buyers_alone() {
    let (app, asked) = app().await;
    let path = "/result?order=ord_1&state=paid&reference=single";
    let (status, page) = ask(&app, "GET", path, &session(json!({})), "").await;
    assert_eq!(status, 200);
    assert!(page.contains("The payment failed"), "whatever the address says: {page}");
    assert!(page.contains(r#"<dd id="status">error</dd>"#), "{page}");
    assert!(page.contains(r#"<dd id="transactionid">7</dd>"#) && !page.contains("<script>x"));
    for other in [json!({"user": "22"}), json!({"customer": "43"})] {
        assert_eq!(ask(&app, "GET", path, &session(other), "").await.0, 404);
    }
    let before = asked.0.lock().unwrap().len();
    for path in ["/result", "/result?order=ord_2", "/result?order=..%2Fcustomers"] {
        assert_eq!(ask(&app, "GET", path, &session(json!({})), "").await.0, 404, "{path}");
    }
    let asked = asked.0.lock().unwrap()[before..].to_vec();
    assert!(asked.iter().all(|(_, path, ..)| path.starts_with("/api/orders/")), "{asked:?}");
}

#[tokio::test]
async fn events_are_shown_and_forgeries_are_not() {
    let (app, _) = app().await;
    let event = |kind: &str| {
        let data = json!({"orderId": "ord_1", "customer": "42", "reference": "abo"});
        json!({"type": kind, "timestamp": NOW, "data": data})
    };
    for kind in ["order.in_process", "order.paid", "order.paid", "provider.activated"] {
        assert_eq!(tell(&app, EVENTS, &event(kind), NOW).await.0, 204, "{kind}");
    }
    assert_eq!(tell(&app, EVENTS, &event("order.paid"), NOW - 301).await.0, 403, "too old");
    let forged = event("order.paid").to_string();
    assert_eq!(send(&app, "POST", EVENTS, &[], &forged).await.0, 403);
    let (_, page) = ask(&app, "GET", "/shop", &session(json!({})), "").await;
    assert_eq!(page.matches("<li>").count(), 1);
    assert!(page.contains("<li>Grundriss-Abo: paid</li>"), "{page}");
    let (_, page) = ask(&app, "GET", "/shop", &session(json!({"customer": "43"})), "").await;
    assert!(!page.contains("<li>"), "what others bought is theirs");
}

#[tokio::test]
async fn customers_of_before_are_regular_ones() {
    let (app, _) = app().await;
    for (customer, expected) in [("42", true), ("43", false)] {
        let question = json!({"customer": customer, "customerName": "whoever"});
        let (status, body) = tell(&app, REGULAR_CUSTOMER, &question, NOW).await;
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, answer), (200, json!({"isRegularCustomer": expected})));
    }
    let question = json!({"customer": "42"}).to_string();
    assert_eq!(send(&app, "POST", REGULAR_CUSTOMER, &[], &question).await.0, 403);
}
