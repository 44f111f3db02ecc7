//! Any request to one address, with the answer as a stream: for services that stand between a
//! browser and a provider's app. Nothing here signs anything or follows a redirect.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use url::Url;

use super::TransportError;
use super::http::{classify, client_for};
use crate::client::{BuildError, http_url};

/// The body of an answer, which may still be on its way.
pub use reqwest::Body;

/// Sends requests to one app.
#[derive(Clone, Debug)]
pub struct Forwarder {
    client: reqwest::Client,
    base: Url,
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Forwarded {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, those of the connection included.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Body,
}

impl Forwarder {
    /// Prepares requests to the app at `base`, such as `http://127.0.0.1:3000`; a path in it is
    /// not used. Neither the connection nor a pause within an answer may take longer than `patience`.
    pub fn new(base: &str, patience: Duration) -> Result<Self, BuildError> {
        let base = http_url(base)?;
        let client =
            client_for(&base, |builder| builder.connect_timeout(patience).read_timeout(patience));
        Ok(Self { client: client?, base })
    }

    /// Sends a request for `path_and_query`, which cannot lead to another host.
    pub async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Forwarded, TransportError> {
        let mut url = self.base.clone();
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        url.set_path(path);
        url.set_query(query);
        let sending = self.client.request(method, url).headers(headers).body(body);
        let mut response = sending.send().await.map_err(classify)?;
        let headers = std::mem::take(response.headers_mut());
        Ok(Forwarded { status: response.status(), headers, body: response.into() })
    }
}
