//! Liveness and readiness.

use axum::{extract::State, http::StatusCode};

use crate::state::App;

/// Whether the process answers at all.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// Whether the store answers, so that requests can be served.
pub(crate) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}
