//! Unlock calls: which activation page was opened in time, who may call now, and what a confirmed
//! call brings. A URL serves one unlock; its page may be reloaded and, once opened in time, used for
//! longer than the URL itself stays young.

use freischalt_database::{DatabaseError, Row, Transaction};
use freischalt_protocol::{ApiClaim, Secret, UnixTime};
use serde_json::json;

use super::connections::CUSTOMERS;
use super::{Store, StoreError, context, open, seal, tell};
use crate::event::EventKind;

const UNLOCKS: &str = "unlocks";
/// Seconds that an unlock call may be under way before somebody else may make it: longer than the
/// client's attempts take together.
const CALL_TIME: i64 = 90;

/// An unlock call whose answer is not known yet.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) launch_id: String,
    pub(crate) customer: String,
    pub(crate) customer_name: String,
    pub(crate) parameter_cache_id: String,
    pub(crate) token: Secret,
    pub(crate) key: Secret,
    pub(crate) claim: ApiClaim,
    pub(crate) is_regular: bool,
    pub(crate) signed_at: UnixTime,
}

/// Why an attempt cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// Another request with the same URL is under way.
    Busy,
    /// The URL has done its unlock.
    Used,
    /// The page was not opened while the URL was young.
    NeverOpened,
}

/// Why nothing is to be kept: undone together with what was written.
enum NotBegun {
    Unavailable(Unavailable),
    Store(StoreError),
}

impl From<StoreError> for NotBegun {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<DatabaseError> for NotBegun {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Notes that the page of a young URL was opened; whether it has done its unlock already.
    pub(crate) async fn open_page(
        &self,
        launch_id: &str,
        kept_until: UnixTime,
    ) -> Result<bool, StoreError> {
        let id = launch_id.to_owned();
        // Nobody has to be told, so this wakes nobody.
        self.database
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO opened_urls (launch_id, kept_until) VALUES (?1, ?2)
                     ON CONFLICT (launch_id) DO NOTHING",
                    &[&id, &kept_until.0],
                )?;
                is_used(tx, &id)
            })
            .await
    }

    /// Notes that the API is about to be called, by us and nobody else. If nobody hears the answer,
    /// it is called again.
    pub(crate) async fn begin_unlock(
        &self,
        pending: &Pending,
        now: UnixTime,
    ) -> Result<Result<(), Unavailable>, StoreError> {
        let pending = pending.clone();
        let vault = self.vault();
        let id = pending.launch_id.as_str();
        let token = seal(&vault, UNLOCKS, &context("token", &[id]), &pending.token)?;
        let key = seal(&vault, UNLOCKS, &context("key", &[id]), &pending.key)?;
        let claim = Secret::new(pending.claim.expose());
        let claim = seal(&vault, UNLOCKS, &context("claim", &[id]), &claim)?;
        let begun = self
            .database
            .write(move |tx| {
                // First of all, so that whoever else is at this URL has finished or waits.
                let ours = tx.execute(
                    "INSERT INTO unlocks (launch_id, customer, name, parameter_cache_id,
                         token_sealed, key_sealed, claim_sealed, is_regular, signed_at, begun_at,
                         busy_until)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                     ON CONFLICT (launch_id) DO UPDATE SET
                         token_sealed = excluded.token_sealed, key_sealed = excluded.key_sealed,
                         claim_sealed = excluded.claim_sealed, is_regular = excluded.is_regular,
                         begun_at = excluded.begun_at, busy_until = excluded.busy_until
                     WHERE unlocks.busy_until <= excluded.begun_at",
                    &[
                        &pending.launch_id,
                        &pending.customer,
                        &pending.customer_name,
                        &pending.parameter_cache_id,
                        &token,
                        &key,
                        &claim,
                        &pending.is_regular,
                        &pending.signed_at.0,
                        &now.0,
                        &now.plus(CALL_TIME).0,
                    ],
                )?;
                let id = &pending.launch_id;
                let opened = "SELECT kept_until FROM opened_urls WHERE launch_id = ?1";
                let unavailable = if is_used(tx, id)? {
                    Unavailable::Used
                } else if tx.query_opt(opened, &[id])?.is_none() {
                    Unavailable::NeverOpened
                } else if ours == 0 {
                    Unavailable::Busy
                } else {
                    return Ok(());
                };
                Err(NotBegun::Unavailable(unavailable))
            })
            .await;
        match begun {
            Ok(()) => Ok(Ok(())),
            Err(NotBegun::Unavailable(unavailable)) => Ok(Err(unavailable)),
            Err(NotBegun::Store(error)) => Err(error),
        }
    }

    /// Takes the unlock calls that are not under way and whose answer nobody heard, so that nobody
    /// else makes them.
    pub(crate) async fn take_unfinished_unlocks(
        &self,
        now: UnixTime,
    ) -> Result<Vec<Pending>, StoreError> {
        let vault = self.vault();
        let found = self
            .read(move |tx| {
                let rows = tx.query(
                    "SELECT launch_id, customer, name, parameter_cache_id, token_sealed,
                            key_sealed, claim_sealed, is_regular, signed_at
                     FROM unlocks WHERE busy_until <= ?1 ORDER BY begun_at LIMIT 16",
                    &[&now.0],
                )?;
                let opened = |row: &Row, column: &str, name, id: &str| {
                    let sealed: Vec<u8> = row.get(column)?;
                    open(&vault, UNLOCKS, &context(name, &[id]), &sealed)
                };
                let pending = rows.iter().map(|row| {
                    let id: String = row.get("launch_id")?;
                    Ok(Pending {
                        customer: row.get("customer")?,
                        customer_name: row.get("name")?,
                        parameter_cache_id: row.get("parameter_cache_id")?,
                        token: opened(row, "token_sealed", "token", &id)?,
                        key: opened(row, "key_sealed", "key", &id)?,
                        claim: ApiClaim::new(opened(row, "claim_sealed", "claim", &id)?.expose()),
                        is_regular: row.get("is_regular")?,
                        signed_at: UnixTime(row.get("signed_at")?),
                        launch_id: id,
                    })
                });
                pending.collect::<Result<Vec<_>, StoreError>>()
            })
            .await?;
        if found.is_empty() {
            return Ok(found);
        }
        self.database
            .write(move |tx| {
                let mut taken = Vec::new();
                for pending in &found {
                    let ours = tx.execute(
                        "UPDATE unlocks SET busy_until = ?3
                         WHERE launch_id = ?1 AND busy_until <= ?2",
                        &[&pending.launch_id, &now.0, &now.plus(CALL_TIME).0],
                    )?;
                    if ours == 1 {
                        taken.push(pending.clone());
                    }
                }
                Ok(taken)
            })
            .await
    }

    /// The call is over and nobody knows how it ended: it may be made again at once.
    pub(crate) async fn leave_unlock(&self, launch_id: &str) -> Result<(), StoreError> {
        let id = launch_id.to_owned();
        self.database
            .write(move |tx| {
                tx.execute("UPDATE unlocks SET busy_until = 0 WHERE launch_id = ?1", &[&id])?;
                Ok(())
            })
            .await
    }

    /// Forgets an unlock that the API refused.
    pub(crate) async fn drop_unlock(&self, launch_id: &str) -> Result<(), StoreError> {
        let id = launch_id.to_owned();
        self.database
            .write(move |tx| {
                tx.execute("DELETE FROM unlocks WHERE launch_id = ?1", &[&id])?;
                Ok(())
            })
            .await
    }

    /// The API confirmed an unlock: token and key now serve all users of the customer
    /// (as workdev1211/area-butler has it), the URL is used up, and the app is told.
    pub(crate) async fn finish_unlock(
        &self,
        pending: &Pending,
        kept_until: UnixTime,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let pending = pending.clone();
        let vault = self.vault();
        let id = pending.customer.as_str();
        let token = seal(&vault, CUSTOMERS, &context("token", &[id]), &pending.token)?;
        let key = seal(&vault, CUSTOMERS, &context("key", &[id]), &pending.key)?;
        self.write(move |tx| {
            // The second of two that finish the same unlock, at start and on the page, is late.
            let deleted =
                tx.execute("DELETE FROM unlocks WHERE launch_id = ?1", &[&pending.launch_id])?;
            if deleted == 0 {
                return Ok(());
            }
            tx.execute(
                "INSERT INTO used_urls (launch_id, kept_until) VALUES (?1, ?2)
                 ON CONFLICT (launch_id) DO NOTHING",
                &[&pending.launch_id, &kept_until.0],
            )?;
            let row = tx.query_opt(
                "INSERT INTO customers (customer, name, token_sealed, key_sealed, state,
                     state_since, activated_at, activations, checked_at)
                 VALUES (?1, ?2, ?3, ?4, 'active', ?5, ?5, 1, ?5)
                 ON CONFLICT (customer) DO UPDATE SET
                     name = excluded.name, token_sealed = excluded.token_sealed,
                     key_sealed = excluded.key_sealed, state = 'active', state_since = ?5,
                     activated_at = ?5, activations = customers.activations + 1, checked_at = ?5
                 RETURNING activations",
                &[&pending.customer, &pending.customer_name, &token, &key, &now.0],
            )?;
            let activations: i64 = match row {
                Some(row) => row.get("activations")?,
                None => 1,
            };
            tx.execute(
                "UPDATE users SET blocked = ?2 WHERE customer = ?1",
                &[&pending.customer, &false],
            )?;
            let kind = if activations == 1 { EventKind::Activated } else { EventKind::Reactivated };
            let data = json!({
                "customer": pending.customer,
                "customerName": pending.customer_name,
                "isRegularCustomer": pending.is_regular,
            });
            tell(tx, kind, &data, now)
        })
        .await
    }
}

fn is_used(tx: &mut Transaction<'_>, launch_id: &str) -> Result<bool, StoreError> {
    let used = "SELECT kept_until FROM used_urls WHERE launch_id = ?1";
    Ok(tx.query_opt(used, &[&launch_id])?.is_some())
}
