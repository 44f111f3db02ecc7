//! All routes of the marketplace's listener.

use axum::{
    Router,
    routing::{any, get},
};

use crate::{api, health, state::App, web};

pub(crate) fn marketplace(app: App) -> Router {
    Router::new()
        .route("/api/{version}/api.php", any(api::endpoint))
        .route("/api/{version}/api.php/", any(api::endpoint))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .merge(web::router(&app))
        .with_state(app)
}
