//! The activation of a provider by a customer, as a state machine.
//!
//! ```text
//!  offered ── accept terms ──▶ terms accepted ── choose right ──▶ pending ── unlock ──▶ active
//!     ▲                              │                              │                     │
//!     └────────── again ──────── ended (superseded) ◀──────────────┴──── ended (blocked) ◀┘
//! ```
//!
//! One value is one *run*: from accepted terms to its end. "Offered" is the absence of a live run,
//! and activating again begins a new run with a new API user, so that nothing of an old run can
//! ever act again. States carry their data and transitions consume them.

mod block;
mod start;
mod unlock;

use freischalt_protocol::{Secret, UnixTime};
use serde::{Deserialize, Serialize};

pub use block::{BlockProblem, Blocker};
pub use start::{Begun, NewGrant, NewRun, RightProblem, StartFacts, StartProblem, begin};
pub use unlock::{UnlockCall, UnlockFacts, Unlocked, unlock};

use crate::{
    ActivationId, Actor, ApiToken, AuditEvent, AuditKind, CustomerId, ParameterCacheId, ProviderId,
    UserId,
};

/// A run of an activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The run.
    pub id: ActivationId,
    /// The customer that activates.
    pub customer: CustomerId,
    /// The provider that is activated.
    pub provider: ProviderId,
    /// The administrator who began it.
    pub opened_by: UserId,
    /// When it began, which is when the terms were accepted.
    pub opened_at: UnixTime,
    /// How far it is.
    pub stage: Stage,
}

/// How far a run is, with what exists at that point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Terms and data-processing agreement are accepted; nobody can call anything yet.
    TermsAccepted,
    /// API user and parameter cache entry exist; the provider has not unlocked yet.
    Pending {
        /// What was granted.
        grant: Grant,
        /// The key of the API user.
        key: Secret,
    },
    /// The provider has unlocked.
    Active {
        /// What was granted.
        grant: Grant,
        /// The key of the API user.
        key: Secret,
        /// The unlock that made it active.
        unlock: UnlockRecord,
    },
    /// Over. The key is gone; the API user is dead for good.
    Ended {
        /// When.
        at: UnixTime,
        /// Why.
        reason: EndReason,
        /// How far it had come.
        past: Past,
    },
}

/// What choosing the right brings into being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who may use the provider.
    pub audience: Audience,
    /// The token of the API user.
    pub token: ApiToken,
    /// The parameter cache entry that `unlockProvider` must name.
    pub entry: ParameterCacheEntry,
    /// When the right was chosen.
    pub chosen_at: UnixTime,
}

/// A handle for one page call of a provider, with an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterCacheEntry {
    /// `parameterCacheId`.
    pub id: ParameterCacheId,
    /// The last second it serves.
    pub expires: UnixTime,
}

impl ParameterCacheEntry {
    /// Whether its time is over.
    pub fn is_expired(&self, now: UnixTime) -> bool {
        now > self.expires
    }
}

/// The unlock that made a run active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnlockRecord {
    /// When.
    pub at: UnixTime,
    /// `isRegularCustomer` of that call.
    pub is_regular_customer: bool,
}

/// Who may use an activated provider. Administrators always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Audience {
    /// Every user of the customer.
    AllUsers,
    /// Administrators only; others one by one in the user settings.
    Administrators,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndReason {
    /// An administrator blocked the provider.
    Blocked,
    /// Another run took its place.
    Superseded,
}

/// How far a run had come when it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Past {
    /// Only the terms were accepted.
    TermsAccepted,
    /// The right was chosen.
    Pending(Grant),
    /// It was active.
    Active(Grant, UnlockRecord),
}

/// A new state with the entry that records it.
pub type Transition = (Activation, AuditEvent);

/// A run that is over cannot end again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this activation is already over")]
pub struct AlreadyEnded;

impl Activation {
    /// What was granted, in every stage that has come so far.
    pub fn grant(&self) -> Option<&Grant> {
        match &self.stage {
            Stage::TermsAccepted | Stage::Ended { past: Past::TermsAccepted, .. } => None,
            Stage::Pending { grant, .. }
            | Stage::Active { grant, .. }
            | Stage::Ended { past: Past::Pending(grant) | Past::Active(grant, _), .. } => {
                Some(grant)
            }
        }
    }

    /// The unlock that made it active, even if it is over now.
    pub fn unlock_record(&self) -> Option<UnlockRecord> {
        match &self.stage {
            Stage::Active { unlock, .. } | Stage::Ended { past: Past::Active(_, unlock), .. } => {
                Some(*unlock)
            }
            _ => None,
        }
    }

    /// The key of the API user while there is one.
    pub fn api_key(&self) -> Option<&Secret> {
        match &self.stage {
            Stage::Pending { key, .. } | Stage::Active { key, .. } => Some(key),
            Stage::TermsAccepted | Stage::Ended { .. } => None,
        }
    }

    /// Whether the run is not over.
    pub fn is_live(&self) -> bool {
        !matches!(self.stage, Stage::Ended { .. })
    }

    fn end(
        self,
        reason: EndReason,
        actor: Actor,
        at: UnixTime,
    ) -> Result<Transition, AlreadyEnded> {
        let past = match self.stage {
            Stage::TermsAccepted => Past::TermsAccepted,
            Stage::Pending { grant, .. } => Past::Pending(grant),
            Stage::Active { grant, unlock, .. } => Past::Active(grant, unlock),
            Stage::Ended { .. } => return Err(AlreadyEnded),
        };
        let kind = match reason {
            EndReason::Blocked => AuditKind::Blocked,
            EndReason::Superseded => AuditKind::Superseded,
        };
        let ended = Self { stage: Stage::Ended { at, reason, past }, ..self };
        Ok((ended, AuditEvent { at, actor, kind }))
    }
}
