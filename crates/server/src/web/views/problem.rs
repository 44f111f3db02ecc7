//! Pages for what went wrong.

use askama::Template;

use super::frame::Frame;
use crate::web::texts;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// 400: the request makes no sense.
    BadRequest,
    /// 401: nobody is signed in.
    SignIn,
    /// 403: the user may not.
    Forbidden,
    /// 404: nothing there.
    NotFound,
    /// 405: not with this method.
    MethodNotAllowed,
    /// 413: the body is too large.
    TooLarge,
    /// 421: the sandbox does not go by the name it was called by.
    Misdirected,
    /// 500: our fault.
    Internal,
    /// 503: too much is asked at this moment.
    Busy,
}

impl Problem {
    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::SignIn => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::Misdirected => 421,
            Self::Internal => 500,
            Self::Busy => 503,
        }
    }
}

/// The page for a problem.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// The surroundings.
    pub frame: Frame,
    /// What went wrong.
    pub problem: Problem,
    /// More about it, in the language of the page; may be empty.
    pub detail: String,
}

impl ProblemPage {
    pub(crate) fn words(&self) -> &'static texts::Problem {
        let words = &self.frame.texts().problems;
        match self.problem {
            Problem::BadRequest => &words.bad_request,
            Problem::SignIn => &words.sign_in,
            Problem::Forbidden => &words.forbidden,
            Problem::NotFound => &words.not_found,
            Problem::MethodNotAllowed => &words.method,
            Problem::TooLarge => &words.too_large,
            Problem::Misdirected => &words.misdirected,
            Problem::Internal => &words.internal,
            Problem::Busy => &words.busy,
        }
    }
}
