//! Deals, transactions, subscriptions and balances, as they are shown.

use freischalt_database::{Row, Transaction as Tx};
use freischalt_marketplace::{
    CustomerId, Deal, Money, Order, OrderId, ProviderId, Subscription, Transaction, TransactionId,
    ledger::Account,
};
use freischalt_protocol::UnixTime;
use uuid::Uuid;

use super::{DealRef, account_columns, digest, locate, rows};
use crate::{Store, StoreError};

/// A transaction as its provider sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderTransaction {
    /// The order that it belongs to.
    pub order: Order,
    /// `customerName`.
    pub customer_name: String,
    /// The transaction.
    pub transaction: Transaction,
}

/// A subscription as its provider sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSubscription {
    /// The order that began it.
    pub order: Order,
    /// `customerName`.
    pub customer_name: String,
    /// The subscription.
    pub subscription: Subscription,
}

/// Which orders; all that is given must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderFilter {
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// From this provider.
    pub provider: Option<ProviderId>,
}

impl From<CustomerId> for OrderFilter {
    fn from(customer: CustomerId) -> Self {
        Self { customer: Some(customer), provider: None }
    }
}

impl Store {
    /// A deal.
    pub async fn deal(&self, deal: DealRef) -> Result<Option<Deal>, StoreError> {
        self.database
            .read(move |tx| {
                let Some((customer, order)) = locate(tx, deal)? else { return Ok(None) };
                find(tx, customer, order)
            })
            .await
    }

    /// The deal of a link for a subsequent payment.
    pub async fn deal_of_link(&self, token: &str) -> Result<Option<Deal>, StoreError> {
        let digest = digest(token);
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT customer_id, order_id FROM payment_links WHERE token_digest = ?1",
                    &[&digest],
                )?;
                let Some(row) = row else { return Ok(None) };
                let (customer, order) = address(&row)?;
                find(tx, customer, order)
            })
            .await
    }

    /// The orders of a customer, the newest first.
    pub async fn orders(
        &self,
        filter: impl Into<OrderFilter>,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        let OrderFilter { customer, provider } = filter.into();
        self.database
            .read(move |tx| {
                let provider = provider.map(|id| id.0);
                let found = match customer {
                    // Said apart, so that a customer's orders are found by the leading key.
                    Some(customer) => {
                        let sql = concat!(
                            "SELECT ",
                            rows::order_columns!(),
                            " FROM orders o
                             WHERE o.customer_id = ?1 AND (?2 IS NULL OR o.provider_id = ?2)
                             ORDER BY o.order_id DESC LIMIT ?3"
                        );
                        tx.query(sql, &[&customer.0, &provider, &limit])?
                    }
                    None => {
                        let sql = concat!(
                            "SELECT ",
                            rows::order_columns!(),
                            " FROM orders o WHERE ?1 IS NULL OR o.provider_id = ?1
                             ORDER BY o.order_id DESC LIMIT ?2"
                        );
                        tx.query(sql, &[&provider, &limit])?
                    }
                };
                found.iter().map(rows::read_order).collect()
            })
            .await
    }

    /// Whose an order is.
    pub async fn customer_of_order(
        &self,
        order: OrderId,
    ) -> Result<Option<CustomerId>, StoreError> {
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT customer_id FROM orders WHERE order_id = ?1",
                    &[order.0.as_bytes()],
                )?;
                Ok(row.map(|row| row.get("customer_id")).transpose()?.map(CustomerId))
            })
            .await
    }

    /// What has happened to an order: when, to which transaction if not to the order itself, and
    /// the stage it brought about.
    pub async fn order_history(
        &self,
        customer: CustomerId,
        order: OrderId,
    ) -> Result<Vec<(UnixTime, Option<TransactionId>, String)>, StoreError> {
        self.database
            .read(move |tx| {
                let found = tx.query(
                    "SELECT at, transaction_id, stage FROM order_history
                     WHERE customer_id = ?1 AND order_id = ?2 ORDER BY seq",
                    &[&customer.0, order.0.as_bytes()],
                )?;
                let entry = |row: &Row| {
                    let transaction: Option<i64> = row.get("transaction_id")?;
                    let at = UnixTime(row.get("at")?);
                    Ok((at, transaction.map(TransactionId), row.get("stage")?))
                };
                found.iter().map(entry).collect()
            })
            .await
    }

    /// The transactions of a provider before this one, the newest first.
    pub async fn provider_transactions(
        &self,
        provider: ProviderId,
        before: TransactionId,
        limit: u32,
    ) -> Result<Vec<ProviderTransaction>, StoreError> {
        self.database
            .read(move |tx| {
                // Both tables have columns of the same name, so each is read for itself.
                let sql = concat!(
                    "SELECT ",
                    rows::transaction_columns!(),
                    " FROM transactions t
                     WHERE t.provider_id = ?1 AND t.transaction_id < ?2
                     ORDER BY t.transaction_id DESC LIMIT ?3"
                );
                let found = tx.query(sql, &[&provider.0, &before.0, &limit])?;
                let mut all = Vec::with_capacity(found.len());
                for row in &found {
                    let (customer, order) = address(row)?;
                    let Some((order, customer_name)) = named_order(tx, customer, order)? else {
                        continue;
                    };
                    let transaction = rows::read_transaction(row)?;
                    all.push(ProviderTransaction { order, customer_name, transaction });
                }
                Ok(all)
            })
            .await
    }

    /// The subscriptions of a provider, the newest first.
    pub async fn provider_subscriptions(
        &self,
        provider: ProviderId,
        limit: u32,
    ) -> Result<Vec<ProviderSubscription>, StoreError> {
        self.database
            .read(move |tx| {
                let sql = concat!(
                    "SELECT ",
                    rows::subscription_columns!(),
                    " FROM subscriptions s WHERE s.provider_id = ?1
                     ORDER BY s.subscription_id DESC LIMIT ?2"
                );
                let found = tx.query(sql, &[&provider.0, &limit])?;
                let mut all = Vec::with_capacity(found.len());
                for row in &found {
                    let (customer, order) = address(row)?;
                    let Some((order, customer_name)) = named_order(tx, customer, order)? else {
                        continue;
                    };
                    let subscription = rows::read_subscription(row)?;
                    all.push(ProviderSubscription { order, customer_name, subscription });
                }
                Ok(all)
            })
            .await
    }

    /// The balance of an account of the ledger.
    pub async fn balance(&self, account: Account) -> Result<Money, StoreError> {
        let (account, party) = account_columns(account);
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS balance FROM postings
                     WHERE account = ?1 AND party = ?2",
                    &[&account, &party],
                )?;
                let cents = row.map_or(Ok(0), |row| row.get("balance"))?;
                Ok(Money::from_cents(cents))
            })
            .await
    }

    /// What all postings add up to: zero, or something is broken.
    pub async fn ledger_sum(&self) -> Result<Money, StoreError> {
        self.database
            .read(|tx| {
                let row = tx.query_opt(
                    "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS balance FROM postings",
                    &[],
                )?;
                let cents = row.map_or(Ok(0), |row| row.get("balance"))?;
                Ok(Money::from_cents(cents))
            })
            .await
    }
}

fn find(tx: &mut Tx<'_>, customer: CustomerId, order: OrderId) -> Result<Option<Deal>, StoreError> {
    match named_order(tx, customer, order)? {
        Some((order, _)) => complete(tx, order).map(Some),
        None => Ok(None),
    }
}

fn named_order(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    id: OrderId,
) -> Result<Option<(Order, String)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        rows::order_columns!(),
        ", c.name AS customer_name FROM orders o JOIN customers c ON c.customer_id = o.customer_id
         WHERE o.customer_id = ?1 AND o.order_id = ?2"
    );
    let row = tx.query_opt(sql, &[&customer.0, id.0.as_bytes()])?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((rows::read_order(&row)?, row.get("customer_name")?)))
}

/// Adds to an order what belongs to it.
pub(super) fn complete(tx: &mut Tx<'_>, order: Order) -> Result<Deal, StoreError> {
    let (customer, id) = (order.customer.0, order.id.0);
    let sql = concat!(
        "SELECT ",
        rows::transaction_columns!(),
        " FROM transactions t WHERE t.customer_id = ?1 AND t.order_id = ?2
         ORDER BY t.transaction_id"
    );
    let transactions = tx.query(sql, &[&customer, id.as_bytes()])?;
    let sql = concat!(
        "SELECT ",
        rows::subscription_columns!(),
        " FROM subscriptions s WHERE s.customer_id = ?1 AND s.order_id = ?2"
    );
    let subscription = tx.query_opt(sql, &[&customer, id.as_bytes()])?;
    Ok(Deal {
        order,
        subscription: subscription.as_ref().map(rows::read_subscription).transpose()?,
        transactions: transactions.iter().map(rows::read_transaction).collect::<Result<_, _>>()?,
    })
}

/// The customer and order that a row names.
pub(super) fn address(row: &Row) -> Result<(CustomerId, OrderId), StoreError> {
    let order = Uuid::from_bytes(row.get("order_id")?);
    Ok((CustomerId(row.get("customer_id")?), OrderId(order)))
}
