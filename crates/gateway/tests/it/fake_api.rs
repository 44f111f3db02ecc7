//! An API that answers from a list and keeps what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

#[derive(Clone)]
pub(crate) struct FakeApi {
    pub(crate) address: SocketAddr,
    state: Arc<Shared>,
}

struct Shared {
    answers: Mutex<VecDeque<String>>,
    /// What is answered once the list is empty: success, or this error.
    code: AtomicU32,
    asked: Mutex<Vec<Value>>,
    arrived: Semaphore,
    allowed: Semaphore,
}

impl FakeApi {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Shared {
            answers: Mutex::default(),
            code: AtomicU32::new(0),
            asked: Mutex::default(),
            arrived: Semaphore::new(0),
            allowed: Semaphore::new(1000),
        });
        let router = Router::new().fallback(answer).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api/stable/api.php", self.address)
    }

    pub(crate) fn will_answer(&self, body: impl Into<String>) {
        self.state.answers.lock().unwrap().push_back(body.into());
    }

    pub(crate) fn will_succeed(&self) {
        self.will_answer(success());
    }

    pub(crate) fn will_answer_with(&self, records: Value) {
        self.will_answer(result(0, "OK", records));
    }

    /// Every further request is answered with this code; 0 is success.
    pub(crate) fn will_always_answer(&self, code: u32) {
        self.state.code.store(code, Ordering::SeqCst);
    }

    pub(crate) fn will_refuse(&self, code: u32) {
        self.will_answer(result(code, "refused", json!([])));
    }

    /// From now on requests wait until [`FakeApi::let_go`].
    pub(crate) fn hold(&self) {
        self.state.allowed.forget_permits(1000);
    }

    pub(crate) fn let_go(&self) {
        self.state.allowed.add_permits(1000);
    }

    /// Waits until one more request has arrived.
    pub(crate) async fn arrival(&self) {
        self.state.arrived.acquire().await.unwrap().forget();
    }

    pub(crate) fn asked(&self) -> Vec<Value> {
        self.state.asked.lock().unwrap().clone()
    }
}

async fn answer(State(state): State<Arc<Shared>>, body: String) -> String {
    state.asked.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    state.arrived.add_permits(1);
    state.allowed.acquire().await.unwrap().forget();
    let answer = state.answers.lock().unwrap().pop_front();
    answer.unwrap_or_else(|| match state.code.load(Ordering::SeqCst) {
        0 => success(),
        code => result(code, "refused", json!([])),
    })
}

fn success() -> String {
    result(0, "OK", json!([{"id": 0, "type": "", "elements": {"success": "success"}}]))
}

fn result(code: u32, message: &str, records: Value) -> String {
    let top = match code {
        0 => json!({"code": 200, "errorcode": 0, "message": "OK"}),
        _ => json!({"code": 500, "errorcode": 97, "message": "Error in action"}),
    };
    json!({
        "status": top,
        "response": {"results": [{
            "actionid": "urn:onoffice-de-ns:smart:2.5:smartml:action:do",
            "resourceid": "", "resourcetype": "unlockProvider", "cacheable": false,
            "identifier": "", "data": {"meta": {"cntabsolute": null}, "records": records},
            "status": {"errorcode": code, "message": message},
        }]},
    })
    .to_string()
}
