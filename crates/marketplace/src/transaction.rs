//! A transaction: one movement of money for an order, and what the bank may say about it.
//!
//! ```text
//!                     ┌──────────────▶ failed ──(late capture)──▶ paid, or reversed
//! submitted ──▶ authenticating ──▶ paid ──▶ refunding ──▶ refunded
//!     ├───────────────────────────▶  ▲ │        └──(refused)──▶ paid
//!     └──▶ in process ───────────────┘ └──▶ returned
//!               └─────────────────────────────▶ returned
//! ```
//!
//! [`TRANSITIONS`] is the whole table. Notifications of the bank carry a number each, so that
//! duplicates and late ones are known for what they are.

use std::fmt;

use freischalt_protocol::UnixTime;

use crate::{MethodId, Money, OrderId, TransactionId, bank::Reason};

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// `transactionid`.
    pub id: TransactionId,
    /// The order that it belongs to.
    pub order: OrderId,
    /// What it is.
    pub kind: TransactionKind,
    /// How much.
    pub amount: Money,
    /// What the marketplace keeps of it.
    pub fee: Money,
    /// What it is paid with.
    pub means: Means,
    /// `referenceid`: opaque, and another one for each transaction.
    pub reference: String,
    /// When it began; for an instalment, when it was due.
    pub begun_at: UnixTime,
    /// The number of the last notification that counted; 0 before the first.
    pub heard: u32,
    /// How far it is.
    pub stage: TransactionStage,
}

/// What a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionKind {
    /// The payment of an order, or an attempt at it. Of a subscription: the first instalment.
    Payment,
    /// An instalment of a subscription, from the second on.
    Instalment(u32),
    /// Gives a payment back in full.
    Refund(TransactionId),
}

/// What is paid with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// A stored payment method, as it was at that moment.
    Stored(StoredMeans),
    /// Nothing: provider and regular customer settle it between them.
    Directly,
}

/// A stored payment method, as far as a payment needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMeans {
    /// Which one.
    pub method: MethodId,
    /// Card or account.
    pub kind: MeansKind,
    /// The bank's name for it; never a card number.
    pub token: String,
    /// What people know it by, such as `Visa •••• 4242`.
    pub label: String,
}

/// Card or account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeansKind {
    /// A credit card.
    Card,
    /// SEPA direct debit.
    DirectDebit,
}

/// How far a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStage {
    /// Given to the bank; nothing heard yet.
    Submitted,
    /// The bank wants the person to confirm it on the bank's own page (3-D Secure).
    Authenticating,
    /// A direct debit that the bank has accepted; the money is on its way.
    InProcess,
    /// The money is there. Of a refund: it is back.
    Paid {
        /// Since when.
        at: UnixTime,
    },
    /// It is being given back.
    Refunding {
        /// Since when the money was there.
        paid_at: UnixTime,
        /// By which transaction.
        refund: TransactionId,
    },
    /// It was given back.
    Refunded {
        /// When.
        at: UnixTime,
        /// By which transaction.
        refund: TransactionId,
    },
    /// Nothing was taken.
    Failed {
        /// When.
        at: UnixTime,
        /// Why.
        reason: Reason,
    },
    /// A direct debit was taken back by the customer's bank.
    Returned {
        /// When.
        at: UnixTime,
        /// Why.
        reason: Reason,
    },
    /// The money came after nobody waited for it any more, and went back at once.
    Reversed {
        /// When.
        at: UnixTime,
    },
    /// Recorded without payment.
    Settled {
        /// When.
        at: UnixTime,
    },
}

/// What a bank says about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankEvent {
    /// The person must confirm it on the bank's page.
    ChallengeRequired,
    /// A direct debit, or a refund, is on its way.
    Accepted,
    /// The money is there. Of a refund: it is back.
    Captured,
    /// Nothing was taken.
    Declined(Reason),
    /// A direct debit was taken back.
    Returned(Reason),
}

/// A row of the table: from, what the bank says, to.
pub type Row = (&'static str, &'static str, &'static str);

/// Every transition that a bank's word can bring about. What is not here is ignored.
pub const TRANSITIONS: &[Row] = &[
    ("submitted", "challenge", "authenticating"),
    ("submitted", "accepted", "inprocess"),
    ("submitted", "captured", "paid"),
    ("submitted", "declined", "failed"),
    ("submitted", "returned", "returned"),
    ("authenticating", "captured", "paid"),
    ("authenticating", "declined", "failed"),
    ("inprocess", "captured", "paid"),
    // Of a refund; a direct debit is returned.
    ("inprocess", "declined", "failed"),
    ("inprocess", "returned", "returned"),
    ("paid", "returned", "returned"),
    // The bank changed its mind after a refusal: somebody still waits for it, or nobody does.
    ("failed", "captured", "paid"),
    ("failed", "captured", "reversed"),
];

impl TransactionStage {
    /// The name in the table, the store and documents.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Authenticating => "authenticating",
            Self::InProcess => "inprocess",
            Self::Paid { .. } => "paid",
            Self::Refunding { .. } => "refunding",
            Self::Refunded { .. } => "refunded",
            Self::Failed { .. } => "failed",
            Self::Returned { .. } => "returned",
            Self::Reversed { .. } => "reversed",
            Self::Settled { .. } => "settled",
        }
    }

    /// Whether the bank still has to say how it ends.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Submitted | Self::Authenticating | Self::InProcess)
    }
}

impl BankEvent {
    /// The name in the table, the store and documents.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::ChallengeRequired => "challenge",
            Self::Accepted => "accepted",
            Self::Captured => "captured",
            Self::Declined(_) => "declined",
            Self::Returned(_) => "returned",
        }
    }
}

impl Transaction {
    /// The stage after the bank has said this; `None` if it means nothing now. `wanted`: whether
    /// somebody still waits for the payment, should it have failed before.
    pub fn after(&self, event: BankEvent, wanted: bool, at: UnixTime) -> Option<TransactionStage> {
        use TransactionStage::{Authenticating, Failed, InProcess, Paid, Returned, Submitted};
        let is_refund = matches!(self.kind, TransactionKind::Refund(_));
        match (&self.stage, event) {
            (Submitted, BankEvent::ChallengeRequired) if !is_refund => Some(Authenticating),
            (Submitted, BankEvent::Accepted) => Some(InProcess),
            (Submitted | Authenticating | InProcess, BankEvent::Captured) => Some(Paid { at }),
            (Submitted | Authenticating, BankEvent::Declined(reason)) => {
                Some(Failed { at, reason })
            }
            (InProcess, BankEvent::Declined(reason)) if is_refund => Some(Failed { at, reason }),
            (Submitted | InProcess | Paid { .. }, BankEvent::Returned(reason)) if !is_refund => {
                Some(Returned { at, reason })
            }
            (Failed { .. }, BankEvent::Captured) if !is_refund => {
                Some(if wanted { Paid { at } } else { TransactionStage::Reversed { at } })
            }
            _ => None,
        }
    }

    /// Whether it is the payment an order stands on, and no instalment or refund.
    pub const fn is_payment(&self) -> bool {
        matches!(self.kind, TransactionKind::Payment)
    }

    /// The transaction of which it gives the money back.
    pub const fn gives_back(&self) -> Option<TransactionId> {
        match self.kind {
            TransactionKind::Refund(of) => Some(of),
            TransactionKind::Payment | TransactionKind::Instalment(_) => None,
        }
    }
}

impl fmt::Display for TransactionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Payment => "payment",
            Self::Instalment(_) => "instalment",
            Self::Refund(_) => "refund",
        })
    }
}
