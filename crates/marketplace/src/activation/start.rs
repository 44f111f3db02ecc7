//! From the offer to the shown key: accepting the terms and choosing the right.

use freischalt_protocol::{Secret, UnixTime};

use super::{Activation, Audience, EndReason, Grant, ParameterCacheEntry, Stage, Transition};
use crate::{
    ActivationId, Actor, ApiUser, AuditEvent, AuditKind, CustomerId, ParameterCacheId, Policy,
    ProviderId, User, UserId,
};

/// A run that is about to begin.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// A fresh id.
    pub id: ActivationId,
    /// The customer.
    pub customer: CustomerId,
    /// The provider.
    pub provider: ProviderId,
    /// Version of the accepted terms; empty if the provider has none.
    pub terms_version: String,
    /// Version of the accepted data-processing agreement; empty if the provider has none.
    pub dpa_version: String,
    /// Whether an active run is ended first (management API) or refused (web UI, where an
    /// administrator blocks it deliberately).
    pub replace_active: bool,
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "made once per activation and taken apart at once; a box would only be in the way"
)]
pub enum Begun {
    /// A new run; what was live before, if anything, is ended by it.
    New {
        /// The run that had to make room.
        ended: Option<Transition>,
        /// The new run.
        begun: Transition,
    },
    /// The same administrator already has an unfinished run: it goes on. What was accepted now is
    /// recorded, because the documents may have another version than the first time.
    Resumed(Transition),
}

/// Why no run can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartProblem {
    /// The customer is switched off.
    #[error("this customer is switched off")]
    CustomerInactive,
    /// Only administrators activate providers (marketplacedoc.onoffice.de, "Freischaltung").
    #[error("only administrators can activate providers")]
    NotAdministrator,
    /// The provider is active; it must be blocked first.
    #[error("the provider is already active")]
    AlreadyActive,
}

/// What the rule needs to know at the moment of the decision, all read in one transaction.
#[derive(Clone, Debug)]
pub struct StartFacts {
    /// The live run of the provider in the customer, if there is one.
    pub live: Option<Activation>,
    /// Whether the customer may be acted for.
    pub customer_active: bool,
    /// Who accepts.
    pub user: User,
}

/// Begins a run: the administrator has accepted the terms and the data-processing agreement.
pub fn begin(
    facts: StartFacts,
    run: NewRun,
    actor: Actor,
    now: UnixTime,
) -> Result<Begun, StartProblem> {
    let StartFacts { live, customer_active, user } = facts;
    if !customer_active {
        return Err(StartProblem::CustomerInactive);
    }
    if !user.may_activate() {
        return Err(StartProblem::NotAdministrator);
    }
    let (terms_version, dpa_version) = (run.terms_version, run.dpa_version);
    let kind = AuditKind::TermsAccepted { terms_version, dpa_version };
    let accepted = AuditEvent { at: now, actor, kind };
    let ended = match live {
        None => None,
        Some(live) if run.replace_active => supersede(live, actor, now),
        Some(live) => match &live.stage {
            Stage::Active { .. } => return Err(StartProblem::AlreadyActive),
            Stage::TermsAccepted if live.opened_by == user.id => {
                return Ok(Begun::Resumed((live, accepted)));
            }
            Stage::Pending { grant, .. }
                if live.opened_by == user.id && !grant.entry.is_expired(now) =>
            {
                return Ok(Begun::Resumed((live, accepted)));
            }
            _ => supersede(live, actor, now),
        },
    };
    let begun = Activation {
        id: run.id,
        customer: run.customer,
        provider: run.provider,
        opened_by: user.id,
        opened_at: now,
        stage: Stage::TermsAccepted,
    };
    Ok(Begun::New { ended, begun: (begun, accepted) })
}

fn supersede(live: Activation, actor: Actor, now: UnixTime) -> Option<Transition> {
    live.end(EndReason::Superseded, actor, now).ok()
}

/// What choosing the right needs besides the choice: fresh random values.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// The choice.
    pub audience: Audience,
    /// A fresh API user.
    pub api_user: ApiUser,
    /// A fresh entry id.
    pub entry: ParameterCacheId,
}

/// Why the right cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RightProblem {
    /// Somebody else began this run.
    #[error("another administrator began this activation")]
    SomebodyElse,
    /// The administrator no longer is one.
    #[error("only administrators can activate providers")]
    NotAdministrator,
    /// It was chosen before; a choice is made once in a run.
    #[error("who gets the right was chosen before")]
    AlreadyChosen,
    /// The run is over.
    #[error("this activation is already over")]
    AlreadyEnded,
}

impl Activation {
    /// Chooses who may use the provider. API user and parameter cache entry exist from here.
    pub fn choose_right(
        self,
        new: NewGrant,
        user: &User,
        actor: Actor,
        now: UnixTime,
        policy: &Policy,
    ) -> Result<Transition, RightProblem> {
        self.check_choice(user.id)?;
        if !user.may_activate() {
            return Err(RightProblem::NotAdministrator);
        }
        let ApiUser { token, key } = new.api_user;
        let expires = now.plus(policy.parameter_cache_lifetime);
        let entry = ParameterCacheEntry { id: new.entry, expires };
        let grant = Grant { audience: new.audience, token, entry, chosen_at: now };
        let event =
            AuditEvent { at: now, actor, kind: AuditKind::RightChosen { audience: new.audience } };
        Ok((self.pending(grant, key), event))
    }

    fn check_choice(&self, user: UserId) -> Result<(), RightProblem> {
        match self.stage {
            Stage::TermsAccepted if self.opened_by == user => Ok(()),
            Stage::TermsAccepted => Err(RightProblem::SomebodyElse),
            Stage::Pending { .. } | Stage::Active { .. } => Err(RightProblem::AlreadyChosen),
            Stage::Ended { .. } => Err(RightProblem::AlreadyEnded),
        }
    }

    fn pending(self, grant: Grant, key: Secret) -> Self {
        Self { stage: Stage::Pending { grant, key }, ..self }
    }
}
