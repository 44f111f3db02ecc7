//! What the app asks of its gateway.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long the gateway may take; it has only its store to ask.
const PATIENCE: Duration = Duration::from_secs(20);
const LARGEST_ANSWER: usize = 1024 * 1024;

/// The gateway, on the address that it has for the app.
pub(crate) struct Gateway {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
    authorization: String,
}

/// What the page has to post, and to which of the marketplaces: a browser hands it to the one around.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Signed {
    message: String,
    target_origins: Vec<String>,
}

/// What became of an order.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    pub(crate) customer: String,
    pub(crate) user: String,
    pub(crate) state: String,
    pub(crate) transaction_id: Option<String>,
    pub(crate) reference_id: Option<String>,
    pub(crate) subscription_id: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) error_codes: Option<String>,
}

/// Why the gateway does not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("the gateway does not answer")]
    Silent,
    #[error("the gateway cannot be reached: {0}")]
    Transport(String),
    #[error("the gateway refuses with {status}: {message}")]
    Refused { status: StatusCode, message: String },
    #[error("the gateway's answer cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl Gateway {
    pub(crate) fn new(address: SocketAddr, token: String) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address, authorization: format!("Bearer {token}") }
    }

    /// Has an order or window message signed.
    pub(crate) async fn sign(&self, path: &str, wish: &Value) -> Result<Signed, Problem> {
        self.ask(Method::POST, path, wish.to_string()).await
    }

    /// Asks what became of an order; `None` if there is no such one.
    pub(crate) async fn order(&self, id: &str) -> Result<Option<Order>, Problem> {
        // It comes from the address of a page, where anybody may write anything.
        if !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            return Ok(None);
        }
        match self.ask(Method::GET, &format!("/api/orders/{id}"), String::new()).await {
            Err(Problem::Refused { status: StatusCode::NOT_FOUND, .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<T, Problem> {
        let failed = |error: &dyn std::error::Error| Problem::Transport(error.to_string());
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(AUTHORIZATION, &self.authorization)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .map_err(|error| failed(&error))?;
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|error| failed(&error))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await;
            let body = body.map_err(|error| failed(error.as_ref()))?.to_bytes();
            Ok::<_, Problem>((head.status, body))
        };
        let answer = tokio::time::timeout(PATIENCE, exchange).await;
        let (status, body) = answer.map_err(|_| Problem::Silent)??;
        if status.is_success() {
            return Ok(serde_json::from_slice(&body)?);
        }
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let message = answer["error"]["message"].as_str().unwrap_or("without a word").to_owned();
        Err(Problem::Refused { status, message })
    }
}
