//! Orders that the app placed, and what became of them.

use freischalt_client::provider::{Callback, Outcome};
use freischalt_database::{DatabaseError, Row};
use freischalt_protocol::UnixTime;
use serde::Serialize;
use serde_json::json;

use super::launches::opened;
use super::{Store, StoreError, Visit, tell};
use crate::event::EventKind;

/// How far an order got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderState {
    Open,
    InProcess,
    Paid,
    Failed,
}

/// An order before it is signed.
#[derive(Clone, Debug)]
pub(crate) struct NewOrder {
    pub(crate) id: String,
    pub(crate) visit: Visit,
    /// Where in the app the browser goes with the result.
    pub(crate) return_path: String,
    /// The app's own name for it.
    pub(crate) reference: String,
}

/// An order as it was placed.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) visit: Visit,
    pub(crate) return_path: String,
    pub(crate) reference: String,
    pub(crate) state: OrderState,
}

/// What became of an order, in the words of the events about it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownOrder {
    order_id: String,
    reference: String,
    customer: String,
    user: String,
    state: &'static str,
    transaction_id: Option<String>,
    reference_id: Option<String>,
    subscription_id: Option<String>,
    message: Option<String>,
    error_codes: Option<String>,
}

/// What a callback did.
#[derive(Debug)]
pub(crate) enum Settled {
    /// Handed on now, or earlier: the order and its state.
    Known(Order),
    /// There is no such order.
    NoSuchOrder,
    /// The transaction belongs to another order.
    ForeignTransaction,
}

impl OrderState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProcess => "in_process",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::InProcess, Self::Paid, Self::Failed]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// The state after a result, if it changes anything: money does not come back by a callback,
    /// and what failed may be paid by another method.
    fn after(self, outcome: &Outcome) -> Option<(Self, EventKind)> {
        match (self, outcome) {
            (Self::Open | Self::InProcess | Self::Failed, Outcome::Success(_)) => {
                Some((Self::Paid, EventKind::OrderPaid))
            }
            (Self::Open | Self::Failed, Outcome::InProcess(_)) => {
                Some((Self::InProcess, EventKind::OrderInProcess))
            }
            (Self::Open | Self::InProcess, Outcome::Error { .. }) => {
                Some((Self::Failed, EventKind::OrderFailed))
            }
            _ => None,
        }
    }
}

impl Store {
    /// Notes an order before its text leaves the gateway.
    pub(crate) async fn place(&self, order: &NewOrder, now: UnixTime) -> Result<(), StoreError> {
        let order = order.clone();
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO orders (order_id, customer, user_id, session, parameter_cache_id,
                     secret_id, marketplace, return_path, reference, state, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'open', ?10)",
                &[
                    &order.id,
                    &order.visit.customer,
                    &order.visit.user,
                    &order.visit.session,
                    &order.visit.parameter_cache_id,
                    &order.visit.secret_id,
                    &order.visit.marketplace,
                    &order.return_path,
                    &order.reference,
                    &now.0,
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// Takes a genuine callback. Each result is handed on once, however often the browser brings
    /// it.
    pub(crate) async fn settle(
        &self,
        id: &str,
        callback: &Callback,
        now: UnixTime,
    ) -> Result<Settled, StoreError> {
        let (id, callback) = (id.to_owned(), callback.clone());
        let settled = self
            .write(move |tx| {
                let rows = tx.query_for_update(
                    "SELECT customer, user_id, session, parameter_cache_id, secret_id, marketplace,
                            return_path, reference, state
                     FROM orders WHERE order_id = ?1",
                    &[&id],
                )?;
                let Some(row) = rows.first() else { return Ok(Settled::NoSuchOrder) };
                let state = state_of(row)?;
                let mut order = Order {
                    visit: opened(row)?,
                    return_path: row.get("return_path")?,
                    reference: row.get("reference")?,
                    state,
                };
                let Some((after, kind)) = state.after(&callback.outcome) else {
                    return Ok(Settled::Known(order));
                };
                order.state = after;
                let payment = callback.payment();
                let transaction = payment.map(|payment| payment.transaction_id.as_str());
                let reference = payment.and_then(|payment| payment.reference_id.as_deref());
                let subscription = payment.and_then(|payment| payment.subscription_id.as_deref());
                let (message, codes) = match &callback.outcome {
                    Outcome::Error { message, codes } => {
                        (Some(message.as_str()), Some(codes.as_str()))
                    }
                    _ => (None, None),
                };
                tx.execute(
                    "UPDATE orders SET state = ?2,
                         transaction_id = COALESCE(?3, transaction_id),
                         reference_id = COALESCE(?4, reference_id),
                         subscription_id = COALESCE(?5, subscription_id),
                         message = ?6, error_codes = ?7
                     WHERE order_id = ?1",
                    &[
                        &id,
                        &after.name(),
                        &transaction,
                        &reference,
                        &subscription,
                        &message,
                        &codes,
                    ],
                )?;
                let mut data = json!({
                    "orderId": id,
                    "reference": order.reference,
                    "customer": order.visit.customer,
                    "user": order.visit.user,
                    "transactionId": transaction,
                    "referenceId": reference,
                    "subscriptionId": subscription,
                });
                if let (Some(message), Some(codes)) = (message, codes) {
                    data["message"] = message.into();
                    data["errorCodes"] = codes.into();
                }
                tell(tx, kind, &data, now)?;
                Ok(Settled::Known(order))
            })
            .await;
        match settled {
            Err(StoreError::Database(DatabaseError::Unique { .. })) => {
                Ok(Settled::ForeignTransaction)
            }
            settled => settled,
        }
    }

    /// An order as the app may see it.
    pub(crate) async fn order(&self, id: &str) -> Result<Option<ShownOrder>, StoreError> {
        let id = id.to_owned();
        self.read(move |tx| {
            let row = tx.query_opt(
                "SELECT customer, user_id, reference, state, transaction_id, reference_id,
                        subscription_id, message, error_codes
                 FROM orders WHERE order_id = ?1",
                &[&id],
            )?;
            row.map(|row| {
                Ok(ShownOrder {
                    order_id: id.clone(),
                    reference: row.get("reference")?,
                    customer: row.get("customer")?,
                    user: row.get("user_id")?,
                    state: state_of(&row)?.name(),
                    transaction_id: row.get("transaction_id")?,
                    reference_id: row.get("reference_id")?,
                    subscription_id: row.get("subscription_id")?,
                    message: row.get("message")?,
                    error_codes: row.get("error_codes")?,
                })
            })
            .transpose()
        })
        .await
    }

    /// Tells the app that a subscription was reported as ended.
    pub(crate) async fn subscription_ended(
        &self,
        customer: &str,
        subscription: &str,
        from: &str,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let data = json!({"customer": customer, "subscriptionId": subscription, "from": from});
        self.write(move |tx| tell(tx, EventKind::SubscriptionEnded, &data, now)).await
    }
}

fn state_of(row: &Row) -> Result<OrderState, StoreError> {
    let name: String = row.get("state")?;
    OrderState::from_name(&name)
        .ok_or(StoreError::Corrupt { table: "orders", problem: "there is no such state" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use freischalt_client::provider::Payment;

    #[test]
    fn a_result_counts_once_and_paid_is_final() {
        let payment =
            Payment { transaction_id: "7".to_owned(), reference_id: None, subscription_id: None };
        let paid = Outcome::Success(payment.clone());
        let coming = Outcome::InProcess(payment);
        let failed = Outcome::Error { message: String::new(), codes: String::new() };
        let after = |state: OrderState, outcome| state.after(outcome).map(|(state, _)| state);
        assert_eq!(after(OrderState::Open, &coming), Some(OrderState::InProcess));
        assert_eq!(after(OrderState::InProcess, &coming), None);
        assert_eq!(after(OrderState::InProcess, &paid), Some(OrderState::Paid));
        assert_eq!(after(OrderState::Failed, &paid), Some(OrderState::Paid));
        for outcome in [&paid, &coming, &failed] {
            assert_eq!(after(OrderState::Paid, outcome), None);
        }
    }
}
