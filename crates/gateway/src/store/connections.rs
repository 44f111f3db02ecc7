//! Customers, their API users, and the newest claim of each of their users.

use freischalt_client::Credentials;
use freischalt_database::{Row, Transaction};
use freischalt_protocol::{ApiClaim, ErrorCode, Secret, UnixTime};
use serde::Serialize;
use serde_json::json;

use super::{Store, StoreError, context, open, seal, tell};
use crate::connection::{Change, Connection, Verdict};
use crate::event::EventKind;

const CUSTOMERS: &str = "customers";
const USERS: &str = "users";
const UNLOCKS: &str = "unlocks";

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

/// What a call for one user of a customer needs.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) connection: Connection,
    pub(crate) credentials: Credentials,
    /// Absent if the user never called a service since, or not at this gateway.
    pub(crate) user: Option<CallingUser>,
}

/// The newest launch of a user.
#[derive(Debug)]
pub(crate) struct CallingUser {
    pub(crate) claim: ApiClaim,
    pub(crate) parameter_cache_id: String,
    /// Names the provider secret that the marketplace used.
    pub(crate) secret_id: String,
}

/// A customer as the app may see it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Customer {
    customer: String,
    name: String,
    state: &'static str,
    since: i64,
    activated_at: i64,
}

impl Store {
    /// Notes that the API is about to be called. If nobody hears the answer, it is called again.
    pub(crate) async fn begin_unlock(
        &self,
        pending: &Pending,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let pending = pending.clone();
        let vault = self.vault();
        let id = pending.launch_id.as_str();
        let token = seal(&vault, UNLOCKS, &context("token", &[id]), &pending.token)?;
        let key = seal(&vault, UNLOCKS, &context("key", &[id]), &pending.key)?;
        let claim = Secret::new(pending.claim.expose());
        let claim = seal(&vault, UNLOCKS, &context("claim", &[id]), &claim)?;
        self.write(move |tx| {
            tx.execute("DELETE FROM unlocks WHERE launch_id = ?1", &[&pending.launch_id])?;
            tx.execute(
                "INSERT INTO unlocks (launch_id, customer, name, parameter_cache_id, token_sealed,
                     key_sealed, claim_sealed, is_regular, signed_at, begun_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
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
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// The unlock calls that were begun before then and whose answer nobody heard.
    pub(crate) async fn unfinished_unlocks(
        &self,
        begun_before: UnixTime,
    ) -> Result<Vec<Pending>, StoreError> {
        let vault = self.vault();
        self.read(move |tx| {
            let rows = tx.query(
                "SELECT launch_id, customer, name, parameter_cache_id, token_sealed, key_sealed,
                        claim_sealed, is_regular, signed_at
                 FROM unlocks WHERE begun_at <= ?1 ORDER BY begun_at",
                &[&begun_before.0],
            )?;
            rows.iter()
                .map(|row| {
                    let id: String = row.get("launch_id")?;
                    let opened = |column: &str, name| {
                        let sealed: Vec<u8> = row.get(column)?;
                        open(&vault, UNLOCKS, &context(name, &[&id]), &sealed)
                    };
                    Ok(Pending {
                        customer: row.get("customer")?,
                        customer_name: row.get("name")?,
                        parameter_cache_id: row.get("parameter_cache_id")?,
                        token: opened("token_sealed", "token")?,
                        key: opened("key_sealed", "key")?,
                        claim: ApiClaim::new(opened("claim_sealed", "claim")?.expose()),
                        is_regular: row.get("is_regular")?,
                        signed_at: UnixTime(row.get("signed_at")?),
                        launch_id: id,
                    })
                })
                .collect()
        })
        .await
    }

    /// Forgets an unlock that the API refused.
    pub(crate) async fn drop_unlock(&self, launch_id: &str) -> Result<(), StoreError> {
        let id = launch_id.to_owned();
        self.write(move |tx| {
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
            let known = tx.query_for_update(
                "SELECT activations FROM customers WHERE customer = ?1",
                &[&pending.customer],
            )?;
            tx.execute(
                "INSERT INTO customers (customer, name, token_sealed, key_sealed, state,
                     state_since, activated_at, activations, checked_at)
                 VALUES (?1, ?2, ?3, ?4, 'active', ?5, ?5, 1, ?5)
                 ON CONFLICT (customer) DO UPDATE SET
                     name = excluded.name, token_sealed = excluded.token_sealed,
                     key_sealed = excluded.key_sealed, state = 'active', state_since = ?5,
                     activated_at = ?5, activations = customers.activations + 1, checked_at = ?5",
                &[&pending.customer, &pending.customer_name, &token, &key, &now.0],
            )?;
            tx.execute(
                "UPDATE users SET blocked = ?2 WHERE customer = ?1",
                &[&pending.customer, &false],
            )?;
            let kind = if known.is_empty() { EventKind::Activated } else { EventKind::Reactivated };
            let data = json!({
                "customer": pending.customer,
                "customerName": pending.customer_name,
                "isRegularCustomer": pending.is_regular,
            });
            tell(tx, kind, &data, now)
        })
        .await
    }

    /// What a call for this user needs; `None` if the customer never activated the provider here.
    pub(crate) async fn caller(
        &self,
        customer: &str,
        user: &str,
    ) -> Result<Option<Caller>, StoreError> {
        let (vault, customer, user) = (self.vault(), customer.to_owned(), user.to_owned());
        self.read(move |tx| {
            let row = tx.query_opt(
                "SELECT c.state, c.state_since, c.token_sealed, c.key_sealed,
                        u.claim_sealed, u.parameter_cache_id, u.secret_id
                 FROM customers c
                 LEFT JOIN users u ON u.customer = c.customer AND u.user_id = ?2
                 WHERE c.customer = ?1",
                &[&customer, &user],
            )?;
            let Some(row) = row else { return Ok(None) };
            let opened = |column: &str, name| {
                let sealed: Vec<u8> = row.get(column)?;
                open(&vault, CUSTOMERS, &context(name, &[&customer]), &sealed)
            };
            let token = opened("token_sealed", "token")?;
            let key = opened("key_sealed", "key")?;
            let sealed: Option<Vec<u8>> = row.get("claim_sealed")?;
            let calling = match sealed {
                Some(sealed) => {
                    let claim =
                        open(&vault, USERS, &context("claim", &[&customer, &user]), &sealed)?;
                    Some(CallingUser {
                        claim: ApiClaim::new(claim.expose()),
                        parameter_cache_id: row.get("parameter_cache_id")?,
                        secret_id: row.get("secret_id")?,
                    })
                }
                None => None,
            };
            Ok(Some(Caller {
                connection: connection(&row)?,
                credentials: Credentials::new(token.expose(), key),
                user: calling,
            }))
        })
        .await
    }

    /// Draws the conclusion from an answer, and tells the app if something changed. `token` is the
    /// one that was used: an answer to an older one says nothing about the newest.
    pub(crate) async fn conclude(
        &self,
        customer: &str,
        user: &str,
        credentials: &Credentials,
        verdict: Verdict,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let (vault, customer, user) = (self.vault(), customer.to_owned(), user.to_owned());
        let credentials = credentials.clone();
        // Wakes nobody: the worker itself concludes, and would not rest any more.
        self.database
            .write(move |tx| {
                let rows = tx.query_for_update(
                    "SELECT state, state_since, token_sealed FROM customers WHERE customer = ?1",
                    &[&customer],
                )?;
                let Some(row) = rows.first() else { return Ok(()) };
                let sealed: Vec<u8> = row.get("token_sealed")?;
                let newest = open(&vault, CUSTOMERS, &context("token", &[&customer]), &sealed)?;
                if !credentials.has_token(&newest) {
                    return Ok(());
                }
                conclude_for_user(tx, &customer, &user, verdict, now)?;
                let before = connection(row)?;
                let (after, change) = before.after(verdict, now);
                let since = if after == before { row.get("state_since")? } else { now.0 };
                tx.execute(
                    "UPDATE customers SET state = ?2, state_since = ?3, checked_at = ?4
                 WHERE customer = ?1",
                    &[&customer, &after.name(), &since, &now.0],
                )?;
                match change {
                    Some(Change::Blocked(code)) => {
                        let data = json!({"customer": customer, "code": code.0});
                        tell(tx, EventKind::Blocked, &data, now)
                    }
                    Some(Change::LetInAgain) => {
                        tell(tx, EventKind::Reactivated, &json!({"customer": customer}), now)
                    }
                    None => Ok(()),
                }
            })
            .await
    }

    /// Whose API user should be tried: in doubt since a while, or not heard of for long. With the
    /// user whose claim is the newest.
    pub(crate) async fn due_checks(
        &self,
        doubtful_before: UnixTime,
        checked_before: UnixTime,
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.read(move |tx| {
            let rows = tx.query(
                "SELECT c.customer, COALESCE(
                     (SELECT u.user_id FROM users u WHERE u.customer = c.customer
                      ORDER BY u.signed_at DESC LIMIT 1), '') AS user_id
                 FROM customers c
                 WHERE (c.state = 'doubtful' AND c.checked_at <= ?1)
                    OR (c.state = 'active' AND c.checked_at <= ?2)
                 ORDER BY c.checked_at LIMIT 20",
                &[&doubtful_before.0, &checked_before.0],
            )?;
            rows.iter().map(|row| Ok((row.get("customer")?, row.get("user_id")?))).collect()
        })
        .await
    }

    /// All customers, in the order of their ids.
    pub(crate) async fn customers(&self) -> Result<Vec<Customer>, StoreError> {
        self.read(|tx| {
            let rows = tx.query(
                "SELECT customer, name, state, state_since, activated_at FROM customers
                 ORDER BY customer",
                &[],
            )?;
            rows.iter()
                .map(|row| {
                    Ok(Customer {
                        customer: row.get("customer")?,
                        name: row.get("name")?,
                        state: connection(row)?.name(),
                        since: row.get("state_since")?,
                        activated_at: row.get("activated_at")?,
                    })
                })
                .collect()
        })
        .await
    }
}

/// The right of a single user, which is told once when it is gone.
fn conclude_for_user(
    tx: &mut Transaction<'_>,
    customer: &str,
    user: &str,
    verdict: Verdict,
    now: UnixTime,
) -> Result<(), StoreError> {
    let is_blocked = match verdict {
        Verdict::UserShutOut => true,
        Verdict::LetIn => false,
        Verdict::ShutOut(_) | Verdict::Silent => return Ok(()),
    };
    let changed = tx.execute(
        "UPDATE users SET blocked = ?3 WHERE customer = ?1 AND user_id = ?2 AND blocked <> ?3",
        &[&customer, &user, &is_blocked],
    )?;
    if changed == 0 || !is_blocked {
        return Ok(());
    }
    let code = ErrorCode::USER_ACCESS_NOT_GRANTED.0;
    let data = json!({"customer": customer, "user": user, "code": code});
    tell(tx, EventKind::UserBlocked, &data, now)
}

fn connection(row: &Row) -> Result<Connection, StoreError> {
    let name: String = row.get("state")?;
    let since = UnixTime(row.get("state_since")?);
    Connection::from_name(&name, since)
        .ok_or(StoreError::Corrupt { table: CUSTOMERS, problem: "there is no such state" })
}
