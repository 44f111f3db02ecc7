//! Calls to a provider's server: webhooks of saved records, and results of orders as our own
//! extension. Each is tried until it arrives, for 72 hours and in growing intervals, or until the
//! provider answers 410; then it is dead until somebody has it tried again.
//!
//! The vendor documents neither retries nor time limits. The id of a delivery is the same in every
//! attempt, so that a provider can tell a repetition.

use std::collections::{BTreeMap, BTreeSet};

use freischalt_protocol::UnixTime;

use crate::{
    CustomerId, DeliveryId, OrderId, ProviderId, ServiceSettings, Slug, UserId,
    service::{Module, Saved},
};

/// Seconds for which a delivery is tried.
pub const TRIED_FOR: i64 = 72 * 60 * 60;
/// Seconds until the second attempt; each further one waits four times as long.
const FIRST_WAIT: i64 = 30;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 6 * 60 * 60;

/// A call that is to reach a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The id, the same in every attempt.
    pub id: DeliveryId,
    /// Whose data it is about.
    pub customer: CustomerId,
    /// Who is called.
    pub provider: ProviderId,
    /// What about.
    pub subject: Subject,
    /// Since when it is tried.
    pub since: UnixTime,
    /// How many attempts there have been.
    pub attempts: u32,
    /// How far it is.
    pub stage: DeliveryStage,
}

/// What a delivery is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A record was created or saved.
    Record {
        /// The webhook service.
        service: Slug,
        /// Who saved it; the claim acts with this user's rights.
        user: UserId,
        /// The record's module.
        module: Module,
        /// The record.
        record: i64,
    },
    /// The result of an order, whatever it is when the call is made.
    Order(OrderId),
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryStage {
    /// To be tried.
    Waiting {
        /// From this moment on.
        due: UnixTime,
    },
    /// Answered with 2xx.
    Delivered {
        /// When.
        at: UnixTime,
    },
    /// Given up, or not wanted.
    Dead {
        /// When.
        at: UnixTime,
    },
}

impl DeliveryStage {
    /// The name in the store and in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Delivered { .. } => "delivered",
            Self::Dead { .. } => "dead",
        }
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The provider has answered with this HTTP status.
    Answered(u16),
    /// No answer; why, in words that hold no secret and no claim.
    Failed(String),
}

impl Attempt {
    /// Whether the call has arrived.
    pub const fn has_arrived(&self) -> bool {
        matches!(self, Self::Answered(200..=299))
    }

    /// Whether the provider does not want the call any more.
    const fn is_gone(&self) -> bool {
        matches!(self, Self::Answered(410))
    }
}

impl Delivery {
    /// A delivery that is due at once.
    pub fn new(
        id: DeliveryId,
        customer: CustomerId,
        provider: ProviderId,
        subject: Subject,
        now: UnixTime,
    ) -> Self {
        let stage = DeliveryStage::Waiting { due: now };
        Self { id, customer, provider, subject, since: now, attempts: 0, stage }
    }

    /// After an attempt. `chance` is random: it spreads the next one over ±20 percent, so that a
    /// provider that comes back is not called by everybody at once. The provider may `wish` to be left
    /// alone for so many seconds (`Retry-After`; RFC 9110, 10.2.3): for longer than it would be, but not
    /// for longer than deliveries are tried. One that is answered 410 is not wanted any more (Standard
    /// Webhooks).
    #[must_use]
    pub fn attempted(
        self,
        attempt: &Attempt,
        wish: Option<i64>,
        chance: u16,
        now: UnixTime,
    ) -> Self {
        let attempts = self.attempts.saturating_add(1);
        let stage = if attempt.has_arrived() {
            DeliveryStage::Delivered { at: now }
        } else if attempt.is_gone() || now.since(self.since) >= TRIED_FOR {
            DeliveryStage::Dead { at: now }
        } else {
            let wait = wait_after(attempts, chance);
            let wished = now.plus(wait.max(wish.unwrap_or_default()));
            let latest = self.since.plus(TRIED_FOR).max(now.plus(wait));
            DeliveryStage::Waiting { due: wished.min(latest) }
        };
        Self { attempts, stage, ..self }
    }

    /// Tried again from the beginning, by hand.
    #[must_use]
    pub fn replay(self, now: UnixTime) -> Self {
        Self { since: now, stage: DeliveryStage::Waiting { due: now }, ..self }
    }
}

/// Seconds to wait after so many attempts.
fn wait_after(attempts: u32, chance: u16) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16) * 2;
    let wait = (FIRST_WAIT << doublings).min(LONGEST_WAIT);
    let permille = 800 + i64::from(chance) % 401;
    wait * permille / 1000
}

/// A webhook service of an active provider.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The provider.
    pub provider: ProviderId,
    /// The service.
    pub service: Slug,
    /// What was agreed.
    pub settings: ServiceSettings,
}

/// The fields that have another value after saving than before. A field that is missing is an empty
/// one; so a new record has changed in every field that is filled.
pub fn changed_fields(
    before: Option<&BTreeMap<String, String>>,
    after: &BTreeMap<String, String>,
) -> Vec<String> {
    let value = |fields: Option<&BTreeMap<String, String>>, name: &String| {
        fields.and_then(|fields| fields.get(name)).cloned().unwrap_or_default()
    };
    let names: BTreeSet<&String> =
        before.into_iter().flat_map(BTreeMap::keys).chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| value(before, name) != value(Some(after), name));
    changed.cloned().collect()
}

/// The webhooks that a saved record calls.
pub fn called<'a>(hooks: &'a [Hook], saved: &Saved<'_>) -> Vec<&'a Hook> {
    hooks.iter().filter(|hook| hook.settings.is_triggered_by(saved)).collect()
}
