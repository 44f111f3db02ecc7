//! Reporting that a customer ended a subscription. The marketplace learns it from nobody else.

use std::fmt;
use std::str::FromStr;

use freischalt_protocol::KnownAction;

use super::confirm;
use crate::{Action, CallError, Session};

/// Which subscription ends when: `do`/`marketplaceCancelAbo`
/// (apidoc.onoffice.de, "Cancel subscription").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelSubscription {
    /// `aboid` of the callback.
    pub subscription_id: String,
    /// The first day on which nothing is debited any more.
    pub from: CalendarDate,
}

impl Session {
    /// Reports that a subscription ends. Reporting the same end twice is the same as once. The
    /// session's claim is one of the user who bought it.
    ///
    /// ```
    /// use freischalt_client::{CalendarDate, CancelSubscription};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let (client, (launch, credentials)) = (sandbox.client(), sandbox.launched().await);
    /// # let payment = sandbox.transaction(&launch, freischalt_docs_sandbox::subscription()).await;
    /// # let session = client.session(credentials, launch.claim);
    /// let cancel = CancelSubscription {
    ///     subscription_id: payment.subscription_id.ok_or("no subscription was ordered")?,
    ///     from: CalendarDate::new(2099, 3, 1)?,
    /// };
    /// session.cancel_subscription(&cancel).await?;
    /// # Ok(()) });
    /// ```
    pub async fn cancel_subscription(&self, cancel: &CancelSubscription) -> Result<(), CallError> {
        let action = Action::known(KnownAction::CancelAbo)
            .with_parameter("aboid", cancel.subscription_id.as_str())
            .with_parameter("cancelationDate", cancel.from.to_string())
            .harmless_to_repeat();
        confirm(&self.call(&action).await?, "result")
    }
}

/// A day of the calendar, written as the API wants it.
///
/// ```
/// use freischalt_client::CalendarDate;
///
/// let day: CalendarDate = "2027-02-28".parse().unwrap();
/// assert_eq!(day.to_string(), "2027-02-28");
/// assert!("2027-02-29".parse::<CalendarDate>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarDate {
    year: u16,
    month: u8,
    day: u8,
}

/// The text names no day.
///
/// ```
/// use freischalt_client::{CalendarDate, NoSuchDate};
///
/// assert_eq!("28.02.2027".parse::<CalendarDate>(), Err(NoSuchDate));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day of the calendar; it looks like 2027-02-28")]
pub struct NoSuchDate;

impl CalendarDate {
    /// The day, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, NoSuchDate> {
        let is_leap =
            year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        match (1000..=9999).contains(&year) && (1..=days).contains(&day) {
            true => Ok(Self { year, month, day }),
            false => Err(NoSuchDate),
        }
    }
}

impl FromStr for CalendarDate {
    type Err = NoSuchDate;

    fn from_str(text: &str) -> Result<Self, NoSuchDate> {
        let is_shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let mut parts = text.split('-');
        let [Some(year), Some(month), Some(day), None] =
            [parts.next(), parts.next(), parts.next(), parts.next()]
        else {
            return Err(NoSuchDate);
        };
        match (is_shaped, year.parse(), month.parse(), day.parse()) {
            (true, Ok(year), Ok(month), Ok(day)) => Self::new(year, month, day),
            _ => Err(NoSuchDate),
        }
    }
}

impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_in_the_one_spelling() {
        for day in ["2024-02-29", "2000-02-29", "2026-12-31", "1999-04-30"] {
            assert_eq!(day.parse::<CalendarDate>().unwrap().to_string(), day);
        }
        for wrong in [
            "2023-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-1-01",
            "26-01-01",
            "2026-01-01-",
            "2026/01/01",
            "2026-01-0a",
            "",
            "0000-00-00",
            "31.12.2026",
        ] {
            assert_eq!(wrong.parse::<CalendarDate>(), Err(NoSuchDate), "{wrong}");
        }
    }
}
