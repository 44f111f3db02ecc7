//! Signing in and out, and the language.

use axum::{
    extract::Query,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use cookie::{Cookie, SameSite};
use freischalt_marketplace::{Slug, UserId};
use serde::Deserialize;

use super::{
    Language,
    failure::Failure,
    form::Fields,
    page::page,
    views::{Section, sandbox},
    visitor::{LANGUAGE_COOKIE, Visitor},
};
use crate::{
    security::{self, Refused},
    session::{Session, Ticket, TicketProblem},
};

/// `GET /`: to the marketplace, or to where one signs in.
pub(super) async fn home(visitor: Visitor) -> Result<Redirect, Failure> {
    visitor.who()?;
    Ok(Redirect::to("/marketplace"))
}

/// `GET /sandbox/users`: the user switcher.
pub(super) async fn users(visitor: Visitor) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let internal = |error| Failure::internal(&visitor, &error);
    let store = &visitor.app.store;
    let mut customers = Vec::new();
    for customer in store.customers().await.map_err(internal)? {
        let users = store.users(customer.id).await.map_err(internal)?;
        let groups = store.groups(customer.id).await.map_err(internal)?;
        let current = |id| {
            visitor
                .signed_in
                .as_ref()
                .is_some_and(|who| who.customer.id == customer.id && who.user.id == id)
        };
        let users = users.into_iter().filter(|user| user.active && customer.active);
        customers.push(sandbox::Customer {
            users: users
                .map(|user| sandbox::User {
                    id: user.id.to_string(),
                    current: current(user.id),
                    group: groups
                        .iter()
                        .find(|group| Some(group.id) == user.group)
                        .map(|group| group.name.clone()),
                    administrator: user.administrator,
                    name: user.name,
                })
                .collect(),
            slug: customer.slug.to_string(),
            name: customer.name,
        });
    }
    Ok(page(&sandbox::Users { frame: visitor.frame(Section::Elsewhere), customers }))
}

/// Who one would like to be.
#[derive(Deserialize)]
pub(super) struct Choice {
    customer: String,
    user: i64,
}

/// `POST /sandbox/user`: becomes that user. Nobody needs a password in the sandbox.
pub(super) async fn choose_user(
    visitor: Visitor,
    Fields(choice): Fields<Choice>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let internal = |error| Failure::internal(&visitor, &error);
    let slug = Slug::parse(&choice.customer).map_err(|_| Failure::not_found(&visitor))?;
    let store = &visitor.app.store;
    let customer = store.customer(&slug).await.map_err(internal)?;
    let customer = customer.ok_or_else(|| Failure::not_found(&visitor))?;
    let user = store.user(customer.id, UserId(choice.user)).await.map_err(internal)?;
    let user = user.ok_or_else(|| Failure::not_found(&visitor))?;
    let session = Session::begin(&visitor.app, customer.id, user.id).await;
    let session = session.map_err(|error| Failure::internal(&visitor, &error))?;
    sign_in(&visitor, &session.ok_or_else(|| Failure::not_found(&visitor))?)
}

/// What a system hands over for a user of its own.
#[derive(Deserialize)]
pub(super) struct Handover {
    ticket: String,
}

/// `POST /session`: exchanges a sign-in ticket for a session. It may come from another site's
/// page: that is what it is for.
pub(super) async fn redeem_ticket(
    visitor: Visitor,
    Fields(handover): Fields<Handover>,
) -> Result<Response, Failure> {
    match Ticket::redeem(&visitor.app, &handover.ticket).await {
        Ok(session) => sign_in(&visitor, &session),
        Err(TicketProblem::NotGood) => {
            visitor.app.security.refused(Refused::Ticket, visitor.caller);
            Err(Failure::bad_request(&visitor, TicketProblem::NotGood.to_string()))
        }
        Err(error) => Err(Failure::internal(&visitor, &error)),
    }
}

/// `POST /sign-out`: signs out. The session is over, whoever has kept its cookie.
pub(super) async fn sign_out(visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some(session) = Session::of(&visitor.app, &headers) {
        let ended = session.end(&visitor.app).await;
        ended.map_err(|error| Failure::internal(&visitor, &error))?;
    }
    Ok(with_cookie(&Session::end_cookie(&visitor.app), "/"))
}

/// A choice of language.
#[derive(Deserialize)]
pub(super) struct LanguageChoice {
    #[serde(default)]
    to: String,
    #[serde(default)]
    back: String,
}

/// `GET /language`: keeps the language and goes back to the page.
pub(super) async fn choose_language(
    visitor: Visitor,
    Query(choice): Query<LanguageChoice>,
) -> Result<Response, Failure> {
    let language = Language::ALL.into_iter().find(|language| language.tag() == choice.to);
    let language = language.ok_or_else(|| Failure::bad_request(&visitor, "de or en"))?;
    let cookie = Cookie::build((LANGUAGE_COOKIE, language.tag()))
        .path("/")
        .same_site(SameSite::Lax)
        .secure(visitor.app.is_reached_by_https())
        .max_age(cookie::time::Duration::days(365))
        .build();
    Ok(with_cookie(&cookie.to_string(), local_path(&choice.back)))
}

/// A path on this host; anything that could lead elsewhere becomes the start page.
fn local_path(path: &str) -> &str {
    let fine = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if fine { path } else { "/" }
}

fn sign_in(visitor: &Visitor, session: &Session) -> Result<Response, Failure> {
    let cookie =
        session.cookie(&visitor.app).map_err(|error| Failure::internal(visitor, &error))?;
    let (customer, user) = (session.customer, session.user);
    tracing::info!(
        target: security::TARGET,
        event = "signed_in",
        caller = %visitor.caller,
        %customer,
        %user,
        "somebody signed in"
    );
    Ok(with_cookie(&cookie, "/marketplace"))
}

fn with_cookie(cookie: &str, to: &str) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.insert(header::SET_COOKIE, value);
    }
    (headers, Redirect::to(to)).into_response()
}

/// Pages that production does not have.
pub(super) fn sandbox_only(visitor: &Visitor) -> Result<(), Failure> {
    if visitor.app.is_sandbox() { Ok(()) } else { Err(Failure::not_found(visitor)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_language_never_leads_away() {
        assert_eq!(local_path("/marketplace?x=1"), "/marketplace?x=1");
        for away in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y"]
        {
            assert_eq!(local_path(away), "/", "{away}");
        }
    }
}
