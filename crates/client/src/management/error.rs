//! Why a call to the management API brought no answer to use. Knows nothing of exit codes or of
//! how a person is told.

use std::fmt;

use serde::Deserialize;

/// Why a call failed. No variant carries a token or a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManagementError {
    /// The address given is not one.
    #[error(
        "`{given}` is not the address of a management API: {why}; \
         an address looks like http://127.0.0.1:8081"
    )]
    Address {
        /// What was given.
        given: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The address holds a user name or password, which the API does not know.
    #[error(
        "the address of the management API holds a user name or password; \
         the API takes a bearer token instead"
    )]
    CredentialsInAddress,
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Setup(#[source] reqwest::Error),
    /// The request could not be written as JSON.
    #[error("the request cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// Nobody answered, or the answer broke off, or it took too long.
    #[error("{}", unreachable(address, cause))]
    Unreachable {
        /// Where it was looked for.
        address: String,
        /// What happened to the connection.
        #[source]
        cause: reqwest::Error,
    },
    /// HTTP 401.
    #[error("the management API at {address} {}", unauthorised(*.token_sent))]
    Unauthorised {
        /// Who refused.
        address: String,
        /// Whether a token was sent, that is, whether it is wrong rather than missing.
        token_sent: bool,
    },
    /// The API says no and why: HTTP 4xx with a problem document.
    #[error("{problem}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The reason.
        problem: Problem,
    },
    /// The API failed: HTTP 5xx with a problem document.
    #[error("the management API failed with HTTP {status}: {problem}")]
    Server {
        /// The HTTP status.
        status: u16,
        /// The reason, as far as it tells.
        problem: Problem,
    },
    /// A refusal that is no problem document.
    #[error(
        "{address} answered HTTP {status} in a form that the management API never uses; \
         is this its address, and not the one of the marketplace?"
    )]
    NotTheApi {
        /// Who answered.
        address: String,
        /// The HTTP status.
        status: u16,
    },
    /// A success that is not JSON or lacks what it must hold.
    #[error("{address} answered something that the management API never says")]
    Answer {
        /// Who answered.
        address: String,
        /// Where it stops to make sense.
        #[source]
        cause: serde_json::Error,
    },
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// What kind of problem, in a few words.
    pub title: String,
    /// What was wrong this time.
    #[serde(default)]
    pub detail: Option<String>,
    /// The member of the request that it is about.
    #[serde(default)]
    pub field: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        if let Some(field) = &self.field {
            write!(f, " in `{field}`")?;
        }
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

fn unreachable(address: &str, cause: &reqwest::Error) -> String {
    if cause.is_timeout() && !cause.is_connect() {
        return format!(
            "the management API at {address} did not answer in time; whether it did what it was \
             asked is not known"
        );
    }
    format!(
        "no answer from the management API at {address}; is a server running there? \
         `freischalt` starts a sandbox"
    )
}

fn unauthorised(token_sent: bool) -> &'static str {
    if token_sent { "does not accept this token" } else { "wants a token and none was sent" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_where_and_why() {
        let text = r#"{"type":"about:blank","title":"Slug taken","status":409,
            "detail":"`demo` exists; choose another","field":"slug"}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert_eq!(problem.to_string(), "Slug taken in `slug`: `demo` exists; choose another");
    }

    #[test]
    fn a_problem_may_be_a_title_alone() {
        let problem: Problem = serde_json::from_str(r#"{"title":"Gone"}"#).unwrap();
        assert_eq!(problem.to_string(), "Gone");
    }
}
