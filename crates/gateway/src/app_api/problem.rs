//! Why the app does not get what it asked for: a kind to program against, and words for people.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use freischalt_client::{CallError, CallErrorKind, Refusal};
use freischalt_database::DatabaseError;
use serde_json::{Value, json};

use crate::app_path::NotAPath;
use crate::connection::Verdict;
use crate::guard::try_again;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("send the header Authorization: Bearer with the token of app.token_file")]
    Unauthorised,
    #[error("{0}")]
    Unreadable(String),
    #[error("{0}")]
    Invalid(&'static str),
    #[error("returnPath {0}")]
    ReturnPath(NotAPath),
    #[error("there is nothing at this address; docs/gateway.md lists what an app may ask for")]
    NothingHere,
    #[error("this address takes another method; docs/gateway.md lists what an app may ask for")]
    WrongMethod,
    #[error("{0}")]
    TooLarge(String),
    #[error("more is asked at this moment than the gateway takes on; nothing was done, try again")]
    Busy,
    #[error("this customer has not activated the provider here")]
    NotActivated,
    #[error("there is no such order; its id is orderId in the answer to POST /api/orders")]
    NoSuchOrder,
    #[error("this user has not called a service yet, so there is no claim to call with")]
    NoClaim,
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the gateway's store failed; try again")]
    Store(StoreError),
    #[error("there are no random bytes; try again")]
    Random(#[from] getrandom::Error),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(DatabaseError::Nul) => {
                Self::Invalid("a text has the character NUL (U+0000): leave it out")
            }
            error => Self::Store(error),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge(rejection.body_text()),
            _ => Self::Unreadable(rejection.body_text()),
        }
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Unreadable(_) | Self::Invalid(_) | Self::ReturnPath(_) => StatusCode::BAD_REQUEST,
            Self::NothingHere | Self::NotActivated | Self::NoSuchOrder => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoClaim => StatusCode::CONFLICT,
            Self::Call(error) => match (kind_of(error), error) {
                ("blocked" | "user_blocked" | "claim", _) => StatusCode::CONFLICT,
                (_, CallError::Refused(_)) => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::BAD_GATEWAY,
            },
            Self::Busy | Self::Store(_) | Self::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Unauthorised => "unauthorised",
            Self::Unreadable(_)
            | Self::Invalid(_)
            | Self::ReturnPath(_)
            | Self::TooLarge(_)
            | Self::NothingHere
            | Self::WrongMethod => "bad_request",
            Self::NotActivated => "not_activated",
            Self::NoSuchOrder => "no_such_order",
            Self::NoClaim => "no_claim",
            Self::Call(error) => kind_of(error),
            Self::Busy | Self::Store(_) | Self::Random(_) => "gateway",
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::Call(CallError::Refused(refusal)) => refused(refusal),
            _ => json!({"error": {"kind": self.kind(), "message": self.to_string()}}),
        }
    }
}

/// A refusal of one action, as the app sees it.
pub(super) fn refused(refusal: &Refusal) -> Value {
    json!({"error": {
        "kind": kind_of_refusal(refusal),
        "code": refusal.code.0,
        "message": refusal.message,
        "hint": refusal.hint,
    }})
}

fn kind_of(error: &CallError) -> &'static str {
    match error {
        CallError::Refused(refusal) => kind_of_refusal(refusal),
        other => match other.kind() {
            CallErrorKind::Unreachable => "unreachable",
            _ => "unintelligible",
        },
    }
}

fn kind_of_refusal(refusal: &Refusal) -> &'static str {
    match (Verdict::of_code(refusal.code), refusal.kind()) {
        (Verdict::ShutOut(_), _) => "blocked",
        (Verdict::UserShutOut, _) => "user_blocked",
        (_, CallErrorKind::Claim) => "claim",
        (_, CallErrorKind::Clock) => "clock",
        _ => "refused",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match &self {
            Self::Store(error) => tracing::error!(%error, "the app was not served"),
            _ => tracing::warn!(kind = self.kind(), "the app was not served"),
        }
        let response = (self.status(), Json(self.body())).into_response();
        if matches!(self, Self::Busy) { try_again(response) } else { response }
    }
}
