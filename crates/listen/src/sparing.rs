//! Telling of something that strangers can make happen as often as they like.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Lets a few be told one by one in each minute, and counts the others, so that a flood fills no
/// disk and none goes unnoticed.
#[derive(Debug, Default)]
pub struct Sparing(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When the minute began.
    since: Option<Instant>,
    /// Told in this minute.
    told: u32,
    /// Not told since the last that was.
    untold: u64,
}

impl Sparing {
    /// How many are told in a minute.
    pub const MOST: u32 = 20;
    const MINUTE: Duration = Duration::from_secs(60);

    /// Something happened. If it is to be told: how many were not told since the last that was.
    pub fn tell(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.since.is_none_or(|since| now.duration_since(since) >= Self::MINUTE) {
            *state = State { since: Some(now), told: 0, untold: state.untold };
        }
        if state.told >= Self::MOST {
            state.untold += 1;
            return None;
        }
        state.told += 1;
        Some(std::mem::take(&mut state.untold))
    }

    /// How many were not told although their minute is over and nothing came after it; to be asked
    /// now and then.
    pub fn rest(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = state.since.is_some_and(|since| now.duration_since(since) >= Self::MINUTE);
        (is_over && state.untold > 0).then(|| std::mem::take(&mut state.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_told_and_the_number_of_the_others_with_the_next() {
        let (sparing, now) = (Sparing::default(), Instant::now());
        for _ in 0..Sparing::MOST {
            assert_eq!(sparing.tell(now), Some(0));
        }
        for _ in 0..1000 {
            assert_eq!(sparing.tell(now), None);
        }
        assert_eq!(sparing.rest(now), None, "the minute is not over");
        assert_eq!(sparing.tell(now + Sparing::MINUTE), Some(1000));
        assert_eq!(sparing.tell(now + Sparing::MINUTE), Some(0));
    }

    #[test]
    fn the_end_of_a_flood_is_told_as_well() {
        let (sparing, now) = (Sparing::default(), Instant::now());
        for _ in 0..Sparing::MOST + 7 {
            sparing.tell(now);
        }
        assert_eq!(sparing.rest(now + Sparing::MINUTE), Some(7));
        assert_eq!(sparing.rest(now + Sparing::MINUTE), None);
    }
}
