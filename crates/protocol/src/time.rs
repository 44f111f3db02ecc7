//! Time as the wire has it: whole Unix seconds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, negative before. Sources: `timestamp` of actions, signed
/// URLs and signed orders.
///
/// ```
/// use freischalt_protocol::UnixTime;
///
/// let signed_at = UnixTime(1_700_000_000);
/// let now = signed_at.plus(90);
/// assert_eq!(now.since(signed_at), 90);
/// assert!(now.is_within(120, signed_at) && !now.is_within(60, signed_at));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The moment `seconds` later; saturates at the ends of the range.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to `self`; negative if `earlier` is the later one. Saturates.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whether the two moments lie at most `seconds` apart, in either direction.
    pub fn is_within(self, seconds: i64, of: Self) -> bool {
        self.0.abs_diff(of.0) <= seconds.unsigned_abs()
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
