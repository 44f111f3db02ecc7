//! When a call is sent again, and after which pause.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use crate::{HttpResponse, Repeat, TransportError};

/// How often and how patiently a call is tried. What is worth another attempt depends on the
/// failure and on whether the call may happen twice, see [`Repeat`]; an answer of the API, even one
/// that refuses, ends the call.
///
/// ```
/// use std::time::Duration;
/// use freischalt_client::{Client, RetryPolicy};
///
/// # fn main() -> Result<(), freischalt_client::BuildError> {
/// let patient = RetryPolicy { attempts: 6, ..RetryPolicy::default() };
/// let client = Client::builder("https://api.onoffice.de/api/stable/api.php").retry(patient);
/// # client.build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included; 0 counts as 1.
    pub attempts: u32,
    /// Pause before the second attempt; it doubles before each further one, and up to as much again
    /// is added by chance, so that many clients do not come back at the same moment.
    pub first_pause: Duration,
    /// What the doubling ends at.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts, after 200 to 400 ms and 400 to 800 ms.
    fn default() -> Self {
        let (first_pause, longest_pause) = (Duration::from_millis(200), Duration::from_secs(10));
        Self { attempts: 3, first_pause, longest_pause }
    }
}

impl RetryPolicy {
    /// One attempt and no more.
    ///
    /// ```
    /// use freischalt_client::{Client, RetryPolicy};
    ///
    /// let api = "https://api.onoffice.de/api/stable/api.php";
    /// let client = Client::builder(api).retry(RetryPolicy::NEVER).build();
    /// assert!(client.is_ok());
    /// ```
    pub const NEVER: Self =
        Self { attempts: 1, first_pause: Duration::ZERO, longest_pause: Duration::ZERO };

    /// The pauses between the attempts of one call.
    pub(crate) fn pauses(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        ExponentialBuilder::default()
            .with_min_delay(self.first_pause)
            .with_max_delay(self.longest_pause)
            .with_max_times(self.attempts.saturating_sub(1) as usize)
            .with_jitter()
            .build()
    }
}

/// Whether another attempt may be made, and may help.
pub(crate) fn is_worth_it(outcome: &Result<HttpResponse, TransportError>, repeat: Repeat) -> bool {
    match (outcome, repeat) {
        // The next handshake and the next download would end the same way.
        (Err(TransportError::Tls(_) | TransportError::TooLarge { .. }), _) => false,
        (Err(error), Repeat::Harmful) => error.never_sent(),
        (Err(_), Repeat::Harmless) => true,
        // The API itself answers 200. These come from a proxy in front of it, which does not tell
        // whether the API got the call.
        (Ok(response), Repeat::Harmless) => matches!(response.status, 429 | 502..=504),
        (Ok(_), Repeat::Harmful) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_with_some_chance_until_the_attempts_are_used_up() {
        let policy = RetryPolicy { attempts: 4, ..RetryPolicy::default() };
        for _ in 0..50 {
            let pauses: Vec<_> = policy.pauses().map(|pause| pause.as_millis()).collect();
            assert_eq!(pauses.len(), 3);
            for (pause, least) in pauses.iter().zip([200, 400, 800]) {
                assert!((least..=2 * least).contains(pause), "{pauses:?}");
            }
        }
        assert_eq!(RetryPolicy::NEVER.pauses().count(), 0);
    }

    #[test]
    fn what_may_have_arrived_is_repeated_only_where_that_is_harmless() {
        let answer = |status| Ok(HttpResponse { status, ..HttpResponse::default() });
        let lost = || Err(TransportError::Interrupted("reset".into()));
        let refused = || Err(TransportError::Connect("refused".into()));
        for (outcome, harmless, harmful) in [
            (refused(), true, true),
            (lost(), true, false),
            (answer(503), true, false),
            (answer(200), false, false),
            (Err(TransportError::Tls("expired".into())), false, false),
        ] {
            assert_eq!(is_worth_it(&outcome, Repeat::Harmless), harmless, "{outcome:?}");
            assert_eq!(is_worth_it(&outcome, Repeat::Harmful), harmful, "{outcome:?}");
        }
    }
}
