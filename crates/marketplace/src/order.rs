//! An order: what a user buys in a provider's shop, or what a subsequent payment asks for.
//!
//! A shop's order comes as signed text from the user's browser, so it may come twice, late, from
//! the wrong window or made up. [`SignedOrder::verify`] and [`intake`] decide what it is worth, in
//! one fixed order of checks; what follows is the business of [`Deal`](crate::deal::Deal).

mod callback;
mod goods;
mod intake;
mod problem;

use freischalt_protocol::UnixTime;

pub use callback::{CallbackIds, CallbackProblem, CallbackResult, CallbackUrl};
pub use goods::{Abo, Circle, Goods, Product};
pub use intake::{EntryFacts, IntakeFacts, Intent, NewOrder, Placed, Refused, SignedOrder, intake};
pub use problem::OrderProblem;

use crate::{
    ActivationId, CustomerId, Money, OrderId, ParameterCacheId, ProviderId, TransactionId, UserId,
};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The id.
    pub id: OrderId,
    /// Whose user ordered.
    pub customer: CustomerId,
    /// Who sells.
    pub provider: ProviderId,
    /// Who ordered, and pays.
    pub user: UserId,
    /// Where it comes from.
    pub origin: Origin,
    /// What is ordered.
    pub goods: Goods,
    /// What is to be paid at once: the total, or a subscription's first instalment.
    pub amount: Money,
    /// When it was placed.
    pub placed_at: UnixTime,
    /// The last second in which it can be paid.
    pub expires: UnixTime,
    /// How far it is.
    pub stage: OrderStage,
}

/// Where an order comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A provider's shop, in a service window.
    Shop {
        /// The run of the activation.
        activation: ActivationId,
        /// The parameter cache entry of the service call.
        entry: ParameterCacheId,
        /// What makes the same order the same.
        intent: Intent,
        /// Where the result goes.
        callback: CallbackUrl,
    },
    /// `subsequentPaymentLink`: the provider asks for extra costs of an earlier payment.
    Subsequent {
        /// The payment that it belongs to.
        of: TransactionId,
    },
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStage {
    /// Placed, or an attempt failed: waits for somebody to choose a payment method.
    Open,
    /// A payment is under way and its outcome not known yet.
    Paying(TransactionId),
    /// The bank has accepted a direct debit; the money is on its way.
    InProcess(TransactionId),
    /// Paid.
    Paid(TransactionId),
    /// Recorded without payment: provider and regular customer settle it between them.
    Settled(TransactionId),
    /// A direct debit came back.
    Returned(TransactionId),
    /// The person closed the order without paying; with the last payment that failed, if any.
    GivenUp(Option<TransactionId>),
}

impl OrderStage {
    /// The payment that the order stands on now.
    pub const fn transaction(self) -> Option<TransactionId> {
        match self {
            Self::Open => None,
            Self::Paying(id)
            | Self::InProcess(id)
            | Self::Paid(id)
            | Self::Settled(id)
            | Self::Returned(id) => Some(id),
            Self::GivenUp(last) => last,
        }
    }

    /// The name in the store and in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paying(_) => "paying",
            Self::InProcess(_) => "inprocess",
            Self::Paid(_) => "paid",
            Self::Settled(_) => "settled",
            Self::Returned(_) => "returned",
            Self::GivenUp(_) => "givenup",
        }
    }
}

impl Order {
    /// The callback URL, if the order comes from a shop.
    pub fn callback(&self) -> Option<&CallbackUrl> {
        match &self.origin {
            Origin::Shop { callback, .. } => Some(callback),
            Origin::Subsequent { .. } => None,
        }
    }

    /// Whether its time is over before anybody paid.
    pub fn is_expired(&self, now: UnixTime) -> bool {
        self.stage == OrderStage::Open && now > self.expires
    }
}
