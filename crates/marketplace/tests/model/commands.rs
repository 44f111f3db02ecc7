//! What can happen, in terms that mean the same to the rules and to the model.

use freischalt_marketplace::activation::{BlockProblem, RightProblem, StartProblem};

/// Customers, providers, and users of each customer: 0 and 1 begin as administrators.
pub const CUSTOMERS: usize = 2;
pub const PROVIDERS: usize = 2;
pub const USERS: usize = 3;

/// Seconds that a parameter cache entry and a claim serve here.
pub const ENTRY_LIFETIME: i64 = 60;
pub const CLAIM_LIFETIME: i64 = 90;

/// A provider in a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub customer: usize,
    pub provider: usize,
}

/// The newest run of a pair, or the one `back` before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunRef {
    pub pair: Pair,
    pub back: usize,
}

#[derive(Clone, Copy, Debug)]
pub enum Command {
    /// A user accepts the terms.
    Accept { pair: Pair, user: usize, replace_active: bool },
    /// A user chooses the right in the newest run.
    Choose { pair: Pair, user: usize, all_users: bool },
    /// A provider calls `unlockProvider`.
    Unlock(Unlock),
    /// The newest run is blocked, by a user or by the marketplace itself.
    Block { pair: Pair, by: Option<usize> },
    /// A user is changed or removed.
    User { customer: usize, user: usize, change: Change },
    /// A customer is switched on or off.
    Customer { customer: usize, active: bool },
    /// Seconds pass.
    Advance(i64),
}

#[derive(Clone, Copy, Debug)]
pub enum Change {
    Remove,
    Put { active: bool, administrator: bool },
}

/// A call, each part of which may come from somewhere else.
#[derive(Clone, Copy, Debug)]
pub struct Unlock {
    /// Whose token.
    pub by: RunRef,
    /// Whose key; `None` is one that nobody has.
    pub key: Option<RunRef>,
    pub entry: Entry,
    pub claim: Claim,
    pub flag: bool,
}

impl Unlock {
    /// The call as it should be.
    pub fn right(by: RunRef, flag: bool) -> Self {
        Self { by, key: Some(by), entry: Entry::Activation(by), claim: Claim::right(by), flag }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// That of a run's activation.
    Activation(RunRef),
    /// That of a service call in a run.
    ServiceCall(RunRef),
    Invented,
    Empty,
}

#[derive(Clone, Copy, Debug)]
pub enum Claim {
    Issued {
        run: RunRef,
        for_service: bool,
        /// Whether it speaks for somebody else than who began the run.
        other_user: bool,
        /// Whether it was issued just now; else when the right was chosen.
        fresh: bool,
    },
    Changed,
    Missing,
}

impl Claim {
    pub fn right(run: RunRef) -> Self {
        Self::Issued { run, for_service: false, other_user: false, fresh: true }
    }
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something changed.
    Done,
    /// It was so before: a run goes on, a call is repeated.
    Same,
    /// There is nobody or nothing to do it to.
    Nobody,
    /// A run could not begin.
    NotBegun(StartProblem),
    /// The right could not be chosen.
    NotChosen(RightProblem),
    /// The run could not be blocked.
    NotBlocked(BlockProblem),
    /// The call was refused with this code; the word tells those of one code apart.
    Refused(u32, &'static str),
}

/// A run as far as it can be seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub pair: Pair,
    pub opened_by: usize,
    pub opened_at: i64,
    /// When, for all users, and until when the entry serves.
    pub chosen: Option<(i64, bool, i64)>,
    pub unlocked: Option<(i64, bool)>,
    /// When, and whether it was blocked rather than superseded.
    pub ended: Option<(i64, bool)>,
    pub has_key: bool,
    /// What was recorded.
    pub events: Vec<(i64, &'static str)>,
}
