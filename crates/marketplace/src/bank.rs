//! The payment port: what the marketplace asks of a bank, and what it hears. The one adapter is the
//! deterministic [test bank](test_bank).
//!
//! A port must keep three promises: commands with the transaction of an earlier one are done once;
//! notifications of a transaction are numbered in the order in which things happened, whatever
//! order they arrive in; and a debit that was refunded is not returned as well.

mod instruments;
mod reason;
pub mod test_bank;

use freischalt_protocol::UnixTime;

pub use instruments::{INSTRUMENTS, Instrument, Step};
pub use reason::Reason;

use crate::{Money, TransactionId, transaction::BankEvent};

/// What a bank is asked to do. The transaction is the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankCommand {
    /// The transaction.
    pub transaction: TransactionId,
    /// What to do.
    pub task: Task,
    /// The bank's name for card or account.
    pub token: String,
    /// How much.
    pub amount: Money,
    /// When it was asked.
    pub at: UnixTime,
}

/// What a bank is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Take money.
    Charge,
    /// The person has answered on the bank's page.
    Answer(Answer),
    /// Give money back.
    Refund,
    /// Give money back that nobody waited for any more.
    Reverse,
}

/// What a person does on the bank's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Confirms the payment.
    Confirm,
    /// Gives a wrong code.
    Fail,
    /// Leaves.
    Leave,
}

impl Task {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Answer(Answer::Confirm) => "confirm",
            Self::Answer(Answer::Fail) => "fail",
            Self::Answer(Answer::Leave) => "leave",
            Self::Refund => "refund",
            Self::Reverse => "reverse",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Charge,
            Self::Answer(Answer::Confirm),
            Self::Answer(Answer::Fail),
            Self::Answer(Answer::Leave),
            Self::Refund,
            Self::Reverse,
        ]
        .into_iter()
        .find(|task| task.as_str() == text)
    }
}

/// What a bank says, and when it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The transaction.
    pub transaction: TransactionId,
    /// Counts what happened to it, from 1.
    pub number: u32,
    /// When it is heard.
    pub at: UnixTime,
    /// What happened.
    pub event: BankEvent,
}
