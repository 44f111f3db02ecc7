//! The one clock of a server. The sandbox can set it, so that expiry is tested without waiting.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use freischalt_protocol::UnixTime;

/// The clock. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    setting: Arc<Mutex<Setting>>,
    settable: bool,
}

/// How the clock differs from the machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Runs, this many milliseconds ahead of the machine's clock (behind it if negative).
    Running {
        /// The difference.
        offset_millis: i64,
    },
    /// Stands at this moment, in Unix milliseconds.
    Frozen {
        /// The moment.
        at_millis: i64,
    },
}

/// Only the sandbox's clock can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only the sandbox's clock can be set")]
pub struct NotSettable;

impl Clock {
    /// The machine's clock; `settable` in the sandbox only.
    pub fn new(settable: bool) -> Self {
        Self { setting: Arc::new(Mutex::new(Setting::Running { offset_millis: 0 })), settable }
    }

    /// Now, in whole seconds.
    pub fn now(&self) -> UnixTime {
        UnixTime(self.millis().div_euclid(1000))
    }

    /// Now, in milliseconds.
    pub fn millis(&self) -> i64 {
        match self.setting() {
            Setting::Running { offset_millis } => machine_millis().saturating_add(offset_millis),
            Setting::Frozen { at_millis } => at_millis,
        }
    }

    /// How the clock is set.
    pub fn setting(&self) -> Setting {
        *self.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whole seconds that the clock is ahead of the machine's.
    pub fn offset_seconds(&self) -> i64 {
        match self.setting() {
            Setting::Running { offset_millis } => offset_millis / 1000,
            Setting::Frozen { at_millis } => (at_millis - machine_millis()) / 1000,
        }
    }

    /// Sets the clock to a moment, standing or running from there.
    pub fn set(&self, at: UnixTime, frozen: bool) -> Result<(), NotSettable> {
        let at_millis = at.0.saturating_mul(1000);
        self.put(if frozen {
            Setting::Frozen { at_millis }
        } else {
            Setting::Running { offset_millis: at_millis.saturating_sub(machine_millis()) }
        })
    }

    /// Moves the clock, forward or back, and leaves it standing or running as it was.
    pub fn advance(&self, seconds: i64) -> Result<(), NotSettable> {
        let millis = seconds.saturating_mul(1000);
        self.put(match self.setting() {
            Setting::Running { offset_millis } => {
                Setting::Running { offset_millis: offset_millis.saturating_add(millis) }
            }
            Setting::Frozen { at_millis } => {
                Setting::Frozen { at_millis: at_millis.saturating_add(millis) }
            }
        })
    }

    /// Puts the clock back to the machine's time, running.
    pub fn reset(&self) -> Result<(), NotSettable> {
        self.put(Setting::Running { offset_millis: 0 })
    }

    fn put(&self, setting: Setting) -> Result<(), NotSettable> {
        if !self.settable {
            return Err(NotSettable);
        }
        *self.setting.lock().unwrap_or_else(PoisonError::into_inner) = setting;
        Ok(())
    }
}

fn machine_millis() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn can_be_set_frozen_moved_and_reset() {
        let clock = Clock::new(true);
        clock.set(UnixTime(1_700_000_000), true).unwrap();
        assert_eq!(clock.now(), UnixTime(1_700_000_000));
        clock.advance(3600).unwrap();
        assert_eq!(clock.now(), UnixTime(1_700_003_600));
        clock.set(UnixTime(2_000_000_000), false).unwrap();
        assert!(clock.now() >= UnixTime(2_000_000_000));
        clock.reset().unwrap();
        assert_eq!(clock.offset_seconds(), 0);
    }

    #[test]
    fn production_time_is_not_for_setting() {
        let clock = Clock::new(false);
        assert_eq!(clock.advance(1), Err(NotSettable));
        assert_eq!(clock.offset_seconds(), 0);
    }
}
