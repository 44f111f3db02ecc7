//! When a call is sent again.

use std::time::Duration;

use crate::TransportError;

/// Which failures are worth another attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetryWhen {
    /// Only when the request certainly never reached the API. Safe for every call.
    #[default]
    NeverSent,
    /// After every transport error, also when the API may have acted on the request. Only for
    /// calls that may happen twice, such as reads.
    AnyTransportError,
}

/// How often and how patiently a call is tried. An answer, even one that refuses, ends the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included; 0 counts as 1.
    pub attempts: u32,
    /// Pause before the second attempt; it doubles before each further one.
    pub first_pause: Duration,
    /// After which failures.
    pub when: RetryWhen,
}

impl Default for RetryPolicy {
    /// Three attempts, 200 ms and 400 ms apart, only while the request was never sent.
    fn default() -> Self {
        let first_pause = Duration::from_millis(200);
        Self { attempts: 3, first_pause, when: RetryWhen::NeverSent }
    }
}

impl RetryPolicy {
    /// One attempt and no more.
    pub const NEVER: Self =
        Self { attempts: 1, first_pause: Duration::ZERO, when: RetryWhen::NeverSent };

    /// The pause before the next attempt after `done` attempts, or `None` to give up.
    pub(crate) fn pause_after(&self, done: u32, error: &TransportError) -> Option<Duration> {
        if done >= self.attempts || !self.covers(error) {
            return None;
        }
        let doublings = done.saturating_sub(1).min(16);
        Some(self.first_pause.saturating_mul(1 << doublings))
    }

    fn covers(&self, error: &TransportError) -> bool {
        match (self.when, error) {
            // The next handshake and the next download would end the same way.
            (_, TransportError::Tls(_) | TransportError::TooLarge { .. }) => false,
            (RetryWhen::NeverSent, error) => error.never_sent(),
            (RetryWhen::AnyTransportError, _) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_until_the_attempts_are_used_up() {
        let policy = RetryPolicy::default();
        let refused = TransportError::Connect("refused".into());
        let pauses: Vec<_> = (1..4).map(|done| policy.pause_after(done, &refused)).collect();
        let milliseconds = |n| Some(Duration::from_millis(n));
        assert_eq!(pauses, [milliseconds(200), milliseconds(400), None]);
    }

    #[test]
    fn what_may_have_been_sent_is_repeated_on_demand_only() {
        let lost = TransportError::Interrupted("reset".into());
        assert_eq!(RetryPolicy::default().pause_after(1, &lost), None);
        let eager = RetryPolicy { when: RetryWhen::AnyTransportError, ..RetryPolicy::default() };
        assert!(eager.pause_after(1, &lost).is_some());
        assert_eq!(eager.pause_after(1, &TransportError::Tls("expired".into())), None);
    }
}
