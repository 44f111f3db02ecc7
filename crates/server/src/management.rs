//! The management API: what tools need to set a marketplace up and to test against it. It has a
//! listener of its own, described by an OpenAPI document that it serves.
//!
//! It is open to programs in the sandbox; in production every route but the document wants the bearer
//! token.

mod activations;
mod clock;
mod customers;
mod deliveries;
mod methods;
mod orders;
mod problem;
mod providers;
mod records;
mod requests;
mod rights;
mod sales;
mod services;
mod settings;
mod texts;
mod tickets;
mod wire;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::header,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use freischalt_protocol::secret::constant_time_eq;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use problem::Problem;

use crate::{
    date, guard::guard, host::guard_management, metrics::Surface, security::Refused, state::App,
};

/// The most bytes of a request's body.
pub(crate) const LARGEST_BODY: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Freischalt management API",
        description = "Sets up customers and providers, starts and blocks activations, and moves \
                       the sandbox's clock. Errors are problem documents (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "activations", description = "Start, look at and block activations"),
        (name = "providers", description = "Providers and their services"),
        (name = "services", description = "Open a service as a user does"),
        (name = "orders", description = "Place orders and pay them without a browser"),
        (name = "sales", description = "What a provider has sold: refunds, links, subscriptions"),
        (name = "deliveries", description = "Calls to providers' servers, and trying again"),
        (name = "records", description = "Properties, addresses and appointments of a customer"),
        (name = "rights", description = "Who may use a provider, one by one"),
        (name = "customers", description = "Customers, their users and groups"),
        (name = "sandbox", description = "The clock and the last API requests"),
        (name = "sign-in", description = "Hand a user of your system over to the web UI")
    )
)]
struct Document;

/// All routes with their description.
fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(providers::list, providers::create))
        .routes(routes!(providers::show, providers::change))
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::show, customers::change))
        .routes(routes!(customers::put_user))
        .routes(routes!(methods::list, methods::add))
        .routes(routes!(methods::remove))
        .routes(routes!(activations::list, activations::start))
        .routes(routes!(activations::show))
        .routes(routes!(activations::block))
        .routes(routes!(activations::service_call))
        .routes(routes!(sales::create_api_user))
        .routes(routes!(sales::transactions))
        .routes(routes!(sales::refund))
        .routes(routes!(sales::payment_link))
        .routes(routes!(sales::subscriptions))
        .routes(routes!(sales::cancel))
        .routes(routes!(sales::balance))
        .routes(routes!(services::launch))
        .routes(routes!(orders::list, orders::place))
        .routes(routes!(orders::show))
        .routes(routes!(orders::pay))
        .routes(routes!(orders::answer_bank))
        .routes(routes!(orders::give_up))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::replay_all))
        .routes(routes!(deliveries::show))
        .routes(routes!(deliveries::replay))
        .routes(routes!(records::list, records::create))
        .routes(routes!(records::change))
        .routes(routes!(rights::list))
        .routes(routes!(rights::set))
        .routes(routes!(clock::show, clock::set))
        .routes(routes!(requests::list))
        .routes(routes!(tickets::create))
}

/// The router of the management listener.
pub fn router(app: App) -> Router {
    let (routes, document) = documented().split_for_parts();
    routes
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(app.clone(), guarded))
        .route("/metrics", get(crate::metrics::show))
        .layer(from_fn_with_state(app.clone(), authorize))
        .layer(from_fn_with_state(app.clone(), guard_management))
        .route("/openapi.json", get(move || std::future::ready(Json(document))))
        .route("/healthz", get(crate::health::live))
        .route("/readyz", get(crate::health::ready))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(from_fn_with_state(app.clone(), date::tell))
        .layer(from_fn_with_state(app.clone(), crate::headers::add))
        .with_state(app)
}

/// Paths of the management listener that want no token: what a load balancer, a monitor and a
/// developer need. None of them is in the document.
pub const OPEN_PATHS: [&str; 3] = ["/openapi.json", "/healthz", "/readyz"];

/// The OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    documented().split_for_parts().1
}

async fn guarded(State(app): State<App>, request: Request, next: Next) -> Response {
    guard(app, Surface::Management, request, next).await
}

/// Wants the bearer token where there is one.
async fn authorize(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(token) = &app.management_token else { return next.run(request).await };
    let sent = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(bearer)
        .unwrap_or_default();
    if constant_time_eq(sent.as_bytes(), token.expose().as_bytes()) {
        return next.run(request).await;
    }
    let caller = app.security.caller(request.headers(), request.extensions());
    app.security.refused(Refused::ManagementToken, caller);
    Problem::unauthorized().into_response()
}

/// The token of an `Authorization` header; the scheme's case does not matter (RFC 9110).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token)
}
