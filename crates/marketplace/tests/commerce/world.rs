//! A small marketplace in memory: deals, the test bank, what it still has to say, and the ledger.
//! It does what a store does, and checks after every step what must always hold.

use std::collections::{BTreeMap, BTreeSet};

use freischalt_marketplace::{
    Change, Day, Deal, Language, Means, MethodId, Money, Order, OrderId, OrderStage, StoredMeans,
    SubscriptionId, Transaction, TransactionId, TransactionStage,
    bank::{Answer, BankCommand, INSTRUMENTS, Instrument, Notification, test_bank},
    deal::{Cancelled, NewTransaction, Noted, SubscriptionStage},
    ledger::{Account, Entry, Ledger, moved},
    order::{NewOrder, Placed},
    transaction::{TRANSITIONS, TransactionKind},
};
use freischalt_protocol::UnixTime;
use serde_json::json;

use crate::fixture::{self, NOW, facts};

/// A step. Numbers choose among what there is, modulo how much of it there is, so that every
/// sequence of steps can be run, whatever was left out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An order is placed; one of these carts may have been placed before.
    Place { cart: u8, abo: bool },
    /// An order is paid with one of the test bank's cards or accounts.
    Pay { deal: u8, instrument: u8 },
    /// An order of a regular customer is recorded.
    Settle { deal: u8 },
    /// The person closes the order.
    GiveUp { deal: u8 },
    /// The person answers on the bank's page.
    Answer { deal: u8, answer: u8 },
    /// The bank does the oldest thing it was asked to do.
    Bank,
    /// The marketplace hears something, in whatever order, perhaps once more later.
    Hear { which: u8, keep: bool },
    /// A payment is given back.
    Refund { deal: u8, transaction: u8 },
    /// Extra costs are asked for.
    AskForMore { deal: u8, transaction: u8 },
    /// A subscription is cancelled, so many days from now.
    Cancel { deal: u8, days: i8 },
    /// An instalment is billed, if one is due.
    Bill { deal: u8 },
    /// Seconds pass.
    Advance(u32),
    /// The process ends in the middle of the next step; nothing of it is kept, and it is done again.
    Crash,
}

#[derive(Clone, Default)]
pub struct World {
    /// Books everything of this stage twice: the mistake that the checks must find.
    sabotage: Option<&'static str>,
    now: i64,
    pub deals: Vec<Deal>,
    pub ledger: Ledger,
    intents: BTreeMap<(u8, bool), OrderId>,
    commands: Vec<BankCommand>,
    queue: Vec<Notification>,
    transactions: i64,
    subscriptions: i64,
    crashing: bool,
    /// What has happened; a model that never pays proves nothing.
    pub seen: BTreeSet<(&'static str, &'static str)>,
}

impl World {
    pub fn new(sabotage: Option<&'static str>) -> Self {
        Self { sabotage, ..Self::default() }
    }

    pub fn now(&self) -> UnixTime {
        NOW.plus(self.now)
    }

    /// Does a step; an error says which rule was broken.
    pub fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Place { cart, abo } => return self.place(cart % 8, abo),
            Step::Bank => self.bank(),
            Step::Hear { which, keep } => return self.hear(which, keep),
            Step::Advance(seconds) => self.now += i64::from(seconds),
            Step::Crash => self.crashing = true,
            Step::Pay { deal, .. }
            | Step::Settle { deal }
            | Step::GiveUp { deal }
            | Step::Answer { deal, .. }
            | Step::Refund { deal, .. }
            | Step::AskForMore { deal, .. }
            | Step::Cancel { deal, .. }
            | Step::Bill { deal } => {
                if self.deals.is_empty() {
                    return Ok(());
                }
                let fitting = self.fitting(step);
                let index = fitting[usize::from(deal) % fitting.len()];
                if self.crashing {
                    // What was decided is lost with the process; only the store counts.
                    drop(self.decide(index, step));
                    self.crashing = false;
                }
                if let Some(change) = self.decide(index, step) {
                    return self.write(index, change, None);
                }
            }
        }
        Ok(())
    }

    /// The deals that a step is likely to mean something to; all if there is none.
    fn fitting(&self, step: Step) -> Vec<usize> {
        let fits = |deal: &Deal| match step {
            Step::Answer { .. } => deal
                .transactions
                .iter()
                .any(|transaction| transaction.stage == TransactionStage::Authenticating),
            Step::Bill { .. } => deal.subscription.as_ref().is_some_and(|subscription| {
                subscription.next_due().is_some_and(|due| due <= self.now())
            }),
            _ => true,
        };
        let fitting: Vec<usize> =
            (0..self.deals.len()).filter(|index| fits(&self.deals[*index])).collect();
        if fitting.is_empty() { (0..self.deals.len()).collect() } else { fitting }
    }

    fn decide(&mut self, index: usize, step: Step) -> Option<Change> {
        let deal = self.deals[index].clone();
        let new = NewTransaction {
            id: TransactionId(TransactionId::FIRST.0 + self.transactions),
            subscription: SubscriptionId(1 + self.subscriptions),
            reference: format!("{:020}", self.transactions),
            fee_permille: 25,
        };
        let transaction = |number: u8| {
            let all = &deal.transactions;
            all.get(usize::from(number) % all.len().max(1)).map(|transaction| transaction.id)
        };
        let now = self.now();
        match step {
            Step::Pay { instrument, .. } => {
                let instrument = &INSTRUMENTS[usize::from(instrument) % INSTRUMENTS.len()];
                deal.pay(means(instrument), &new, now).ok()
            }
            Step::Settle { .. } => deal.settle(&new, now).ok(),
            Step::GiveUp { .. } => deal.give_up(now).ok(),
            Step::Answer { answer, .. } => {
                let answer =
                    [Answer::Confirm, Answer::Fail, Answer::Leave][usize::from(answer) % 3];
                let asked = deal
                    .transactions
                    .iter()
                    .find(|transaction| transaction.stage == TransactionStage::Authenticating);
                let id = asked?.id;
                deal.answer(id, answer, now).ok()
            }
            Step::Refund { transaction: number, .. } => {
                let id = transaction(number)?;
                deal.refund(id, &new, now).ok()
            }
            Step::AskForMore { transaction: number, .. } => {
                let (id, price) = (transaction(number)?, Money::from_cents(1250));
                let order = OrderId::new(2, number_bytes(self.deals.len()));
                let more = deal.ask_for_more(id, order, price, "Anfahrt", now, 1000).ok()?;
                self.deals.push(more);
                None
            }
            Step::Cancel { days, .. } => {
                let day = Day::of(now.plus(i64::from(days) * 86_400));
                match deal.cancel(day, now).ok()? {
                    Cancelled::Now(change) => Some(*change),
                    Cancelled::Before => None,
                }
            }
            Step::Bill { .. } => deal.bill(&new, now),
            _ => None,
        }
    }

    fn place(&mut self, cart: u8, abo: bool) -> Result<(), String> {
        let mut order = if abo { fixture::abo_order() } else { fixture::product_order() };
        order["callbackurl"] = json!(format!("https://provider.example/result?cart={cart}"));
        let before = self.intents.get(&(cart, abo)).copied();
        let known = before.and_then(|id| self.deals.iter().find(|deal| deal.order.id == id));
        let mut facts = facts();
        facts.before = known.map(|deal| deal.order.clone());
        let new = NewOrder {
            id: OrderId::new(1, number_bytes(self.deals.len())),
            ..fixture::new_order()
        };
        let placed =
            fixture::place_as(&order, new, facts, NOW).map_err(|refused| refused.to_string());
        match (placed?, before) {
            (Placed::Now(order), None) => {
                self.intents.insert((cart, abo), order.id);
                // Signed in the fixture's second, whenever it is placed.
                let (placed_at, expires) = (self.now(), self.now().plus(3600));
                self.deals.push(Deal::new(Order { placed_at, expires, ..order }));
                Ok(())
            }
            (Placed::Before(order), Some(id)) if order.id == id => Ok(()),
            other => Err(format!("two orders of one intent: {other:?}")),
        }
    }

    fn bank(&mut self) {
        if self.commands.is_empty() {
            return;
        }
        let command = self.commands.remove(0);
        let today = Day::of(command.at);
        let earlier = self
            .transactions()
            .filter(|transaction| {
                transaction.id < command.transaction
                    && !matches!(transaction.kind, TransactionKind::Refund(_))
                    && token(transaction) == Some(&command.token)
                    && Day::of(transaction.begun_at) == today
            })
            .count();
        let said = test_bank::respond(&command, u32::try_from(earlier).unwrap());
        self.queue.extend(said);
    }

    fn hear(&mut self, which: u8, keep: bool) -> Result<(), String> {
        if self.queue.is_empty() {
            return Ok(());
        }
        let index = usize::from(which) % self.queue.len();
        let heard = if keep { self.queue[index] } else { self.queue.remove(index) };
        let of = |deal: &Deal| deal.transaction(heard.transaction).is_some();
        let index = self.deals.iter().position(of).ok_or("heard of an unknown transaction")?;
        match self.deals[index].clone().notify(heard) {
            Noted::Applied(change) => self.write(index, *change, Some(heard)),
            Noted::Ignored(_) => Ok(()),
        }
    }

    /// Writes a change, as a store does, and checks it.
    fn write(
        &mut self,
        index: usize,
        change: Change,
        heard: Option<Notification>,
    ) -> Result<(), String> {
        let before = self.deals[index].clone();
        check_transitions(&before, &change, heard)?;
        for entry in &change.entries {
            if entry.sum() != Money::ZERO {
                return Err(format!("an entry adds up to {}", entry.sum()));
            }
            self.ledger.book(entry);
            if self.sabotage == Some(entry.stage) {
                self.ledger.book(entry);
            }
        }
        let newest = change.deal.transactions.iter().map(|transaction| transaction.id.0).max();
        let used = newest.map_or(0, |id| id - TransactionId::FIRST.0 + 1);
        self.transactions = self.transactions.max(used);
        let subscription = change.deal.subscription.as_ref().map(|known| known.id.0);
        self.subscriptions = self.subscriptions.max(subscription.unwrap_or_default());
        self.commands.extend(change.commands.iter().cloned());
        self.note(&change);
        self.deals[index] = change.deal;
        self.check_deal(index)?;
        self.check_ledger()
    }

    fn note(&mut self, change: &Change) {
        self.seen.insert(("order", change.deal.order.stage.as_str()));
        for id in &change.touched {
            let Some(transaction) = change.deal.transaction(*id) else { continue };
            let kind = match transaction.kind {
                TransactionKind::Payment => "payment",
                TransactionKind::Instalment(_) => "instalment",
                TransactionKind::Refund(_) => "refund",
            };
            self.seen.insert((kind, transaction.stage.as_str()));
        }
        self.seen.extend(change.commands.iter().map(|command| ("bank", command.task.as_str())));
    }

    fn transactions(&self) -> impl Iterator<Item = &Transaction> {
        self.deals.iter().flat_map(|deal| &deal.transactions)
    }

    fn check_ledger(&self) -> Result<(), String> {
        if self.ledger.sum() != Money::ZERO {
            return Err(format!("the ledger adds up to {}", self.ledger.sum()));
        }
        let mut expected = Ledger::default();
        let mut wallet = Money::ZERO;
        for deal in &self.deals {
            for transaction in &deal.transactions {
                let postings = moved(transaction, deal.parties());
                expected.book(&Entry { transaction: transaction.id, at: NOW, stage: "", postings });
                wallet = wallet + earned(transaction);
            }
        }
        let customer = Account::Customer(fixture::CUSTOMER);
        let provider = Account::Wallet(fixture::PROVIDER);
        for account in [customer, provider, Account::Clearing, Account::Fees] {
            if self.ledger.balance(account) != expected.balance(account) {
                return Err(format!("{account:?} is {}", self.ledger.balance(account)));
            }
        }
        if self.ledger.balance(provider) != wallet {
            return Err(format!("the wallet is not what was earned: {wallet}"));
        }
        Ok(())
    }

    fn check_deal(&self, index: usize) -> Result<(), String> {
        let deal = &self.deals[index];
        let took = |transaction: &&Transaction| {
            transaction.is_payment() && !moved(transaction, deal.parties()).is_empty()
        };
        if deal.transactions.iter().filter(took).count() > 1 {
            return Err("an order took money twice".into());
        }
        let ids: BTreeSet<_> = deal.transactions.iter().map(|known| known.id).collect();
        if ids.len() != deal.transactions.len() {
            return Err("two transactions of one id".into());
        }
        for payment in &deal.transactions {
            let refunds = deal.transactions.iter().filter(|refund| {
                refund.gives_back() == Some(payment.id)
                    && !matches!(refund.stage, TransactionStage::Failed { .. })
            });
            if refunds.count() > 1 {
                return Err("refunded twice".into());
            }
        }
        self.check_instalments(deal)?;
        self.check_callback(deal)
    }

    fn check_instalments(&self, deal: &Deal) -> Result<(), String> {
        let Some(subscription) = &deal.subscription else { return Ok(()) };
        let numbers: Vec<u32> = deal
            .transactions
            .iter()
            .filter_map(|transaction| match transaction.kind {
                TransactionKind::Instalment(number) => Some(number),
                _ => None,
            })
            .collect();
        let count = u32::try_from(numbers.len()).unwrap();
        if numbers != (2..2 + count).collect::<Vec<_>>() {
            return Err(format!("instalments out of order: {numbers:?}"));
        }
        if let SubscriptionStage::Ending { until, .. } = subscription.stage {
            // Whatever was debited before it was cancelled stands.
            let due = subscription.next_due();
            if due.is_some_and(|due| Day::of(due) >= until) {
                return Err("something is due after the end".into());
            }
        }
        Ok(())
    }

    fn check_callback(&self, deal: &Deal) -> Result<(), String> {
        let status = deal.callback(Language::En).map(|result| result.parameters()[0].1.clone());
        let expected: &[Option<&str>] = match deal.order.stage {
            OrderStage::Open => &[None],
            OrderStage::Paying(_) | OrderStage::InProcess(_) => &[Some("inprocess")],
            OrderStage::Paid(_) | OrderStage::Settled(_) => &[Some("success")],
            OrderStage::Returned(_) => &[Some("error")],
            // Its payment may have come and gone back since.
            OrderStage::GivenUp(_) => &[None, Some("error")],
        };
        if expected.contains(&status.as_deref()) {
            return Ok(());
        }
        Err(format!("{:?} is told as {status:?}", deal.order.stage))
    }
}

/// What a transaction has brought the provider, told once more in other words than the ledger's.
fn earned(transaction: &Transaction) -> Money {
    let net = transaction.amount - transaction.fee;
    match (transaction.gives_back().is_some(), transaction.stage.as_str()) {
        (false, "paid" | "refunding" | "refunded") => net,
        (true, "submitted" | "inprocess" | "paid") => -transaction.amount,
        _ => Money::ZERO,
    }
}

/// Each transaction changes as the table says, or as one of our own decisions does.
fn check_transitions(
    before: &Deal,
    change: &Change,
    heard: Option<Notification>,
) -> Result<(), String> {
    for id in &change.touched {
        let after = change.deal.transaction(*id).ok_or("touched what is not there")?;
        let old = before.transaction(*id).map(|old| old.stage.as_str());
        let step = (old, heard.map(|heard| heard.event.as_str()), after.stage.as_str());
        let fine = match step {
            (None, None, "submitted" | "settled") => true,
            (Some("paid"), None, "refunding") => true,
            (Some("refunding"), Some("captured"), "refunded") => true,
            (Some("refunding"), Some("declined"), "paid") => true,
            (Some(from), Some(event), to) => TRANSITIONS.contains(&(from, event, to)),
            _ => false,
        };
        if !fine {
            return Err(format!("not in the table: {step:?}"));
        }
    }
    Ok(())
}

fn means(instrument: &Instrument) -> StoredMeans {
    StoredMeans {
        method: MethodId(1),
        kind: instrument.kind,
        token: instrument.token.to_owned(),
        label: instrument.label(),
    }
}

fn token(transaction: &Transaction) -> Option<&str> {
    match &transaction.means {
        Means::Stored(means) => Some(&means.token),
        Means::Directly => None,
    }
}

fn number_bytes(number: usize) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
    bytes
}
