//! All routes of the marketplace's listener.

use axum::{
    Router,
    routing::{any, get},
};

use crate::{api, health, routes::Routes, state::App, web};

pub(crate) fn marketplace(app: App) -> Router {
    calls().into_router().merge(web::router(&app)).with_state(app)
}

/// Every path of the marketplace's listener, with parameters in braces.
pub fn marketplace_paths() -> Vec<String> {
    [calls().into_paths(), web::paths()].concat()
}

/// What programs ask for.
fn calls() -> Routes {
    Routes::default()
        .route("/api/{version}/api.php", any(api::endpoint))
        .route("/api/{version}/api.php/", any(api::endpoint))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
}
