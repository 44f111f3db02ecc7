//! Requests made by somebody who holds one genuine URL, or none, and tries things.

use freischalt_protocol::Secret;

use crate::{
    http::Ask,
    launch::Ticket,
    session::{Session, framed},
};

/// The URL of these parameters, followed by `tail` as it is.
pub(super) fn raw(ticket: &Ticket, tail: &str) -> String {
    ticket.followed_by(tail)
}

/// With this text as the signature.
pub(super) fn with_signature(ticket: &Ticket, signature: &str) -> Ask {
    framed(&ticket.with_signature(signature))
}

/// The signature is that of the genuine ticket, one value is another.
pub(super) fn tampered(session: &Session, ticket: Ticket, name: &str, value: &str) -> Ask {
    let signature = ticket.signature(session.secret());
    with_signature(&ticket.with(name, value), &signature)
}

/// Rightly signed, with another timestamp.
pub(super) fn dated(session: &Session, ticket: Ticket, seconds: i64) -> Ask {
    let then = session.api.now().plus(seconds).to_string();
    framed(&ticket.with("timestamp", &then).signed(session.secret()))
}

/// Rightly signed, with this text as timestamp.
pub(super) fn stamped(session: &Session, ticket: Ticket, text: &str) -> Ask {
    framed(&ticket.with("timestamp", text).signed(session.secret()))
}

/// Signed with another secret.
pub(super) fn signed_by(ticket: &Ticket, secret: &str) -> Ask {
    framed(&ticket.signed(&Secret::new(secret)))
}

/// The genuine URL, changed as text.
pub(super) fn rewritten(
    session: &Session,
    ticket: &Ticket,
    change: impl Fn(String) -> String,
) -> Ask {
    framed(&change(ticket.signed(session.secret())))
}
