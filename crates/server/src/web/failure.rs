//! What a handler answers when it has no page: a page that says so, with its HTTP status.

use axum::{
    extract::rejection::FormRejection,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use freischalt_marketplace::activation::BlockProblem;
use freischalt_store::StoreError;

use super::{
    page::page,
    views::{
        Section,
        problem::{Problem, ProblemPage},
    },
    visitor::Visitor,
};
use crate::{flow::FlowError, guard::RETRY_AFTER};

/// A page about what went wrong, ready to send.
pub(super) struct Failure(Box<Response>);

impl Failure {
    /// Nobody is signed in. In the sandbox the user switcher mends that.
    pub(super) fn sign_in(visitor: &Visitor) -> Self {
        if visitor.app.is_sandbox() {
            let switcher = axum::response::Redirect::to("/sandbox/users");
            return Self(Box::new(switcher.into_response()));
        }
        Self::build(visitor, Problem::SignIn, String::new())
    }

    /// The user may not; `detail` says why, and who may.
    pub(super) fn forbidden(visitor: &Visitor, detail: String) -> Self {
        Self::build(visitor, Problem::Forbidden, detail)
    }

    /// Nothing there.
    pub(super) fn not_found(visitor: &Visitor) -> Self {
        Self::build(visitor, Problem::NotFound, String::new())
    }

    /// The request makes no sense.
    pub(super) fn bad_request(visitor: &Visitor, detail: impl Into<String>) -> Self {
        Self::build(visitor, Problem::BadRequest, detail.into())
    }

    /// A form that is too large, or that is no form of ours.
    pub(super) fn form(visitor: &Visitor, rejection: &FormRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::build(visitor, Problem::TooLarge, String::new()),
            _ => Self::bad_request(visitor, rejection.body_text()),
        }
    }

    /// Not with this method.
    pub(super) fn wrong_method(visitor: &Visitor) -> Self {
        Self::build(visitor, Problem::MethodNotAllowed, String::new())
    }

    /// Called by a name that anybody may have; the page says which address to open instead.
    pub(super) fn misdirected(visitor: &Visitor) -> Self {
        Self::build(visitor, Problem::Misdirected, String::new())
    }

    /// Our fault; the log says more.
    pub(super) fn internal(visitor: &Visitor, error: &(dyn std::error::Error + 'static)) -> Self {
        if matches!(error.downcast_ref(), Some(StoreError::Busy)) {
            return Self::build(visitor, Problem::Busy, String::new());
        }
        if matches!(error.downcast_ref(), Some(StoreError::Nul)) {
            return Self::bad_request(visitor, error.to_string());
        }
        tracing::error!(error, "a page could not be made");
        Self::build(visitor, Problem::Internal, String::new())
    }

    /// A step of an activation was refused or failed.
    pub(super) fn flow(visitor: &Visitor, error: &FlowError) -> Self {
        match error {
            FlowError::Store(error) => Self::internal(visitor, error),
            FlowError::Random(_) => Self::internal(visitor, error),
            FlowError::NotFound => Self::not_found(visitor),
            FlowError::Block(BlockProblem::NotAdministrator) | FlowError::NoUser => {
                Self::forbidden(visitor, String::new())
            }
            FlowError::Start(_)
            | FlowError::Right(_)
            | FlowError::Block(_)
            | FlowError::Url(_)
            | FlowError::Use(_) => Self::bad_request(visitor, error.to_string()),
        }
    }

    fn build(visitor: &Visitor, problem: Problem, detail: String) -> Self {
        let frame = visitor.frame(Section::Elsewhere);
        let status =
            StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let view = ProblemPage { frame, problem, detail };
        let mut response = page(&view);
        *response.status_mut() = status;
        if problem == Problem::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        Self(Box::new(response))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        *self.0
    }
}
