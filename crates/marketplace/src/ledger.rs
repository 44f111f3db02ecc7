//! The double-entry ledger. Every entry moves money from accounts to others and adds up to zero;
//! what a transaction has moved follows from its stage alone, so that a stage and its postings can
//! never tell two stories.

use std::collections::BTreeMap;

use freischalt_protocol::UnixTime;

use crate::{
    CustomerId, Money, ProviderId, TransactionId,
    transaction::{Transaction, TransactionKind, TransactionStage},
};

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// The world outside, as seen from one customer: minus what its users have paid.
    Customer(CustomerId),
    /// Money on its way between banks.
    Clearing,
    /// What a provider has earned and not been paid out.
    Wallet(ProviderId),
    /// What the marketplace keeps.
    Fees,
}

/// A change of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// What it gains, or loses if negative.
    pub amount: Money,
}

/// What one step of a transaction moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The transaction.
    pub transaction: TransactionId,
    /// When.
    pub at: UnixTime,
    /// The stage that it brought about.
    pub stage: &'static str,
    /// The changes; they add up to zero.
    pub postings: Vec<Posting>,
}

/// Whose money it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Who pays.
    pub customer: CustomerId,
    /// Who is paid.
    pub provider: ProviderId,
}

impl Entry {
    /// What it takes to get from one stage to the next; `None` if no money moves.
    pub fn between(
        before: Option<&Transaction>,
        after: &Transaction,
        parties: Parties,
        at: UnixTime,
    ) -> Option<Self> {
        let mut changes: BTreeMap<Account, Money> = BTreeMap::new();
        for posting in moved(after, parties) {
            let sum = changes.entry(posting.account).or_default();
            *sum = *sum + posting.amount;
        }
        for posting in before.map(|before| moved(before, parties)).unwrap_or_default() {
            let sum = changes.entry(posting.account).or_default();
            *sum = *sum - posting.amount;
        }
        let postings: Vec<Posting> = changes
            .into_iter()
            .filter(|(_, amount)| *amount != Money::ZERO)
            .map(|(account, amount)| Posting { account, amount })
            .collect();
        if postings.is_empty() {
            return None;
        }
        Some(Self { transaction: after.id, at, stage: after.stage.as_str(), postings })
    }

    /// What all changes add up to. Anything but zero is a mistake in the program, and no store
    /// takes such an entry.
    pub fn sum(&self) -> Money {
        self.postings.iter().map(|posting| posting.amount).sum()
    }
}

/// Everything a transaction has moved so far, as a function of its stage.
pub fn moved(transaction: &Transaction, parties: Parties) -> Vec<Posting> {
    use TransactionStage::{InProcess, Paid, Refunded, Refunding, Submitted};
    let Parties { customer, provider } = parties;
    let (amount, fee) = (transaction.amount, transaction.fee);
    let (payer, payee) = (Account::Customer(customer), Account::Wallet(provider));
    let from_to = |from, to| {
        vec![Posting { account: from, amount: -amount }, Posting { account: to, amount }]
    };
    match (transaction.kind, transaction.stage) {
        (TransactionKind::Refund(_), Submitted | InProcess) => from_to(payee, Account::Clearing),
        (TransactionKind::Refund(_), Paid { .. }) => from_to(payee, payer),
        (TransactionKind::Refund(_), _) => Vec::new(),
        (_, InProcess) => from_to(payer, Account::Clearing),
        (_, Paid { .. } | Refunding { .. } | Refunded { .. }) => vec![
            Posting { account: payer, amount: -amount },
            Posting { account: payee, amount: amount - fee },
            Posting { account: Account::Fees, amount: fee },
        ],
        _ => Vec::new(),
    }
}

/// The balances of all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<Account, Money>);

impl Ledger {
    /// Books an entry.
    pub fn book(&mut self, entry: &Entry) {
        for posting in &entry.postings {
            let balance = self.0.entry(posting.account).or_default();
            *balance = *balance + posting.amount;
        }
    }

    /// The balance of an account.
    pub fn balance(&self, account: Account) -> Money {
        self.0.get(&account).copied().unwrap_or_default()
    }

    /// What all balances add up to: always zero.
    pub fn sum(&self) -> Money {
        self.0.values().copied().sum()
    }
}
