//! Subscriptions: the first instalment with the order, then one each month, until they are
//! cancelled. A failed instalment cancels nothing; that is for the provider to decide
//! (apidoc.onoffice.de, "Cancel subscription").

use freischalt_protocol::UnixTime;

use super::{Change, Deal, NewTransaction};
use crate::{
    Day, Money, SubscriptionId, TransactionId,
    calendar::months_after,
    transaction::{Means, TransactionKind},
};

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// `aboid`.
    pub id: SubscriptionId,
    /// What is due each month.
    pub monthly: Money,
    /// What it is paid with.
    pub means: Means,
    /// How far it is.
    pub stage: SubscriptionStage,
}

/// How far a subscription is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionStage {
    /// Its first instalment is not accepted yet.
    Waiting,
    /// It runs.
    Running {
        /// When it began; instalments are due each month from here.
        begin: UnixTime,
        /// How many instalments have been asked for, whatever came of them.
        billed: u32,
    },
    /// It was cancelled: nothing is debited from this day on.
    Ending {
        /// When it began.
        begin: UnixTime,
        /// How many instalments have been asked for.
        billed: u32,
        /// The first day without a debit.
        until: Day,
    },
}

/// Why a subscription cannot be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelProblem {
    /// It is no subscription, or never began.
    #[error("there is no such subscription")]
    NoSubscription,
    /// A day that is over.
    #[error("cancelationDate is {day}, which is before today ({today})")]
    Past {
        /// The day.
        day: Day,
        /// Today.
        today: Day,
    },
    /// It is cancelled to another day.
    #[error("the subscription is cancelled to {0} already")]
    Before(Day),
}

/// What became of a cancellation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Cancelled.
    Now(Box<Change>),
    /// It already was, to the same day: the first answer was lost. Nothing changes.
    Before,
}

impl Subscription {
    /// When the next instalment is due; `None` if there is none.
    pub fn next_due(&self) -> Option<UnixTime> {
        match self.stage {
            SubscriptionStage::Waiting => None,
            SubscriptionStage::Running { begin, billed } => Some(months_after(begin, billed)),
            SubscriptionStage::Ending { begin, billed, until } => {
                Some(months_after(begin, billed)).filter(|due| Day::of(*due) < until)
            }
        }
    }
}

impl Deal {
    /// Bills the earliest instalment that is due; `None` if none is. Each is billed as of the
    /// moment it was due, so that it makes no difference how late somebody looks.
    pub fn bill(self, new: &NewTransaction, now: UnixTime) -> Option<Change> {
        let mut subscription = self.subscription.clone()?;
        let due = subscription.next_due().filter(|due| *due <= now)?;
        let number = match &mut subscription.stage {
            SubscriptionStage::Waiting => return None,
            SubscriptionStage::Running { billed, .. }
            | SubscriptionStage::Ending { billed, .. } => {
                *billed += 1;
                *billed
            }
        };
        let (means, amount) = (subscription.means.clone(), subscription.monthly);
        let deal = Self { subscription: Some(subscription), ..self };
        Some(deal.begin(new, TransactionKind::Instalment(number), means, amount, due))
    }

    /// Cancels the subscription: nothing is debited from `day` on.
    pub fn cancel(mut self, day: Day, now: UnixTime) -> Result<Cancelled, CancelProblem> {
        let subscription = self.subscription.as_mut().ok_or(CancelProblem::NoSubscription)?;
        let today = Day::of(now);
        let stage = match subscription.stage {
            SubscriptionStage::Waiting => return Err(CancelProblem::NoSubscription),
            SubscriptionStage::Ending { until, .. } if until == day => {
                return Ok(Cancelled::Before);
            }
            SubscriptionStage::Ending { until, .. } => return Err(CancelProblem::Before(until)),
            SubscriptionStage::Running { .. } if day < today => {
                return Err(CancelProblem::Past { day, today });
            }
            SubscriptionStage::Running { begin, billed } => {
                SubscriptionStage::Ending { begin, billed, until: day }
            }
        };
        subscription.stage = stage;
        Ok(Cancelled::Now(Box::new(Change::of(self))))
    }
}

impl Change {
    /// The first instalment is accepted: the months count from the moment it was begun.
    pub(super) fn start_subscription(&mut self, first: TransactionId) {
        let begin = self.deal.transaction(first).map(|transaction| transaction.begun_at);
        if let (Some(subscription), Some(begin)) = (&mut self.deal.subscription, begin)
            && subscription.stage == SubscriptionStage::Waiting
        {
            subscription.stage = SubscriptionStage::Running { begin, billed: 1 };
        }
    }
}
