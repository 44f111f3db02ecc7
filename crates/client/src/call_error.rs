//! Why a call brought no result, and what to do about it.

use std::fmt;

use freischalt_protocol::ErrorCode;

use crate::TransportError;

/// A failed call.
///
/// ```
/// use freischalt_client::{Action, CallError, CallErrorKind, Client, Verb};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let page = sandbox.api().replace("/api/stable/api.php", "/");
/// # let (launch, credentials) = sandbox.launched().await;
/// let client = Client::new(&page)?;
/// let action = Action::new(Verb::Read, "user");
/// let error = client.call(&credentials, &action, Some(&launch.claim)).await.unwrap_err();
/// assert!(matches!(error, CallError::NotAnAnswer { .. }));
/// assert_eq!(error.kind(), CallErrorKind::Unintelligible);
/// assert!(error.to_string().contains("check that the address is the one of the API"));
/// # Ok(()) });
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Something answered, but not the API: a proxy's error page, another service, half a body.
    #[error(
        "the answer is not one of the API: {body}, HTTP status {status}, content type {}; check \
         that the address is the one of the API",
        content_type.as_deref().unwrap_or("not given")
    )]
    NotAnAnswer {
        /// HTTP status.
        status: u16,
        /// The `Content-Type` header.
        content_type: Option<String>,
        /// What the body looks like.
        body: BodyKind,
    },
    /// The answer holds another number of results than actions were sent.
    #[error("the API answered {sent} actions with {received} results")]
    ResultCount {
        /// Actions in the request.
        sent: usize,
        /// Results in the answer.
        received: usize,
    },
    /// The API refused the call.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The API reported no error, but did not confirm what was asked for either.
    #[error("the API reported no error but did not confirm the call with \"success\"")]
    NotConfirmed,
}

/// Coarse classes of failed calls, for exit codes and for texts of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// Network, name, certificate or time-out: the API may be fine, try again later.
    Unreachable,
    /// Something answered that cannot be understood.
    Unintelligible,
    /// Token, key or the API user's state: 22, 49, 104, 137, 153, 243.
    Credentials,
    /// The clocks differ too much: 136.
    Clock,
    /// The API claim: 193, 201, 248.
    Claim,
    /// The parameter cache entry: 177, 178.
    ParameterCache,
    /// Any other refusal.
    Refused,
}

impl CallError {
    /// Which class the error belongs to.
    pub fn kind(&self) -> CallErrorKind {
        match self {
            Self::Transport(TransportError::TooLarge { .. }) => CallErrorKind::Unintelligible,
            Self::Transport(_) => CallErrorKind::Unreachable,
            Self::NotAnAnswer { .. } | Self::ResultCount { .. } | Self::NotConfirmed => {
                CallErrorKind::Unintelligible
            }
            Self::Refused(refusal) => refusal.kind(),
        }
    }
}

/// Where in the answer the refusal stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// At the top: the request as a whole was refused.
    Request,
    /// In the result of an action.
    Action,
}

/// An error code from the API.
///
/// ```
/// use freischalt_client::{Action, CallError, CallErrorKind, ErrorCode, Level, Verb};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let client = sandbox.client();
/// # let (_, credentials) = sandbox.launched().await;
/// let action = Action::new(Verb::Read, "user").with_parameter("data", ["Nachname"]);
/// // A call for a customer's user needs the claim.
/// let error = client.call(&credentials, &action, None).await.unwrap_err();
/// let CallError::Refused(refusal) = error else { return Err(error.into()) };
/// assert_eq!(refusal.code, ErrorCode::CLAIM_INVALID);
/// assert_eq!(refusal.level, Level::Action);
/// assert_eq!(refusal.kind(), CallErrorKind::Claim);
/// # Ok(()) });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the API refused with error {code}: {}{}", message.trim_end_matches('.'), Hint(hint.as_deref()))]
pub struct Refusal {
    /// The number.
    pub code: ErrorCode,
    /// The API's own text, at most 500 characters.
    pub message: String,
    /// Where it stood.
    pub level: Level,
    /// What to do about it, if that is known, in whole sentences.
    pub hint: Option<String>,
}

impl Refusal {
    /// Which class the error belongs to.
    pub fn kind(&self) -> CallErrorKind {
        match self.code {
            ErrorCode::NOT_AUTHENTICATED
            | ErrorCode::SECRET_WRONG
            | ErrorCode::USER_NOT_ACTIVE
            | ErrorCode::HMAC_INVALID
            | ErrorCode::HMAC_INVALID_FLOAT
            | ErrorCode(153) => CallErrorKind::Credentials,
            ErrorCode::TIMESTAMP => CallErrorKind::Clock,
            ErrorCode::CLAIM_INVALID | ErrorCode::CLAIM_OUTDATED | ErrorCode::CLAIM_MISMATCH => {
                CallErrorKind::Claim
            }
            ErrorCode::PARAMETER_CACHE_MISSING | ErrorCode::PARAMETER_CACHE_INCOMPLETE => {
                CallErrorKind::ParameterCache
            }
            _ => CallErrorKind::Refused,
        }
    }
}

struct Hint<'a>(Option<&'a str>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |hint| write!(f, ". {hint}"))
    }
}

/// What a body looks like that is not an answer of the API. Never the body itself, which may hold
/// anything.
///
/// ```
/// use freischalt_client::transport::StubTransport;
/// use freischalt_client::{Action, BodyKind, CallError, Client, Credentials, Secret, Verb};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// let stub = StubTransport::default();
/// stub.answer_json("{\"status\":{\"code\":200,");
/// let client = Client::builder("https://api.example/api.php").transport(stub).build()?;
/// let credentials = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
/// let cut = client.call(&credentials, &Action::new(Verb::Read, "user"), None).await;
/// let body = BodyKind::CutJson;
/// assert!(matches!(cut, Err(CallError::NotAnAnswer { body: found, .. }) if found == body));
/// assert_eq!(body.to_string(), "JSON that ends too early");
/// # Ok(()) });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// No bytes, or white space only.
    Empty,
    /// A web page or other markup.
    Markup,
    /// Starts as JSON but ends too early.
    CutJson,
    /// JSON, but not the API's envelope.
    OtherJson,
    /// Anything else.
    Other,
}

impl BodyKind {
    pub(crate) fn of(body: &[u8]) -> Self {
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        match (first, serde_json::from_slice::<serde::de::IgnoredAny>(body)) {
            (None, _) => Self::Empty,
            (_, Ok(_)) => Self::OtherJson,
            (Some(b'<'), _) => Self::Markup,
            (_, Err(error)) if error.is_eof() => Self::CutJson,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for BodyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty body",
            Self::Markup => "a web page",
            Self::CutJson => "JSON that ends too early",
            Self::OtherJson => "JSON without the API's status",
            Self::Other => "neither JSON nor a web page",
        })
    }
}
