//! The limit of storage: the statements of an unlock in a bare loop on SQLite, so many to a commit,
//! on the same data and with the same durability, and without HTTP, JSON, signatures or rules.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::{credential, histogram::Histogram};

/// What to do.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The database; no server may use it
    #[arg(long, value_name = "FILE")]
    pub database: PathBuf,
    /// The credentials whose activations wait
    #[arg(long, value_name = "FILE")]
    pub credentials: PathBuf,
    /// Leave out this many of them, which were used before
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip: usize,
    /// Use at most this many of them
    #[arg(long, value_name = "N", default_value_t = usize::MAX)]
    pub take: usize,
    /// Unlocks in each commit
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub batch: usize,
    /// Stop after this time
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    pub seconds: f64,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Unlocks that are on disk.
    pub answered: u64,
    /// Credentials that are used up.
    pub used: usize,
    /// How long it took.
    pub seconds: f64,
    /// Unlocks per second.
    pub rate: f64,
    /// Half of the commits took no longer, with what is in them.
    pub p50_us: f64,
    /// 99 of 100.
    pub p99_us: f64,
}

/// Unlocks and measures.
pub fn run(options: &Options) -> Result<Report> {
    let credentials = credential::read(&options.credentials, options.skip, options.take)?;
    ensure!(!credentials.is_empty(), "{} has none left", options.credentials.display());
    let db = open(options)?;
    let mut times = Histogram::default();
    let (started, mut done) = (Instant::now(), 0);
    let end = started + Duration::try_from_secs_f64(options.seconds)?;
    for group in credentials.chunks(options.batch.max(1)) {
        let begun = Instant::now();
        if begun >= end {
            break;
        }
        commit(&db, group.iter().map(|credential| credential.token.as_str()))?;
        times.add(begun.elapsed());
        done += group.len();
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(Report {
        answered: done as u64,
        used: done,
        seconds,
        rate: done as f64 / seconds,
        p50_us: times.percentile_us(0.5),
        p99_us: times.percentile_us(0.99),
    })
}

/// Who and what, as the store writes it.
const ACTOR: &str = r#"{"kind":"provider"}"#;
const EVENT: &str = r#"{"event":"unlocked","isRegularCustomer":false}"#;

/// As the store opens its writer.
fn open(options: &Options) -> Result<Connection> {
    let db = Connection::open(&options.database)
        .with_context(|| format!("cannot open {}", options.database.display()))?;
    db.set_prepared_statement_cache_capacity(64);
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "wal_autocheckpoint", 4000)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "cache_size", -16 * 1024)?;
    Ok(db)
}

fn commit<'a>(db: &Connection, tokens: impl Iterator<Item = &'a str>) -> Result<()> {
    statement(db, "BEGIN IMMEDIATE")?;
    for token in tokens {
        statement(db, "SAVEPOINT change")?;
        unlock(db, token)?;
        statement(db, "RELEASE change")?;
    }
    statement(db, "COMMIT")
}

fn statement(db: &Connection, sql: &str) -> Result<()> {
    db.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// What the server asks for and writes when it unlocks: the API user, the facts, the new state and
/// the entry in the history. Columns that take no time to read are left out.
fn unlock(db: &Connection, token: &str) -> Result<()> {
    let (customer, run, user): (i64, [u8; 16], i64) = db
        .prepare_cached(
            "SELECT a.customer_id, a.activation_id, a.opened_by, a.api_key_sealed, c.name, p.name
             FROM api_users u
             JOIN activations a USING (customer_id, activation_id)
             JOIN customers c USING (customer_id)
             JOIN providers p USING (provider_id)
             WHERE u.api_token = ?1",
        )?
        .query_row([token], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let key = params![customer, run];
    let stage: String = db
        .prepare_cached(
            "SELECT stage, api_key_sealed, parameter_cache_id, entry_expires FROM activations
             WHERE customer_id = ?1 AND activation_id = ?2",
        )?
        .query_row(key, |row| row.get(0))?;
    ensure!(stage == "pending", "an activation that should wait is {stage}");
    let active: bool = db
        .prepare_cached("SELECT active FROM customers WHERE customer_id = ?1")?
        .query_row([customer], |row| row.get(0))?;
    let administrator: bool = db
        .prepare_cached("SELECT administrator FROM users WHERE customer_id = ?1 AND user_id = ?2")?
        .query_row([customer, user], |row| row.get(0))?;
    ensure!(active && administrator, "an activation that may not be unlocked");
    db.prepare_cached(
        "UPDATE activations SET stage = 'active', activated_at = 1, is_regular_customer = 0
         WHERE customer_id = ?1 AND activation_id = ?2",
    )?
    .execute(key)?;
    db.prepare_cached(
        "INSERT INTO audit (customer_id, activation_id, seq, at, actor, event)
         SELECT ?1, ?2, COALESCE(MAX(seq), 0) + 1, 1, ?3, ?4
         FROM audit WHERE customer_id = ?1 AND activation_id = ?2",
    )?
    .execute(params![customer, run, ACTOR, EVENT])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use freischalt_marketplace::ApiToken;
    use freischalt_protocol::seal::MasterKey;
    use freischalt_store::{Keys, Kind, Location, Store};

    use super::*;
    use crate::fill;

    /// The statements here are a copy; this fails when the schema no longer takes them or an unlock
    /// means something else.
    #[test]
    fn what_the_loop_unlocks_is_unlocked_for_the_store() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("freischalt.db");
        let key = MasterKey::new([3; 32]);
        let keys = Keys { current: key.clone(), previous: Vec::new() };
        let location = Location::File(database.clone());
        let store = Store::open(&location, Kind::Production, &keys).unwrap();
        let credentials = folder.path().join("credentials");
        let plan = fill::Plan {
            stored: 2,
            waiting: 5,
            one_customer: false,
            credentials: credentials.clone(),
        };
        runtime.block_on(fill::fill(&store, &key, &plan)).unwrap();

        let options = Options {
            database: database.clone(),
            credentials: credentials.clone(),
            skip: 1,
            take: 3,
            batch: 2,
            seconds: 30.0,
        };
        let report = run(&options).unwrap();
        assert_eq!((report.answered, report.used), (3, 3));

        let mut unlocked = Vec::new();
        for credential in credential::read(&credentials, 0, 10).unwrap() {
            let token = ApiToken::from_wire(&credential.token);
            let user = runtime.block_on(store.api_user(&token)).unwrap().unwrap();
            unlocked.push(user.activation.unlock_record().is_some());
            let history = store.history(user.activation.customer, user.activation.id);
            let entries = runtime.block_on(history).unwrap();
            assert_eq!(entries.len(), if unlocked.ends_with(&[true]) { 3 } else { 2 });
        }
        assert_eq!(unlocked, [false, true, true, true, false]);
    }
}
