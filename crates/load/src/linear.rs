//! Is a recorded history one that a marketplace could have, which does one thing after the other?
//!
//! Each call takes effect at one moment between its beginning and its answer; one without an answer
//! took effect at some moment after its beginning, or never. The search is that of Wing and Gong,
//! with what was tried remembered (Lowe). Activations do not influence each other, so each is
//! checked on its own.

use std::collections::HashSet;

/// What was asked of an activation, and what the answer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `unlockProvider`; whether it was done or refused because the run is over.
    Unlock {
        /// None without an answer.
        done: Option<bool>,
    },
    /// Blocking by the management API.
    Block {
        /// Whether there was an answer.
        answered: bool,
    },
    /// Reading by the management API.
    Read(Stage),
}

/// How far an activation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Waits for its unlock.
    Pending,
    /// Unlocked.
    Active,
    /// Blocked.
    Ended,
}

/// A call with its time, on one clock for all clients.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// When it began.
    pub begun: u64,
    /// When its answer was there; none without an answer.
    pub ended: Option<u64>,
    /// The call.
    pub call: Call,
}

impl Call {
    /// Whether there was an answer.
    pub const fn is_answered(self) -> bool {
        !matches!(self, Self::Unlock { done: None } | Self::Block { answered: false })
    }

    /// Whether it is an unlock that was acknowledged as done.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Unlock { done: Some(true) })
    }

    /// The stage after it, if it can have this answer in this stage.
    fn apply(self, stage: Stage) -> Option<Stage> {
        match (self, stage) {
            (Self::Unlock { done: Some(true) }, Stage::Pending | Stage::Active) => {
                Some(Stage::Active)
            }
            (Self::Unlock { done: Some(false) }, Stage::Ended) => Some(Stage::Ended),
            (Self::Unlock { done: Some(_) }, _) => None,
            // Without an answer, an unlock does what it does in any stage.
            (Self::Unlock { done: None }, Stage::Pending) => Some(Stage::Active),
            (Self::Unlock { done: None }, stage) => Some(stage),
            (Self::Block { .. }, _) => Some(Stage::Ended),
            (Self::Read(seen), stage) => (seen == stage).then_some(stage),
        }
    }
}

/// Whether there is an order of these calls, each at a moment of its own, that explains every
/// answer. The activation waits for its unlock at the beginning.
pub fn is_linearizable(events: &[Event]) -> bool {
    let mut search = Search { events, seen: HashSet::new() };
    search.explain(vec![false; events.len()], Stage::Pending)
}

struct Search<'a> {
    events: &'a [Event],
    seen: HashSet<(Vec<bool>, Stage)>,
}

impl Search<'_> {
    /// Whether the calls that are not done yet can follow in this stage.
    fn explain(&mut self, mut done: Vec<bool>, stage: Stage) -> bool {
        // What is explained without a change can come at once: nothing is lost by it.
        let stays = |event: &Event| event.ended.is_some() && event.call.apply(stage) == Some(stage);
        while let Some((index, _)) = self.open(&done).into_iter().find(|(_, event)| stays(event)) {
            done[index] = true;
        }
        let open = self.open(&done);
        if open.is_empty() {
            return true;
        }
        if !self.seen.insert((done.clone(), stage)) {
            return false;
        }
        // Only changes are left to be tried. One without an answer that changes nothing might as
        // well never have happened.
        open.into_iter().any(|(index, event)| {
            event.call.apply(stage).filter(|next| *next != stage).is_some_and(|next| {
                let mut done = done.clone();
                done[index] = true;
                self.explain(done, next)
            })
        })
    }

    /// The calls that can come next: those that began before the first answer among all that are
    /// left. None when every answer is explained.
    fn open(&self, done: &[bool]) -> Vec<(usize, Event)> {
        let left = || self.events.iter().copied().enumerate().filter(|(index, _)| !done[*index]);
        let Some(first) = left().filter_map(|(_, event)| event.ended).min() else {
            return Vec::new();
        };
        left().filter(|(_, event)| event.begun <= first).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: Call = Call::Unlock { done: Some(true) };
    const REFUSED: Call = Call::Unlock { done: Some(false) };
    const LOST: Call = Call::Unlock { done: None };
    const BLOCK: Call = Call::Block { answered: true };

    fn check(events: &[(u64, u64, Call)]) -> bool {
        let event = |&(begun, ended, call): &(u64, u64, Call)| Event {
            begun,
            ended: call.is_answered().then_some(ended),
            call,
        };
        is_linearizable(&events.iter().map(event).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_acknowledged_is_seen_by_everybody_afterwards() {
        assert!(check(&[(0, 1, DONE), (2, 3, Call::Read(Stage::Active))]));
        assert!(!check(&[(0, 1, DONE), (2, 3, Call::Read(Stage::Pending))]), "a lost unlock");
        assert!(!check(&[(0, 1, Call::Read(Stage::Active)), (2, 3, DONE)]), "seen before");
    }

    #[test]
    fn blocked_means_dead() {
        assert!(check(&[(0, 1, DONE), (2, 3, BLOCK), (4, 5, REFUSED)]));
        assert!(!check(&[(0, 1, BLOCK), (2, 3, DONE)]), "unlocked after the block");
        assert!(!check(&[(0, 1, REFUSED), (2, 3, BLOCK)]), "refused without a reason");
        assert!(!check(&[(0, 1, BLOCK), (2, 3, Call::Read(Stage::Active))]));
    }

    #[test]
    fn what_overlaps_may_have_happened_in_either_order() {
        assert!(check(&[(0, 9, BLOCK), (1, 8, DONE)]));
        assert!(check(&[(0, 9, BLOCK), (1, 8, REFUSED)]));
        let seen_between =
            [(0, 9, DONE), (1, 2, Call::Read(Stage::Active)), (3, 4, Call::Read(Stage::Pending))];
        assert!(!check(&seen_between), "two readers, one after the other, saw it go back");
    }

    #[test]
    fn a_call_without_an_answer_happened_at_any_later_time_or_never() {
        assert!(check(&[(0, 0, LOST), (5, 6, Call::Read(Stage::Pending))]));
        assert!(check(&[(0, 0, LOST), (5, 6, Call::Read(Stage::Active))]));
        let late =
            [(0, 0, LOST), (5, 6, Call::Read(Stage::Pending)), (7, 8, Call::Read(Stage::Active))];
        assert!(check(&late));
        assert!(!check(&[(5, 6, Call::Read(Stage::Active)), (7, 7, LOST)]), "seen before it began");
        assert!(check(&[(0, 0, Call::Block { answered: false }), (2, 3, REFUSED)]));
    }

    #[test]
    fn many_calls_at_once_are_checked_in_reasonable_time() {
        let mut events: Vec<_> = (0..40).map(|n| (n, n + 8, DONE)).collect();
        events.extend((0..20).map(|n| (50 + n, 60 + n, LOST)));
        events.push((100, 101, Call::Read(Stage::Pending)));
        assert!(!check(&events));
    }
}
