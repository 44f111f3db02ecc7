//! Blocking a provider: its API user is dead for good from then on.

use freischalt_protocol::UnixTime;

use super::{Activation, AlreadyEnded, EndReason, Transition};
use crate::{Actor, User};

/// Who blocks a provider.
#[derive(Clone, Copy, Debug)]
pub enum Blocker<'a> {
    /// A user of the customer.
    User(&'a User),
    /// Whoever holds the management API, in the name of who began the run: it can, even if the
    /// customer has no administrator left.
    Management,
}

/// Why a provider cannot be blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockProblem {
    /// Only administrators block providers (marketplacedoc.onoffice.de, "Freischaltung").
    #[error("only administrators can block providers")]
    NotAdministrator,
    /// The run is over.
    #[error(transparent)]
    AlreadyEnded(#[from] AlreadyEnded),
}

impl Activation {
    /// Ends the run because the provider is blocked.
    pub fn block(self, by: Blocker<'_>, now: UnixTime) -> Result<Transition, BlockProblem> {
        let actor = match by {
            Blocker::User(user) if !user.may_activate() => {
                return Err(BlockProblem::NotAdministrator);
            }
            Blocker::User(user) => Actor::User(user.id),
            Blocker::Management => Actor::Management(self.opened_by),
        };
        Ok(self.end(EndReason::Blocked, actor, now)?)
    }
}
