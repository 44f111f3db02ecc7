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

/// The pause before the next attempt after so many that failed, or `None` to give up.
pub(crate) fn pause_after(failed: i64) -> Option<i64> {
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
    fn a_body_has_the_members_of_standard_webhooks() {
        let body = EventKind::OrderPaid.body(UnixTime(7), &json!({"orderId": "o"}));
        let expected = json!({"type": "order.paid", "timestamp": 7, "data": {"orderId": "o"}});
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }
}
