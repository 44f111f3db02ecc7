//! Orders with their payments: deciding and writing in one transaction, and reading.
//!
//! A deal is locked by the row of its order, so that whatever happens to one order happens one
//! after the other, in whatever process. What a decision changes, books, asks of the bank and
//! tells the provider is written together or not at all.

mod reading;
mod rows;
mod work;

use freischalt_database::{DatabaseError, Transaction as Tx};
use freischalt_marketplace::{
    Activation, Change, CustomerId, Deal, Money, Order, OrderId, OrderStage, ParameterCacheId,
    PayAccount, ProviderId, SubscriptionId, TransactionId, User, UserId,
    ledger::{Account, Entry},
    order::{EntryFacts, IntakeFacts, Intent, Origin, Placed},
    provider::Accepted,
    service::UserRight,
};
use freischalt_protocol::UnixTime;
use sha2::{Digest, Sha256};

pub use reading::{OrderFilter, ProviderSubscription, ProviderTransaction};
pub(crate) use rows::{means_kind, read_means_kind};
pub use work::Stepped;

use crate::{
    Decided, Store, StoreError,
    accounts::{find_accounts, find_right},
    activations::{Target, find_run},
    deliveries, directory,
};

/// What placing an order is decided on.
#[derive(Clone, Debug)]
pub struct OrderScope {
    /// Whose window it was.
    pub customer: CustomerId,
    /// Whose service was in it.
    pub provider: ProviderId,
    /// Who sat before it.
    pub user: UserId,
    /// What makes the order the same as another.
    pub intent: Intent,
    /// The parameter cache entry that it names.
    pub entry: Option<ParameterCacheId>,
}

/// Which deal.
#[derive(Clone, Copy, Debug)]
pub enum DealRef {
    /// That of an order.
    Order(CustomerId, OrderId),
    /// That of a transaction.
    Transaction(TransactionId),
    /// That of a subscription.
    Subscription(SubscriptionId),
}

/// What is decided on.
#[derive(Clone, Copy, Debug)]
pub struct DealScope {
    /// The deal.
    pub deal: DealRef,
    /// The user whose accounts are read; without one, the buyer.
    pub user: Option<UserId>,
}

/// What is true at the moment of the decision.
#[derive(Clone, Debug)]
pub struct DealFacts {
    /// The deal.
    pub deal: Deal,
    /// The id that a new transaction gets.
    pub next_transaction: TransactionId,
    /// The id that a new subscription gets.
    pub next_subscription: SubscriptionId,
    /// Whether the customer exists and is switched on.
    pub customer_active: bool,
    /// The user of the scope, or the buyer.
    pub user: Option<User>,
    /// Whether that user has the right to use the provider one by one.
    pub right: UserRight,
    /// The customer's accounts for payments.
    pub accounts: Vec<PayAccount>,
    /// The run of the activation that is live, if there is one.
    pub activation: Option<Activation>,
    /// The payment methods that the provider takes.
    pub accepted: Accepted,
}

/// What a rule decided about a deal.
#[derive(Debug)]
pub struct DealVerdict<T> {
    /// What to write; `None` if nothing changes.
    pub change: Option<Change>,
    /// For the caller.
    pub outcome: T,
}

impl Store {
    /// Takes an order in. Of many at once with the same intent, one is new and the others find it.
    pub async fn place_order<E: Send + 'static>(
        &self,
        scope: OrderScope,
        mut rule: impl FnMut(IntakeFacts) -> Result<Placed, E> + Send + 'static,
    ) -> Result<Placed, Decided<E>> {
        let vault = self.vault.clone();
        self.database
            .write(move |tx| {
                let facts = IntakeFacts {
                    before: order_of_intent(tx, &scope)?,
                    entry: find_entry(tx, &vault, &scope)?,
                    customer_active: directory::is_active(tx, scope.customer)?,
                    user: directory::find_user(tx, scope.customer, scope.user)?,
                    right: find_right(tx, scope.customer, scope.provider, scope.user)?,
                };
                let placed = rule(facts).map_err(Decided::Refused)?;
                if let Placed::Now(order) = &placed {
                    rows::insert_order(tx, order)?;
                    note(tx, order, None, order.stage.as_str(), order.placed_at)?;
                }
                Ok(placed)
            })
            .await
    }

    /// Reads a deal with what belongs to it, lets `rule` decide on it and writes what it decides,
    /// in one transaction. `None` if there is no such deal.
    pub async fn decide_deal<T: Send + 'static, E: Send + 'static>(
        &self,
        scope: DealScope,
        now: UnixTime,
        mut rule: impl FnMut(DealFacts) -> Result<DealVerdict<T>, E> + Send + 'static,
    ) -> Result<Option<T>, Decided<E>> {
        let vault = self.vault.clone();
        self.database
            .write(move |tx| {
                let Some((customer, order)) = locate(tx, scope.deal)? else { return Ok(None) };
                let Some(deal) = find_deal(tx, customer, order)? else { return Ok(None) };
                let (next_transaction, next_subscription) = next_ids(tx)?;
                let user = scope.user.unwrap_or(deal.order.user);
                let facts = DealFacts {
                    next_transaction,
                    next_subscription,
                    customer_active: directory::is_active(tx, customer)?,
                    user: directory::find_user(tx, customer, user)?,
                    right: find_right(tx, customer, deal.order.provider, user)?,
                    accounts: find_accounts(tx, customer)?,
                    activation: find_run(tx, &vault, customer, Target::Live(deal.order.provider))?,
                    accepted: directory::find_commerce(tx, deal.order.provider)?.accepted,
                    deal,
                };
                let verdict = rule(facts).map_err(Decided::Refused)?;
                if let Some(change) = &verdict.change {
                    write_change(tx, change, now)?;
                }
                Ok(Some(verdict.outcome))
            })
            .await
    }

    /// Makes a deal of its own for extra costs of a payment, found by the token of its link.
    /// `None` if there is no such transaction.
    pub async fn create_payment_link<E: Send + 'static>(
        &self,
        transaction: TransactionId,
        token: &str,
        mut rule: impl FnMut(Deal) -> Result<Deal, E> + Send + 'static,
    ) -> Result<Option<Deal>, Decided<E>> {
        let digest = digest(token);
        self.database
            .write(move |tx| {
                let found = locate(tx, DealRef::Transaction(transaction))?;
                let Some((customer, order)) = found else { return Ok(None) };
                let Some(deal) = find_deal(tx, customer, order)? else { return Ok(None) };
                let more = rule(deal).map_err(Decided::Refused)?;
                let order = &more.order;
                rows::insert_order(tx, order)?;
                note(tx, order, None, order.stage.as_str(), order.placed_at)?;
                tx.execute(
                    "INSERT INTO payment_links (token_digest, customer_id, order_id)
                     VALUES (?1, ?2, ?3)",
                    &[&digest, &order.customer.0, order.id.0.as_bytes()],
                )?;
                Ok(Some(more))
            })
            .await
    }
}

/// Writes a change whole: the deal, the ledger, the bank's commands, history and news.
fn write_change(tx: &mut Tx<'_>, change: &Change, now: UnixTime) -> Result<(), StoreError> {
    let order = &change.deal.order;
    rows::update_order(tx, order)?;
    if let Some(subscription) = &change.deal.subscription {
        rows::write_subscription(tx, order, subscription)?;
        count(tx, "subscription", subscription.id.0)?;
    }
    for id in &change.touched {
        let Some(transaction) = change.deal.transaction(*id) else { continue };
        rows::write_transaction(tx, order, transaction)?;
        count(tx, "transaction", id.0)?;
        note(tx, order, Some(*id), transaction.stage.as_str(), now)?;
    }
    for entry in &change.entries {
        book(tx, order.customer, entry)?;
    }
    for command in &change.commands {
        // The same task of the same transaction is there once, however often it is asked for.
        tx.execute(
            "INSERT INTO bank_commands
                 (customer_id, transaction_id, order_id, task, token, amount, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO NOTHING",
            &[
                &order.customer.0,
                &command.transaction.0,
                order.id.0.as_bytes(),
                &command.task.as_str(),
                &command.token,
                &command.amount.cents(),
                &command.at.0,
            ],
        )?;
    }
    if let Some(stage) = change.news {
        let number = note(tx, order, stage.transaction(), stage.as_str(), now)?;
        deliveries::announce(tx, order, number, now)?;
    }
    Ok(())
}

/// Appends to the history of an order; the number of the new entry.
fn note(
    tx: &mut Tx<'_>,
    order: &Order,
    transaction: Option<TransactionId>,
    stage: &'static str,
    at: UnixTime,
) -> Result<i64, StoreError> {
    let newest = tx.query_opt(
        "SELECT COALESCE(MAX(seq), 0) AS newest FROM order_history
         WHERE customer_id = ?1 AND order_id = ?2",
        &[&order.customer.0, order.id.0.as_bytes()],
    )?;
    let seq = 1 + newest.map_or(Ok(0), |row| row.get::<i64>("newest"))?;
    tx.execute(
        "INSERT INTO order_history (customer_id, order_id, seq, at, transaction_id, stage)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            &order.customer.0,
            order.id.0.as_bytes(),
            &seq,
            &at.0,
            &transaction.map(|id| id.0),
            &stage,
        ],
    )?;
    Ok(seq)
}

/// Books an entry, and only one that adds up to zero.
fn book(tx: &mut Tx<'_>, customer: CustomerId, entry: &Entry) -> Result<(), StoreError> {
    if entry.sum() != Money::ZERO {
        let problem = "an entry does not add up to zero";
        return Err(StoreError::Corrupt { table: "postings", problem });
    }
    let newest = tx.query_opt(
        "SELECT COALESCE(MAX(entry), 0) AS newest FROM postings
         WHERE customer_id = ?1 AND transaction_id = ?2",
        &[&customer.0, &entry.transaction.0],
    )?;
    let number = 1 + newest.map_or(Ok(0), |row| row.get::<i64>("newest"))?;
    for posting in &entry.postings {
        let (account, party) = account_columns(posting.account);
        tx.execute(
            "INSERT INTO postings
                 (customer_id, transaction_id, entry, account, party, at, stage, amount)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            &[
                &customer.0,
                &entry.transaction.0,
                &number,
                &account,
                &party,
                &entry.at.0,
                &entry.stage,
                &posting.amount.cents(),
            ],
        )?;
    }
    Ok(())
}

const fn account_columns(account: Account) -> (&'static str, i64) {
    match account {
        Account::Customer(id) => ("customer", id.0),
        Account::Clearing => ("clearing", 0),
        Account::Wallet(id) => ("wallet", id.0),
        Account::Fees => ("fees", 0),
    }
}

/// The ids that are given out next; nobody else gets them before this transaction ends.
fn next_ids(tx: &mut Tx<'_>) -> Result<(TransactionId, SubscriptionId), StoreError> {
    let rows = tx.query_for_update("SELECT name, value FROM counters ORDER BY name", &[])?;
    let next = |wanted: &str| {
        for row in &rows {
            if row.get::<String>("name")? == wanted {
                return Ok(1 + row.get::<i64>("value")?);
            }
        }
        Err(StoreError::Corrupt { table: "counters", problem: "a counter is missing" })
    };
    Ok((TransactionId(next("transaction")?), SubscriptionId(next("subscription")?)))
}

/// Remembers that an id was given out.
fn count(tx: &mut Tx<'_>, name: &'static str, id: i64) -> Result<(), DatabaseError> {
    tx.execute("UPDATE counters SET value = ?2 WHERE name = ?1 AND value < ?2", &[&name, &id])?;
    Ok(())
}

/// The customer and order of a deal.
fn locate(tx: &mut Tx<'_>, deal: DealRef) -> Result<Option<(CustomerId, OrderId)>, StoreError> {
    let row = match deal {
        DealRef::Order(customer, order) => return Ok(Some((customer, order))),
        DealRef::Transaction(id) => tx.query_opt(
            "SELECT customer_id, order_id FROM transactions WHERE transaction_id = ?1",
            &[&id.0],
        )?,
        DealRef::Subscription(id) => tx.query_opt(
            "SELECT customer_id, order_id FROM subscriptions WHERE subscription_id = ?1",
            &[&id.0],
        )?,
    };
    row.as_ref().map(reading::address).transpose()
}

/// A deal, locked until the transaction ends.
fn find_deal(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    id: OrderId,
) -> Result<Option<Deal>, StoreError> {
    let sql = concat!(
        "SELECT ",
        rows::order_columns!(),
        " FROM orders o WHERE o.customer_id = ?1 AND o.order_id = ?2"
    );
    let found = tx.query_for_update(sql, &[&customer.0, id.0.as_bytes()])?;
    let Some(row) = found.first() else { return Ok(None) };
    let order = rows::read_order(row)?;
    Ok(Some(reading::complete(tx, order)?))
}

fn order_of_intent(tx: &mut Tx<'_>, scope: &OrderScope) -> Result<Option<Order>, StoreError> {
    let sql = concat!(
        "SELECT ",
        rows::order_columns!(),
        " FROM orders o WHERE o.customer_id = ?1 AND o.provider_id = ?2 AND o.intent = ?3"
    );
    let row = tx.query_opt(sql, &[&scope.customer.0, &scope.provider.0, &scope.intent.as_str()])?;
    row.as_ref().map(rows::read_order).transpose()
}

fn find_entry(
    tx: &mut Tx<'_>,
    vault: &freischalt_database::Vault,
    scope: &OrderScope,
) -> Result<Option<EntryFacts>, StoreError> {
    let Some(id) = scope.entry else { return Ok(None) };
    let row = tx.query_opt(
        "SELECT activation_id, user_id, expires FROM parameter_cache
         WHERE customer_id = ?1 AND parameter_cache_id = ?2",
        &[&scope.customer.0, id.0.as_bytes()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let run = uuid::Uuid::from_bytes(row.get("activation_id")?);
    let target = Target::Run(freischalt_marketplace::ActivationId(run));
    let Some(activation) = find_run(tx, vault, scope.customer, target)? else { return Ok(None) };
    Ok(Some(EntryFacts {
        id,
        user: UserId(row.get("user_id")?),
        expires: UnixTime(row.get("expires")?),
        activation,
    }))
}

/// What is kept of a link's token.
fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Whether the result of an order says something to its provider.
pub(crate) const fn is_told(order: &Order) -> bool {
    matches!(order.origin, Origin::Shop { .. })
        && !matches!(order.stage, OrderStage::Open | OrderStage::GivenUp(None))
}
