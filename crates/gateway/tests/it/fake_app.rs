//! An app behind the gateway that keeps what it was asked and says what a test wants.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub(crate) const APP_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const EVENTS: &str = "/freischalt/events";

#[derive(Clone)]
pub(crate) struct FakeApp {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    asked: Mutex<Vec<Asked>>,
    status: Mutex<StatusCode>,
    regular: Mutex<&'static str>,
    retry_after: Mutex<Option<&'static str>>,
    came: Notify,
    /// Whether it leaves everybody without an answer.
    silent: AtomicBool,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl FakeApp {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            asked: Mutex::default(),
            status: Mutex::new(StatusCode::OK),
            regular: Mutex::new("{}"),
            retry_after: Mutex::default(),
            came: Notify::new(),
            silent: AtomicBool::new(false),
        });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// What every request is answered with from now on.
    pub(crate) fn will_answer(&self, status: u16) {
        *self.shared.status.lock().unwrap() = StatusCode::from_u16(status).unwrap();
    }

    /// What it says with each answer about when to come again.
    pub(crate) fn will_say_retry_after(&self, value: &'static str) {
        *self.shared.retry_after.lock().unwrap() = Some(value);
    }

    /// Whether it takes requests and never answers.
    pub(crate) fn is_silent(&self, silent: bool) {
        self.shared.silent.store(silent, Ordering::SeqCst);
    }

    /// What the question for a regular customer is answered with.
    pub(crate) fn will_say(&self, json: &'static str) {
        *self.shared.regular.lock().unwrap() = json;
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    pub(crate) fn events(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.path == EVENTS).collect()
    }

    /// The types of the events that came, each checked and in the order of their arrival.
    pub(crate) fn event_types(&self) -> Vec<String> {
        self.events()
            .iter()
            .map(|event| event.event()["type"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits for an event of this type and returns its data.
    pub(crate) async fn event(&self, kind: &str) -> Value {
        loop {
            let came = self.shared.came.notified();
            let found = self.events().iter().map(Asked::event).find(|event| event["type"] == kind);
            if let Some(event) = found {
                return event["data"].clone();
            }
            came.await;
        }
    }

    /// Waits until so many events have come.
    pub(crate) async fn wait_for_events(&self, number: usize) {
        loop {
            let came = self.shared.came.notified();
            if self.events().len() >= number {
                return;
            }
            came.await;
        }
    }
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an event whose signature is right.
    pub(crate) fn event(&self) -> Value {
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let signed = format!("{id}.{at}.{}", self.body);
        let right = format!("v1,{}", STANDARD.encode(mac(signed.as_bytes())));
        assert_eq!(self.header("webhook-signature"), right);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The claims of a session whose signature is right.
    pub(crate) fn session(&self) -> Value {
        session(self.header("freischalt-session"))
    }
}

/// The claims of a token whose signature is right.
pub(crate) fn session(token: &str) -> Value {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(signature, URL_SAFE_NO_PAD.encode(mac(signed.as_bytes())));
    let (head, claims) = signed.split_once('.').unwrap();
    let decode =
        |text| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap() };
    assert_eq!(decode(head)["alg"], "HS256");
    decode(claims)
}

fn mac(text: &[u8]) -> Vec<u8> {
    let key = STANDARD.decode(APP_SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().unwrap().to_string();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let said = path.clone();
    // What counts is what was to be answered before anybody knew of the request.
    let status = *shared.status.lock().unwrap();
    let is_silent = shared.silent.load(Ordering::SeqCst);
    shared.asked.lock().unwrap().push(Asked { method, path, headers, body });
    shared.came.notify_waiters();
    if is_silent {
        std::future::pending::<()>().await;
    }
    if let Some(value) = *shared.retry_after.lock().unwrap() {
        return (status, [("retry-after", value)]).into_response();
    }
    match said.as_str() {
        "/regular" => (status, *shared.regular.lock().unwrap()).into_response(),
        "/moved" => (StatusCode::SEE_OTHER, [("location", "/shop?moved=1")]).into_response(),
        "/away" => (StatusCode::SEE_OTHER, [("location", "//evil.example/")]).into_response(),
        _ => (status, "<h1>the app</h1>").into_response(),
    }
}
