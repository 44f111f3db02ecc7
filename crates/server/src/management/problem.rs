//! Errors as problem documents (RFC 9457).

use std::borrow::Cow;

use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use freischalt_marketplace::{
    activation::{BlockProblem, RightProblem, StartProblem},
    calls::CallProblem,
};
use freischalt_store::{CreateProblem, PutUserProblem, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{commerce::CommerceError, flow::FlowError, guard::RETRY_AFTER, session::BeginError};

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A name for the kind of problem.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The kind of problem in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What was wrong, where, and what would be right.
    detail: String,
    /// The member of the request that was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    field: Option<Cow<'static, str>>,
    /// `errorCodes` of an order that is refused.
    #[serde(rename = "errorCode", skip_serializing_if = "Option::is_none")]
    error_code: Option<u32>,
    /// The signed callback URL by which its provider learns of it.
    #[serde(rename = "callbackUrl", skip_serializing_if = "Option::is_none")]
    callback_url: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: String) -> Self {
        let status = status.as_u16();
        Self { kind, title, status, detail, field: None, error_code: None, callback_url: None }
    }

    /// An order is refused.
    pub fn refused_order(detail: String, code: u32, callback_url: Option<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let problem = Self::new(status, "refused-order", "The order is refused", detail);
        Self { error_code: Some(code), callback_url, ..problem }
    }

    /// A rule about money says no.
    pub(crate) fn of_commerce<E: std::error::Error + 'static>(error: CommerceError<E>) -> Self {
        match error {
            CommerceError::Refused(refusal) => Self::conflict(refusal.to_string()),
            CommerceError::NotFound => Self::not_found("such", "order or subscription"),
            CommerceError::Store(error) => error.into(),
            CommerceError::Random(error) => error.into(),
        }
    }

    /// A rule about a transaction says no.
    pub(crate) fn of_call(error: CommerceError<CallProblem>) -> Self {
        match error {
            CommerceError::Refused(problem @ CallProblem::Price) => {
                Self::invalid("priceNet", problem.to_string())
            }
            CommerceError::Refused(
                CallProblem::TransactionUnknown | CallProblem::TransactionForeign(_),
            ) => Self::not_found("transaction", "of this provider with this id"),
            other => Self::of_commerce(other),
        }
    }

    /// A member of the request cannot be used.
    pub fn invalid(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let problem = Self::new(status, "invalid-value", "A value cannot be used", detail.into());
        Self { field: Some(field.into()), ..problem }
    }

    /// Something that was named does not exist.
    pub fn not_found(what: &str, name: impl std::fmt::Display) -> Self {
        let detail = format!("there is no {what} {name}");
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// The configuration switches this off.
    pub fn switched_off(what: &str, setting: &str) -> Self {
        let detail = format!("{what} are switched off; set {setting} = true and start again");
        Self::new(StatusCode::NOT_FOUND, "switched-off", "Switched off", detail)
    }

    /// The request does not fit the present state.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Not in this state", detail.into())
    }

    /// The user may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail.into())
    }

    /// No bearer token, or the wrong one.
    pub fn unauthorized() -> Self {
        let detail = "send the management token as Authorization: Bearer TOKEN";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Not authorized", detail.to_owned())
    }

    /// Too much is asked at this moment; nothing was done.
    pub fn busy() -> Self {
        let detail = "too much is asked at this moment; nothing was done, try again in a second";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail.to_owned())
    }

    /// A sandbox was called by a name that anybody may have.
    pub(crate) fn misdirected(name: &str) -> Self {
        let name: String = name.chars().take(200).collect();
        let detail = format!(
            "the management API of a sandbox does not answer to {name:?}, a name that any page of the \
             web can have; call it by an IP address, localhost or a name without dots, or start the \
             sandbox with --public-url http://NAME:PORT"
        );
        Self::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", "Called by a wrong name", detail)
    }

    fn bad_request(detail: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read", detail)
    }

    fn internal() -> Self {
        let detail = "the server's log says more".to_owned();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let is_busy = status == StatusCode::SERVICE_UNAVAILABLE;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if is_busy {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Busy) {
            return Self::busy();
        }
        if matches!(error, StoreError::Nul) {
            return Self::bad_request(error.to_string());
        }
        tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
        if error.is_unknown() {
            let detail = "the database was lost at that moment, and whether it was done is not \
                          known: look, or ask again";
            return Self { detail: detail.to_owned(), ..Self::internal() };
        }
        Self::internal()
    }
}

impl From<CreateProblem> for Problem {
    fn from(problem: CreateProblem) -> Self {
        match problem {
            CreateProblem::Taken(what) => Self::conflict(format!("{what} is taken")),
            CreateProblem::Store(error) => error.into(),
        }
    }
}

impl From<PutUserProblem> for Problem {
    fn from(problem: PutUserProblem) -> Self {
        match problem {
            PutUserProblem::NoSuchCustomer(id) => Self::not_found("customer", id),
            PutUserProblem::NoSuchGroup(_) => Self::invalid("groupId", problem.to_string()),
            PutUserProblem::Store(error) => error.into(),
        }
    }
}

impl From<crate::random::NoRandom> for Problem {
    fn from(error: crate::random::NoRandom) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "no random bytes");
        Self::internal()
    }
}

impl From<BeginError> for Problem {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Store(error) => error.into(),
            BeginError::Random(error) => error.into(),
        }
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Start(StartProblem::NotAdministrator)
            | FlowError::Right(RightProblem::NotAdministrator) => {
                Self::invalid("user", "only administrators can activate providers")
            }
            FlowError::Block(BlockProblem::NotAdministrator) => Self::forbidden(error.to_string()),
            FlowError::Start(_) | FlowError::Right(_) | FlowError::Block(_) | FlowError::Use(_) => {
                Self::conflict(error.to_string())
            }
            FlowError::NotFound => Self::not_found("such", "activation"),
            FlowError::NoUser => Self::invalid("user", "there is no such user"),
            FlowError::Url(_) => Self::conflict(error.to_string()),
            FlowError::Store(error) => error.into(),
            FlowError::Random(error) => error.into(),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let detail = in_json_words(&rejection.body_text());
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The request is too large",
                detail,
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "wrong-content-type",
                "The body is not said to be JSON",
                "send the header Content-Type: application/json".to_owned(),
            ),
            _ => Self::bad_request(detail),
        }
    }
}

/// Without what only somebody who knows our code understands: whose words they are, and the names of
/// our types.
fn in_json_words(text: &str) -> String {
    const SAYS_NOTHING: [&str; 2] = [
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
    ];
    let text = SAYS_NOTHING.iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
    ["expected i64", "expected u16"]
        .into_iter()
        .fold(text.to_owned(), |text, ours| text.replace(ours, "expected a whole number"))
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

pub(super) async fn not_found() -> Problem {
    Problem::not_found("route", "here; /openapi.json lists them all")
}

pub(super) async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "wrong-method",
        "Wrong method",
        "this route does not take this method; /openapi.json lists those it takes".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_body_is_said_without_our_types() {
        const OURS: &str = "Failed to deserialize the JSON body into the target type: ";
        for (rejection, said) in [
            (
                "user: invalid type: string \"21\", expected i64 at line 1",
                "user: invalid type: string \"21\", expected a whole number at line 1",
            ),
            (
                "window.width: invalid value: integer `-1`, expected u16 at line 1",
                "window.width: invalid value: integer `-1`, expected a whole number at line 1",
            ),
            ("missing field `customer` at line 1", "missing field `customer` at line 1"),
        ] {
            assert_eq!(in_json_words(&format!("{OURS}{rejection}")), said);
        }
    }
}
