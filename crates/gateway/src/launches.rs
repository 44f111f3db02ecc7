//! Which activation URLs were opened and used. A URL serves one unlock; its page may be reloaded
//! and, once opened in time, used for longer than the URL itself stays young.
//!
//! This module must not know what an unlock is.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use freischalt_protocol::UnixTime;

/// What tells one genuine activation URL from another, whatever the encoding of its query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LaunchId {
    pub(crate) url: String,
    pub(crate) signed_at: UnixTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Open,
    Busy,
    Used,
}

/// Why an attempt cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// Another request with the same URL is under way.
    Busy,
    /// The URL has done its unlock.
    Used,
    /// The URL was not opened while it was young.
    NeverOpened,
}

/// Only genuine URLs get in and all of them leave by age, so the marketplace alone decides how
/// many there are.
pub(crate) struct Launches {
    stages: Mutex<HashMap<LaunchId, Stage>>,
    memory: i64,
}

impl Launches {
    /// `seconds` is the age from which on no check accepts a URL any more.
    pub(crate) fn remembering_for(seconds: i64) -> Self {
        Self { stages: Mutex::default(), memory: seconds }
    }

    /// Notes that the page of a young URL was opened, and tells how far it got already.
    pub(crate) fn open(&self, id: &LaunchId, now: UnixTime) -> Stage {
        let mut stages = self.stages();
        stages.retain(|id, _| now.since(id.signed_at) <= self.memory);
        *stages.entry(id.clone()).or_insert(Stage::Open)
    }

    /// Begins the one unlock of a URL that was opened before. It is open again when the attempt
    /// is dropped without success.
    pub(crate) fn begin(&self, id: &LaunchId) -> Result<Attempt<'_>, Unavailable> {
        let mut stages = self.stages();
        let stage = stages.get_mut(id).ok_or(Unavailable::NeverOpened)?;
        match stage {
            Stage::Busy => return Err(Unavailable::Busy),
            Stage::Used => return Err(Unavailable::Used),
            Stage::Open => *stage = Stage::Busy,
        }
        Ok(Attempt { launches: self, id: id.clone(), outcome: Stage::Open })
    }

    fn stages(&self) -> MutexGuard<'_, HashMap<LaunchId, Stage>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one unlock of a URL while it is under way.
#[must_use]
pub(crate) struct Attempt<'a> {
    launches: &'a Launches,
    id: LaunchId,
    outcome: Stage,
}

impl Attempt<'_> {
    pub(crate) fn succeed(mut self) {
        self.outcome = Stage::Used;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(stage) = self.launches.stages().get_mut(&self.id) {
            *stage = self.outcome;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(signed_at: i64) -> LaunchId {
        LaunchId { url: signed_at.to_string(), signed_at: UnixTime(signed_at) }
    }

    #[test]
    fn a_failed_attempt_leaves_the_url_open_and_a_successful_one_uses_it_up() {
        let launches = Launches::remembering_for(10);
        assert_eq!(launches.open(&id(0), UnixTime(0)), Stage::Open);
        drop(launches.begin(&id(0)).ok());
        launches.begin(&id(0)).expect("open again").succeed();
        assert_eq!(launches.begin(&id(0)).err(), Some(Unavailable::Used));
        assert_eq!(launches.open(&id(0), UnixTime(1)), Stage::Used);
    }

    #[test]
    fn two_attempts_at_once_are_one_too_many() {
        let launches = Launches::remembering_for(10);
        launches.open(&id(0), UnixTime(0));
        let first = launches.begin(&id(0)).ok();
        assert_eq!(launches.begin(&id(0)).err(), Some(Unavailable::Busy));
        drop(first);
        assert!(launches.begin(&id(0)).is_ok());
    }

    #[test]
    fn what_no_check_accepts_any_more_is_forgotten_and_nothing_sooner() {
        let launches = Launches::remembering_for(10);
        launches.open(&id(0), UnixTime(0));
        launches.open(&id(9), UnixTime(10));
        assert!(launches.begin(&id(0)).is_ok());
        launches.open(&id(9), UnixTime(11));
        assert_eq!(launches.begin(&id(0)).err(), Some(Unavailable::NeverOpened));
    }
}
