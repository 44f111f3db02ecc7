//! The unlock itself: what makes a pending run active.
//!
//! Version 2 signatures do not cover parameters, so whoever sits between provider and marketplace
//! can swap them. The rules below hold all the same: everything is compared with the run of the
//! API user whose key signed the call, never looked up by what a parameter says.

use freischalt_protocol::UnixTime;

use super::{Activation, Grant, Stage, Transition, UnlockRecord};
use crate::{Actor, AuditEvent, AuditKind, ParameterCacheId, Refusal, User};

/// The call, as far as the rules need it. Its claim was checked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlockCall {
    /// `parameterCacheId` as sent.
    pub parameter_cache_id: String,
    /// `isRegularCustomer`.
    pub is_regular_customer: bool,
}

/// What the rules need to know at the moment of the decision, all read in one transaction.
#[derive(Clone, Debug)]
pub struct UnlockFacts {
    /// The run of the API user that made the call.
    pub activation: Activation,
    /// Whether the customer may be acted for.
    pub customer_active: bool,
    /// The administrator who began the run, if the user still exists.
    pub user: Option<User>,
    /// Whether the given id is an entry of this run that was made for a service call.
    pub entry_of_a_service_call: bool,
}

/// What an unlock brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlocked {
    /// The provider is active from now on.
    Now(Box<Transition>),
    /// It already was, by the same call: the first answer was lost. Nothing changes.
    Before,
}

/// Decides an unlock. A refusal changes nothing; in particular it never uses the entry up.
pub fn unlock(facts: UnlockFacts, call: &UnlockCall, now: UnixTime) -> Result<Unlocked, Refusal> {
    check_context(&facts)?;
    let of_service = facts.entry_of_a_service_call;
    match &facts.activation.stage {
        Stage::Pending { grant, .. } => {
            check_entry(grant, call, of_service, now)?;
            Ok(Unlocked::Now(Box::new(facts.activation.activate(call.is_regular_customer, now))))
        }
        Stage::Active { grant, unlock, .. } => {
            check_entry(grant, call, of_service, now)?;
            if unlock.is_regular_customer != call.is_regular_customer {
                return Err(Refusal::EntryUsedWithOtherFlag);
            }
            Ok(Unlocked::Before)
        }
        Stage::TermsAccepted | Stage::Ended { .. } => Err(Refusal::ApiUserInactive),
    }
}

/// The server switches from the API user into the customer and user of the claim; errors 175, 176
/// and 183 say that it does.
fn check_context(facts: &UnlockFacts) -> Result<(), Refusal> {
    if !facts.customer_active {
        return Err(Refusal::CustomerInactive);
    }
    match &facts.user {
        Some(user) if user.may_activate() => Ok(()),
        Some(user) if user.active => Err(Refusal::UserNotAdministrator),
        _ => Err(Refusal::UserInactive),
    }
}

fn check_entry(
    grant: &Grant,
    call: &UnlockCall,
    of_service_call: bool,
    now: UnixTime,
) -> Result<(), Refusal> {
    if call.parameter_cache_id.is_empty() {
        return Err(Refusal::EntryNotGiven);
    }
    if ParameterCacheId::parse(&call.parameter_cache_id) != Some(grant.entry.id) {
        return Err(if of_service_call {
            Refusal::EntryOfServiceCall
        } else {
            Refusal::EntryUnknown
        });
    }
    if grant.entry.is_expired(now) {
        return Err(Refusal::EntryExpired { ago: now.since(grant.entry.expires) });
    }
    Ok(())
}

impl Activation {
    fn activate(self, is_regular_customer: bool, now: UnixTime) -> Transition {
        let unlock = UnlockRecord { at: now, is_regular_customer };
        let kind = AuditKind::Unlocked { is_regular_customer };
        let stage = match self.stage {
            Stage::Pending { grant, key } => Stage::Active { grant, key, unlock },
            other => other,
        };
        (Self { stage, ..self }, AuditEvent { at: now, actor: Actor::Provider, kind })
    }
}
