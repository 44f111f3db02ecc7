//! What is recorded about an activation, in the same transaction as the change itself.

use freischalt_protocol::UnixTime;
use serde::{Deserialize, Serialize};

use crate::{Audience, UserId};

/// An entry in the history of an activation. Holds no secret, token or claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When it happened, by the server's clock.
    pub at: UnixTime,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub kind: AuditKind,
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "user")]
pub enum Actor {
    /// A user of the customer, in the web UI.
    User(UserId),
    /// Whoever holds the management API, in the name of a user.
    Management(UserId),
    /// The provider, by an API call.
    Provider,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "event")]
pub enum AuditKind {
    /// The terms and the data-processing agreement were accepted, in these versions.
    #[serde(rename_all = "camelCase")]
    TermsAccepted {
        /// Version of the terms; empty if the provider has none.
        terms_version: String,
        /// Version of the data-processing agreement; empty if the provider has none.
        dpa_version: String,
    },
    /// It was chosen who may use the provider; API user and parameter cache entry exist from here.
    RightChosen {
        /// The choice.
        audience: Audience,
    },
    /// The provider called `unlockProvider`.
    #[serde(rename_all = "camelCase")]
    Unlocked {
        /// The flag of the call.
        is_regular_customer: bool,
    },
    /// An administrator blocked the provider.
    Blocked,
    /// Another run took this one's place before it was active, or through the management API.
    Superseded,
}
