//! The HTTP client: no redirects, bounded, and every answer kept whole.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use crate::safety::{self, Budget, Limits};

/// Largest body that is read.
const MAX_BODY: usize = 2 * 1024 * 1024;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<(String, Vec<u8>)>,
}

impl Ask {
    pub(crate) fn get(url: impl Into<String>) -> Self {
        Self { method: Method::GET, url: url.into(), headers: Vec::new(), body: None }
    }

    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Answer {
    /// All values of a header, joined by commas; empty if absent.
    pub(crate) fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(", ")
    }

    /// Headers and body as one text, to look for what must not be there.
    pub(crate) fn whole(&self) -> String {
        let lines = self.headers.iter().map(|(name, value)| {
            format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
        });
        lines.chain([self.body.clone()]).collect()
    }

    pub(crate) fn is_server_error(&self) -> bool {
        self.status >= 500
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error("the address may not be called: {0}")]
    Forbidden(String),
    #[error("the limit of requests is used up; raise it with --max-requests")]
    Budget,
    #[error("no answer: {0}")]
    Failed(String),
    #[error("{0}")]
    Unseen(&'static str),
    #[error("{0}")]
    Sandbox(String),
}

/// Makes requests within the limits.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    limits: Limits,
    budget: Arc<Budget>,
}

impl Http {
    pub(crate) fn new(limits: &Limits, tls: bool) -> Result<Self, String> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_config(tls).map_err(|error| error.to_string())?)
            .redirect(redirect::Policy::none())
            .timeout(limits.timeout)
            .no_proxy()
            .user_agent(concat!("freischalt-doctor/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, limits: limits.clone(), budget: Arc::new(Budget::new(limits)) })
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn requests_made(&self) -> usize {
        self.limits.requests - self.budget.left()
    }

    pub(crate) async fn send(&self, ask: &Ask) -> Result<Answer, NoAnswer> {
        let url = Url::parse(&ask.url).map_err(|error| NoAnswer::Failed(error.to_string()))?;
        safety::check(&url, &self.limits)
            .map_err(|error| NoAnswer::Forbidden(error.to_string()))?;
        if !self.budget.take().await {
            return Err(NoAnswer::Budget);
        }
        let mut request = self.client.request(ask.method.clone(), url);
        for (name, value) in &ask.headers {
            let pair = (HeaderName::try_from(name), HeaderValue::try_from(value));
            if let (Ok(name), Ok(value)) = pair {
                request = request.header(name, value);
            }
        }
        if let Some((kind, bytes)) = &ask.body {
            request = request.header(CONTENT_TYPE, kind).body(bytes.clone());
        }
        let started = Instant::now();
        let mut response = request.send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BODY {
                break;
            }
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status, headers, body, took: started.elapsed() })
    }
}

/// Without the URL, which holds a claim.
fn failed(error: reqwest::Error) -> NoAnswer {
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "nobody listens there"
    } else {
        "the connection broke"
    };
    NoAnswer::Failed(what.to_owned())
}

/// Certificates of the system are loaded for https only.
fn tls_config(verifies: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match verifies {
        true => builder.with_platform_verifier()?,
        false => builder.with_root_certificates(RootCertStore::empty()),
    };
    Ok(builder.with_no_client_auth())
}
