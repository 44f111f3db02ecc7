//! Between orders, transactions and subscriptions, and their columns.

use freischalt_database::{Row, Transaction as Tx};
use freischalt_marketplace::{
    ActivationId, CustomerId, Day, MethodId, Money, Order, OrderId, OrderStage, ParameterCacheId,
    ProviderId, Subscription, SubscriptionId, Transaction, TransactionId, TransactionStage, UserId,
    bank::Reason,
    deal::SubscriptionStage,
    order::{CallbackUrl, Intent, Origin},
    transaction::{Means, MeansKind, StoredMeans, TransactionKind},
};
use freischalt_protocol::UnixTime;
use uuid::Uuid;

use crate::StoreError;

fn corrupt(table: &'static str, problem: &'static str) -> StoreError {
    StoreError::Corrupt { table, problem }
}

/// The columns that [`read_order`] needs.
macro_rules! order_columns {
    () => {
        "o.customer_id, o.order_id, o.provider_id, o.user_id, o.activation_id,
         o.parameter_cache_id, o.intent, o.callback, o.of_transaction, o.goods, o.amount,
         o.placed_at, o.expires, o.stage, o.transaction_id"
    };
}
pub(super) use order_columns;

pub(super) fn insert_order(tx: &mut Tx<'_>, order: &Order) -> Result<(), StoreError> {
    let (activation, entry, intent, callback, of) = match &order.origin {
        Origin::Shop { activation, entry, intent, callback } => (
            Some(activation.0.as_bytes()),
            Some(entry.0.as_bytes()),
            Some(intent.as_str()),
            Some(callback.as_str()),
            None,
        ),
        Origin::Subsequent { of } => (None, None, None, None, Some(of.0)),
    };
    let goods = serde_json::to_string(&order.goods)
        .map_err(|_| corrupt("orders", "the goods cannot be written as JSON"))?;
    tx.execute(
        "INSERT INTO orders
             (customer_id, order_id, provider_id, user_id, activation_id, parameter_cache_id,
              intent, callback, of_transaction, goods, amount, placed_at, expires, stage,
              transaction_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        &[
            &order.customer.0,
            order.id.0.as_bytes(),
            &order.provider.0,
            &order.user.0,
            &activation,
            &entry,
            &intent,
            &callback,
            &of,
            &goods,
            &order.amount.cents(),
            &order.placed_at.0,
            &order.expires.0,
            &order.stage.as_str(),
            &order.stage.transaction().map(|id| id.0),
        ],
    )?;
    Ok(())
}

pub(super) fn update_order(tx: &mut Tx<'_>, order: &Order) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE orders SET stage = ?3, transaction_id = ?4
         WHERE customer_id = ?1 AND order_id = ?2",
        &[
            &order.customer.0,
            order.id.0.as_bytes(),
            &order.stage.as_str(),
            &order.stage.transaction().map(|id| id.0),
        ],
    )?;
    Ok(())
}

pub(super) fn read_order(row: &Row) -> Result<Order, StoreError> {
    let goods: String = row.get("goods")?;
    Ok(Order {
        id: OrderId(Uuid::from_bytes(row.get("order_id")?)),
        customer: CustomerId(row.get("customer_id")?),
        provider: ProviderId(row.get("provider_id")?),
        user: UserId(row.get("user_id")?),
        origin: read_origin(row)?,
        goods: serde_json::from_str(&goods)
            .map_err(|_| corrupt("orders", "the goods are not the JSON that they should be"))?,
        amount: Money::from_cents(row.get("amount")?),
        placed_at: UnixTime(row.get("placed_at")?),
        expires: UnixTime(row.get("expires")?),
        stage: read_order_stage(row)?,
    })
}

fn read_origin(row: &Row) -> Result<Origin, StoreError> {
    if let Some(of) = row.get("of_transaction")? {
        return Ok(Origin::Subsequent { of: TransactionId(of) });
    }
    let callback: String = row.get("callback")?;
    Ok(Origin::Shop {
        activation: ActivationId(Uuid::from_bytes(row.get("activation_id")?)),
        entry: ParameterCacheId(Uuid::from_bytes(row.get("parameter_cache_id")?)),
        intent: Intent::from_stored(row.get("intent")?),
        callback: CallbackUrl::parse(&callback)
            .map_err(|_| corrupt("orders", "the callback is no callback URL"))?,
    })
}

fn read_order_stage(row: &Row) -> Result<OrderStage, StoreError> {
    let stage: String = row.get("stage")?;
    let id = row.get::<Option<i64>>("transaction_id")?.map(TransactionId);
    match (stage.as_str(), id) {
        ("open", None) => Ok(OrderStage::Open),
        ("paying", Some(id)) => Ok(OrderStage::Paying(id)),
        ("inprocess", Some(id)) => Ok(OrderStage::InProcess(id)),
        ("paid", Some(id)) => Ok(OrderStage::Paid(id)),
        ("settled", Some(id)) => Ok(OrderStage::Settled(id)),
        ("returned", Some(id)) => Ok(OrderStage::Returned(id)),
        ("givenup", last) => Ok(OrderStage::GivenUp(last)),
        _ => Err(corrupt("orders", "the stage is none, or lacks its transaction")),
    }
}

/// The columns that [`read_transaction`] needs.
macro_rules! transaction_columns {
    () => {
        "t.customer_id, t.transaction_id, t.order_id, t.kind, t.number, t.amount, t.fee, t.means,
         t.method_id, t.token, t.label, t.reference, t.begun_at, t.heard, t.stage, t.stage_at,
         t.reason, t.refund"
    };
}
pub(super) use transaction_columns;

pub(super) fn write_transaction(
    tx: &mut Tx<'_>,
    order: &Order,
    transaction: &Transaction,
) -> Result<(), StoreError> {
    let (kind, number) = match transaction.kind {
        TransactionKind::Payment => ("payment", 0),
        TransactionKind::Instalment(number) => ("instalment", i64::from(number)),
        TransactionKind::Refund(of) => ("refund", of.0),
    };
    let means = MeansColumns::of(&transaction.means);
    let stage = StageColumns::of(transaction.stage);
    tx.execute(
        "INSERT INTO transactions
             (customer_id, transaction_id, order_id, provider_id, kind, number, amount, fee, means,
              method_id, token, label, reference, begun_at, heard, stage, stage_at, reason, refund)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                 ?19)
         ON CONFLICT (customer_id, transaction_id) DO UPDATE SET
             heard = excluded.heard, stage = excluded.stage, stage_at = excluded.stage_at,
             reason = excluded.reason, refund = excluded.refund",
        &[
            &order.customer.0,
            &transaction.id.0,
            order.id.0.as_bytes(),
            &order.provider.0,
            &kind,
            &number,
            &transaction.amount.cents(),
            &transaction.fee.cents(),
            &means.means,
            &means.method,
            &means.token,
            &means.label,
            &transaction.reference,
            &transaction.begun_at.0,
            &transaction.heard,
            &transaction.stage.as_str(),
            &stage.at,
            &stage.reason,
            &stage.refund,
        ],
    )?;
    Ok(())
}

pub(super) fn read_transaction(row: &Row) -> Result<Transaction, StoreError> {
    let kind: String = row.get("kind")?;
    let number: i64 = row.get("number")?;
    let kind = match kind.as_str() {
        "payment" => TransactionKind::Payment,
        "instalment" => TransactionKind::Instalment(small(number)?),
        "refund" => TransactionKind::Refund(TransactionId(number)),
        _ => return Err(corrupt("transactions", "the kind is none")),
    };
    Ok(Transaction {
        id: TransactionId(row.get("transaction_id")?),
        order: OrderId(Uuid::from_bytes(row.get("order_id")?)),
        kind,
        amount: Money::from_cents(row.get("amount")?),
        fee: Money::from_cents(row.get("fee")?),
        means: read_means(row)?,
        reference: row.get("reference")?,
        begun_at: UnixTime(row.get("begun_at")?),
        heard: small(row.get("heard")?)?,
        stage: read_stage(row)?,
    })
}

pub(super) fn small(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| corrupt("transactions", "a number is out of range"))
}

/// The columns of a stage beside its name.
struct StageColumns {
    at: Option<i64>,
    reason: Option<&'static str>,
    refund: Option<i64>,
}

impl StageColumns {
    fn of(stage: TransactionStage) -> Self {
        let plain = Self { at: None, reason: None, refund: None };
        match stage {
            TransactionStage::Submitted
            | TransactionStage::Authenticating
            | TransactionStage::InProcess => plain,
            TransactionStage::Paid { at }
            | TransactionStage::Reversed { at }
            | TransactionStage::Settled { at } => Self { at: Some(at.0), ..plain },
            TransactionStage::Refunding { paid_at: at, refund }
            | TransactionStage::Refunded { at, refund } => {
                Self { at: Some(at.0), refund: Some(refund.0), ..plain }
            }
            TransactionStage::Failed { at, reason } | TransactionStage::Returned { at, reason } => {
                Self { at: Some(at.0), reason: Some(reason.as_str()), ..plain }
            }
        }
    }
}

fn read_stage(row: &Row) -> Result<TransactionStage, StoreError> {
    let stage: String = row.get("stage")?;
    let at = row.get::<Option<i64>>("stage_at")?.map(UnixTime);
    let refund = row.get::<Option<i64>>("refund")?.map(TransactionId);
    let reason: Option<String> = row.get("reason")?;
    let reason = reason.as_deref().and_then(Reason::parse);
    match (stage.as_str(), at, refund, reason) {
        ("submitted", ..) => Ok(TransactionStage::Submitted),
        ("authenticating", ..) => Ok(TransactionStage::Authenticating),
        ("inprocess", ..) => Ok(TransactionStage::InProcess),
        ("paid", Some(at), ..) => Ok(TransactionStage::Paid { at }),
        ("reversed", Some(at), ..) => Ok(TransactionStage::Reversed { at }),
        ("settled", Some(at), ..) => Ok(TransactionStage::Settled { at }),
        ("refunding", Some(paid_at), Some(refund), _) => {
            Ok(TransactionStage::Refunding { paid_at, refund })
        }
        ("refunded", Some(at), Some(refund), _) => Ok(TransactionStage::Refunded { at, refund }),
        ("failed", Some(at), _, Some(reason)) => Ok(TransactionStage::Failed { at, reason }),
        ("returned", Some(at), _, Some(reason)) => Ok(TransactionStage::Returned { at, reason }),
        _ => Err(corrupt("transactions", "the stage is none, or lacks what belongs to it")),
    }
}

/// The columns of what is paid with.
struct MeansColumns<'a> {
    means: &'static str,
    method: Option<i64>,
    token: Option<&'a str>,
    label: Option<&'a str>,
}

impl<'a> MeansColumns<'a> {
    fn of(means: &'a Means) -> Self {
        match means {
            Means::Directly => Self { means: "directly", method: None, token: None, label: None },
            Means::Stored(stored) => Self {
                means: means_kind(stored.kind),
                method: Some(stored.method.0),
                token: Some(&stored.token),
                label: Some(&stored.label),
            },
        }
    }
}

pub(crate) const fn means_kind(kind: MeansKind) -> &'static str {
    match kind {
        MeansKind::Card => "card",
        MeansKind::DirectDebit => "debit",
    }
}

pub(crate) fn read_means_kind(text: &str) -> Result<MeansKind, StoreError> {
    match text {
        "card" => Ok(MeansKind::Card),
        "debit" => Ok(MeansKind::DirectDebit),
        _ => Err(corrupt("transactions", "the means are none")),
    }
}

fn read_means(row: &Row) -> Result<Means, StoreError> {
    let means: String = row.get("means")?;
    if means == "directly" {
        return Ok(Means::Directly);
    }
    Ok(Means::Stored(StoredMeans {
        method: MethodId(row.get("method_id")?),
        kind: read_means_kind(&means)?,
        token: row.get("token")?,
        label: row.get("label")?,
    }))
}

/// The columns that [`read_subscription`] needs.
macro_rules! subscription_columns {
    () => {
        "s.customer_id, s.subscription_id, s.order_id, s.monthly, s.means, s.method_id, s.token,
         s.label, s.begun_at, s.billed, s.until"
    };
}
pub(super) use subscription_columns;

pub(super) fn write_subscription(
    tx: &mut Tx<'_>,
    order: &Order,
    subscription: &Subscription,
) -> Result<(), StoreError> {
    let (begun_at, billed, until) = match subscription.stage {
        SubscriptionStage::Waiting => (None, 0, None),
        SubscriptionStage::Running { begin, billed } => (Some(begin.0), billed, None),
        SubscriptionStage::Ending { begin, billed, until } => {
            (Some(begin.0), billed, Some(until.to_string()))
        }
    };
    let means = MeansColumns::of(&subscription.means);
    tx.execute(
        "INSERT INTO subscriptions
             (customer_id, subscription_id, order_id, provider_id, monthly, means, method_id,
              token, label, begun_at, billed, until, next_due)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (customer_id, subscription_id) DO UPDATE SET
             means = excluded.means, method_id = excluded.method_id, token = excluded.token,
             label = excluded.label, begun_at = excluded.begun_at, billed = excluded.billed,
             until = excluded.until, next_due = excluded.next_due",
        &[
            &order.customer.0,
            &subscription.id.0,
            order.id.0.as_bytes(),
            &order.provider.0,
            &subscription.monthly.cents(),
            &means.means,
            &means.method,
            &means.token,
            &means.label,
            &begun_at,
            &billed,
            &until,
            &subscription.next_due().map(|due| due.0),
        ],
    )?;
    Ok(())
}

pub(super) fn read_subscription(row: &Row) -> Result<Subscription, StoreError> {
    let begun_at = row.get::<Option<i64>>("begun_at")?.map(UnixTime);
    let billed = small(row.get("billed")?)?;
    let until: Option<String> = row.get("until")?;
    let until = until.map(|text| Day::parse(&text)).transpose();
    let until = until.map_err(|_| corrupt("subscriptions", "until is no day"))?;
    let stage = match (begun_at, until) {
        (None, _) => SubscriptionStage::Waiting,
        (Some(begin), None) => SubscriptionStage::Running { begin, billed },
        (Some(begin), Some(until)) => SubscriptionStage::Ending { begin, billed, until },
    };
    Ok(Subscription {
        id: SubscriptionId(row.get("subscription_id")?),
        monthly: Money::from_cents(row.get("monthly")?),
        means: read_means(row)?,
        stage,
    })
}
