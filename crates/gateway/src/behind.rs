//! The app behind the gateway: how requests, events and questions reach it.
//!
//! This module must not know what a session says.

use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use freischalt_client::TransportError;
use freischalt_client::transport::Forwarder;
use freischalt_protocol::{Secret, UnixTime};

use crate::config::{AppConfig, ConfigError, Handover};
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

/// Headers that concern one connection and no other (RFC 9110, 7.6.1), or that we make ourselves.
const OURS: [HeaderName; 11] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::CONTENT_LENGTH,
    header::FORWARDED,
    header::EXPECT,
];

/// Beginnings of headers that tell an app something it must hear from us alone. Programs that read
/// headers from the environment take `_` for `-`, so both are looked at alike.
const TRUSTED: [&str; 8] = [
    "freischalt-",
    "webhook-",
    "x-forwarded-",
    "x-real-ip",
    "x-http-method",
    "x-method-override",
    "x-original-",
    "x-rewrite-",
];

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
        (token, prefix): (&str, &str),
    ) -> Result<Response, NoAnswer> {
        let mut forwarded = HeaderMap::new();
        for (name, value) in headers {
            if !is_ours(name) {
                forwarded.append(name.clone(), value.clone());
            }
        }
        if let (Ok(token), Ok(prefix)) =
            (HeaderValue::try_from(token), HeaderValue::try_from(prefix))
        {
            forwarded.insert(session::HEADER, token);
            forwarded.insert("x-forwarded-prefix", prefix);
        }
        let answer = self.forwarder.send(method, path_and_query, forwarded, body).await?;
        let mut response = Response::new(Body::new(answer.body));
        *response.status_mut() = answer.status;
        for (name, value) in &answer.headers {
            if !is_of_connection(name) {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
        self.lead_back(response.headers_mut(), prefix);
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
        let answer = answer.map_err(|_| NotConfirmed::Silent)?.map_err(NoAnswer)?;
        match answer.status.is_success() {
            true => Ok(()),
            false => Err(NotConfirmed::Refused(answer.status)),
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
pub(crate) struct NoAnswer(TransportError);

impl From<TransportError> for NoAnswer {
    fn from(error: TransportError) -> Self {
        Self(error)
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
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
        self.0.source()
    }
}

/// Why an event is still to be delivered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotConfirmed {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("the app did not answer in time")]
    Silent,
    #[error("the app answered {0}; it should be 2xx")]
    Refused(StatusCode),
}

fn is_of_connection(name: &HeaderName) -> bool {
    OURS.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

fn is_ours(name: &HeaderName) -> bool {
    let plain = name.as_str().replace('_', "-");
    is_of_connection(name) || TRUSTED.iter().any(|beginning| plain.starts_with(beginning))
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
        let told = NoAnswer(TransportError::Connect("refused".into())).to_string();
        assert!(told.contains("the app") && told.contains("app.url"), "{told}");
    }

    #[test]
    fn headers_that_only_we_may_send_do_not_get_through_in_any_spelling() {
        for name in [
            "freischalt-session",
            "freischalt_session",
            "Freischalt_Session",
            "x-forwarded-prefix",
            "x_forwarded_for",
            "x-http-method-override",
            "x-original-url",
            "webhook-signature",
            "transfer-encoding",
            "keep-alive",
        ] {
            assert!(is_ours(&HeaderName::try_from(name).unwrap()), "{name}");
        }
        for name in ["accept", "cookie", "x-requested-with", "content-type"] {
            assert!(!is_ours(&HeaderName::try_from(name).unwrap()), "{name}");
        }
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
