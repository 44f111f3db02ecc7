//! The marketplace's API, played for the provider. How a call is answered depends on the token, so
//! that checks do not disturb each other.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use freischalt_protocol::{
    ErrorCode, Secret, UnixTime,
    envelope::{self, ActionResult, Request, Signature, Status},
    hmac::{SigningKey, V2Message},
    php,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::api::{Call, Wire, is_writing};

/// How a call with a token is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As the marketplace would: right signatures succeed, others get 137.
    #[default]
    Honest,
    /// This code for the action.
    Refuse(ErrorCode),
    /// Not authenticated, at the top.
    NotAuthenticated,
    /// The outer status is fine, that of the action is not.
    LyingOuter,
    /// Fine, but the record says something else than success.
    OtherSuccess,
    /// No result at all, although the outer status is fine.
    NoResults,
    /// A page of HTML that has the word `active` in it.
    Html,
    /// No body.
    Empty,
    /// Half a JSON document.
    HalfJson,
    /// HTTP 500.
    Broken,
    /// A redirect to another address of this API.
    Redirect,
    /// More than any client should read.
    Huge,
    /// The honest answer, late.
    Slow,
}

#[derive(Default)]
struct Account {
    key: String,
    manner: Manner,
    calls: Vec<Call>,
    writing: usize,
    followed: bool,
}

#[derive(Clone)]
pub(crate) struct Marketplace {
    accounts: Arc<Mutex<HashMap<String, Account>>>,
    slow: Duration,
    address: SocketAddr,
}

/// Stops the API when it is dropped.
pub(crate) struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Query of the address to which calls are redirected, before the token.
const MOVED: &str = "moved=";
const HUGE: usize = 12 * 1024 * 1024;

impl Marketplace {
    pub(crate) async fn serve(
        listen: SocketAddr,
        slow: Duration,
    ) -> std::io::Result<(Self, Serving)> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let marketplace = Self { accounts: Arc::default(), slow, address };
        let router = Router::new().fallback(answer).with_state(marketplace.clone());
        let serving = tokio::spawn(async move {
            // A listener that breaks shows as calls that never arrive.
            let _ = axum::serve(listener, router).await;
        });
        Ok((marketplace, Serving(serving)))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api/stable/api.php", self.address)
    }

    /// Makes a token and its key known.
    pub(crate) fn expect(&self, token: &str, key: &str, manner: Manner) {
        if let Ok(mut accounts) = self.accounts.lock() {
            let account = accounts.entry(token.to_owned()).or_default();
            (account.key, account.manner) = (key.to_owned(), manner);
        }
    }

    /// What arrived with a token.
    pub(crate) fn calls(&self, token: &str) -> Vec<Call> {
        let accounts = self.accounts.lock();
        accounts
            .ok()
            .and_then(|all| all.get(token).map(|one| one.calls.clone()))
            .unwrap_or_default()
    }

    /// The text without the tokens and keys that were given out.
    pub(crate) fn without_credentials(&self, mut text: String) -> String {
        let Ok(accounts) = self.accounts.lock() else { return String::new() };
        for (token, account) in accounts.iter().filter(|(_, account)| !account.key.is_empty()) {
            if text.contains(account.key.as_str()) {
                text = text.replace(account.key.as_str(), "‹key›");
            }
            if text.contains(token.as_str()) {
                text = text.replace(token.as_str(), "‹token›");
            }
        }
        text
    }

    /// Whether any call, with whatever token, carried this claim.
    pub(crate) fn has_claim(&self, claim: &str) -> bool {
        let carries = |call: &Call| call.claim.as_deref() == Some(claim);
        self.accounts.lock().is_ok_and(|all| all.values().any(|one| one.calls.iter().any(carries)))
    }

    /// Whether the redirect that a call with this token got was followed.
    pub(crate) fn followed(&self, token: &str) -> bool {
        self.accounts.lock().is_ok_and(|all| all.get(token).is_some_and(|one| one.followed))
    }

    fn note_redirect(&self, query: &str) {
        let Some(token) = query.strip_prefix(MOVED) else { return };
        if let Ok(mut accounts) = self.accounts.lock()
            && let Some(account) = accounts.get_mut(token)
        {
            account.followed = true;
        }
    }

    /// How many calls that change something arrived, with all tokens.
    pub(crate) fn writing_calls(&self) -> usize {
        self.accounts.lock().map_or(0, |all| all.values().map(|one| one.writing).sum())
    }

    fn note(&self, token: &str, action_id: &str, call: Call) -> Option<Manner> {
        let mut accounts = self.accounts.lock().ok()?;
        let account = accounts.get_mut(token)?;
        account.calls.push(call);
        account.writing += usize::from(is_writing(action_id));
        Some(account.manner)
    }

    fn key(&self, token: &str) -> Option<String> {
        Some(self.accounts.lock().ok()?.get(token)?.key.clone())
    }
}

pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

async fn answer(
    State(marketplace): State<Marketplace>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    marketplace.note_redirect(uri.query().unwrap_or_default());
    let Ok(mut request) = Request::parse(&body, 100) else {
        return json(&envelope::Response::failed(ErrorCode::JSON_SYNTAX));
    };
    let token = std::mem::take(&mut request.token);
    let key = marketplace.key(&token).unwrap_or_default();
    let mut results = Vec::new();
    let mut manner = None;
    for parsed in request.actions {
        let call = read(&parsed, &token, &key, &body, &method, &uri);
        let genuine = call.genuine;
        let unlock = call.resource_type == "unlockProvider";
        manner = marketplace.note(&token, &parsed.echo.action_id, call);
        let mut elements = php::Array::new();
        let word = if manner == Some(Manner::OtherSuccess) { "failed" } else { "success" };
        elements.insert(if unlock { "success" } else { "result" }, word);
        results.push(match manner {
            Some(Manner::Refuse(code)) => {
                ActionResult::failed(parsed.echo, Status::error(code, ""))
            }
            Some(Manner::LyingOuter) => {
                let status = Status::error(ErrorCode::PARAMETER_CACHE_MISSING, "");
                ActionResult::failed(parsed.echo, status)
            }
            _ if !genuine => {
                ActionResult::failed(parsed.echo, Status::error(ErrorCode::HMAC_INVALID, ""))
            }
            _ => ActionResult::performed(parsed.echo, elements),
        });
    }
    reply(&marketplace, &token, manner, results).await
}

async fn reply(
    marketplace: &Marketplace,
    token: &str,
    manner: Option<Manner>,
    results: Vec<ActionResult>,
) -> Response {
    let Some(manner) = manner else {
        return json(&envelope::Response::failed(ErrorCode::NOT_AUTHENTICATED));
    };
    let html = [(header::CONTENT_TYPE, "text/html")];
    match manner {
        Manner::NotAuthenticated => json(&envelope::Response::failed(ErrorCode::NOT_AUTHENTICATED)),
        Manner::LyingOuter => {
            let status = Status::ok();
            json(&envelope::Response { code: 200, status, results })
        }
        Manner::NoResults => json(&envelope::Response::from_results(Vec::new())),
        Manner::Html => {
            (html, "<html><body>The service is active again soon</body></html>").into_response()
        }
        Manner::Empty => StatusCode::OK.into_response(),
        Manner::HalfJson => {
            r#"{"status":{"code":200,"errorcode":0,"message":"OK"},"resp"#.into_response()
        }
        Manner::Broken => {
            (StatusCode::INTERNAL_SERVER_ERROR, html, "<h1>Internal Server Error</h1>")
                .into_response()
        }
        Manner::Redirect => {
            let elsewhere = format!("{}?{MOVED}{token}", marketplace.url());
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, elsewhere)]).into_response()
        }
        Manner::Huge => {
            let mut text = json_text(&envelope::Response::from_results(results));
            text.truncate(text.len() - 1);
            text.push_str(",\"x\":\"");
            text.push_str(&"x".repeat(HUGE));
            (html, text).into_response()
        }
        Manner::Slow => {
            tokio::time::sleep(marketplace.slow).await;
            json(&envelope::Response::from_results(results))
        }
        Manner::Honest | Manner::Refuse(_) | Manner::OtherSuccess => {
            json(&envelope::Response::from_results(results))
        }
    }
}

fn read(
    parsed: &envelope::ParsedAction,
    token: &str,
    key: &str,
    body: &[u8],
    method: &Method,
    uri: &Uri,
) -> Call {
    let action = parsed.action.as_ref().ok();
    let text =
        |name: &str| action.and_then(|action| action.parameters.get_str(name).map(str::to_owned));
    let signature = action.map(|action| &action.signature);
    let stamp = action.map(|action| &action.timestamp);
    let genuine = match (signature, stamp) {
        (Some(Signature::V2(given)), Some(stamp)) => {
            let message = V2Message {
                timestamp: &stamp.text,
                token,
                resource_type: &parsed.echo.resource_type,
                action_id: &parsed.echo.action_id,
            };
            !key.is_empty() && SigningKey::new(&Secret::new(key)).verify(&message, given)
        }
        _ => false,
    };
    let wire = Wire {
        method: method.clone(),
        path: uri.path().to_owned(),
        version_2: matches!(signature, Some(Signature::V2(_))),
        key_in_body: !key.is_empty() && String::from_utf8_lossy(body).contains(key),
        age: stamp.and_then(|stamp| stamp.value).map(|then| now().since(then)),
    };
    Call {
        resource_type: parsed.echo.resource_type.clone(),
        cache: text("parameterCacheId"),
        claim: text("extendedclaim"),
        genuine,
        refused: false,
        wire: Some(wire),
    }
}

fn json_text(response: &envelope::Response) -> String {
    response.to_json()
}

fn json(response: &envelope::Response) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json_text(response)).into_response()
}
