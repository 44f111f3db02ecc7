//! Numbered migrations, each applied once, in order, in one transaction. A landed migration is
//! never edited: its checksum is in the database.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::{OpenError, StoreError};

struct Migration {
    number: u32,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "activation",
    sql: include_str!("../../migrations/sqlite/0001_activation.sql"),
}];

pub(super) fn run(db: &mut Connection) -> Result<(), OpenError> {
    let transaction =
        db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS schema_migrations (
                 number   INTEGER PRIMARY KEY,
                 name     TEXT NOT NULL,
                 checksum BLOB NOT NULL
             ) STRICT",
        )
        .map_err(StoreError::from)?;
    refuse_unknown(&transaction)?;
    for migration in MIGRATIONS {
        apply(&transaction, migration)?;
    }
    transaction.commit().map_err(StoreError::from)?;
    Ok(())
}

fn refuse_unknown(db: &Connection) -> Result<(), OpenError> {
    let known = MIGRATIONS.last().map_or(0, |migration| migration.number);
    let found: u32 = db
        .query_row("SELECT COALESCE(MAX(number), 0) FROM schema_migrations", [], |row| row.get(0))
        .map_err(StoreError::from)?;
    if found > known { Err(OpenError::FromTheFuture { found, known }) } else { Ok(()) }
}

fn apply(db: &Connection, migration: &Migration) -> Result<(), OpenError> {
    let checksum = Sha256::digest(migration.sql).to_vec();
    let applied: Option<Vec<u8>> = db
        .query_row(
            "SELECT checksum FROM schema_migrations WHERE number = ?1",
            [migration.number],
            |row| row.get(0),
        )
        .optional()
        .map_err(StoreError::from)?;
    match applied {
        Some(found) if found == checksum => return Ok(()),
        Some(_) => return Err(OpenError::Changed { number: migration.number }),
        None => {}
    }
    db.execute_batch(migration.sql).map_err(StoreError::from)?;
    db.execute(
        "INSERT INTO schema_migrations (number, name, checksum) VALUES (?1, ?2, ?3)",
        rusqlite::params![migration.number, migration.name, checksum],
    )
    .map_err(StoreError::from)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_twice_is_run_once() {
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db).unwrap();
        run(&mut db).unwrap();
        let count: u32 =
            db.query_row("SELECT COUNT(*) FROM schema_migrations", [], |row| row.get(0)).unwrap();
        assert_eq!(count, u32::try_from(MIGRATIONS.len()).unwrap());
    }

    #[test]
    fn refuses_a_later_and_a_changed_schema() {
        let mut db = Connection::open_in_memory().unwrap();
        run(&mut db).unwrap();
        db.execute("UPDATE schema_migrations SET checksum = x'00'", []).unwrap();
        assert!(matches!(run(&mut db), Err(OpenError::Changed { number: 1 })));
        db.execute("INSERT INTO schema_migrations VALUES (999, 'later', x'00')", []).unwrap();
        assert!(matches!(run(&mut db), Err(OpenError::FromTheFuture { found: 999, .. })));
    }
}
