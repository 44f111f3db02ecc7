//! Leads visitors of a sandbox to the address under which frames, messages and sign-in work.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{failure::Failure, visitor::Visitor};
use crate::{
    host::{Called, called},
    state::App,
};

/// From another name of this machine to the one that frames work under, with method and body; from a
/// name that anybody may have to a page that says which address to open. Layered on pages, and on the
/// form with a sign-in ticket, whose cookie belongs to one name; never on calls.
pub(super) async fn lead(State(app): State<App>, request: Request, next: Next) -> Response {
    if !app.is_sandbox() {
        return next.run(request).await;
    }
    let is_ticket = request.uri().path() == "/session";
    let may_move = is_ticket || matches!(*request.method(), Method::GET | Method::HEAD);
    match called(&app.public_url, request.uri(), request.headers()) {
        Called::ByLoopback if may_move => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            Redirect::temporary(&format!("{}{path}", app.public_url)).into_response()
        }
        Called::ByAnyName(_) => {
            let (mut parts, _) = request.into_parts();
            match Visitor::from_request_parts(&mut parts, &app).await {
                Ok(visitor) => Failure::misdirected(&visitor).into_response(),
                Err(failure) => failure.into_response(),
            }
        }
        _ => next.run(request).await,
    }
}
