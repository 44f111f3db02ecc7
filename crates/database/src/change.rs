//! A closure on its way to a thread, with the channel its answer comes back on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{DatabaseError, Transaction};

/// What became of the transaction that a change was applied in.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Committed,
    /// Nothing was done.
    NotBegun(String),
    /// Nothing is kept.
    NotCommitted(String),
    /// Whether it is kept is not known.
    Unknown(String),
}

/// Something to be applied, if need be more than once, and answered once.
pub(crate) trait Change: Send {
    /// Whether it expects to be kept once it has written, and so needs no savepoint. If it is
    /// wrong, all that share its transaction are applied again, each in its own.
    fn is_hopeful(&self) -> bool {
        false
    }
    /// Applies it; whether its writes are to be kept.
    fn apply(&mut self, tx: &mut Transaction<'_>) -> bool;
    /// Answers the caller.
    fn answer(self: Box<Self>, fate: Fate);
}

struct Packed<F, T, E> {
    change: F,
    hopeful: bool,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// The answer to a packed change.
pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, E>>;

pub(crate) fn pack<F, T, E>(change: F) -> (Box<dyn Change>, Answer<T, E>)
where
    F: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DatabaseError> + Send + 'static,
{
    pack_as(change, false)
}

/// Packs a [hopeful](Change::is_hopeful) change.
pub(crate) fn pack_hopeful<F, T, E>(change: F) -> (Box<dyn Change>, Answer<T, E>)
where
    F: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DatabaseError> + Send + 'static,
{
    pack_as(change, true)
}

fn pack_as<F, T, E>(change: F, hopeful: bool) -> (Box<dyn Change>, Answer<T, E>)
where
    F: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DatabaseError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Packed { change, hopeful, outcome: None, reply }), answer)
}

impl<F, T, E> Change for Packed<F, T, E>
where
    F: FnMut(&mut Transaction<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<DatabaseError> + Send,
{
    fn is_hopeful(&self) -> bool {
        self.hopeful
    }

    fn apply(&mut self, tx: &mut Transaction<'_>) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.change)(tx)))
            .unwrap_or_else(|_| Err(DatabaseError::Panicked.into()));
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, fate: Fate) {
        let outcome = match (self.outcome, fate) {
            (Some(outcome), Fate::Committed) => outcome,
            (_, Fate::NotBegun(problem)) => Err(DatabaseError::Begin(problem).into()),
            // A refusal too: it may rest on a change of the same group that never happened.
            (_, Fate::NotCommitted(problem)) => Err(DatabaseError::Commit(problem).into()),
            (_, Fate::Unknown(problem)) => Err(DatabaseError::Unknown(problem).into()),
            (None, Fate::Committed) => Err(DatabaseError::Closed.into()),
        };
        // A caller that went away does not need the answer; the change stands all the same.
        let _ = self.reply.send(outcome);
    }
}
