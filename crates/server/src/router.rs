//! All routes of the marketplace's listener.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{any, get},
};

use crate::{api, date, guard, headers, health, metrics::Surface, routes::Routes, state::App, web};

pub(crate) fn marketplace(app: App) -> Router {
    let guarded = calls().into_router().layer(from_fn_with_state(app.clone(), guard));
    let open = health().into_router().layer(from_fn_with_state(app.clone(), headers::add));
    let all = guarded.merge(open).merge(web::router(&app));
    all.layer(from_fn_with_state(app.clone(), date::tell)).with_state(app)
}

/// Every path of the marketplace's listener, with parameters in braces.
pub fn marketplace_paths() -> Vec<String> {
    [calls().into_paths(), health().into_paths(), web::paths()].concat()
}

async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = guard::guard(app.clone(), Surface::Api, request, next).await;
    headers::for_programs(&app, response.headers_mut());
    response
}

/// Calls of providers.
fn calls() -> Routes {
    Routes::default()
        .route("/api/{version}/api.php", any(api::endpoint))
        .route("/api/{version}/api.php/", any(api::endpoint))
}

/// What a load balancer asks for, above all when there is too much to do.
fn health() -> Routes {
    Routes::default().route("/healthz", get(health::live)).route("/readyz", get(health::ready))
}
