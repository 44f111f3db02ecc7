//! The transport over the network: reqwest with rustls on ring. The crypto provider is handed to
//! this client alone and never installed for the process, so it disturbs nobody else's choice.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use std::{io, iter};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderName};
use reqwest::{Response, redirect};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use url::{Host, Url};

use super::{HttpRequest, HttpResponse, Sending, Transport, TransportError};

/// Largest answer that is read, in bytes.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The default transport.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: reqwest::Client,
}

/// Why no transport could be made: the system's trusted certificates are out of reach, or the
/// user agent cannot stand in a header.
///
/// ```
/// use std::time::Duration;
///
/// use freischalt_client::transport::{HttpTransport, HttpTransportError};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "http://127.0.0.1:8080".parse()?;
/// let refused: Result<_, HttpTransportError> =
///     HttpTransport::new(&url, Duration::from_secs(1), "two\nlines");
/// assert!(refused.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up")]
pub struct HttpTransportError(#[source] super::Cause);

impl HttpTransport {
    /// A transport for requests to `url`. `timeout` covers a whole exchange.
    ///
    /// Trusted certificates are loaded for `https` only, and a host that is this machine is never
    /// reached through a proxy.
    pub fn new(url: &Url, timeout: Duration, agent: &str) -> Result<Self, HttpTransportError> {
        let client = client_for(url, |builder| {
            builder.connect_timeout(CONNECT_TIMEOUT.min(timeout)).timeout(timeout).user_agent(agent)
        });
        Ok(Self { client: client? })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let sending = self.client.post(&request.url).header(CONTENT_TYPE, "application/json");
        let response = sending.body(request.body).send().await.map_err(classify)?;
        let (date, content_type) = (header(&response, DATE), header(&response, CONTENT_TYPE));
        let status = response.status().as_u16();
        Ok(HttpResponse { status, date, content_type, body: read(response).await? })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(self.exchange(request))
    }
}

/// An HTTP client for one address that follows no redirect.
pub(super) fn client_for(
    url: &Url,
    settings: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, HttpTransportError> {
    let tls = tls_config(url.scheme() == "https").map_err(|e| HttpTransportError(e.into()))?;
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none());
    let builder = if is_this_machine(url) { builder.no_proxy() } else { builder };
    settings(builder).build().map_err(|e| HttpTransportError(e.into()))
}

fn tls_config(verifies: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match verifies {
        true => builder.with_platform_verifier()?,
        // No TLS will be spoken, and loading the system's certificates takes tens of milliseconds.
        false => builder.with_root_certificates(RootCertStore::empty()),
    };
    let mut config = builder.with_no_client_auth();
    if cfg!(feature = "http2") {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    config.alpn_protocols.push(b"http/1.1".to_vec());
    Ok(config)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

async fn read(mut response: Response) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(TransportError::TooLarge { limit: MAX_ANSWER });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(super) fn classify(error: reqwest::Error) -> TransportError {
    // The URL may be internal to the user's network; callers know which one they used.
    let error = error.without_url();
    if is_tls(&error) {
        TransportError::Tls(error.into())
    } else if error.is_dns() {
        TransportError::UnknownHost(error.into())
    } else if error.is_connect() {
        TransportError::Connect(error.into())
    } else if error.is_timeout() {
        TransportError::Timeout(error.into())
    } else {
        TransportError::Interrupted(error.into())
    }
}

/// Whether a failed connection failed in its TLS handshake.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut causes = iter::successors(error.source(), |cause| below(*cause));
    error.is_connect() && causes.any(|cause| cause.is::<rustls::Error>())
}

/// The next cause. An I/O error's `source` skips the error that it wraps, so it is asked for that
/// one first.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
