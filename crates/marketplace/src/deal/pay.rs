//! Paying: a person chooses a method, the bank answers, perhaps more than once and late.

use freischalt_protocol::UnixTime;

use super::{Change, Deal, NewTransaction, Subscription, SubscriptionStage, command};
use crate::{
    OrderStage, StoredMeans, Transaction, TransactionId,
    bank::{Answer, Notification, Task},
    order::Goods,
    transaction::{BankEvent, Means, TransactionKind, TransactionStage},
};

/// Why an order cannot be paid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayProblem {
    /// A payment is under way; a second one could take the money twice.
    #[error("a payment of this order is under way already")]
    UnderWay,
    /// It is paid.
    #[error("this order is paid already")]
    Paid,
    /// It was given up, or its payment came back.
    #[error("this order is over")]
    Over,
    /// Too late.
    #[error("this order has expired; it must be placed again")]
    Expired,
    /// The provider was blocked, or activated anew, since the order was placed.
    #[error("the provider is not active any more")]
    ProviderInactive,
    /// Somebody else than the buyer, or one who may not use the provider any more.
    #[error("only the buyer pays an order, and only with the right to use the provider")]
    UserMayNot,
    /// The user's account has no such card or account.
    #[error("the user's marketplace account has no such payment method")]
    NoMethod,
    /// The provider does not take this kind of payment method.
    #[error("the provider does not take this kind of payment method")]
    NotAccepted,
    /// There is no such transaction.
    #[error("this order has no such transaction")]
    NoTransaction,
    /// The bank did not ask, or has heard the answer.
    #[error("the bank does not wait for a confirmation of this payment")]
    NotAsked,
    /// Nothing can be bought in this marketplace.
    #[error("this marketplace has no bank and takes no payments")]
    NoShops,
}

/// What became of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It counts.
    Applied(Box<Change>),
    /// It changes nothing.
    Ignored(Ignored),
}

/// Why a notification changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// It, or a later one, has been heard before.
    Stale,
    /// It says nothing at this stage.
    Meaningless,
    /// There is no such transaction.
    Unknown,
}

impl Deal {
    /// Pays with a stored payment method.
    pub fn pay(
        self,
        means: StoredMeans,
        new: &NewTransaction,
        now: UnixTime,
    ) -> Result<Change, PayProblem> {
        self.check_payable(now)?;
        Ok(self.begin_payment(Means::Stored(means), new, now))
    }

    /// Records the order of a regular customer, who pays the provider directly.
    pub fn settle(self, new: &NewTransaction, now: UnixTime) -> Result<Change, PayProblem> {
        self.check_payable(now)?;
        Ok(self.begin_payment(Means::Directly, new, now))
    }

    /// The person has closed the order without paying.
    pub fn give_up(self, now: UnixTime) -> Result<Change, PayProblem> {
        match self.check_payable(now) {
            Ok(()) | Err(PayProblem::Expired) => {}
            Err(problem) => return Err(problem),
        }
        let tried = self.transactions.last().map(|last| last.id);
        let mut change = Change::of(self);
        change.set_order(OrderStage::GivenUp(tried));
        Ok(change)
    }

    /// Hands the person's answer to the bank that asked for it.
    pub fn answer(
        self,
        id: TransactionId,
        answer: Answer,
        now: UnixTime,
    ) -> Result<Change, PayProblem> {
        let transaction = self.transaction(id).ok_or(PayProblem::NoTransaction)?;
        if transaction.stage != TransactionStage::Authenticating {
            return Err(PayProblem::NotAsked);
        }
        let command = command(transaction, Task::Answer(answer), now);
        let mut change = Change::of(self);
        change.commands.extend(command);
        Ok(change)
    }

    /// Takes in what the bank says.
    pub fn notify(self, heard: Notification) -> Noted {
        let Some(before) = self.transaction(heard.transaction) else {
            return Noted::Ignored(Ignored::Unknown);
        };
        if heard.number <= before.heard {
            return Noted::Ignored(Ignored::Stale);
        }
        let wanted = !before.is_payment() || !self.order.is_over_or_under_way(heard.at);
        let Some(stage) = before.after(heard.event, wanted, heard.at) else {
            return Noted::Ignored(Ignored::Meaningless);
        };
        let after = Transaction { heard: heard.number, stage, ..before.clone() };
        Noted::Applied(Box::new(self.advance(after, heard)))
    }

    fn advance(self, after: Transaction, heard: Notification) -> Change {
        let mut change = Change::of(self);
        if let Some(paid) = after.gives_back() {
            change.put(after.clone(), heard.at);
            change.advance_refunded(paid, &after, heard.at);
            return change;
        }
        if matches!(after.stage, TransactionStage::Reversed { .. }) {
            // Two entries: the money came, and it went back.
            let came = TransactionStage::Paid { at: heard.at };
            change.put(Transaction { stage: came, ..after.clone() }, heard.at);
            change.commands.extend(command(&after, Task::Reverse, heard.at));
        }
        let is_payment = after.is_payment();
        let (id, stage) = (after.id, after.stage);
        change.put(after, heard.at);
        change.touched.dedup();
        if is_payment {
            change.advance_order(id, stage);
        }
        change
    }

    fn check_payable(&self, now: UnixTime) -> Result<(), PayProblem> {
        match self.order.stage {
            OrderStage::Open if self.order.is_expired(now) => Err(PayProblem::Expired),
            OrderStage::Open => Ok(()),
            OrderStage::Paying(_) | OrderStage::InProcess(_) => Err(PayProblem::UnderWay),
            OrderStage::Paid(_) | OrderStage::Settled(_) => Err(PayProblem::Paid),
            OrderStage::Returned(_) | OrderStage::GivenUp(_) => Err(PayProblem::Over),
        }
    }

    fn begin_payment(mut self, means: Means, new: &NewTransaction, now: UnixTime) -> Change {
        let amount = self.order.amount;
        if let Goods::Abo(abo) = &self.order.goods {
            let id = self.subscription.as_ref().map_or(new.subscription, |known| known.id);
            self.subscription = Some(Subscription {
                id,
                monthly: abo.monthly_costs,
                means: means.clone(),
                stage: SubscriptionStage::Waiting,
            });
        }
        let directly = means == Means::Directly;
        let mut change = self.begin(new, TransactionKind::Payment, means, amount, now);
        if directly {
            change.start_subscription(new.id);
            change.set_order(OrderStage::Settled(new.id));
        } else {
            change.set_order(OrderStage::Paying(new.id));
        }
        change
    }
}

impl Change {
    /// What the stage of its payment means for an order.
    fn advance_order(&mut self, id: TransactionId, stage: TransactionStage) {
        match stage {
            TransactionStage::InProcess => {
                self.start_subscription(id);
                self.set_order(OrderStage::InProcess(id));
            }
            TransactionStage::Paid { .. } => {
                self.start_subscription(id);
                self.set_order(OrderStage::Paid(id));
            }
            TransactionStage::Returned { .. } => self.set_order(OrderStage::Returned(id)),
            TransactionStage::Failed { .. } => self.set_order(OrderStage::Open),
            _ => {}
        }
    }

    /// What the stage of a refund means for the payment that it gives back.
    fn advance_refunded(&mut self, paid: TransactionId, refund: &Transaction, at: UnixTime) {
        let Some(payment) = self.deal.transaction(paid).cloned() else { return };
        let TransactionStage::Refunding { paid_at, refund: by } = payment.stage else { return };
        let stage = match refund.stage {
            TransactionStage::Paid { .. } => TransactionStage::Refunded { at, refund: by },
            TransactionStage::Failed { .. } => TransactionStage::Paid { at: paid_at },
            _ => return,
        };
        self.put(Transaction { stage, ..payment }, at);
    }
}

impl crate::Order {
    /// Whether money that comes now, after a refusal, is wanted by nobody.
    fn is_over_or_under_way(&self, at: UnixTime) -> bool {
        self.stage != OrderStage::Open || self.is_expired(at)
    }
}

impl BankEvent {
    /// The reason that it gives, if it gives one.
    pub const fn reason(&self) -> Option<crate::bank::Reason> {
        match self {
            Self::Declined(reason) | Self::Returned(reason) => Some(*reason),
            Self::ChallengeRequired | Self::Accepted | Self::Captured => None,
        }
    }
}
