//! The request envelope: `{"token": …, "request": {"actions": […]}}`, read with every leniency
//! that real clients need (apidoc.onoffice.de, "Request"; the leniencies are those of the public
//! PHP, Ruby, TypeScript and Python clients).
//!
//! Reading is by the rules of PHP's `json_decode`, because the vendor's server is a PHP program
//! and its error codes 3 to 8 are PHP's classes of JSON errors.

mod action;
mod outline;
mod response;

pub use action::{Action, ActionProblem, Echo, ParsedAction, Signature, Timestamp};
pub use outline::Outline;
pub use response::{ActionResult, Record, Response, Status};

use crate::{
    ErrorCode,
    php::json::{DecodeError, DecodeErrorKind},
};

/// A request whose outer structure is sound; each action may still be broken by itself.
#[derive(Debug)]
pub struct Request {
    /// The API token, never empty.
    pub token: String,
    /// The actions in the order they were sent, at least one.
    pub actions: Vec<ParsedAction>,
}

/// Why there is no envelope to speak of. The answer is at the top level, without results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeProblem {
    /// The body has no bytes, or only white space.
    #[error("the body is empty; a request is a JSON object with token and request")]
    Empty,
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    Json(#[source] DecodeError),
    /// The body is JSON, but not an object.
    #[error("the body is {0}; a request is a JSON object with token and request")]
    NotAnObject(&'static str),
    /// `token` is absent, empty or not a string.
    #[error("token is {0}; it must be the API token, a text of 32 characters")]
    Token(&'static str),
    /// `request` is absent or not an object.
    #[error("request is {0}; it must be an object with actions")]
    Request(&'static str),
    /// `request.actions` is absent, empty or not a list.
    #[error("request.actions is {0}; it must be a list of at least one action")]
    Actions(&'static str),
    /// There are more actions than the server takes in one request.
    #[error("request.actions has {count} elements, at most {max} are accepted")]
    TooManyActions {
        /// How many were sent.
        count: usize,
        /// How many would have been accepted.
        max: usize,
    },
}

impl EnvelopeProblem {
    /// The code at the top of the answer.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Empty => ErrorCode::EMPTY_REQUEST,
            Self::Json(error) => match error.kind {
                DecodeErrorKind::Depth => ErrorCode::JSON_DEPTH,
                DecodeErrorKind::StateMismatch => ErrorCode::JSON_MALFORMED,
                DecodeErrorKind::ControlCharacter => ErrorCode::JSON_CONTROL_CHARACTER,
                DecodeErrorKind::Syntax => ErrorCode::JSON_SYNTAX,
                DecodeErrorKind::Utf8 => ErrorCode::JSON_UTF8,
                _ => ErrorCode::JSON_OTHER,
            },
            Self::NotAnObject(_) => ErrorCode::JSON_MALFORMED,
            Self::Token(_) => ErrorCode::TOKEN_MISSING,
            Self::Request(_) => ErrorCode::REQUEST_MISSING,
            Self::Actions(_) | Self::TooManyActions { .. } => ErrorCode::ACTIONS_MISSING,
        }
    }
}

impl Request {
    /// Reads a body. `max_actions` is the most actions accepted in one request.
    pub fn parse(body: &[u8], max_actions: usize) -> Result<Self, EnvelopeProblem> {
        Outline::read(body, max_actions)?.decode()
    }
}
