//! Dates, and the months of a subscription. Days are those of UTC: the wire has no time zone.

use std::fmt;

use freischalt_protocol::UnixTime;
use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

/// A text that is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a date is YYYY-MM-DD and a day that exists")]
pub struct NotADay;

impl Day {
    /// Reads `YYYY-MM-DD`; 31 February is no day.
    pub fn parse(text: &str) -> Result<Self, NotADay> {
        let digits = |range: std::ops::Range<usize>| {
            let part = text.get(range).ok_or(NotADay)?;
            let plain = part.bytes().all(|byte| byte.is_ascii_digit());
            if plain { part.parse::<i16>().map_err(|_| NotADay) } else { Err(NotADay) }
        };
        let dashes = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        if !dashes {
            return Err(NotADay);
        }
        let small = |number: i16| i8::try_from(number).map_err(|_| NotADay);
        let (year, month, day) = (digits(0..4)?, small(digits(5..7)?)?, small(digits(8..10)?)?);
        civil::Date::new(year, month, day).map(Self).map_err(|_| NotADay)
    }

    /// The day of a moment.
    pub fn of(moment: UnixTime) -> Self {
        Self(civil_time(moment).date())
    }

    /// Its first second.
    pub fn begin(self) -> UnixTime {
        moment(self.0.at(0, 0, 0, 0))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The moment so many months later, at the same time of day: on the same day of the month, or on
/// its last day if the month is shorter. Always counted from the beginning, so that a subscription
/// that begins on the 31st is due on the 28th of February and on the 31st of March.
pub fn months_after(begin: UnixTime, months: u32) -> UnixTime {
    moment(civil_time(begin).saturating_add(i64::from(months).months()))
}

fn civil_time(moment: UnixTime) -> civil::DateTime {
    let known = moment.0.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let timestamp = Timestamp::from_second(known).unwrap_or_default();
    TimeZone::UTC.to_datetime(timestamp)
}

fn moment(time: civil::DateTime) -> UnixTime {
    let timestamp = TimeZone::UTC.to_timestamp(time).unwrap_or(Timestamp::MAX);
    UnixTime(timestamp.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixTime {
        UnixTime(text.parse::<Timestamp>().unwrap().as_second())
    }

    #[test]
    fn only_days_that_exist() {
        for text in ["2026-02-28", "2024-02-29", "2000-02-29", "1970-01-01"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "2026-02-31",
            "2025-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "26-01-01",
            "2026/01/01",
            "01.02.2026",
            "2026-01-01T00:00",
            "+026-01-01",
            "２026-01-0",
        ] {
            assert_eq!(Day::parse(text), Err(NotADay), "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight() {
        let noon = at("2026-11-25T12:00:00Z");
        assert_eq!(Day::of(noon).begin(), at("2026-11-25T00:00:00Z"));
        assert_eq!(Day::of(at("2026-11-24T23:59:59Z")), Day::parse("2026-11-24").unwrap());
    }

    #[test]
    fn months_end_where_they_end() {
        let begin = at("2026-01-31T09:30:00Z");
        let expected = [
            "2026-01-31T09:30:00Z",
            "2026-02-28T09:30:00Z",
            "2026-03-31T09:30:00Z",
            "2026-04-30T09:30:00Z",
        ];
        for (months, text) in (0..).zip(expected) {
            assert_eq!(months_after(begin, months), at(text));
        }
        assert_eq!(months_after(begin, 25), at("2028-02-29T09:30:00Z"));
        assert_eq!(months_after(at("2026-12-15T00:00:00Z"), 1), at("2027-01-15T00:00:00Z"));
    }
}
