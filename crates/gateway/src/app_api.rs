//! What the app asks of the gateway: calls, orders, window messages. On a listener of its own, for
//! the app alone.
//!
//! The app names a customer and a user; token, key and claim never leave the gateway.

mod calls;
mod orders;
mod problem;
mod reading;

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use freischalt_listen::Counts;
use freischalt_protocol::Secret;

pub(crate) use self::problem::Problem;
use crate::app::App;
use crate::guard;
use crate::router::{limit_time, log};

/// Files are sent to the API as base64 in JSON.
pub(crate) const LARGEST_BODY: usize = 32 * 1024 * 1024;

pub(crate) fn router(app: Arc<App>) -> Router {
    let protected = Router::new()
        .route("/api/call", post(calls::call))
        .route("/api/batch", post(calls::batch))
        .route("/api/invoice-recipient", post(calls::invoice_recipient))
        .route("/api/subscriptions/cancel", post(calls::cancel_subscription))
        .route("/api/orders", post(orders::place))
        .route("/api/orders/{id}", get(orders::show))
        .route("/api/messages", post(orders::message))
        .route("/api/customers", get(customers))
        .method_not_allowed_fallback(async || Problem::WrongMethod)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(app.clone(), guard::app))
        .layer(from_fn_with_state(app.clone(), authenticate));
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(app.clone())
        .merge(protected.with_state(app.clone()))
        .fallback(async || Problem::NothingHere)
        .layer(from_fn(limit_time))
        .layer(from_fn(keep_nothing))
        .layer(from_fn_with_state(app, log))
}

/// What the app is answered is for nobody else, and another thing a moment later.
async fn keep_nothing(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Whoever has the token may call the API with every customer's rights, so nobody gets in without.
async fn authenticate(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION);
    let given = header.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let given = given.map(|token| Secret::new(token.trim()));
    match (&app.behind, given) {
        (Some(behind), Some(given)) if given == behind.token => next.run(request).await,
        _ => {
            if let Some(omitted) = app.refused_tokens.tell(Instant::now()) {
                let caller = app.proxies.caller(request.headers(), request.extensions());
                tracing::warn!(
                    event = "app_token_refused",
                    %caller,
                    omitted,
                    "a credential was refused"
                );
            }
            Problem::Unauthorised.into_response()
        }
    }
}

async fn customers(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    Ok(Json(app.store.customers().await?).into_response())
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    match app.store.ping().await {
        Ok(()) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let (browsers, from_app) = &app.connections;
    let listeners: Vec<(&str, &Counts)> = [("gateway", Some(browsers)), ("app", from_app.as_ref())]
        .into_iter()
        .filter_map(|(name, counts)| Some((name, counts?.as_ref())))
        .collect();
    let dropped = (app.dropped_log_lines)();
    let text = app.metrics.render(app.store.event_counts().await?, dropped, &listeners);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
