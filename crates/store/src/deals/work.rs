//! What goes on by itself: the bank's commands, what it says, and instalments that are due.
//!
//! Each step is one transaction, and finds by itself what is next; a process that ends between two
//! steps leaves nothing half done, and another one goes on.

use freischalt_database::{Row, Transaction as Tx};
use freischalt_marketplace::{
    CustomerId, Day, Money, OrderId, TransactionId,
    bank::{BankCommand, Notification, Reason, Task},
    deal::{Deal, NewTransaction, Noted},
    transaction::BankEvent,
};
use freischalt_protocol::UnixTime;

use super::{find_deal, next_ids, reading, rows, write_change};
use crate::{Store, StoreError};

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// Nothing is due.
    Nothing,
    /// The bank did something that it was asked to do.
    Bank(TransactionId),
    /// The bank said something; whether that changed anything.
    Heard(TransactionId, bool),
    /// An instalment was billed.
    Billed(TransactionId),
}

impl Store {
    /// Orders for which something is due.
    pub async fn due_orders(
        &self,
        now: UnixTime,
        limit: u32,
    ) -> Result<Vec<(CustomerId, OrderId)>, StoreError> {
        self.database
            .read(move |tx| {
                let found = tx.query(
                    "SELECT customer_id, order_id FROM bank_commands
                     WHERE NOT done AND at <= ?1
                     UNION
                     SELECT customer_id, order_id FROM bank_notifications
                     WHERE NOT heard AND due <= ?1
                     UNION
                     SELECT customer_id, order_id FROM subscriptions WHERE next_due <= ?1
                     LIMIT ?2",
                    &[&now.0, &limit],
                )?;
                found.iter().map(reading::address).collect()
            })
            .await
    }

    /// Does the next thing that is due for an order: what the bank was asked for comes first, then
    /// what it says, then instalments. `bank` is the payment port; it is given the command and how
    /// often the card has paid that day. `reference` becomes part of an instalment, if one is
    /// billed.
    pub async fn step_order(
        &self,
        customer: CustomerId,
        order: OrderId,
        now: UnixTime,
        reference: String,
        fee_permille: u16,
        mut bank: impl FnMut(&BankCommand, u32) -> Vec<Notification> + Send + 'static,
    ) -> Result<Stepped, StoreError> {
        self.database
            .write(move |tx| {
                let Some(deal) = find_deal(tx, customer, order)? else {
                    return Ok(Stepped::Nothing);
                };
                if let Some(command) = next_command(tx, &deal, now)? {
                    let earlier = charges_that_day(tx, customer, &command)?;
                    for said in bank(&command, earlier) {
                        keep(tx, &deal, &said)?;
                    }
                    done(tx, customer, &command)?;
                    return Ok(Stepped::Bank(command.transaction));
                }
                if let Some((seq, heard)) = next_notification(tx, &deal, now)? {
                    tx.execute(
                        "UPDATE bank_notifications SET heard = TRUE
                         WHERE customer_id = ?1 AND transaction_id = ?2 AND seq = ?3",
                        &[&customer.0, &heard.transaction.0, &seq],
                    )?;
                    let noted = deal.notify(heard);
                    if let Noted::Applied(change) = &noted {
                        write_change(tx, change, heard.at)?;
                    }
                    let counts = matches!(noted, Noted::Applied(_));
                    return Ok(Stepped::Heard(heard.transaction, counts));
                }
                bill(tx, deal, now, reference.clone(), fee_permille)
            })
            .await
    }
}

fn bill(
    tx: &mut Tx<'_>,
    deal: Deal,
    now: UnixTime,
    reference: String,
    fee_permille: u16,
) -> Result<Stepped, StoreError> {
    let due = deal.subscription.as_ref().and_then(|subscription| subscription.next_due());
    let Some(due) = due.filter(|due| *due <= now) else { return Ok(Stepped::Nothing) };
    let (id, subscription) = next_ids(tx)?;
    let new = NewTransaction { id, subscription, reference, fee_permille };
    let Some(change) = deal.bill(&new, now) else { return Ok(Stepped::Nothing) };
    write_change(tx, &change, due)?;
    Ok(Stepped::Billed(id))
}

fn next_command(
    tx: &mut Tx<'_>,
    deal: &Deal,
    now: UnixTime,
) -> Result<Option<BankCommand>, StoreError> {
    let row = tx.query_opt(
        "SELECT transaction_id, task, token, amount, at FROM bank_commands
         WHERE customer_id = ?1 AND order_id = ?2 AND NOT done AND at <= ?3
         ORDER BY at, transaction_id LIMIT 1",
        &[&deal.order.customer.0, deal.order.id.0.as_bytes(), &now.0],
    )?;
    row.as_ref().map(read_command).transpose()
}

fn read_command(row: &Row) -> Result<BankCommand, StoreError> {
    let task: String = row.get("task")?;
    let problem = "the task is none";
    Ok(BankCommand {
        transaction: TransactionId(row.get("transaction_id")?),
        task: Task::parse(&task).ok_or(StoreError::Corrupt { table: "bank_commands", problem })?,
        token: row.get("token")?,
        amount: Money::from_cents(row.get("amount")?),
        at: UnixTime(row.get("at")?),
    })
}

fn done(tx: &mut Tx<'_>, customer: CustomerId, command: &BankCommand) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE bank_commands SET done = TRUE
         WHERE customer_id = ?1 AND transaction_id = ?2 AND task = ?3",
        &[&customer.0, &command.transaction.0, &command.task.as_str()],
    )?;
    Ok(())
}

/// How often the stored card of a command was charged earlier on the same day.
fn charges_that_day(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    command: &BankCommand,
) -> Result<u32, StoreError> {
    let begin = Day::of(command.at).begin();
    let row = tx.query_opt(
        "SELECT COUNT(*) AS charges FROM transactions t
         JOIN transactions this ON this.customer_id = t.customer_id
             AND this.transaction_id = ?2 AND this.method_id = t.method_id
             AND this.token = t.token
         WHERE t.customer_id = ?1 AND t.kind <> 'refund' AND t.transaction_id < ?2
             AND t.begun_at >= ?3 AND t.begun_at < ?4",
        &[&customer.0, &command.transaction.0, &begin.0, &begin.plus(86_400).0],
    )?;
    let count: i64 = row.map_or(Ok(0), |row| row.get("charges"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

fn keep(tx: &mut Tx<'_>, deal: &Deal, said: &Notification) -> Result<(), StoreError> {
    let customer = deal.order.customer.0;
    let newest = tx.query_opt(
        "SELECT COALESCE(MAX(seq), 0) AS newest FROM bank_notifications
         WHERE customer_id = ?1 AND transaction_id = ?2",
        &[&customer, &said.transaction.0],
    )?;
    let seq = 1 + newest.map_or(Ok(0), |row| row.get::<i64>("newest"))?;
    tx.execute(
        "INSERT INTO bank_notifications
             (customer_id, transaction_id, seq, order_id, number, due, event, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            &customer,
            &said.transaction.0,
            &seq,
            deal.order.id.0.as_bytes(),
            &said.number,
            &said.at.0,
            &said.event.as_str(),
            &said.event.reason().map(Reason::as_str),
        ],
    )?;
    Ok(())
}

fn next_notification(
    tx: &mut Tx<'_>,
    deal: &Deal,
    now: UnixTime,
) -> Result<Option<(i64, Notification)>, StoreError> {
    let row = tx.query_opt(
        "SELECT transaction_id, seq, number, due, event, reason FROM bank_notifications
         WHERE customer_id = ?1 AND order_id = ?2 AND NOT heard AND due <= ?3
         ORDER BY due, transaction_id, seq LIMIT 1",
        &[&deal.order.customer.0, deal.order.id.0.as_bytes(), &now.0],
    )?;
    let Some(row) = row else { return Ok(None) };
    let heard = Notification {
        transaction: TransactionId(row.get("transaction_id")?),
        number: rows::small(row.get("number")?)?,
        at: UnixTime(row.get("due")?),
        event: read_event(&row)?,
    };
    Ok(Some((row.get("seq")?, heard)))
}

fn read_event(row: &Row) -> Result<BankEvent, StoreError> {
    let event: String = row.get("event")?;
    let reason: Option<String> = row.get("reason")?;
    match (event.as_str(), reason.as_deref().and_then(Reason::parse)) {
        ("challenge", _) => Ok(BankEvent::ChallengeRequired),
        ("accepted", _) => Ok(BankEvent::Accepted),
        ("captured", _) => Ok(BankEvent::Captured),
        ("declined", Some(reason)) => Ok(BankEvent::Declined(reason)),
        ("returned", Some(reason)) => Ok(BankEvent::Returned(reason)),
        _ => Err(StoreError::Corrupt {
            table: "bank_notifications",
            problem: "the event is none, or lacks its reason",
        }),
    }
}
