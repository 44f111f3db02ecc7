//! The web UI: pages, their words and their assets.
//!
//! Handlers read the store and drive the activation; views must not know either. They show plain
//! values, so that every page can be made and looked at without a server.

mod account;
mod activation;
mod assets;
mod crm;
mod failure;
mod files;
mod form;
mod marketplace;
mod page;
mod reach;
mod sandbox;
mod service;
mod texts;
mod views;
mod visitor;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use texts::Language;

use self::{failure::Failure, visitor::Visitor};
use crate::{guard::guard, metrics::Surface, routes::Routes, state::App};

/// The most bytes of a form.
const LARGEST_FORM: usize = 64 * 1024;

/// All pages and files.
pub(crate) fn router(app: &App) -> Router<App> {
    pages()
        .into_router()
        .layer(from_fn_with_state(app.clone(), page::same_origin))
        .merge(open().into_router())
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(app.clone(), guarded))
        .layer(from_fn(page::headers))
}

/// Every path of a page or file, with parameters in braces.
pub(crate) fn paths() -> Vec<String> {
    [pages().into_paths(), open().into_paths()].concat()
}

/// What other sites' pages may ask for: files, and the form with a sign-in ticket, which is made
/// for that.
fn open() -> Routes {
    let ticket = Routes::default().route("/session", post(account::redeem_ticket));
    assets::paths().fold(ticket, |files, path| files.route(&format!("/{path}"), get(files::serve)))
}

fn pages() -> Routes {
    const PROVIDER: &str = "/marketplace/providers/{slug}";
    let provider = |path: &str| format!("{PROVIDER}{path}");
    Routes::default()
        .route("/", get(account::home))
        .route("/language", get(account::choose_language))
        .route("/sign-out", post(account::sign_out))
        .route("/marketplace", get(marketplace::overview))
        .route(PROVIDER, get(marketplace::provider))
        .route(&provider("/documents/{kind}"), get(marketplace::document))
        .route(&provider("/block"), post(marketplace::block))
        .route(&provider("/activation"), get(activation::show))
        .route(&provider("/activation/start"), any(activation::start))
        .route(&provider("/activation/terms"), post(activation::accept_terms))
        .route(&provider("/activation/right"), post(activation::choose_right))
        .route(&provider("/activation/status"), get(activation::status))
        .route("/records", get(crm::records))
        .route("/records/estates/{id}", get(crm::estate))
        .route("/services/open", get(service::open))
        .route("/services/messages", post(service::message))
        .route("/messages", get(service::messages))
        .route("/sandbox/users", get(account::users))
        .route("/sandbox/user", post(account::choose_user))
        .route("/providers/new", get(sandbox::new_provider).post(sandbox::add_provider))
        .route("/requests", get(sandbox::requests))
        .route("/requests/{number}", get(sandbox::one_request))
}

async fn guarded(State(app): State<App>, request: Request, next: Next) -> Response {
    guard(app, Surface::Pages, request, next).await
}

async fn not_found(visitor: Visitor) -> Failure {
    Failure::not_found(&visitor)
}

async fn wrong_method(visitor: Visitor) -> Failure {
    Failure::wrong_method(&visitor)
}
