//! Every route, and what holds for all of them: limits, security headers, one log line each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};

use crate::activation;
use crate::app::App;
use crate::guard;
use crate::language::Language;
use crate::pages::{HomePage, render};
use crate::services;

/// Path of the activation page.
pub(crate) const ACTIVATE: &str = "/activate";
/// A signed query with the longest claim that fits into a URL, and a key.
pub(crate) const LARGEST_FORM: usize = 256 * 1024;
/// Longest that a request may take; longer than the client's attempts take together.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(60);

pub(crate) fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .route("/", get(home))
        .route(ACTIVATE, get(activation::page))
        .route("/activate/unlock", post(activation::unlock))
        .route("/services/{name}", any(services::open))
        .route("/webhooks/{name}", any(services::webhook))
        .route("/callback/{order}", any(services::callback))
        .route("/assets/activate.css", get(stylesheet))
        .route("/assets/activate.js", get(script))
        .fallback(services::nothing)
        .with_state(app.clone())
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(app.clone(), guard::browsers))
        .route("/healthz", get(|| async { "ok\n" }))
        .layer(from_fn_with_state(app.clone(), add_headers));
    // What the app answers comes with headers of its own.
    let visits = Router::new()
        .route("/s/{visit}", any(services::visit))
        .route("/s/{visit}/", any(services::visit))
        .route("/s/{visit}/{*path}", any(services::visit))
        .with_state(app.clone())
        .layer(from_fn_with_state(app.clone(), guard::windows));
    pages
        .merge(visits)
        .layer(from_fn(refuse_methods))
        .layer(from_fn(limit_time))
        .layer(from_fn_with_state(app, log))
}

/// Nobody needs TRACE and CONNECT here: one shows to a script what it cannot see otherwise, the other
/// makes a tunnel (RFC 9110, 9.3.6 and 9.3.8).
async fn refuse_methods(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    next.run(request).await
}

async fn home(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let page = HomePage {
        language: Language::of(&headers),
        provider: &app.provider_name,
        marketplace: app.marketplaces.of_window(app.marketplaces.of_request(&headers)),
        marketplaces: app.marketplaces.all().collect(),
        activation_url: &format!("{}{ACTIVATE}", app.public_origin()),
    };
    render(StatusCode::OK, &page)
}

async fn stylesheet() -> Response {
    asset("text/css; charset=utf-8", include_str!("../assets/activate.css"))
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../assets/activate.js"))
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    let content_type = HeaderValue::from_static(content_type);
    let caching = HeaderValue::from_static("no-cache");
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, caching)], text).into_response()
}

pub(crate) async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(MAX_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response(),
    }
}

/// The URL of the activation page holds a token and a claim, so nothing may be stored and no
/// address may travel on as a referrer.
async fn add_headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(content_security_policy(&app)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.public_origin().starts_with("https://") {
        // For two years a browser uses no open connection to this host (RFC 6797).
        let value = HeaderValue::from_static("max-age=63072000");
        headers.insert(STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

fn content_security_policy(app: &App) -> String {
    let marketplaces = app.marketplaces.sources();
    let images = app.logo_origin().map(|origin| format!(" img-src {origin};"));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' {marketplaces}; \
         connect-src 'self';{} font-src {marketplaces}; frame-ancestors {marketplaces}; \
         form-action 'self'; base-uri 'none'",
        images.unwrap_or_default()
    )
}

/// Never the query: it holds credentials.
pub(crate) async fn log(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let caller = app.proxies.caller(request.headers(), request.extensions());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    tracing::info!(
        %method,
        path = path.as_ref().map_or("(no such path)", MatchedPath::as_str),
        status = response.status().as_u16(),
        %caller,
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request answered"
    );
    response
}
