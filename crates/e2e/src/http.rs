//! Plain HTTP to loopback addresses: what a shell script would do with one command.

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Method, Request, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

/// Gets a page or document.
pub async fn get(url: &str) -> Result<Answer> {
    send(Method::GET, url, Bytes::new()).await
}

/// Posts a JSON document.
pub async fn post_json(url: &str, body: &Value) -> Result<Answer> {
    send(Method::POST, url, body.to_string().into()).await
}

/// Puts a JSON document.
pub async fn put_json(url: &str, body: &Value) -> Result<Answer> {
    send(Method::PUT, url, body.to_string().into()).await
}

async fn send(method: Method, url: &str, body: Bytes) -> Result<Answer> {
    let client: Client<HttpConnector, Full<Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .with_context(|| format!("`{url}` is no address"))?;
    let answer = client.request(request).await.with_context(|| format!("no answer from {url}"))?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.context("the answer breaks off")?.to_bytes();
    Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
}
