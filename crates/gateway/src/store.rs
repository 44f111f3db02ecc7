//! What the gateway has to remember: who let the provider in, newest claims, orders, events.
//!
//! Each method is one transaction; whatever the app has to be told of a change is written in the
//! same one. This module must not know how anything is sent.

mod clean_up;
mod connections;
mod events;
mod launches;
mod orders;
mod reseal;
mod unlocks;

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use freischalt_database::{
    Creation, Database, DatabaseError, Keys, Location, OpenError, Schema, Transaction, Vault,
    VaultError, migration,
};
use freischalt_protocol::{Secret, UnixTime};
use serde_json::Value;
use tokio::sync::Notify;

use crate::event::EventKind;

pub(crate) use connections::Caller;
pub(crate) use events::{DueEvent, EventCounts};
pub(crate) use launches::{Arrival, Visit, Window};
pub(crate) use orders::{NewOrder, Settled, ShownOrder};
pub(crate) use unlocks::{Pending, Unavailable};

const SCHEMA: Schema = Schema {
    name: "gateway",
    migrations: &[
        migration!(1, "0001_gateway"),
        migration!(2, "0002_processes"),
        migration!(3, "0003_windows"),
        migration!(4, "0004_users"),
        migration!(5, "0005_marketplaces"),
    ],
};
const PURPOSE: &str = "gateway secrets at rest";

/// The gateway's memory. Cheap to clone; all clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    database: Database,
    vault: Arc<RwLock<Vault>>,
    /// Whether no other process can be at the same data.
    is_exclusive: bool,
    /// Woken when there is something to tell the app.
    pub(crate) told: Arc<Notify>,
}

/// Why the gateway cannot remember or does not know any more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("{table}: {source}")]
    Sealed { table: &'static str, source: VaultError },
    #[error("{table}: {problem}")]
    Corrupt { table: &'static str, problem: &'static str },
    #[error("the operating system gives no random bytes")]
    Random(#[from] getrandom::Error),
}

impl Store {
    /// Opens the store and brings its schema up to date. Blocks.
    pub(crate) fn open(
        location: &Location,
        creation: Creation,
        keys: &Keys,
    ) -> Result<Self, OpenError> {
        let check = |_: &mut Transaction<'_>, _| Ok::<_, OpenError>(());
        let database = Database::open_checked(location, &SCHEMA, creation, check)?;
        let vault = Arc::new(RwLock::new(Vault::new(keys, PURPOSE)));
        let is_exclusive = !matches!(location, Location::Postgres(_));
        Ok(Self { database, vault, is_exclusive, told: Arc::default() })
    }

    /// Frees what a process that died was amid, so that it goes on at once. Where other processes
    /// may be alive, what they hold runs out by itself.
    pub(crate) async fn take_over(&self, now: UnixTime) -> Result<(), StoreError> {
        if !self.is_exclusive {
            return Ok(());
        }
        self.write(move |tx| {
            tx.execute("UPDATE unlocks SET busy_until = ?1", &[&now.0])?;
            tx.execute(
                "UPDATE events SET next_at = ?1, taken_at = NULL
                 WHERE state = 'waiting' AND taken_at IS NOT NULL",
                &[&now.0],
            )?;
            Ok(())
        })
        .await
    }

    /// Whether it answers; for readiness checks.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.database.ping().await?)
    }

    fn vault(&self) -> Vault {
        self.vault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.database.read(query).await
    }

    async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let written = self.database.write(change).await;
        // Most changes tell the app something; looking once too often costs one query.
        self.told.notify_one();
        written
    }
}

/// Puts an event into the outbox, in the transaction that makes it true.
fn tell(
    tx: &mut Transaction<'_>,
    kind: EventKind,
    data: &Value,
    now: UnixTime,
) -> Result<(), StoreError> {
    let id = random_id("evt_")?;
    tx.execute(
        "INSERT INTO events (event_id, body, created_at, next_at) VALUES (?1, ?2, ?3, ?3)",
        &[&id, &kind.body(now, data), &now.0],
    )?;
    Ok(())
}

/// A name that nobody can guess.
pub(crate) fn random_id(prefix: &str) -> Result<String, getrandom::Error> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn seal(
    vault: &Vault,
    table: &'static str,
    context: &str,
    secret: &Secret,
) -> Result<Vec<u8>, StoreError> {
    vault.seal(context, secret).map_err(|source| StoreError::Sealed { table, source })
}

fn open(
    vault: &Vault,
    table: &'static str,
    context: &str,
    sealed: &[u8],
) -> Result<Secret, StoreError> {
    vault.open(context, sealed).map_err(|source| StoreError::Sealed { table, source })
}

/// What a sealed value is bound to: moved to another row, it does not open.
fn context(column: &str, row: &[&str]) -> String {
    row.iter().fold(column.to_owned(), |text, part| format!("{text}\n{}:{part}", part.len()))
}
