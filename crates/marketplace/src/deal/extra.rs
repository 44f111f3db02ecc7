//! What comes after a payment: giving it back, and asking for more.

use freischalt_protocol::UnixTime;

use super::{Change, Deal, NewTransaction};
use crate::{
    Money, Order, OrderId, OrderStage, Transaction, TransactionId,
    order::{Goods, Origin},
    transaction::{Means, MeansKind, TransactionKind, TransactionStage},
};

/// Seconds after which a paid direct debit can be refunded: seven days (apidoc.onoffice.de,
/// "Refund transaction").
pub const SEPA_REFUND_DELAY: i64 = 7 * 24 * 60 * 60;

/// Why a transaction cannot be refunded. The first two are the vendor's texts in meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusable {
    /// There is no such transaction.
    #[error("there is no such transaction")]
    NoTransaction,
    /// It is not paid, or is a refund itself.
    #[error("transaction state not correct: it is {0}")]
    State(&'static str),
    /// A direct debit that is too young.
    #[error("transaction state not correct: a direct debit can be refunded 7 days after payment")]
    TooEarly,
    /// It was refunded, or is being refunded.
    #[error("already refunded")]
    Before,
}

/// Why extra costs cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtraProblem {
    /// There is no such transaction.
    #[error("there is no such transaction")]
    NoTransaction,
    /// Nothing, or less than nothing.
    #[error("the price must be more than 0.00")]
    Price,
}

impl Deal {
    /// Gives a payment back, in full.
    pub fn refund(
        self,
        id: TransactionId,
        new: &NewTransaction,
        now: UnixTime,
    ) -> Result<Change, Refusable> {
        let payment = self.transaction(id).ok_or(Refusable::NoTransaction)?.clone();
        let paid_at = check_refund(&payment, now)?;
        let refund = TransactionKind::Refund(id);
        let mut change = self.begin(new, refund, payment.means.clone(), payment.amount, now);
        let stage = TransactionStage::Refunding { paid_at, refund: new.id };
        change.put(Transaction { stage, ..payment }, now);
        Ok(change)
    }

    /// Asks for extra costs of a payment: a deal of its own, paid by its link.
    pub fn ask_for_more(
        &self,
        of: TransactionId,
        order: OrderId,
        price: Money,
        description: &str,
        now: UnixTime,
        lifetime: i64,
    ) -> Result<Self, ExtraProblem> {
        let payment = self.transaction(of).ok_or(ExtraProblem::NoTransaction)?;
        if payment.gives_back().is_some() {
            return Err(ExtraProblem::NoTransaction);
        }
        if !price.is_positive() {
            return Err(ExtraProblem::Price);
        }
        Ok(Self::new(Order {
            id: order,
            origin: Origin::Subsequent { of },
            goods: Goods::Extra(description.to_owned()),
            amount: price,
            placed_at: now,
            expires: now.plus(lifetime),
            stage: OrderStage::Open,
            ..self.order.clone()
        }))
    }
}

/// Since when the money is there, if it can be given back.
fn check_refund(payment: &Transaction, now: UnixTime) -> Result<UnixTime, Refusable> {
    if payment.gives_back().is_some() {
        return Err(Refusable::State("a refund"));
    }
    let paid_at = match payment.stage {
        TransactionStage::Paid { at } => at,
        TransactionStage::Refunding { .. } | TransactionStage::Refunded { .. } => {
            return Err(Refusable::Before);
        }
        other => return Err(Refusable::State(other.as_str())),
    };
    match &payment.means {
        Means::Stored(means)
            if means.kind == MeansKind::DirectDebit && now < paid_at.plus(SEPA_REFUND_DELAY) =>
        {
            Err(Refusable::TooEarly)
        }
        _ => Ok(paid_at),
    }
}
