//! Durable state: one concrete [`Store`], its migrations, and encryption at rest.
//!
//! A rule decides inside the transaction that reads what it decides on: the caller passes a pure
//! closure, which cannot await and so can run on the writer's thread together with others in one
//! commit. An answer is given only when the commit is on disk. This crate must not know what a
//! request looks like, and holds no rule of its own.

mod accounts;
mod activations;
mod background;
mod clients;
mod deals;
mod deliveries;
mod directory;
mod installation;
mod records;
mod reseal;
mod sessions;
mod transport;

use std::sync::Arc;

use freischalt_database::{Database, DatabaseError, Groups, Schema, Vault, VaultError, migration};
use freischalt_protocol::Secret;

pub use accounts::NewMethod;
pub use activations::{
    ActivationFilter, ApiUserRecord, Decided, Facts, HistoryEntry, ProviderCustomer, Scope,
    ServiceEntry, Target, Verdict,
};
pub use background::LEASE;
pub use clients::OrdinaryApiUser;
pub use deals::{
    DealFacts, DealRef, DealScope, DealVerdict, OrderFilter, OrderScope, ProviderSubscription,
    ProviderTransaction, Stepped,
};
pub use deliveries::{AttemptEntry, DeliveryFilter};
pub use directory::{CreateProblem, NewCustomer, NewProvider, PutUserProblem};
pub use freischalt_database::OpenError as DatabaseOpenError;
pub use freischalt_database::{
    Backup, BackupError, Connections, Copied, CopyError, Creation, Group, Keys, Location, Observer,
    PostgresProblem, Waiting, settings,
};
pub use records::{Record, Save, SaveFacts};
pub use sessions::SessionHolder;
pub use transport::{
    TransportError, back_up, copy_installation, create_installation, restore_backup,
};

const SCHEMA: Schema = Schema {
    name: "marketplace",
    migrations: &[
        migration!(1, "0001_activation"),
        migration!(2, "0002_commerce"),
        migration!(3, "0003_live_index"),
        migration!(4, "0004_clients"),
        migration!(5, "0005_processes"),
        migration!(6, "0006_by_id"),
        migration!(7, "0007_in_order"),
        migration!(8, "0008_delivery_shares"),
        migration!(9, "0009_sessions"),
    ],
};

/// What secrets at rest are sealed for.
const PURPOSE: &str = "secrets at rest";

/// What an installation is for; a database never changes its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Made by the sandbox: demo users and secrets that people have seen.
    Sandbox,
    /// Made to be relied on.
    Production,
}

impl Kind {
    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Sandbox, Self::Production].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The store. Cheap to clone; all clones are the same store.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    vault: Vault,
    /// On PostgreSQL, where what waits together is done together.
    grouped: Option<Grouped>,
}

#[derive(Clone, Debug)]
struct Grouped {
    decisions: Groups<activations::Decision>,
    lookups: Groups<activations::Lookup>,
}

/// Why the store did not do what it was asked. Nothing of a failed change is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Too many changes are waiting. Nothing was done; try again later.
    #[error("the store is busy: too many changes are waiting")]
    Busy,
    /// A text holds the character NUL, which no database of ours takes. Nothing was done.
    #[error("a text holds the character NUL (U+0000): leave it out")]
    Nul,
    /// The database said no. The text is the database's, causes included.
    #[error("{0}")]
    Database(DatabaseError),
    /// A row does not say what it should.
    #[error("{table}: {problem}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong with the row.
        problem: &'static str,
    },
    /// A secret cannot be sealed.
    #[error("a secret cannot be sealed")]
    Sealing(#[source] VaultError),
}

impl StoreError {
    /// Whether the change may have been kept all the same: the connection to the database broke
    /// while it was committed.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Database(DatabaseError::Unknown(_)))
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Busy => Self::Busy,
            DatabaseError::Nul => Self::Nul,
            error => Self::Database(error),
        }
    }
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] freischalt_database::OpenError),
    /// The encryption key is another one than the database was written with.
    #[error(
        "the encryption key does not fit this database: \
         give the key that it was written with, or add it to the previous keys"
    )]
    WrongKey,
    /// The database was made for something else.
    #[error(
        "this is a {found} database and cannot be used for {wanted}: \
         start with a database of its own"
    )]
    OtherKind {
        /// What it was made for.
        found: String,
        /// What it should be used for.
        wanted: &'static str,
    },
    /// Anything else.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DatabaseError> for OpenError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Opens the store, checks that kind and keys fit, and brings its schema up to date. One that is
    /// missing is made. Blocks.
    pub fn open(location: &Location, kind: Kind, keys: &Keys) -> Result<Self, OpenError> {
        Self::open_or_make(location, Creation::IfMissing, kind, keys)
    }

    /// As [`open`](Self::open), with a word about a store that is missing. In memory it always is,
    /// and is made. Blocks.
    pub fn open_or_make(
        location: &Location,
        creation: Creation,
        kind: Kind,
        keys: &Keys,
    ) -> Result<Self, OpenError> {
        let vault = Vault::new(keys, PURPOSE);
        let database = Database::open_checked(location, &SCHEMA, creation, |tx, opened| {
            installation::check(tx, &vault, kind, opened)
        })?;
        let groups = database.groups().zip(database.groups());
        let grouped = groups.map(|(decisions, lookups)| Grouped { decisions, lookups });
        Ok(Self { database, vault, grouped })
    }

    /// Tells an observer of every commit from now on, beside those that are told already.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.database.observe(observer);
    }

    /// What waits for the database at this moment.
    pub fn waiting(&self) -> Waiting {
        self.database.waiting()
    }

    /// How many connections to a database server there can be, and how many are in use; none where
    /// there is no server.
    pub fn connections(&self) -> Option<Connections> {
        self.database.connections()
    }

    /// Whether the store answers and can be written; for readiness checks.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.database.ping().await?)
    }
}

/// Opens a sealed secret of a table.
fn open(
    vault: &Vault,
    table: &'static str,
    context: &str,
    sealed: &[u8],
) -> Result<Secret, StoreError> {
    let problem = "a sealed secret does not open with our keys";
    vault.open(context, sealed).map_err(|_| StoreError::Corrupt { table, problem })
}

fn seal(vault: &Vault, context: &str, secret: &Secret) -> Result<Vec<u8>, StoreError> {
    vault.seal(context, secret).map_err(StoreError::Sealing)
}
