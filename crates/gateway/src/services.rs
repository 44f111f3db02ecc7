//! Service calls, webhooks and callbacks: checked, kept, and handed to the app.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use freischalt_admission::Held;
use freischalt_client::provider::{CallbackError, CheckError};

use crate::app::App;
use crate::behind::{Told, below_visit};
use crate::config::Handover;
use crate::event::EventKind;
use crate::guard::try_again;
use crate::language::Language;
use crate::pages::{RefusedPage, render};
use crate::session;
use crate::store::{Arrival, Settled, Window};

/// Where open windows are.
const VISITS: &str = "/s/";
/// With this header the marketplace itself calls: a result that it tells from server to server.
const FROM_SERVER: &str = "x-freischalt-delivery";
/// Bytes of a request body that are passed on to the app.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// `GET /services/NAME`: a signed URL of the marketplace.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let refuse = |refused| refusal(&app, &headers, refused);
    let service = app.services.iter().find(|service| service.name == name);
    let (Some(service), Some(behind)) = (service, &app.behind) else {
        return refuse(Refused::NothingHere);
    };
    // HEAD would use the URL up without showing anything.
    if method != Method::GET {
        return refuse(Refused::WrongMethod);
    }
    let now = (app.clock)();
    let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
    let launch = match app.check().launch(path_and_query, now) {
        Ok(launch) => launch,
        Err(error) => return refuse(Refused::Check(error)),
    };
    let session = session::describe(&launch, &name);
    let marketplace = app.marketplaces.of_request(&headers);
    let window = Window {
        session: session.to_string(),
        marketplace: marketplace.map(str::to_owned),
        ends_at: now.plus(behind.visit_lifetime),
    };
    let event = (EventKind::ServiceCalled, session.clone());
    let terms = (launch.signed_at.plus(app.max_url_age), app.unknown_customers);
    let arrival = app.store.arrive(&launch, event, Some(window), terms, now).await;
    match arrival {
        Ok(Arrival::Accepted(Some(visit))) => {
            app.metrics.launches.add();
            let session = session.to_string();
            let opened = Opened { visit: &visit, session: &session, marketplace };
            hand_over(&app, &behind.handover, opened, &service.path)
        }
        Ok(Arrival::Accepted(None) | Arrival::UsedBefore) => refuse(Refused::UsedBefore),
        Ok(Arrival::NotActivated) => refuse(Refused::NotActivated),
        Err(error) => refuse(Refused::Store(error.to_string())),
    }
}

/// Any address at which there is nothing.
pub(crate) async fn nothing(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    refusal(&app, &headers, Refused::NothingHere)
}

/// A window that leads into the app.
#[derive(Clone, Copy)]
struct Opened<'a> {
    visit: &'a str,
    session: &'a str,
    /// The one that opened it, where the browser said so.
    marketplace: Option<&'a str>,
}

/// Into the app: through the gateway, or to an address of its own.
fn hand_over(app: &App, handover: &Handover, opened: Opened<'_>, path: &str) -> Response {
    let Opened { visit, session, marketplace } = opened;
    match handover {
        Handover::Proxy => Redirect::to(&format!("{VISITS}{visit}{path}")).into_response(),
        Handover::Redirect { public_url } => {
            let Some(behind) = &app.behind else { return StatusCode::NOT_FOUND.into_response() };
            let now = (app.clock)();
            let marketplace = app.marketplaces.of_window(marketplace);
            let token = session::token(&behind.signer, session, Some(visit), marketplace, now);
            let Ok(token) = token else {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            };
            let separator = if path.contains('?') { '&' } else { '?' };
            Redirect::to(&format!("{public_url}{path}{separator}session={token}")).into_response()
        }
    }
}

/// Any request below `/s/ID`: the app, as the user who opened that window.
pub(crate) async fn visit(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    extensions: Extensions,
    body: axum::body::Body,
) -> Response {
    let refuse = |refused| refusal(&app, &headers, refused);
    let Some(behind) = &app.behind else { return refuse(Refused::NothingHere) };
    let id = uri.path().split('/').nth(2).unwrap_or_default();
    let now = (app.clock)();
    let visit = match app.store.visit(id, now).await {
        Ok(Some(visit)) => visit,
        Ok(None) => return refuse(Refused::WindowClosed),
        Err(error) => return refuse(Refused::Store(error.to_string())),
    };
    // Only now: who has no open window sends nothing that is kept.
    let Ok(received) = app.public_share.receive(Request::new(body), LARGEST_BODY).await else {
        return refuse(Refused::Busy);
    };
    let _held = received.extensions().get::<Held>().cloned();
    let Ok(body) = axum::body::to_bytes(received.into_body(), LARGEST_BODY).await else {
        return refuse(Refused::TooLarge);
    };
    let marketplace = app.marketplaces.of_window(visit.marketplace.as_deref());
    let token = session::token(&behind.signer, &visit.session, Some(id), marketplace, now);
    let Ok(token) = token else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let prefix = format!("{VISITS}{id}");
    let path = below_visit(&uri);
    let told = Told {
        token: &token,
        prefix: &prefix,
        origin: app.public_origin(),
        caller: app.proxies.caller(&headers, &extensions).0,
    };
    let passed = behind.pass_on(method, &path, &headers, body.into(), told).await;
    match passed {
        Ok(response) => framed(&app, response),
        Err(error) => {
            app.metrics.app_failures.add();
            refuse(Refused::App(error.to_string()))
        }
    }
}

/// The app's page may be framed by a marketplace only, and its address, which names the window,
/// is told to nobody else.
fn framed(app: &App, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let policy = format!("frame-ancestors {}", app.marketplaces.sources());
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.append(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// `GET /webhooks/NAME`: kept before it is answered, so that nothing gets lost, and handed on as an
/// event.
pub(crate) async fn webhook(
    State(app): State<Arc<App>>,
    method: Method,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    if !app.webhooks.contains(&name) || app.behind.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    if method != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let now = (app.clock)();
    let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
    let launch = match app.check().launch(path_and_query, now) {
        Ok(launch) => launch,
        Err(error) => {
            tracing::warn!(webhook = %name, reason = %error, "webhook refused");
            return StatusCode::FORBIDDEN.into_response();
        }
    };
    let event = (EventKind::WebhookReceived, session::describe(&launch, &name));
    let terms = (launch.signed_at.plus(app.max_url_age), app.unknown_customers);
    match app.store.arrive(&launch, event, None, terms, now).await {
        // Delivered a second time because our answer got lost: it is with us already.
        Ok(Arrival::Accepted(_) | Arrival::UsedBefore) => StatusCode::NO_CONTENT.into_response(),
        Ok(Arrival::NotActivated) => {
            tracing::warn!(webhook = %name, "webhook of a customer that is not activated");
            StatusCode::CONFLICT.into_response()
        }
        Err(error) => {
            tracing::error!(webhook = %name, %error, "webhook could not be kept");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// `GET /callback/ORDER`: the result of an order, brought by the browser, or told by the marketplace
/// itself, for which there is no page to show and a redirect would be no confirmation.
///
/// Each URL opens one window. Whoever brings it again, as a reload does, gets that window while it is
/// open, and none after that.
pub(crate) async fn callback(
    State(app): State<Arc<App>>,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let refuse = |refused| refusal(&app, &headers, refused);
    let Some(behind) = &app.behind else { return refuse(Refused::NothingHere) };
    if method != Method::GET {
        return refuse(Refused::WrongMethod);
    }
    let now = (app.clock)();
    let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
    let callback = match app.check().callback(path_and_query, now) {
        Ok(callback) => callback,
        Err(CallbackError::Check(error)) => return refuse(Refused::Check(error)),
        Err(error) => return refuse(Refused::Callback(error)),
    };
    let order = match app.store.settle(&id, &callback, now).await {
        Ok(Settled::Known(order)) => order,
        Ok(Settled::NoSuchOrder | Settled::ForeignTransaction) => {
            return refuse(Refused::NoSuchOrder);
        }
        Err(error) => return refuse(Refused::Store(error.to_string())),
    };
    if headers.contains_key(FROM_SERVER) {
        return StatusCode::NO_CONTENT.into_response();
    }
    // The same for whoever brings this URL again.
    let visit = behind.signer.window_of_result(&id, callback.id());
    let url = (callback.id().to_owned(), callback.signed_at.plus(app.max_url_age));
    let ends_at = now.plus(behind.visit_lifetime);
    match app.store.reopen(&order.visit, &visit, url, ends_at, now).await {
        Ok(true) => {}
        Ok(false) => return refuse(Refused::UsedBefore),
        Err(error) => return refuse(Refused::Store(error.to_string())),
    }
    let path = result_path(&order.return_path, &id, order.state.name(), &order.reference);
    let opened = Opened {
        visit: &visit,
        session: &order.visit.session,
        marketplace: order.visit.marketplace.as_deref(),
    };
    hand_over(&app, &behind.handover, opened, &path)
}

/// The app's page with the result. It is for the person; the event is what counts.
fn result_path(path: &str, id: &str, state: &str, reference: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("order", id)
        .append_pair("state", state)
        .append_pair("reference", reference)
        .finish();
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}{query}")
}

/// Why a person sees an error page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error(transparent)]
    Check(CheckError),
    #[error(transparent)]
    Callback(CallbackError),
    #[error("the URL was used before")]
    UsedBefore,
    #[error("the customer has not activated the provider here")]
    NotActivated,
    #[error("the window is not open any more")]
    WindowClosed,
    #[error("there is no such order")]
    NoSuchOrder,
    #[error("there is nothing at this address")]
    NothingHere,
    #[error("a signed URL is opened with GET")]
    WrongMethod,
    #[error("the body is larger than {LARGEST_BODY} bytes")]
    TooLarge,
    #[error("more is asked at this moment than the gateway takes on")]
    Busy,
    #[error("the app failed: {0}")]
    App(String),
    #[error("the store failed: {0}")]
    Store(String),
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Check(_) | Self::Callback(_) | Self::UsedBefore => StatusCode::FORBIDDEN,
            Self::NotActivated => StatusCode::CONFLICT,
            Self::WindowClosed | Self::NoSuchOrder | Self::NothingHere => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::App(_) => StatusCode::BAD_GATEWAY,
            Self::Busy | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

pub(crate) fn refusal(app: &App, headers: &HeaderMap, refused: Refused) -> Response {
    tracing::warn!(reason = %refused, "request refused");
    app.metrics.refusals.add();
    let message = Language::of(headers).refused_service(&refused);
    let page = RefusedPage::new(app, headers, refused.status(), message);
    let response = render(refused.status(), &page);
    if matches!(refused, Refused::Busy) { try_again(response) } else { response }
}
