//! Runs of activations: deciding and writing in one transaction, and reading.

mod call;
mod group;
pub(crate) mod rows;

use freischalt_database::{DatabaseError, Row, Transaction, Vault};
use freischalt_marketplace::{
    Activation, ActivationId, ApiToken, AuditEvent, AuditKind, Customer, CustomerId,
    ParameterCacheId, ProviderId, User, UserId, activation::Transition,
};
use freischalt_protocol::UnixTime;

use crate::{Store, StoreError, directory};

pub(crate) use group::{Decision, Lookup};

/// Seconds that the mark of a used ticket outlives the ticket.
const MARK: i64 = 24 * 3600;

/// What a decision is about, and so what is read for it.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The customer.
    pub customer: CustomerId,
    /// Which run.
    pub target: Target,
    /// The user to read; without one, the user who began the run.
    pub user: Option<UserId>,
    /// A parameter cache entry to look for among those of service calls.
    pub entry: Option<ParameterCacheId>,
}

/// Which run.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// The one that is live for a provider, if there is one.
    Live(ProviderId),
    /// This one.
    Run(ActivationId),
}

/// What is true at the moment of the decision.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The run, if there is one.
    pub activation: Option<Activation>,
    /// Whether the customer exists and is switched on.
    pub customer_active: bool,
    /// The user of the scope.
    pub user: Option<User>,
    /// Whether the scope's entry is one of a service call of this run.
    pub entry_of_a_service_call: bool,
}

/// A customer in which a provider is active, as the provider may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCustomer {
    /// `customerName`.
    pub name: String,
    /// When it was activated.
    pub since: UnixTime,
    /// What the provider said about the customer.
    pub is_regular: bool,
}

impl Facts {
    /// Of a run that does not exist.
    const fn none() -> Self {
        Self {
            activation: None,
            customer_active: false,
            user: None,
            entry_of_a_service_call: false,
        }
    }
}

/// What a rule decided: changes to write, in order, and what to tell the caller.
#[derive(Debug)]
pub struct Verdict<T> {
    /// New states, each with the entry that records it.
    pub writes: Vec<Transition>,
    /// For the caller.
    pub outcome: T,
}

/// How a decision can fail to be one.
#[derive(Debug)]
pub enum Decided<E> {
    /// The rule refused; nothing was changed.
    Refused(E),
    /// The store failed; nothing was changed.
    Store(StoreError),
}

impl<E> From<StoreError> for Decided<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<E> From<DatabaseError> for Decided<E> {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

/// An API user with what is needed to answer it.
#[derive(Clone, Debug)]
pub struct ApiUserRecord {
    /// Its run.
    pub activation: Activation,
    /// Its customer.
    pub customer: Customer,
    /// Its provider's name.
    pub provider_name: String,
}

/// Which runs to list; all that is given must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActivationFilter {
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this provider.
    pub provider: Option<ProviderId>,
}

/// An entry of a run's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Counts from 1 in each run.
    pub seq: i64,
    /// What happened.
    pub event: AuditEvent,
}

/// A parameter cache entry made for a service call.
#[derive(Clone, Copy, Debug)]
pub struct ServiceEntry {
    /// Its id.
    pub id: ParameterCacheId,
    /// Its customer.
    pub customer: CustomerId,
    /// The run it belongs to.
    pub activation: ActivationId,
    /// The user who called.
    pub user: UserId,
    /// The last second it serves.
    pub expires: UnixTime,
}

impl Store {
    /// Reads the facts, lets `rule` decide on them and writes what it decides, in one transaction.
    /// The answer comes when the commit is on disk. The rule is asked again, with new facts, if
    /// what it decided could not be kept.
    pub async fn decide<T: Send + 'static, E: Send + 'static>(
        &self,
        scope: Scope,
        mut rule: impl FnMut(Facts) -> Result<Verdict<T>, E> + Send + 'static,
    ) -> Result<T, Decided<E>> {
        if let (Some(grouped), Target::Run(run)) = (&self.grouped, scope.target) {
            let about = group::About::Run { scope, run };
            let ruled = move |_: Option<ApiUserRecord>, facts| rule(facts);
            let (decision, answer) = Decision::new(about, self.vault.clone(), ruled);
            grouped.decisions.submit(decision)?;
            return answer.await.unwrap_or_else(|_| Err(DatabaseError::Panicked.into()));
        }
        let vault = self.vault.clone();
        self.database
            .write(move |tx| {
                let facts = facts(tx, &vault, &scope)?;
                let before = facts.activation.clone();
                let verdict = rule(facts).map_err(Decided::Refused)?;
                keep(tx, &vault, before.as_ref(), &verdict.writes)?;
                Ok(verdict.outcome)
            })
            .await
    }

    /// The API user of a token, also if its run is over; `None` for a token never issued.
    pub async fn api_user(&self, token: &ApiToken) -> Result<Option<ApiUserRecord>, StoreError> {
        let (token, vault) = (token.clone(), self.vault.clone());
        if let Some(grouped) = &self.grouped {
            let (lookup, answer) = Lookup::new(token, vault);
            grouped.lookups.submit(lookup)?;
            return answer.await.unwrap_or_else(|_| Err(DatabaseError::Panicked.into()));
        }
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    concat!(
                        "SELECT ",
                        rows::columns!(),
                        ", ",
                        call::caller_columns!(),
                        " FROM api_users u
                 JOIN activations a USING (customer_id, activation_id)
                 JOIN customers c USING (customer_id)
                 JOIN providers p USING (provider_id)
                 WHERE u.api_token = ?1"
                    ),
                    &[&token.as_str()],
                )?;
                row.map(|row| call::caller(&vault, &row)).transpose()
            })
            .await
    }

    /// A run by its id.
    pub async fn activation(&self, id: ActivationId) -> Result<Option<Activation>, StoreError> {
        let vault = self.vault.clone();
        self.database
            .read(move |tx| {
                let sql = concat!(
                    "SELECT ",
                    rows::columns!(),
                    " FROM activations a WHERE a.activation_id = ?1"
                );
                let row = tx.query_opt(sql, &[id.0.as_bytes()])?;
                row.map(|row| rows::read(&vault, &row)).transpose()
            })
            .await
    }

    /// Runs, the newest first.
    pub async fn activations(
        &self,
        filter: ActivationFilter,
        limit: u32,
    ) -> Result<Vec<Activation>, StoreError> {
        let vault = self.vault.clone();
        self.database
            .read(move |tx| {
                let sql = concat!(
                    "SELECT ",
                    rows::columns!(),
                    " FROM activations a
                 WHERE (?1 IS NULL OR a.customer_id = ?1) AND (?2 IS NULL OR a.provider_id = ?2)
                 ORDER BY a.activation_id DESC LIMIT ?3"
                );
                let customer = filter.customer.map(|id| id.0);
                let provider = filter.provider.map(|id| id.0);
                let found = tx.query(sql, &[&customer, &provider, &limit])?;
                found.iter().map(|row| rows::read(&vault, row)).collect()
            })
            .await
    }

    /// The customers of a provider: those in which it is active, by name.
    pub async fn provider_customers(
        &self,
        provider: ProviderId,
        limit: u32,
    ) -> Result<Vec<ProviderCustomer>, StoreError> {
        self.database
            .read(move |tx| {
                let found = tx.query(
                    "SELECT c.name, a.activated_at, a.is_regular_customer
                     FROM activations a JOIN customers c ON c.customer_id = a.customer_id
                     WHERE a.provider_id = ?1 AND a.stage = 'active'
                     ORDER BY c.name, c.customer_id LIMIT ?2",
                    &[&provider.0, &limit],
                )?;
                let read = |row: &Row| {
                    Ok(ProviderCustomer {
                        name: row.get("name")?,
                        since: UnixTime(row.get("activated_at")?),
                        is_regular: row.get("is_regular_customer")?,
                    })
                };
                found.iter().map(read).collect()
            })
            .await
    }

    /// The newest run of each provider in a customer: the live one, or the last that ended. Ids
    /// alone do not tell, because a clock may have been set back.
    pub async fn newest_activations(
        &self,
        customer: CustomerId,
    ) -> Result<Vec<Activation>, StoreError> {
        let vault = self.vault.clone();
        self.database
            .read(move |tx| {
                let sql = concat!(
                    "SELECT ",
                    rows::columns!(),
                    " FROM activations a
                 WHERE a.customer_id = ?1 AND a.activation_id =
                     (SELECT n.activation_id FROM activations n
                      WHERE n.customer_id = a.customer_id AND n.provider_id = a.provider_id
                      ORDER BY n.stage = 'ended', n.activation_id DESC LIMIT 1)"
                );
                let found = tx.query(sql, &[&customer.0])?;
                found.iter().map(|row| rows::read(&vault, row)).collect()
            })
            .await
    }

    /// The newest run of one provider in a customer, as in
    /// [`newest_activations`](Self::newest_activations).
    pub async fn newest_activation(
        &self,
        customer: CustomerId,
        provider: ProviderId,
    ) -> Result<Option<Activation>, StoreError> {
        let vault = self.vault.clone();
        self.database
            .read(move |tx| {
                let sql = concat!(
                    "SELECT ",
                    rows::columns!(),
                    " FROM activations a
                 WHERE a.customer_id = ?1 AND a.provider_id = ?2
                 ORDER BY a.stage = 'ended', a.activation_id DESC LIMIT 1"
                );
                let row = tx.query_opt(sql, &[&customer.0, &provider.0])?;
                row.map(|row| rows::read(&vault, &row)).transpose()
            })
            .await
    }

    /// The history of a run, oldest first.
    pub async fn history(
        &self,
        customer: CustomerId,
        id: ActivationId,
    ) -> Result<Vec<HistoryEntry>, StoreError> {
        self.database
            .read(move |tx| {
                let rows = tx.query(
                    "SELECT x.at, x.actor, x.event, a.activated_at, a.is_regular_customer
                 FROM audit x JOIN activations a
                     ON a.customer_id = x.customer_id AND a.activation_id = x.activation_id
                 WHERE x.customer_id = ?1 AND x.activation_id = ?2 ORDER BY x.seq",
                    &[&customer.0, id.0.as_bytes()],
                )?;
                rows::history(&rows)
            })
            .await
    }

    /// Keeps an entry made for a service call, and drops the customer's expired ones.
    pub async fn put_service_entry(
        &self,
        entry: ServiceEntry,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                tx.execute(
                    "DELETE FROM parameter_cache WHERE customer_id = ?1 AND expires < ?2",
                    &[&entry.customer.0, &now.0],
                )?;
                tx.execute(
                    "INSERT INTO parameter_cache
                     (customer_id, parameter_cache_id, activation_id, user_id, expires)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                    &[
                        &entry.customer.0,
                        entry.id.0.as_bytes(),
                        entry.activation.0.as_bytes(),
                        &entry.user.0,
                        &entry.expires.0,
                    ],
                )?;
                Ok(())
            })
            .await
    }

    /// Marks a sign-in ticket as used; false if it was used before. The mark outlives the ticket by a
    /// day, since a clock may be set back, or go slower in another process.
    pub async fn use_ticket(
        &self,
        id: [u8; 16],
        expires: UnixTime,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |tx| {
                let over = now.plus(-MARK);
                tx.execute("DELETE FROM used_tickets WHERE expires < ?1", &[&over.0])?;
                let inserted = tx.execute(
                    "INSERT INTO used_tickets (ticket_id, expires) VALUES (?1, ?2)
                 ON CONFLICT DO NOTHING",
                    &[&id, &expires.0],
                )?;
                Ok(inserted == 1)
            })
            .await
    }
}

fn facts(tx: &mut Transaction<'_>, vault: &Vault, scope: &Scope) -> Result<Facts, StoreError> {
    let activation = find_run(tx, vault, scope.customer, scope.target)?;
    let customer_active = directory::is_active(tx, scope.customer)?;
    let user = scope.user.or_else(|| activation.as_ref().map(|run| run.opened_by));
    let user = match user {
        Some(id) => directory::find_user(tx, scope.customer, id)?,
        None => None,
    };
    let entry_of_a_service_call = match (&activation, scope.entry) {
        (Some(run), Some(entry)) => is_entry_of_service_call(tx, run, entry)?,
        _ => false,
    };
    Ok(Facts { activation, customer_active, user, entry_of_a_service_call })
}

pub(crate) fn find_run(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    customer: CustomerId,
    target: Target,
) -> Result<Option<Activation>, StoreError> {
    let found = match target {
        Target::Live(provider) => {
            if tx.is_postgres() {
                // There may be no run to lock yet, and two callers must not begin one each.
                tx.query_for_update(
                    "SELECT customer_id FROM customers WHERE customer_id = ?1",
                    &[&customer.0],
                )?;
            }
            tx.query_for_update(
                concat!(
                    "SELECT ",
                    rows::columns!(),
                    " FROM activations a
                 WHERE a.customer_id = ?1 AND a.provider_id = ?2 AND a.ended_at IS NULL"
                ),
                &[&customer.0, &provider.0],
            )?
        }
        Target::Run(id) => {
            let sql = if tx.is_postgres() {
                concat!(
                    "SELECT ",
                    rows::columns!(),
                    " FROM activations a WHERE a.customer_id = ?1 AND a.activation_id = ?2"
                )
            } else {
                // SQLite would go by the index of the customer's runs.
                concat!(
                    "SELECT ",
                    rows::columns!(),
                    " FROM activations a WHERE +a.customer_id = ?1 AND a.activation_id = ?2"
                )
            };
            tx.query_for_update(sql, &[&customer.0, id.0.as_bytes()])?
        }
    };
    found.first().map(|row| rows::read(vault, row)).transpose()
}

/// The entry that the activation itself waits for is compared by the rule; only another one has to
/// be looked for, so that the path of a fine unlock costs nothing here.
fn is_entry_of_service_call(
    tx: &mut Transaction<'_>,
    run: &Activation,
    entry: ParameterCacheId,
) -> Result<bool, StoreError> {
    if run.grant().is_some_and(|grant| grant.entry.id == entry) {
        return Ok(false);
    }
    let found = tx.query_opt(
        "SELECT customer_id FROM parameter_cache
         WHERE customer_id = ?1 AND parameter_cache_id = ?2 AND activation_id = ?3",
        &[&run.customer.0, entry.0.as_bytes(), run.id.0.as_bytes()],
    )?;
    Ok(found.is_some())
}

/// Writes what a rule decided about a run that was like this before.
fn keep(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    before: Option<&Activation>,
    writes: &[Transition],
) -> Result<(), StoreError> {
    for (activation, event) in writes {
        // A run that goes on as it was has only something more to record.
        if before != Some(activation) {
            rows::write(tx, vault, activation)?;
        }
        append_audit(tx, activation, event)?;
    }
    Ok(())
}

/// An unlock has no entry of its own: the row of the run says when it was and what it said, and
/// nobody but the provider makes one. So the call that has to be fast writes one row.
fn append_audit(
    tx: &mut Transaction<'_>,
    activation: &Activation,
    event: &AuditEvent,
) -> Result<(), StoreError> {
    if matches!(event.kind, AuditKind::Unlocked { .. }) {
        return Ok(());
    }
    let (actor, kind) = texts(event)?;
    tx.execute(
        "INSERT INTO audit (customer_id, activation_id, seq, at, actor, event)
         SELECT ?1, ?2, COALESCE(MAX(seq), 0) + 1, ?3, ?4, ?5
         FROM audit WHERE customer_id = ?1 AND activation_id = ?2",
        &[&activation.customer.0, activation.id.0.as_bytes(), &event.at.0, &actor, &kind],
    )?;
    Ok(())
}

/// An event's actor and kind as they are stored.
fn texts(event: &AuditEvent) -> Result<(String, String), StoreError> {
    let unwritable =
        |_| StoreError::Corrupt { table: "audit", problem: "the event cannot be written as JSON" };
    let actor = serde_json::to_string(&event.actor).map_err(unwritable)?;
    Ok((actor, serde_json::to_string(&event.kind).map_err(unwritable)?))
}
