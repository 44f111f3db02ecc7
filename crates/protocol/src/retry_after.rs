//! When whoever answered wants to be asked again: the header `Retry-After` (RFC 9110, 10.2.3).

use std::time::UNIX_EPOCH;

use crate::UnixTime;

/// Seconds from `now` until the moment that the value of a `Retry-After` header names: a number of
/// seconds or an HTTP date, 0 for one that has passed. A number that is too large to count is
/// [`i64::MAX`]. `None` for anything else, which says nothing.
///
/// ```
/// use freischalt_protocol::{UnixTime, retry_after};
///
/// let now = UnixTime(784_111_777);
/// assert_eq!(retry_after("120", now), Some(120));
/// assert_eq!(retry_after("Sun, 06 Nov 1994 08:51:37 GMT", now), Some(120));
/// assert_eq!(retry_after("soon", now), None);
/// ```
pub fn retry_after(value: &str, now: UnixTime) -> Option<i64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().unwrap_or(i64::MAX));
    }
    let at = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let at = UnixTime(i64::try_from(at.as_secs()).ok()?);
    Some(at.since(now).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment of the examples in RFC 9110, 5.6.7.
    const NOW: UnixTime = UnixTime(784_111_777);

    #[test]
    fn seconds_and_all_three_forms_of_a_date_are_read() {
        for (value, seconds) in [
            ("0", 0),
            (" 3600 ", 3600),
            ("99999999999999999999999", i64::MAX),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
            ("Sun Nov  6 08:50:37 1994", 60),
            ("Sun, 06 Nov 1994 07:49:37 GMT", 0),
        ] {
            assert_eq!(retry_after(value, NOW), Some(seconds), "{value:?}");
        }
    }

    #[test]
    fn what_is_neither_says_nothing() {
        for value in ["", " ", "-1", "+5", "1.5", "1e3", "60s", "tomorrow", "1994-11-06T08:49:37Z"]
        {
            assert_eq!(retry_after(value, NOW), None, "{value:?}");
        }
    }
}
