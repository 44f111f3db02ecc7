//! A deal: an order with its payments, and its subscription if it is one. The unit in which money
//! is decided on: read whole, changed by one function, written whole.
//!
//! Every function here takes a deal and gives a [`Change`]: the new deal, what the ledger books,
//! what the bank is to do, and what the provider is to hear. A store writes all of it in one
//! transaction, so none of it can happen without the rest.

mod callback;
mod choice;
mod extra;
mod pay;
mod subscription;

use freischalt_protocol::UnixTime;

pub use choice::{PayFacts, settles_directly};
pub use extra::{ExtraProblem, Refusable, SEPA_REFUND_DELAY};
pub use pay::{Ignored, Noted, PayProblem};
pub use subscription::{CancelProblem, Cancelled, Subscription, SubscriptionStage};

use crate::{
    CustomerId, Money, Order, OrderStage, ProviderId, SubscriptionId, Transaction, TransactionId,
    bank::{BankCommand, Task},
    ledger::{Entry, Parties},
    transaction::{Means, TransactionKind, TransactionStage},
};

/// An order with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// The order.
    pub order: Order,
    /// The subscription that it began, from the first attempt to pay on.
    pub subscription: Option<Subscription>,
    /// All transactions, in the order of their beginning.
    pub transactions: Vec<Transaction>,
}

/// What a new transaction is given from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTransaction {
    /// The next id.
    pub id: TransactionId,
    /// The next id of a subscription, should one begin.
    pub subscription: SubscriptionId,
    /// `referenceid`, made of random bytes.
    pub reference: String,
    /// Thousandths that the marketplace keeps.
    pub fee_permille: u16,
}

impl NewTransaction {
    /// `referenceid`: 20 digits out of 16 random bytes.
    pub fn reference(random: [u8; 16]) -> String {
        format!("{:020}", u128::from_be_bytes(random) % 10_u128.pow(20))
    }
}

/// What a decision changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The deal as it is now.
    pub deal: Deal,
    /// The transactions that are new or changed.
    pub touched: Vec<TransactionId>,
    /// What the ledger books.
    pub entries: Vec<Entry>,
    /// What the bank is to do.
    pub commands: Vec<BankCommand>,
    /// The stage of the order, if the provider is to hear of it.
    pub news: Option<OrderStage>,
}

impl Deal {
    /// A deal about an order that nobody has tried to pay.
    pub fn new(order: Order) -> Self {
        Self { order, subscription: None, transactions: Vec::new() }
    }

    /// One of its transactions.
    pub fn transaction(&self, id: TransactionId) -> Option<&Transaction> {
        self.transactions.iter().find(|transaction| transaction.id == id)
    }

    /// Whose money it is about.
    pub fn parties(&self) -> Parties {
        Parties { customer: self.order.customer, provider: self.order.provider }
    }

    /// The customer, which is the leading key of everything in it.
    pub fn customer(&self) -> CustomerId {
        self.order.customer
    }

    /// The provider.
    pub fn provider(&self) -> ProviderId {
        self.order.provider
    }

    /// Begins a transaction that the bank is to carry out.
    fn begin(
        self,
        new: &NewTransaction,
        kind: TransactionKind,
        means: Means,
        amount: Money,
        at: UnixTime,
    ) -> Change {
        let (stage, task) = match (&means, kind) {
            (Means::Directly, _) => (TransactionStage::Settled { at }, None),
            (Means::Stored(_), TransactionKind::Refund(_)) => {
                (TransactionStage::Submitted, Some(Task::Refund))
            }
            (Means::Stored(_), _) => (TransactionStage::Submitted, Some(Task::Charge)),
        };
        let is_refund = matches!(kind, TransactionKind::Refund(_));
        let fee = if is_refund { Money::ZERO } else { amount.permille(new.fee_permille) };
        let transaction = Transaction {
            id: new.id,
            order: self.order.id,
            kind,
            amount,
            fee,
            means,
            reference: new.reference.clone(),
            begun_at: at,
            heard: 0,
            stage,
        };
        let mut change = Change::of(self);
        change.commands.extend(task.and_then(|task| command(&transaction, task, at)));
        change.put(transaction, at);
        change
    }
}

impl Change {
    fn of(deal: Deal) -> Self {
        Self { deal, touched: Vec::new(), entries: Vec::new(), commands: Vec::new(), news: None }
    }

    /// Puts a new or changed transaction into the deal and books what it moves.
    fn put(&mut self, transaction: Transaction, at: UnixTime) {
        let parties = self.deal.parties();
        let known = self.deal.transactions.iter_mut().find(|known| known.id == transaction.id);
        let before = known.as_deref();
        self.entries.extend(Entry::between(before, &transaction, parties, at));
        self.touched.push(transaction.id);
        match known {
            Some(known) => *known = transaction,
            None => self.deal.transactions.push(transaction),
        }
    }

    /// Moves the order on, and tells the provider if that says something.
    fn set_order(&mut self, stage: OrderStage) {
        if self.deal.order.stage != stage {
            self.deal.order.stage = stage;
            let says_something = !matches!(stage, OrderStage::Open | OrderStage::Paying(_));
            self.news = says_something.then_some(stage);
        }
    }
}

/// What the bank is to do about a transaction, if it is paid through a bank at all.
fn command(transaction: &Transaction, task: Task, at: UnixTime) -> Option<BankCommand> {
    let Means::Stored(means) = &transaction.means else { return None };
    Some(BankCommand {
        transaction: transaction.id,
        task,
        token: means.token.clone(),
        amount: transaction.amount,
        at,
    })
}
