//! All routes of the marketplace's listener.

use axum::{Router, routing::any};

use crate::{api, health, state::App};

pub(crate) fn marketplace(app: App) -> Router {
    Router::new()
        .route("/api/{version}/api.php", any(api::endpoint))
        .route("/api/{version}/api.php/", any(api::endpoint))
        .route("/healthz", axum::routing::get(health::live))
        .route("/readyz", axum::routing::get(health::ready))
        .with_state(app)
}
