//! Numbered migrations, each applied once, in order, in one transaction. A landed migration is
//! never edited: its checksum is in the database.

use sha2::{Digest, Sha256};

use crate::{DatabaseError, NotThere, OpenError, Transaction};

/// The tables of one owner, as the steps that make them.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// What the tables are for, in messages.
    pub name: &'static str,
    /// The steps, numbered from 1 on.
    pub migrations: &'static [Migration],
}

/// A step, with one text for each engine. Made by [`migration!`](crate::migration).
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number.
    pub number: u32,
    /// The name of its files.
    pub name: &'static str,
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

/// The step whose texts are `migrations/sqlite/NAME.sql` and `migrations/postgres/NAME.sql` of the
/// crate that calls this.
#[macro_export]
macro_rules! migration {
    ($number:literal, $name:literal) => {
        $crate::Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/migrations/sqlite/",
                $name,
                ".sql"
            )),
            postgres: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/migrations/postgres/",
                $name,
                ".sql"
            )),
        }
    };
}

/// Whether a database had been used before it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was empty.
    New,
    /// It has been used before.
    Again,
}

/// What to do where there is no database yet, or an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// Refuse it: what should be there has gone, or nobody has asked for a first start.
    Never,
    /// Make one.
    IfMissing,
    /// Make one, and refuse one that is there.
    Only,
}

/// Brings the schema up to date inside a transaction, with the owner's check at its place.
pub(crate) fn migrate<E: From<OpenError>>(
    tx: &mut Transaction<'_>,
    schema: &Schema,
    creation: Creation,
    check: impl FnOnce(&mut Transaction<'_>, Opened) -> Result<(), E>,
) -> Result<(), E> {
    let is_new = !has_migrations(tx).map_err(OpenError::from)?;
    match creation {
        Creation::Never if is_new => {
            // Its name is added where it is known.
            let (database, found) = (String::new(), "is empty: it has none of our tables");
            return Err(OpenError::NotThere(NotThere { database, found, partial: None }).into());
        }
        Creation::Only if !is_new => return Err(OpenError::There(String::new()).into()),
        _ => {}
    }
    let applied = applied(tx, schema, is_new)?;
    let mut check = Some(check);
    if applied > 0
        && let Some(check) = check.take()
    {
        check(tx, Opened::Again)?;
    }
    for migration in schema.migrations.iter().skip(applied) {
        apply(tx, migration).map_err(OpenError::from)?;
    }
    match check {
        Some(check) => check(tx, Opened::New),
        None => Ok(()),
    }
}

/// How many migrations the database has; an error if they are not the first of ours.
fn applied(tx: &mut Transaction<'_>, schema: &Schema, is_new: bool) -> Result<usize, OpenError> {
    if is_new {
        tx.run_script(if tx.is_postgres() {
            "CREATE TABLE schema_migrations (
                 number   BIGINT PRIMARY KEY,
                 name     TEXT NOT NULL,
                 checksum BYTEA NOT NULL
             )"
        } else {
            "CREATE TABLE schema_migrations (
                 number   INTEGER PRIMARY KEY,
                 name     TEXT NOT NULL,
                 checksum BLOB NOT NULL
             ) STRICT"
        })?;
    }
    let known = schema.migrations.last().map_or(0, |migration| migration.number);
    let newest = tx.query_opt("SELECT MAX(number) AS newest FROM schema_migrations", &[])?;
    let newest: Option<i64> = newest.map(|row| row.get("newest")).transpose()?.flatten();
    let found = newest.map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX));
    if found > known {
        return Err(OpenError::FromTheFuture { found, known });
    }
    let rows = tx.query("SELECT checksum FROM schema_migrations ORDER BY number", &[])?;
    for (row, migration) in rows.iter().zip(schema.migrations) {
        if row.get::<Vec<u8>>("checksum")? != checksum(text(tx, migration)) {
            return Err(OpenError::Changed { number: migration.number, schema: schema.name });
        }
    }
    Ok(rows.len())
}

/// Asked for, because PostgreSQL sends a notice for each `CREATE TABLE IF NOT EXISTS` that has
/// nothing to do.
fn has_migrations(tx: &mut Transaction<'_>) -> Result<bool, DatabaseError> {
    let sql = if tx.is_postgres() {
        "SELECT 1 AS one WHERE to_regclass('schema_migrations') IS NOT NULL"
    } else {
        "SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'"
    };
    Ok(tx.query_opt(sql, &[])?.is_some())
}

fn apply(tx: &mut Transaction<'_>, migration: &Migration) -> Result<(), DatabaseError> {
    let sql = text(tx, migration);
    tx.run_script(sql)?;
    tx.execute(
        "INSERT INTO schema_migrations (number, name, checksum) VALUES (?1, ?2, ?3)",
        &[&migration.number, &migration.name, &checksum(sql)],
    )?;
    Ok(())
}

fn text(tx: &Transaction<'_>, migration: &Migration) -> &'static str {
    if tx.is_postgres() { migration.postgres } else { migration.sqlite }
}

fn checksum(sql: &str) -> Vec<u8> {
    Sha256::digest(sql).to_vec()
}
