//! The decision table: who fails with which code. Written down once, here; `docs/decisions.md` is
//! made from it, and every row has a test over a socket.
//!
//! Checks run in the order of the rows: envelope, token, structure of each action, timestamp,
//! signature, claim, configuration, permission, context, and the call itself.

mod pipeline;
mod table;
mod unknown_call;

use std::borrow::Cow;

use freischalt_protocol::{
    ErrorCode,
    actions::{FilterProblem, ParameterProblem},
    envelope::{ActionProblem, EnvelopeProblem},
};

pub use pipeline::{
    Permitted, PermittedToOthers, authenticate, check_acting_user, check_claim, claim_is_optional,
    find_call, permit, permit_ordinary,
};
pub use table::{Place, Row, TABLE};
pub use unknown_call::UnknownCall;

use crate::{ClaimProblem, Policy, calls::CallProblem, service::UseRefusal};

/// A call that was refused. The message says what was wrong, where, and what would be right; it
/// holds no secret, token or claim and may be shown and logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeProblem),
    /// No API user has this token.
    #[error("no API user has this token: {0}")]
    TokenUnknown(TokenHint),
    /// The API user's activation is over.
    #[error("the API user of this token was switched off when its activation ended")]
    ApiUserInactive,
    /// The action is broken.
    #[error(transparent)]
    Action(#[from] ActionProblem),
    /// No timestamp, or one that is not a whole number.
    #[error("timestamp is missing or not a whole number of Unix seconds")]
    TimestampUnreadable,
    /// The timestamp is outside the window.
    #[error("timestamp is {} s {} the server's clock, at most {tolerance} s are accepted",
        .difference.unsigned_abs(), if *.difference < 0 { "behind" } else { "ahead of" })]
    TimestampOutside {
        /// Seconds from the server's clock to the timestamp.
        difference: i64,
        /// The window in either direction, in seconds.
        tolerance: i64,
    },
    /// No signature.
    #[error("hmac is missing or not a text")]
    SignatureMissing,
    /// A version that does not exist.
    #[error("hmac_version must be 2, or absent for the legacy method")]
    SignatureVersion,
    /// Legacy signatures are switched off.
    #[error("legacy signatures (hmac_version absent or 1) are switched off; send hmac_version 2")]
    SignatureLegacy,
    /// The signature is wrong.
    #[error("hmac is not the signature of this action under the API user's key")]
    SignatureWrong,
    /// A legacy signature is wrong, and a float explains most of these.
    #[error("the legacy hmac is wrong, and parameter {parameter} is a float: send it as text")]
    SignatureWrongFloat {
        /// The parameter.
        parameter: String,
    },
    /// No claim.
    #[error("extendedclaim is missing or empty; a marketplace API user sends it in every call")]
    ClaimMissing,
    /// A claim that is not a text.
    #[error(transparent)]
    ClaimNotText(ParameterProblem),
    /// A claim that does not serve.
    #[error("{0}")]
    Claim(#[from] ClaimProblem),
    /// A claim of the other purpose.
    #[error("{0}")]
    ClaimPurpose(&'static str),
    /// The action id does not exist.
    #[error("actionid {0:?} does not exist")]
    ActionUnknown(String),
    /// The resource id is not empty where it must be.
    #[error("resourceid is {0:?}; this call wants it empty")]
    ResourceIdUnknown(String),
    /// The resource type does not exist for this action, or is not served yet.
    #[error(transparent)]
    CallUnknown(#[from] UnknownCall),
    /// Another call while the activation is under way.
    #[error("until the provider is active, unlockProvider is the only call")]
    OnlyUnlockDuringActivation,
    /// A call that marketplace API users never may make.
    #[error("marketplace API users may not make this call")]
    NotForMarketplaceUsers,
    /// A call that only marketplace API users make.
    #[error("only marketplace API users make this call; this one is an ordinary API user")]
    OnlyForMarketplaceUsers,
    /// A marketplace call after the unlock.
    #[error(transparent)]
    Call(#[from] CallProblem),
    /// No such record.
    #[error("there is no record {0:?} in this module")]
    RecordUnknown(String),
    /// The customer is switched off.
    #[error("the customer is switched off")]
    CustomerInactive,
    /// The user is gone or switched off.
    #[error("the user whose rights the call has is gone or switched off")]
    UserInactive,
    /// The user is no administrator any more.
    #[error("the user who began the activation is no administrator any more")]
    UserNotAdministrator,
    /// The user of the claim may not use the provider, or not any more.
    #[error("the user of the claim may not use this provider: {0}")]
    UserMayNot(UseRefusal),
    /// A field that the records do not have.
    #[error("there is no field {0:?}; names are case-sensitive")]
    FieldUnknown(String),
    /// A filter that cannot be used.
    #[error(transparent)]
    Filter(#[from] FilterProblem),
    /// Users that the acting user may not see.
    #[error("only administrators read other users; ask for the calling user by resourceid")]
    OtherUser,
    /// No entry given.
    #[error("parameterCacheId is missing or empty")]
    EntryNotGiven,
    /// Not the entry of this activation.
    #[error("parameterCacheId is not the one of this activation's URL")]
    EntryUnknown,
    /// The entry's time is over.
    #[error("the parameter cache entry expired {ago} s ago; the activation must be started again")]
    EntryExpired {
        /// Seconds since then.
        ago: i64,
    },
    /// The entry was used, with another `isRegularCustomer`.
    #[error(
        "this activation was unlocked with another isRegularCustomer; only the same call may be repeated"
    )]
    EntryUsedWithOtherFlag,
    /// The entry was made for a service call.
    #[error("this parameter cache entry was made for a service call, not for an activation")]
    EntryOfServiceCall,
    /// A parameter that cannot be used.
    #[error(transparent)]
    Parameter(#[from] ParameterProblem),
}

/// What an unknown token looks like, without showing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenHint {
    /// As long as an API key.
    #[error("it has 64 characters, like an API key; token and key may be swapped")]
    LikeAnApiKey,
    /// Another length than tokens have.
    #[error("it has {0} characters, a token has 32")]
    WrongLength(usize),
    /// White space at an end.
    #[error("it begins or ends with white space")]
    WhiteSpace,
    /// Nothing strange.
    #[error("it has the right length")]
    RightLength,
}

impl TokenHint {
    /// Looks at a token.
    pub fn of(token: &str) -> Self {
        match token.chars().count() {
            _ if token.trim() != token => Self::WhiteSpace,
            crate::ApiUser::KEY_LENGTH => Self::LikeAnApiKey,
            crate::ApiToken::LENGTH => Self::RightLength,
            other => Self::WrongLength(other),
        }
    }
}

impl Refusal {
    /// The code on the wire.
    pub fn code(&self, policy: &Policy) -> ErrorCode {
        match self {
            Self::Envelope(problem) => problem.code(),
            Self::TokenUnknown(_) => ErrorCode::NOT_AUTHENTICATED,
            Self::ApiUserInactive => policy.blocked_api_user,
            Self::Action(problem) => problem.code(),
            Self::TimestampUnreadable | Self::TimestampOutside { .. } => ErrorCode::TIMESTAMP,
            Self::SignatureMissing
            | Self::SignatureVersion
            | Self::SignatureLegacy
            | Self::SignatureWrong => policy.wrong_signature,
            Self::SignatureWrongFloat { .. } => ErrorCode::HMAC_INVALID_FLOAT,
            Self::ClaimMissing | Self::ClaimNotText(_) => ErrorCode::CLAIM_INVALID,
            Self::Claim(problem) => match problem {
                ClaimProblem::Unreadable => ErrorCode::CLAIM_INVALID,
                ClaimProblem::Foreign(_) => ErrorCode::CLAIM_MISMATCH,
                ClaimProblem::Expired { .. } => ErrorCode::CLAIM_OUTDATED,
            },
            Self::ClaimPurpose(_) => ErrorCode::CLAIM_MISMATCH,
            Self::ActionUnknown(_) => ErrorCode::ACTION_ID_UNKNOWN,
            Self::ResourceIdUnknown(_) => ErrorCode::RESOURCE_ID_UNKNOWN,
            Self::CallUnknown(_) => ErrorCode::RESOURCE_TYPE_UNKNOWN,
            Self::OnlyUnlockDuringActivation | Self::NotForMarketplaceUsers => {
                ErrorCode::NOT_FOR_MARKETPLACE_USERS
            }
            Self::CustomerInactive => ErrorCode::CUSTOMER_SWITCH_FAILED,
            Self::UserInactive => ErrorCode::USER_SWITCH_FAILED,
            Self::UserNotAdministrator | Self::UserMayNot(_) => ErrorCode::USER_ACCESS_NOT_GRANTED,
            Self::OnlyForMarketplaceUsers => ErrorCode::USER_ACCESS_NOT_GRANTED,
            Self::Call(problem) => problem.code(),
            Self::RecordUnknown(_) => ErrorCode::RESOURCE_ID_UNKNOWN,
            Self::FieldUnknown(_) => ErrorCode::FIELD_UNKNOWN,
            Self::Filter(FilterProblem::Operator { .. }) => ErrorCode::OPERATOR_UNKNOWN,
            Self::Filter(FilterProblem::Structure { .. }) => ErrorCode::FILTER_INVALID,
            Self::OtherUser => ErrorCode::READ_NOT_PERMITTED,
            Self::EntryNotGiven
            | Self::EntryUnknown
            | Self::EntryExpired { .. }
            | Self::EntryUsedWithOtherFlag => ErrorCode::PARAMETER_CACHE_MISSING,
            Self::EntryOfServiceCall => ErrorCode::PARAMETER_CACHE_INCOMPLETE,
            Self::Parameter(_) => ErrorCode::PARAMETER_INVALID,
        }
    }

    /// What stands for `%s` in the code's text.
    pub fn argument(&self) -> Cow<'_, str> {
        match self {
            Self::ActionUnknown(text)
            | Self::ResourceIdUnknown(text)
            | Self::FieldUnknown(text)
            | Self::RecordUnknown(text)
            | Self::SignatureWrongFloat { parameter: text } => text.into(),
            Self::CallUnknown(call) => call.resource_type.as_str().into(),
            Self::Parameter(problem) => problem.name.into(),
            Self::Filter(FilterProblem::Operator { operator, .. }) => operator.into(),
            Self::Filter(FilterProblem::Structure { place, expected }) => {
                format!("{place}: {expected}").into()
            }
            Self::Call(problem) => problem.argument().into(),
            _ => "".into(),
        }
    }
}
