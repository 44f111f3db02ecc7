//! The app behind the gateway: how requests, events and questions reach it.
//!
//! This module must not know what a session says.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use freischalt_client::TransportError;
use freischalt_client::transport::Forwarder;
use freischalt_protocol::{Secret, UnixTime, retry_after};

use crate::config::{AppConfig, ConfigError, Handover};
use crate::headers;
use crate::session;
use crate::signer::Signer;

/// How long an administrator waits for the app's word on a regular customer.
const ANSWER_TIME: Duration = Duration::from_secs(5);

pub(crate) struct Behind {
    forwarder: Forwarder,
    /// Of the app, as in `http://127.0.0.1:3000`.
    pub(crate) origin: String,
    pub(crate) signer: Signer,
    pub(crate) handover: Handover,
    pub(crate) token: Secret,
    pub(crate) visit_lifetime: i64,
    pub(crate) poll_every: i64,
    /// How long the app may keep us waiting.
    patience: Duration,
    events_path: String,
}

/// What the gateway tells the app about a browser's request, in headers that no browser decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    /// The session's token.
    pub(crate) token: &'a str,
    /// The path of the window at the gateway.
    pub(crate) prefix: &'a str,
    /// The gateway's own origin, by which the browser called.
    pub(crate) origin: &'a str,
    /// Who sent the request, as far as the connection and trusted proxies tell.
    pub(crate) caller: Option<IpAddr>,
}

impl Told<'_> {
    fn write(&self, headers: &mut HeaderMap) {
        let (scheme, host) = self.origin.split_once("://").unwrap_or_default();
        let caller = self.caller.map(|caller| caller.to_canonical().to_string());
        for (name, value) in [
            (session::HEADER, Some(self.token)),
            ("x-forwarded-prefix", Some(self.prefix)),
            ("x-forwarded-proto", Some(scheme)),
            ("x-forwarded-host", Some(host)),
            ("x-forwarded-for", caller.as_deref()),
        ] {
            // Tokens, paths, origins and addresses are fit for headers.
            if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
                headers.insert(name, value);
            }
        }
    }
}

impl Behind {
    pub(crate) fn new(config: &AppConfig) -> Result<Self, ConfigError> {
        let origin = crate::config::origin("app.url", &config.url)?;
        let patience = Duration::from_secs(config.timeout.into());
        Ok(Self {
            forwarder: Forwarder::new(&origin, patience)?,
            patience,
            origin,
            signer: Signer::new(&config.secret).map_err(|_| ConfigError::NotAnAppSecret)?,
            handover: config.handover.clone(),
            token: config.token.clone(),
            visit_lifetime: config.visit_lifetime,
            poll_every: config.poll_every,
            events_path: config.events_path.clone(),
        })
    }

    /// Seconds after which nobody waits for the app's word on an event any more.
    pub(crate) fn event_time(&self) -> i64 {
        const MARGIN: i64 = 5;
        i64::try_from(self.patience.as_secs()).unwrap_or(i64::MAX).saturating_add(MARGIN)
    }

    /// Passes a browser's request on, with a session in place of whatever it claims to be.
    pub(crate) async fn pass_on(
        &self,
        method: Method,
        path_and_query: &str,
        headers: &HeaderMap,
        body: Vec<u8>,
        told: Told<'_>,
    ) -> Result<Response, NoAnswer> {
        let mut forwarded = headers::of_request(headers);
        told.write(&mut forwarded);
        let answer = self.forwarder.send(method, path_and_query, forwarded, body).await?;
        // No upgrade is passed on, so there is nothing to switch to.
        if answer.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(NoAnswer::Upgrade);
        }
        let mut response = Response::new(Body::new(answer.body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = headers::of_answer(&answer.headers);
        self.lead_back(response.headers_mut(), told.prefix);
        Ok(response)
    }

    /// A redirect of the app's leads back through the gateway.
    fn lead_back(&self, headers: &mut HeaderMap, prefix: &str) {
        let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        let Some(location) = location else { return };
        let path = match location.strip_prefix(&self.origin) {
            Some("") => "/",
            Some(path) if path.starts_with('/') => path,
            Some(_) => return,
            None => location,
        };
        // Two slashes, or one and a backslash, name another host.
        if !path.starts_with('/') || path[1..].starts_with(['/', '\\']) || path.starts_with(prefix)
        {
            return;
        }
        if let Ok(value) = HeaderValue::try_from(format!("{prefix}{path}")) {
            headers.insert(header::LOCATION, value);
        }
    }

    /// Sends an event; `Ok` when the app confirmed it.
    pub(crate) async fn notify(
        &self,
        id: &str,
        body: &str,
        now: UnixTime,
    ) -> Result<(), NotConfirmed> {
        let headers = self.signed(id, body, now);
        let sending = self.forwarder.send(Method::POST, &self.events_path, headers, body.into());
        let answer = tokio::time::timeout(self.patience, sending).await;
        let answer = answer.map_err(|_| NotConfirmed::Silent)?.map_err(NoAnswer::from)?;
        match answer.status {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(NotConfirmed::Gone),
            status => {
                let wish = answer.headers.get(header::RETRY_AFTER);
                let wish = wish.and_then(|value| value.to_str().ok());
                let retry_after = wish.and_then(|value| retry_after(value, now));
                Err(NotConfirmed::Refused { status, retry_after })
            }
        }
    }

    /// Asks the app whether a customer is a regular one. Whatever is not a clear yes is a no.
    pub(crate) async fn is_regular(&self, path: &str, id: &str, body: &str, now: UnixTime) -> bool {
        const LONGEST: usize = 1024;
        let headers = self.signed(id, body, now);
        let asking = async {
            let sent = self.forwarder.send(Method::POST, path, headers, body.into());
            let answer = sent.await.ok().filter(|answer| answer.status == StatusCode::OK)?;
            let bytes = axum::body::to_bytes(Body::new(answer.body), LONGEST).await.ok()?;
            let answer: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
            answer.get("isRegularCustomer")?.as_bool()
        };
        tokio::time::timeout(ANSWER_TIME, asking).await.ok().flatten().unwrap_or(false)
    }

    fn signed(&self, id: &str, body: &str, now: UnixTime) -> HeaderMap {
        let signature = self.signer.webhook(id, now, body);
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "application/json"),
            ("webhook-id", id),
            ("webhook-timestamp", &now.to_string()),
            ("webhook-signature", &signature),
        ] {
            // Ids, numbers and base64 are fit for headers.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

/// Why the app did not answer. The client's own words for it speak of the API.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    Transport(TransportError),
    /// It answered a request of another protocol, which nobody has made.
    Upgrade,
}

impl From<TransportError> for NoAnswer {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self {
            Self::Transport(error) => error,
            Self::Upgrade => {
                return f.write_str("the app answered 101, but nobody asked for another protocol");
            }
        };
        f.write_str(match error {
            TransportError::UnknownHost(_) => "the host name in app.url cannot be resolved",
            TransportError::Connect(_) => {
                "no connection to the app; check that it runs, and app.url"
            }
            TransportError::Tls(_) => "no secure connection to the app; check its certificate",
            TransportError::Timeout(_) => "the app did not answer in time",
            _ => "the connection to the app broke before its answer was complete",
        })
    }
}

impl std::error::Error for NoAnswer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => error.source(),
            Self::Upgrade => None,
        }
    }
}

/// Why an event is still to be delivered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotConfirmed {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("the app did not answer in time")]
    Silent,
    #[error("the app answered {status}; it should be 2xx")]
    Refused {
        status: StatusCode,
        /// Seconds for which the app wants to be left alone, if it says so.
        retry_after: Option<i64>,
    },
    #[error("the app answered 410: it does not want this event")]
    Gone,
}

/// What follows the first two segments of a path, with its query: `/s/ID/shop?x=1` is `/shop?x=1`.
pub(crate) fn below_visit(uri: &Uri) -> String {
    let path = uri.path();
    let rest = path.splitn(4, '/').nth(3).unwrap_or_default();
    match uri.query() {
        Some(query) => format!("/{rest}?{query}"),
        None => format!("/{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_is_away_is_not_called_the_api() {
        let told = NoAnswer::Transport(TransportError::Connect("refused".into())).to_string();
        assert!(told.contains("the app") && told.contains("app.url"), "{told}");
    }

    #[test]
    fn the_apps_path_is_what_follows_the_visit() {
        for (uri, below) in [
            ("/s/abc", "/"),
            ("/s/abc/", "/"),
            ("/s/abc/shop", "/shop"),
            ("/s/abc/a%2Fb/c?x=1&y", "/a%2Fb/c?x=1&y"),
            ("/s/abc//evil", "//evil"),
        ] {
            assert_eq!(below_visit(&uri.parse().unwrap()), below, "{uri}");
        }
    }
}
