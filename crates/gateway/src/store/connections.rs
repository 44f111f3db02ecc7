//! Customers, their API users, and the newest claim of each of their users.

use freischalt_client::Credentials;
use freischalt_database::{Row, Transaction};
use freischalt_protocol::{ApiClaim, ErrorCode, UnixTime};
use serde::Serialize;
use serde_json::json;

use super::{Store, StoreError, context, open, tell};
use crate::connection::{Change, Connection, Verdict};
use crate::event::EventKind;

pub(super) const CUSTOMERS: &str = "customers";
const USERS: &str = "users";

/// What a call for one user of a customer needs.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) connection: Connection,
    pub(crate) credentials: Credentials,
    /// The newest of the user; absent if the user never called a service since, or not at this
    /// gateway.
    pub(crate) claim: Option<ApiClaim>,
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
                        u.claim_sealed
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
            let context = context("claim", &[&customer, &user]);
            let claim = sealed.map(|sealed| open(&vault, USERS, &context, &sealed)).transpose()?;
            Ok(Some(Caller {
                connection: connection(&row)?,
                credentials: Credentials::new(token.expose(), key),
                claim: claim.map(|claim| ApiClaim::new(claim.expose())),
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
