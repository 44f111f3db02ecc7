//! A whole installation on its way: to another engine, to a backup, and back.
//!
//! What is sealed stays sealed: none of this needs a key, and where one is given it is only tried,
//! so that nobody finds out later that it is the wrong one.

use std::{
    io,
    path::{Path, PathBuf},
};

use freischalt_database::{
    Backup, BackupError, Copied, CopyError, Creation, Database, Opened, Plan, Transaction, Vault,
    backup, copy, hand_over, restore, settle,
};

use freischalt_protocol::UnixTime;

use crate::{
    Keys, Kind, Location, OpenError, PURPOSE, SCHEMA, Store, StoreError,
    background::{LEASE, is_leased},
    installation,
};

/// Every table, after those that it refers to.
const TABLES: &[&str] = &[
    "installation",
    "counters",
    "customers",
    "customer_groups",
    "users",
    "providers",
    "services",
    "provider_clients",
    "ordinary_api_users",
    "activations",
    "api_users",
    "parameter_cache",
    "audit",
    "used_tickets",
    "leases",
    "user_rights",
    "pay_accounts",
    "payment_methods",
    "orders",
    "payment_links",
    "subscriptions",
    "transactions",
    "postings",
    "order_history",
    "bank_commands",
    "bank_notifications",
    "records",
    "deliveries",
    "delivery_attempts",
];
/// Those that migrations put rows into.
const SEEDED: &[&str] = &["counters"];

/// Why an installation was not moved.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// There is no such file.
    #[error("there is no database {}", .0.display())]
    Missing(PathBuf),
    /// A server is using it.
    #[error(
        "the {0} is in use: stop every server and sandbox on it first, because what they go on \
         writing would be missing in the copy. A pooler keeps connections of servers that have \
         stopped: restart it"
    )]
    InUse(&'static str),
    /// A server has a lease of its jobs.
    #[error(
        "a server uses the {0}, or did until it was killed: its jobs are taken. Stop every server \
         and sandbox on it, which gives them up at once; after a kill, try again in {LEASE} s"
    )]
    Leased(&'static str),
    /// Nobody has ever started anything on it.
    #[error("this is no database of an installation: nothing has been started on it yet")]
    Empty,
    /// The file is complete, but belongs to root.
    #[error(
        "{} is complete, but cannot be given to the owner of its folder: do it with chown",
        path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A database cannot be opened, or the key does not fit.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy failed.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The backup or its restoration failed.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<freischalt_database::OpenError> for TransportError {
    fn from(error: freischalt_database::OpenError) -> Self {
        Self::Open(error.into())
    }
}

impl From<freischalt_database::DatabaseError> for TransportError {
    fn from(error: freischalt_database::DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

/// Copies an installation that nobody uses into an empty database, and compares the two. Blocks.
///
/// Whether nobody uses it is certain on SQLite, where the file is locked. A server on PostgreSQL is
/// seen by its connections, which have our name unless its URL gives them another, and by the leases
/// of its jobs at `now`, which one of several servers always has but for the few seconds after that
/// one was killed.
pub fn copy_installation(
    from: &Location,
    to: &Location,
    keys: Option<&Keys>,
    now: UnixTime,
) -> Result<Vec<Copied>, TransportError> {
    if let Location::File(path) = from
        && !path.exists()
    {
        return Err(TransportError::Missing(path.clone()));
    }
    for (location, name) in [(from, "source"), (to, "target")] {
        if Database::is_in_use(location)? {
            return Err(TransportError::InUse(name));
        }
    }
    let creation = Creation::IfMissing;
    let source = Database::open_checked(from, &SCHEMA, creation, |tx, opened| match opened {
        Opened::New => Err(TransportError::Empty),
        Opened::Again => {
            inspect(tx, keys)?;
            match tx.is_postgres() && is_leased(tx, now)? {
                true => Err(TransportError::Leased("source")),
                false => Ok(()),
            }
        }
    })?;
    let target = Database::open(to, &SCHEMA)?;
    let copied = copy(&source, &target, Plan { tables: TABLES, seeded: SEEDED })?;
    drop(target);
    if let Location::File(path) = to {
        settle(path)?;
        give(path)?;
    }
    Ok(copied)
}

/// Lets the owner of the folder have it.
fn give(path: &Path) -> Result<(), TransportError> {
    hand_over(path).map_err(|source| TransportError::Owner { path: path.to_owned(), source })
}

/// Makes an empty installation for a production server's first start. One that is there is refused,
/// and so is a database of anything else. Blocks.
pub fn create_installation(location: &Location, keys: &Keys) -> Result<(), TransportError> {
    drop(Store::open_or_make(location, Creation::Only, Kind::Production, keys)?);
    match location {
        Location::File(path) => give(path),
        _ => Ok(()),
    }
}

/// Copies a SQLite database, also while a server uses it. Blocks.
pub fn back_up(from: &Path, to: &Path) -> Result<Backup, TransportError> {
    Ok(backup(from, to)?)
}

/// Puts a backup in the place of a database that is not there; what it was made for. Blocks.
pub fn restore_backup(
    from: &Path,
    to: &Path,
    keys: Option<&Keys>,
) -> Result<(Backup, Kind), TransportError> {
    let mut kind = None;
    let restored = restore(from, to, |tx| {
        let tables = tx.query_opt(
            "SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'installation'",
            &[],
        )?;
        if tables.is_none() {
            return Err(TransportError::Empty);
        }
        kind = Some(inspect(tx, keys)?);
        Ok(())
    })?;
    give(to)?;
    Ok((restored, kind.ok_or(TransportError::Empty)?))
}

/// What an installation was made for, if a key fits that is given.
fn inspect(tx: &mut Transaction<'_>, keys: Option<&Keys>) -> Result<Kind, TransportError> {
    let kind = installation::kind(tx)?.ok_or(TransportError::Empty)?;
    if let Some(keys) = keys {
        installation::check(tx, &Vault::new(keys, PURPOSE), kind, Opened::Again)?;
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the schema makes, and what of it refers to what.
    fn schema() -> (Vec<String>, Vec<(String, String)>) {
        let database = Database::open(&Location::Memory, &SCHEMA).unwrap();
        let read = |tx: &mut Transaction<'_>| {
            let tables = tx.query(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                     AND name <> 'schema_migrations' ORDER BY name",
                &[],
            )?;
            let references = tx.query(
                "SELECT s.name AS name, f.\"table\" AS parent
                 FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) f
                 WHERE s.type = 'table'",
                &[],
            )?;
            let name = |row: &freischalt_database::Row| row.get::<String>("name");
            let tables = tables.iter().map(name).collect::<Result<_, _>>()?;
            let pair = |row: &freischalt_database::Row| Ok((name(row)?, row.get("parent")?));
            let references = references.iter().map(pair).collect::<Result<_, StoreError>>()?;
            Ok::<_, StoreError>((tables, references))
        };
        database.write_blocking(read).unwrap()
    }

    #[test]
    fn every_table_is_copied_after_those_that_it_refers_to() {
        let (tables, references) = schema();
        let mut listed = TABLES.to_vec();
        listed.sort_unstable();
        assert_eq!(listed, tables, "a table of the schema is not in the list, or the reverse");
        assert!(references.len() > 10, "{references:?}");
        let place = |name: &str| TABLES.iter().position(|known| *known == name).unwrap();
        for (table, parent) in references {
            assert!(place(&parent) < place(&table), "{table} refers to {parent}");
        }
    }

    #[test]
    fn tables_that_migrations_fill_are_known() {
        let database = Database::open(&Location::Memory, &SCHEMA).unwrap();
        let filled = database.write_blocking(|tx| {
            let mut filled = Vec::new();
            for table in TABLES {
                let sql = format!("SELECT 1 AS one FROM {table} LIMIT 1").leak();
                if tx.query_opt(sql, &[])?.is_some() {
                    filled.push(*table);
                }
            }
            Ok::<_, StoreError>(filled)
        });
        assert_eq!(filled.unwrap(), SEEDED);
    }
}
