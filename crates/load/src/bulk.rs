//! Many stored activations in little time, for measuring how speed changes with size: rows of one
//! that the store has made, copied within SQLite with ids of their own.
//!
//! They are as large as real ones and lie where real ones would. Nobody calls with them: their keys
//! are chance and not sealed.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use rusqlite::{Connection, named_params};

/// What to copy: everything of the only activation there is.
#[derive(Clone, Copy, Debug)]
pub struct Copies {
    /// Customers in the end.
    pub customers: i64,
    /// Providers in the end.
    pub providers: i64,
    /// The way from one customer to the next, as in [`crate::fill`].
    pub step: i64,
    /// Activations in the end.
    pub activations: i64,
    /// When the first one began.
    pub millis: i64,
}

const CUSTOMERS: &str = "WITH RECURSIVE n (i) AS (
        SELECT 1 WHERE :customers > 1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :customers)
    INSERT INTO customers (customer_id, slug, name, web_id, active)
    SELECT i + 1, 'customer-' || i, 'Kundin ' || i || ' GmbH', 'customer-' || i, 1 FROM n";
const USERS: &str = "INSERT INTO users
        (customer_id, user_id, name, administrator, group_id, language, active)
    SELECT c.customer_id, u.user_id, u.name, u.administrator, u.group_id, u.language, u.active
    FROM customers c JOIN users u ON u.customer_id = 1 WHERE c.customer_id > 1";
const PROVIDERS: &str = "WITH RECURSIVE n (i) AS (
        SELECT 1 WHERE :providers > 1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :providers)
    INSERT INTO providers (slug, name, activation_url, keep_port, profile, secret_sealed, commerce)
    SELECT 'provider-' || i, 'Anbieter ' || i, p.activation_url, p.keep_port, p.profile,
        randomblob(length(p.secret_sealed)), p.commerce
    FROM n JOIN providers p ON p.provider_id = 1";
/// One turn through all customers.
const ACTIVATIONS: &str = "WITH RECURSIVE n (i) AS (
        SELECT :first WHERE :first < :last UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last)
    INSERT INTO activations
    SELECT (i % :customers * :step + i / :customers) % :customers + 1,
        unhex(printf('%012x7%s8%s', :millis + i / 100, substr(hex(randomblob(2)), 1, 3),
            substr(hex(randomblob(8)), 1, 15))),
        i / :customers + 1, a.opened_by, a.opened_at, a.stage, a.audience,
        printf('%012x', :millis + i / 100) || lower(hex(randomblob(10))),
        randomblob(length(a.api_key_sealed)), randomblob(16), a.entry_expires, a.chosen_at,
        a.activated_at, a.is_regular_customer, NULL, NULL
    FROM n JOIN activations a
        ON a.activation_id = (SELECT activation_id FROM api_users WHERE api_token = :model)";
const API_USERS: &str = "INSERT INTO api_users (api_token, customer_id, activation_id)
    SELECT api_token, customer_id, activation_id FROM activations
    WHERE activation_id >= :begin AND provider_id = :provider AND api_token <> :model
    ORDER BY api_token";
const AUDIT: &str = "INSERT INTO audit (customer_id, activation_id, seq, at, actor, event)
    SELECT a.customer_id, a.activation_id, x.seq, x.at, x.actor, x.event
    FROM activations a JOIN audit x
        ON x.customer_id = 1
            AND x.activation_id = (SELECT activation_id FROM api_users WHERE api_token = :model)
    WHERE a.activation_id >= :begin AND a.provider_id = :provider AND a.api_token <> :model
    ORDER BY a.customer_id, a.activation_id, x.seq";

/// Copies the activation with this token. Nothing else may use the database.
pub fn copy(database: &Path, model: &str, copies: &Copies) -> Result<()> {
    let db = Connection::open(database)
        .with_context(|| format!("cannot open {}", database.display()))?;
    db.busy_timeout(Duration::from_secs(30))?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.pragma_update(None, "foreign_keys", false)?;
    db.pragma_update(None, "cache_size", -512 * 1024)?;
    // Sorted once instead of kept in order row by row.
    let indexes = indexes(&db)?;
    for (name, _) in &indexes {
        db.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    let Copies { customers, providers, step, activations, millis } = *copies;
    db.execute(CUSTOMERS, named_params! { ":customers": customers })?;
    db.execute(USERS, [])?;
    db.execute(PROVIDERS, named_params! { ":providers": providers })?;
    for (provider, first) in (1_i64..).zip((0..activations).step_by(usize::try_from(customers)?)) {
        // The first of all is the model.
        let (first, last) = (first.max(1), activations.min(first + customers));
        db.execute(
            ACTIVATIONS,
            named_params! { ":first": first, ":last": last, ":customers": customers, ":step": step,
            ":millis": millis, ":model": model },
        )?;
        // Those of this turn are the last ones: ids begin with the time.
        let begin = (millis + first / 100).to_be_bytes();
        let begin = begin.get(2..).unwrap_or_default();
        let named = named_params! { ":begin": begin, ":provider": provider, ":model": model };
        db.execute(API_USERS, named)?;
        db.execute(AUDIT, named)?;
    }
    for (_, sql) in &indexes {
        db.execute_batch(sql)?;
    }
    let mut checkpoint = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)")?;
    checkpoint.query_row([], |_| Ok(()))?;
    Ok(())
}

fn indexes(db: &Connection) -> Result<Vec<(String, String)>> {
    let sql = "SELECT name, sql FROM sqlite_schema
               WHERE type = 'index' AND tbl_name = 'activations' AND sql IS NOT NULL";
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
