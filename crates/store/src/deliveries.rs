//! Calls that are to reach a provider's server: queued with what they announce, taken by one
//! process at a time, and kept with every attempt.

use freischalt_database::{Row, Transaction as Tx};
use freischalt_marketplace::{
    CustomerId, Delivery, DeliveryId, Order, OrderId, ProviderId, Slug, UserId,
    service::Module,
    webhook::{Attempt, DeliveryStage, Subject},
};
use freischalt_protocol::UnixTime;
use uuid::Uuid;

use crate::{Store, StoreError, deals, directory};

/// Which deliveries; all that is given must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeliveryFilter {
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// To this provider.
    pub provider: Option<ProviderId>,
    /// Only those that are dead.
    pub dead: bool,
}

/// An attempt, as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptEntry {
    /// Counts from 1 in each delivery.
    pub number: i64,
    /// When.
    pub at: UnixTime,
    /// What came of it.
    pub attempt: Attempt,
}

/// The columns that [`read`] needs.
macro_rules! columns {
    () => {
        "d.customer_id, d.delivery_id, d.provider_id, d.service, d.user_id, d.module, d.record_id,
         d.order_id, d.since, d.attempts, d.stage, d.stage_at"
    };
}

/// Finds what [`Store::take_deliveries`] takes.
macro_rules! due_of_provider {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM deliveries d
             WHERE d.provider_id = ?1 AND d.stage = 'waiting' AND d.stage_at <= ?2
                 AND d.leased_until <= ?2
             ORDER BY d.stage_at, d.customer_id, d.delivery_id LIMIT ?3"
        )
    };
}

/// The providers for whom anything waits, found by one look into the index for each of them however
/// much waits, and since when the oldest is due that nobody has taken.
const DUE: &str = "
    WITH RECURSIVE waiting (provider_id) AS (
        SELECT (SELECT d.provider_id FROM deliveries d WHERE d.stage = 'waiting'
                ORDER BY d.provider_id LIMIT 1)
        UNION ALL
        SELECT (SELECT d.provider_id FROM deliveries d
                WHERE d.stage = 'waiting' AND d.provider_id > w.provider_id
                ORDER BY d.provider_id LIMIT 1)
        FROM waiting w WHERE w.provider_id IS NOT NULL
    )
    SELECT found.provider_id, found.since
    FROM (SELECT w.provider_id,
                 (SELECT d.stage_at FROM deliveries d
                  WHERE d.provider_id = w.provider_id AND d.stage = 'waiting' AND d.stage_at <= ?1
                      AND d.leased_until <= ?1
                  ORDER BY d.stage_at LIMIT 1) AS since
          FROM waiting w WHERE w.provider_id IS NOT NULL) found
    WHERE found.since IS NOT NULL";

impl Store {
    /// The providers with deliveries that are due and that nobody has taken, each with the moment since
    /// when the oldest of them is.
    pub async fn due_deliveries(
        &self,
        now: UnixTime,
    ) -> Result<Vec<(ProviderId, UnixTime)>, StoreError> {
        self.database
            .read(move |tx| {
                let found = tx.query(DUE, &[&now.0])?;
                let due = found.iter().map(|row| {
                    Ok((ProviderId(row.get("provider_id")?), UnixTime(row.get("since")?)))
                });
                due.collect()
            })
            .await
    }

    /// Takes deliveries that are due, of each provider at most so many and the oldest first, so that
    /// nobody else takes them for `lease` seconds. A process that ends in the meantime loses nothing:
    /// they are taken again after that.
    pub async fn take_deliveries(
        &self,
        now: UnixTime,
        lease: i64,
        shares: Vec<(ProviderId, u32)>,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.database
            .write(move |tx| {
                // What another process is taking at this moment is not waited for.
                let sql = if tx.is_postgres() {
                    concat!(due_of_provider!(), " FOR UPDATE SKIP LOCKED")
                } else {
                    due_of_provider!()
                };
                let mut due = Vec::new();
                for (provider, most) in &shares {
                    for row in tx.query(sql, &[&provider.0, &now.0, most])? {
                        due.push(read(&row)?);
                    }
                }
                for delivery in &due {
                    tx.execute(
                        "UPDATE deliveries SET leased_until = ?3
                         WHERE customer_id = ?1 AND delivery_id = ?2",
                        &[&delivery.customer.0, delivery.id.0.as_bytes(), &now.plus(lease).0],
                    )?;
                }
                Ok(due)
            })
            .await
    }

    /// Keeps an attempt and what `rule` makes of it. `None` if there is no such delivery, or it
    /// does not wait any more.
    pub async fn record_attempt(
        &self,
        customer: CustomerId,
        id: DeliveryId,
        attempt: Attempt,
        now: UnixTime,
        mut rule: impl FnMut(Delivery, &Attempt) -> Delivery + Send + 'static,
    ) -> Result<Option<Delivery>, StoreError> {
        self.database
            .write(move |tx| {
                let Some(delivery) = find(tx, customer, id)? else { return Ok(None) };
                if !matches!(delivery.stage, DeliveryStage::Waiting { .. }) {
                    return Ok(None);
                }
                let after = rule(delivery, &attempt);
                let (status, problem) = match &attempt {
                    Attempt::Answered(status) => (Some(i64::from(*status)), None),
                    Attempt::Failed(problem) => (None, Some(problem.as_str())),
                };
                tx.execute(
                    "INSERT INTO delivery_attempts
                         (customer_id, delivery_id, attempt, at, status, problem)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    &[&customer.0, id.0.as_bytes(), &after.attempts, &now.0, &status, &problem],
                )?;
                update(tx, &after)?;
                Ok(Some(after))
            })
            .await
    }

    /// Has deliveries tried again that do not wait: one, or with `None` all dead ones of the
    /// filter. How many.
    pub async fn replay_deliveries(
        &self,
        filter: DeliveryFilter,
        one: Option<DeliveryId>,
        now: UnixTime,
    ) -> Result<usize, StoreError> {
        self.database
            .write(move |tx| {
                let sql = concat!(
                    "SELECT ",
                    columns!(),
                    " FROM deliveries d
                     WHERE d.stage <> 'waiting' AND (?1 IS NULL OR d.customer_id = ?1)
                         AND (?2 IS NULL OR d.provider_id = ?2)
                         AND (?3 IS NULL OR d.delivery_id = ?3)
                         AND (d.stage = 'dead' OR ?3 IS NOT NULL)"
                );
                let customer = filter.customer.map(|id| id.0);
                let provider = filter.provider.map(|id| id.0);
                let one = one.map(|id| *id.0.as_bytes());
                let found = tx.query_for_update(sql, &[&customer, &provider, &one])?;
                for row in &found {
                    update(tx, &read(row)?.replay(now))?;
                }
                Ok(found.len())
            })
            .await
    }

    /// Deliveries, the newest first.
    pub async fn deliveries(
        &self,
        filter: DeliveryFilter,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.database
            .read(move |tx| {
                let sql = concat!(
                    "SELECT ",
                    columns!(),
                    " FROM deliveries d
                     WHERE (?1 IS NULL OR d.customer_id = ?1)
                         AND (?2 IS NULL OR d.provider_id = ?2)
                         AND (d.stage = 'dead' OR NOT ?3)
                     ORDER BY d.since DESC, d.delivery_id DESC LIMIT ?4"
                );
                let customer = filter.customer.map(|id| id.0);
                let provider = filter.provider.map(|id| id.0);
                let found = tx.query(sql, &[&customer, &provider, &filter.dead, &limit])?;
                found.iter().map(read).collect()
            })
            .await
    }

    /// A delivery.
    pub async fn delivery(
        &self,
        customer: CustomerId,
        id: DeliveryId,
    ) -> Result<Option<Delivery>, StoreError> {
        self.database.read(move |tx| find(tx, customer, id)).await
    }

    /// A delivery of whatever customer.
    pub async fn delivery_by_id(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        self.database
            .read(move |tx| {
                let sql =
                    concat!("SELECT ", columns!(), " FROM deliveries d WHERE d.delivery_id = ?1");
                tx.query_opt(sql, &[id.0.as_bytes()])?.as_ref().map(read).transpose()
            })
            .await
    }

    /// The attempts of a delivery, the first first.
    pub async fn delivery_attempts(
        &self,
        customer: CustomerId,
        id: DeliveryId,
    ) -> Result<Vec<AttemptEntry>, StoreError> {
        self.database
            .read(move |tx| {
                let found = tx.query(
                    "SELECT attempt, at, status, problem FROM delivery_attempts
                     WHERE customer_id = ?1 AND delivery_id = ?2 ORDER BY attempt",
                    &[&customer.0, id.0.as_bytes()],
                )?;
                found.iter().map(read_attempt).collect()
            })
            .await
    }
}

/// Queues a delivery.
pub(crate) fn insert(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), StoreError> {
    let (service, user, module, record, order) = match &delivery.subject {
        Subject::Record { service, user, module, record } => {
            (Some(service.as_str()), Some(user.0), Some(module.as_str()), Some(*record), None)
        }
        Subject::Order(order) => (None, None, None, None, Some(order.0.as_bytes())),
    };
    tx.execute(
        "INSERT INTO deliveries
             (customer_id, delivery_id, provider_id, service, user_id, module, record_id, order_id,
              since, attempts, stage, stage_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &[
            &delivery.customer.0,
            delivery.id.0.as_bytes(),
            &delivery.provider.0,
            &service,
            &user,
            &module,
            &record,
            &order,
            &delivery.since.0,
            &delivery.attempts,
            &delivery.stage.as_str(),
            &stage_at(delivery.stage),
        ],
    )?;
    Ok(())
}

/// Queues the result of an order, if its provider wants to be called. The id is the order's, with
/// the number of the entry in its history added, so that the same news never is there twice.
pub(crate) fn announce(
    tx: &mut Tx<'_>,
    order: &Order,
    number: i64,
    now: UnixTime,
) -> Result<(), StoreError> {
    let commerce = directory::find_commerce(tx, order.provider)?;
    if commerce.notify_results && deals::is_told(order) {
        let id = order.id.0.as_u128().wrapping_add(u128::from(number.unsigned_abs()));
        let id = DeliveryId(Uuid::from_u128(id));
        let subject = Subject::Order(order.id);
        insert(tx, &Delivery::new(id, order.customer, order.provider, subject, now))?;
    }
    Ok(())
}

fn update(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE deliveries
         SET since = ?3, attempts = ?4, stage = ?5, stage_at = ?6, leased_until = 0
         WHERE customer_id = ?1 AND delivery_id = ?2",
        &[
            &delivery.customer.0,
            delivery.id.0.as_bytes(),
            &delivery.since.0,
            &delivery.attempts,
            &delivery.stage.as_str(),
            &stage_at(delivery.stage),
        ],
    )?;
    Ok(())
}

const fn stage_at(stage: DeliveryStage) -> i64 {
    match stage {
        DeliveryStage::Waiting { due: at }
        | DeliveryStage::Delivered { at }
        | DeliveryStage::Dead { at } => at.0,
    }
}

fn find(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    id: DeliveryId,
) -> Result<Option<Delivery>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM deliveries d WHERE d.customer_id = ?1 AND d.delivery_id = ?2"
    );
    let row = tx.query_opt(sql, &[&customer.0, id.0.as_bytes()])?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Delivery, StoreError> {
    let at = UnixTime(row.get("stage_at")?);
    let stage: String = row.get("stage")?;
    let stage = match stage.as_str() {
        "waiting" => DeliveryStage::Waiting { due: at },
        "delivered" => DeliveryStage::Delivered { at },
        "dead" => DeliveryStage::Dead { at },
        _ => return Err(corrupt("the stage is none")),
    };
    let attempts: i64 = row.get("attempts")?;
    Ok(Delivery {
        id: DeliveryId(Uuid::from_bytes(row.get("delivery_id")?)),
        customer: CustomerId(row.get("customer_id")?),
        provider: ProviderId(row.get("provider_id")?),
        subject: read_subject(row)?,
        since: UnixTime(row.get("since")?),
        attempts: u32::try_from(attempts).map_err(|_| corrupt("attempts are out of range"))?,
        stage,
    })
}

fn read_subject(row: &Row) -> Result<Subject, StoreError> {
    if let Some(order) = row.get("order_id")? {
        return Ok(Subject::Order(OrderId(Uuid::from_bytes(order))));
    }
    let (service, module): (String, String) = (row.get("service")?, row.get("module")?);
    Ok(Subject::Record {
        service: Slug::parse(&service).map_err(|_| corrupt("the service's slug is none"))?,
        user: UserId(row.get("user_id")?),
        module: Module::parse(&module).ok_or(corrupt("the module is none"))?,
        record: row.get("record_id")?,
    })
}

fn read_attempt(row: &Row) -> Result<AttemptEntry, StoreError> {
    let status: Option<i64> = row.get("status")?;
    let attempt = match status {
        Some(status) => Attempt::Answered(
            u16::try_from(status).map_err(|_| corrupt("an attempt's status is out of range"))?,
        ),
        None => Attempt::Failed(row.get::<Option<String>>("problem")?.unwrap_or_default()),
    };
    Ok(AttemptEntry { number: row.get("attempt")?, at: UnixTime(row.get("at")?), attempt })
}

fn corrupt(problem: &'static str) -> StoreError {
    StoreError::Corrupt { table: "deliveries", problem }
}
