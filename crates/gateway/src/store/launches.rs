//! Signed URLs that arrived: used once, their claims kept, their windows open.

use freischalt_client::provider::Launch;
use freischalt_database::{Row, Transaction};
use freischalt_protocol::{Secret, UnixTime};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Store, StoreError, context, random_id, seal, tell};
use crate::config::UnknownCustomers;
use crate::event::EventKind;

/// What became of a signed URL of a service or webhook.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Accepted, with the id of the window that it opened, if it opens one.
    Accepted(Option<String>),
    /// The URL was used before.
    UsedBefore,
    /// The customer has not activated the provider, or not at this gateway.
    NotActivated,
}

/// An open service window.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) customer: String,
    pub(crate) user: String,
    /// What the app is told about the caller, as JSON.
    pub(crate) session: String,
    /// `parameterCacheId` of the call that opened it, which its orders and messages have to name.
    pub(crate) parameter_cache_id: String,
    /// Names the provider secret that the marketplace signed that call with.
    pub(crate) secret_id: String,
    /// The origin that opened it, where the browser said so.
    pub(crate) marketplace: Option<String>,
}

/// A window to open for a call.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// What the app is told about the caller, as JSON.
    pub(crate) session: String,
    /// The origin that opens it, where the browser said so.
    pub(crate) marketplace: Option<String>,
    /// Until when it may be used.
    pub(crate) ends_at: UnixTime,
}

impl Store {
    /// Takes a signed URL: uses it up, keeps its claim if it is the newest of the user, tells the
    /// app, and opens a window if there is one to open.
    pub(crate) async fn arrive(
        &self,
        launch: &Launch,
        (kind, data): (EventKind, Value),
        window: Option<Window>,
        (kept_until, unknown): (UnixTime, UnknownCustomers),
        now: UnixTime,
    ) -> Result<Arrival, StoreError> {
        let launch = launch.clone();
        let claim = Secret::new(launch.claim.expose());
        let context = context("claim", &[&launch.customer, &launch.user]);
        let claim = seal(&self.vault(), "users", &context, &claim)?;
        let visit = random_id("")?;
        self.write(move |tx| {
            let known = tx.query_opt(
                "SELECT state FROM customers WHERE customer = ?1",
                &[&launch.customer],
            )?;
            if known.is_none() && unknown == UnknownCustomers::Refuse {
                return Ok(Arrival::NotActivated);
            }
            if !use_up(tx, &launch.id, kept_until)? {
                return Ok(Arrival::UsedBefore);
            }
            keep_newest(tx, &launch, &claim)?;
            tell(tx, kind, &data, now)?;
            let Some(window) = &window else { return Ok(Arrival::Accepted(None)) };
            let opened = Visit {
                customer: launch.customer.clone(),
                user: launch.user.clone(),
                session: window.session.clone(),
                parameter_cache_id: launch.parameter_cache_id.clone(),
                secret_id: launch.secret_id.clone(),
                marketplace: window.marketplace.clone(),
            };
            open_visit(tx, &visit, &opened, window.ends_at)?;
            Ok(Arrival::Accepted(Some(visit.clone())))
        })
        .await
    }

    /// Opens another window for somebody who had one, when the result of an order is brought by a
    /// URL: its id, and until when it counts. Whether that window is open: brought again, the URL opens
    /// no other.
    pub(crate) async fn reopen(
        &self,
        visit: &Visit,
        id: &str,
        (url_id, kept_until): (String, UnixTime),
        ends_at: UnixTime,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        let (visit, id) = (visit.clone(), id.to_owned());
        self.write(move |tx| {
            if use_up(tx, &url_id, kept_until)? {
                open_visit(tx, &id, &visit, ends_at)?;
            }
            let open = tx.query_opt(
                "SELECT 1 AS found FROM visits WHERE visit_hash = ?1 AND ends_at >= ?2",
                &[&hash(&id), &now.0],
            )?;
            Ok(open.is_some())
        })
        .await
    }

    /// The open window with this id.
    pub(crate) async fn visit(&self, id: &str, now: UnixTime) -> Result<Option<Visit>, StoreError> {
        let hash = hash(id);
        self.read(move |tx| {
            let row = tx.query_opt(
                "SELECT customer, user_id, session, parameter_cache_id, secret_id, marketplace
                 FROM visits WHERE visit_hash = ?1 AND ends_at >= ?2",
                &[&hash, &now.0],
            )?;
            row.map(|row| opened(&row)).transpose()
        })
        .await
    }
}

/// Whether a URL was not used before; from now on it was.
fn use_up(tx: &mut Transaction<'_>, id: &str, kept_until: UnixTime) -> Result<bool, StoreError> {
    let noted = tx.execute(
        "INSERT INTO used_urls (launch_id, kept_until) VALUES (?1, ?2)
         ON CONFLICT (launch_id) DO NOTHING",
        &[&id, &kept_until.0],
    )?;
    Ok(noted == 1)
}

fn keep_newest(tx: &mut Transaction<'_>, launch: &Launch, claim: &[u8]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO users (customer, user_id, group_id, claim_sealed, signed_at, blocked)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (customer, user_id) DO UPDATE SET
             group_id = excluded.group_id, claim_sealed = excluded.claim_sealed,
             signed_at = excluded.signed_at, blocked = excluded.blocked
         WHERE excluded.signed_at >= users.signed_at",
        &[&launch.customer, &launch.user, &launch.group, &claim, &launch.signed_at.0, &false],
    )?;
    // A customer may have been renamed; data is kept by the id.
    if !launch.customer_name.is_empty() {
        tx.execute(
            "UPDATE customers SET name = ?2 WHERE customer = ?1 AND name <> ?2",
            &[&launch.customer, &launch.customer_name],
        )?;
    }
    Ok(())
}

/// The window of a row of `visits` or `orders`.
pub(super) fn opened(row: &Row) -> Result<Visit, StoreError> {
    Ok(Visit {
        customer: row.get("customer")?,
        user: row.get("user_id")?,
        session: row.get("session")?,
        parameter_cache_id: row.get("parameter_cache_id")?,
        secret_id: row.get("secret_id")?,
        marketplace: row.get("marketplace")?,
    })
}

fn open_visit(
    tx: &mut Transaction<'_>,
    id: &str,
    visit: &Visit,
    ends_at: UnixTime,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO visits (visit_hash, customer, user_id, session, parameter_cache_id, secret_id,
             marketplace, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (visit_hash) DO NOTHING",
        &[
            &hash(id),
            &visit.customer,
            &visit.user,
            &visit.session,
            &visit.parameter_cache_id,
            &visit.secret_id,
            &visit.marketplace,
            &ends_at.0,
        ],
    )?;
    Ok(())
}

fn hash(id: &str) -> String {
    Sha256::digest(id).iter().map(|byte| format!("{byte:02x}")).collect()
}
