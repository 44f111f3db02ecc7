//! The web UI: pages, their words and their assets.
//!
//! Handlers read the store and drive the activation; views must not know either. They show plain
//! values, so that every page can be made and looked at without a server.

mod account;
mod activation;
mod assets;
mod crm;
mod deliveries;
mod explain;
mod failure;
mod files;
mod form;
mod framed;
mod lead;
mod marketplace;
mod orders;
mod page;
mod pay_account;
mod pay_link;
mod reach;
mod refused;
mod rights;
mod sandbox;
mod seller;
mod selling;
mod service;
mod texts;
mod views;
mod visitor;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
pub(crate) use texts::Language;

use self::{failure::Failure, visitor::Visitor};
use crate::{commerce::LINK_PATH, guard::guard, metrics::Surface, routes::Routes, state::App};

/// The most bytes of a form.
pub(crate) const LARGEST_FORM: usize = 64 * 1024;

/// All pages and files.
pub(crate) fn router(app: &App) -> Router<App> {
    pages()
        .into_router()
        .layer(from_fn_with_state(app.clone(), page::same_origin))
        .layer(from_fn_with_state(app.clone(), page::keep_session))
        .merge(ticket().into_router())
        .layer(from_fn_with_state(app.clone(), lead::lead))
        .merge(files().into_router())
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(app.clone(), guarded))
        .layer(from_fn_with_state(app.clone(), page::headers))
}

/// Every path of a page or file, with parameters in braces.
pub(crate) fn paths() -> Vec<String> {
    [pages().into_paths(), ticket().into_paths(), files().into_paths()].concat()
}

/// The form with a sign-in ticket, which is made for other sites' pages.
fn ticket() -> Routes {
    Routes::default().route("/session", post(account::redeem_ticket))
}

/// What other sites' pages may ask for.
fn files() -> Routes {
    assets::paths()
        .fold(Routes::default(), |files, path| files.route(&format!("/{path}"), get(files::serve)))
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
        .route(&provider("/activation/check"), post(activation::check))
        .route("/records", get(crm::records))
        .route("/records/estates/{id}", get(crm::estate))
        .route("/records/new/{kind}", get(crm::new).post(crm::create))
        .route("/records/edit/{kind}/{id}", get(crm::edit).post(crm::save))
        .route("/services/open", get(service::open))
        .route("/services/messages", post(service::message))
        .route("/services/check", post(service::check))
        .route("/services/refused", get(refused::show))
        .route(&provider("/rights"), get(rights::show).post(rights::save))
        .route("/messages", get(service::messages))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/replay", post(deliveries::replay))
        .route("/deliveries/{id}", get(deliveries::one))
        .route("/orders/{id}", get(orders::show))
        .route("/orders/{id}/pay", post(orders::pay))
        .route("/orders/{id}/settle", post(orders::settle))
        .route("/orders/{id}/give-up", post(orders::give_up))
        .route("/orders/{id}/bank", get(orders::bank).post(orders::answer_bank))
        .route("/orders/{id}/result", get(orders::result))
        .route("/account", get(pay_account::show).post(pay_account::save))
        .route("/account/methods", post(pay_account::methods))
        .route("/provider", get(seller::show))
        .route("/provider/refund", post(seller::refund))
        .route("/provider/cancel", post(seller::cancel))
        .route("/provider/link", post(seller::link))
        .route("/provider/deliveries", get(deliveries::own_list))
        .route("/provider/deliveries/replay", post(deliveries::replay_own))
        .route("/provider/deliveries/{id}", get(deliveries::own_one))
        .route("/provider/settings", get(selling::show).post(selling::save))
        .route(LINK_PATH, get(pay_link::show).post(pay_link::pay))
        .route("/sandbox/users", get(account::users))
        .route("/sandbox/user", post(account::choose_user))
        .route("/sandbox/explain", get(explain::show).post(explain::explain))
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
