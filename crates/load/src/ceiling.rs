//! The limit of storage: the statements of an unlock in a bare loop on SQLite, so many to a commit,
//! on the same data and with the same durability, and without HTTP, JSON, signatures or rules.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, config::DbConfig, params};
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
    /// Which of them
    #[command(flatten)]
    pub choice: credential::Choice,
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
    let credentials = credential::read(&options.credentials, options.choice)?;
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

/// As the store opens its writer; the log is copied back by a commit after as many pages as there.
fn open(options: &Options) -> Result<Connection> {
    let db = Connection::open(&options.database)
        .with_context(|| format!("cannot open {}", options.database.display()))?;
    db.set_prepared_statement_cache_capacity(64);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "wal_autocheckpoint", 4_000)?;
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

/// What the server asks for and writes when it unlocks: the caller with everything that the unlock is
/// judged by, and the new state. All columns are read, as the server does.
fn unlock(db: &Connection, token: &str) -> Result<()> {
    let mut select = db.prepare_cached(
        "SELECT a.customer_id, a.activation_id, a.provider_id, a.opened_by, a.opened_at, a.stage,
             a.audience, a.api_token, a.api_key_sealed, a.parameter_cache_id, a.entry_expires,
             a.chosen_at, a.activated_at, a.is_regular_customer, a.ended_at, a.end_reason,
             c.slug, c.name AS customer_name, c.web_id, c.active AS customer_active,
             p.name AS provider_name,
             u.user_id, u.name AS user_name, u.administrator, u.group_id, u.language,
             u.active AS user_active
         FROM api_users t
         JOIN activations a
             ON a.customer_id = t.customer_id AND a.activation_id = t.activation_id
         JOIN customers c ON c.customer_id = t.customer_id
         JOIN providers p ON p.provider_id = a.provider_id
         LEFT JOIN users u ON u.customer_id = a.customer_id AND u.user_id = a.opened_by
         WHERE t.api_token = ?1",
    )?;
    let (customer, run) = select
        .query_row([token], |row| {
            for column in 0..27 {
                std::hint::black_box(row.get_ref(column)?);
            }
            let stage: String = row.get("stage")?;
            let (active, administrator) = (row.get("customer_active")?, row.get("administrator")?);
            let key: (i64, [u8; 16]) = (row.get(0)?, row.get(1)?);
            Ok((stage == "pending" && active && administrator).then_some(key))
        })?
        .with_context(|| "an activation that may not be unlocked")?;
    db.prepare_cached(
        "UPDATE activations SET stage = 'active', activated_at = ?3, is_regular_customer = ?4
         WHERE +customer_id = ?1 AND activation_id = ?2",
    )?
    .execute(params![customer, run, 1_800_000_000, false])?;
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
            choice: credential::Choice { skip: 1, take: 3, in_order: false },
            batch: 2,
            seconds: 30.0,
        };
        let report = run(&options).unwrap();
        assert_eq!((report.answered, report.used), (3, 3));

        let mut unlocked = Vec::new();
        for credential in credential::read(&credentials, credential::Choice::ALL).unwrap() {
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
