//! What the app is told, and how patiently.
//!
//! This module must not know where events are kept or how they are sent.

use freischalt_protocol::UnixTime;
use serde_json::{Value, json};

/// Something that happened to a customer. Delivered as Standard Webhooks, at least once, until the
/// app confirms with a status of 2xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    Activated,
    Reactivated,
    Blocked,
    UserBlocked,
    ServiceCalled,
    WebhookReceived,
    OrderPaid,
    OrderInProcess,
    OrderFailed,
    SubscriptionEnded,
}

impl EventKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Activated => "provider.activated",
            Self::Reactivated => "provider.reactivated",
            Self::Blocked => "provider.blocked",
            Self::UserBlocked => "user.blocked",
            Self::ServiceCalled => "service.called",
            Self::WebhookReceived => "webhook.received",
            Self::OrderPaid => "order.paid",
            Self::OrderInProcess => "order.in_process",
            Self::OrderFailed => "order.failed",
            Self::SubscriptionEnded => "subscription.ended",
        }
    }

    /// The JSON body (Standard Webhooks: `type`, `timestamp`, `data`).
    pub(crate) fn body(self, at: UnixTime, data: &Value) -> String {
        json!({"type": self.name(), "timestamp": at.0, "data": data}).to_string()
    }
}

/// Pauses in seconds after each attempt that failed: quick at first, patient later. More than 72
/// hours in all.
const PAUSES: [i64; 14] =
    [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200, 43_200, 43_200, 43_200, 43_200];

/// Seconds after which an event is given up, whatever the app wishes: so long all pauses take.
const TRIED_FOR: i64 = {
    let (mut total, mut index) = (0, 0);
    while index < PAUSES.len() {
        total += PAUSES[index];
        index += 1;
    }
    total
};

/// When an event that was told first at `since` is tried again after so many attempts that failed, or
/// `None` to give up. The app may wish for a longer pause (`Retry-After`, in seconds), not for a
/// shorter one, and not for one that goes on after the end.
pub(crate) fn next_attempt(
    since: UnixTime,
    failed: i64,
    wish: Option<i64>,
    now: UnixTime,
) -> Option<UnixTime> {
    let end = since.plus(TRIED_FOR);
    let pause = pause_after(failed).filter(|_| now < end)?;
    let wished = now.plus(pause.max(wish.unwrap_or_default()));
    Some(wished.min(end.max(now.plus(pause))))
}

/// The pause after so many attempts that failed; none after the last one.
fn pause_after(failed: i64) -> Option<i64> {
    let index = usize::try_from(failed.checked_sub(1)?).ok()?;
    PAUSES.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_tried_for_more_than_three_days_and_not_for_ever() {
        let total: i64 = (1..).map_while(pause_after).sum();
        assert!((72 * 3600..100 * 3600).contains(&total), "{total}");
        assert_eq!(pause_after(PAUSES.len() as i64 + 1), None);
    }

    #[test]
    fn an_app_may_wish_for_a_longer_pause_but_not_for_ever() {
        const SINCE: UnixTime = UnixTime(1_700_000_000);
        let next = |failed, wish, now: i64| {
            let at = next_attempt(SINCE, failed, wish, SINCE.plus(now));
            at.map(|at| at.since(SINCE))
        };
        assert_eq!(next(1, None, 0), Some(5));
        assert_eq!(next(1, Some(0), 0), Some(5), "not a shorter one");
        assert_eq!(next(1, Some(3600), 10), Some(3610));
        for endless in [TRIED_FOR + 1, i64::MAX] {
            assert_eq!(next(1, Some(endless), 10), Some(TRIED_FOR), "one attempt at the end");
        }
        assert_eq!(next(2, Some(i64::MAX), TRIED_FOR), None, "and that was it");
        assert_eq!(next(PAUSES.len() as i64 + 1, Some(60), 10), None);
    }

    #[test]
    fn a_body_has_the_members_of_standard_webhooks() {
        let body = EventKind::OrderPaid.body(UnixTime(7), &json!({"orderId": "o"}));
        let expected = json!({"type": "order.paid", "timestamp": 7, "data": {"orderId": "o"}});
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }
}
