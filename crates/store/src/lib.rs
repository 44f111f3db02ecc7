//! Durable state: one concrete [`Store`], its migrations, and encryption at rest.
//!
//! A rule decides inside the transaction that reads what it decides on: the caller passes a pure
//! closure, which cannot await and so can run on the writer's thread together with others in one
//! commit. An answer is given only when the commit is on disk. This crate must not know what a
//! request looks like, and holds no rule of its own.

mod activations;
mod directory;
mod sqlite;
mod vault;

use std::path::PathBuf;

use freischalt_protocol::seal::MasterKey;

pub use activations::{
    ActivationFilter, ApiUserRecord, Decided, Facts, HistoryEntry, Scope, ServiceEntry, Target,
    Verdict,
};
pub use directory::{CreateProblem, NewCustomer, NewProvider};

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite database in this file, made if it is missing.
    File(PathBuf),
    /// In memory, gone with the process.
    Memory,
}

/// What an installation is for; a database never changes its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Made by the sandbox: demo users and secrets that people have seen.
    Sandbox,
    /// Made to be relied on.
    Production,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

/// Keys for what is sealed at rest.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Seals everything new.
    pub current: MasterKey,
    /// Open what was sealed earlier.
    pub previous: Vec<MasterKey>,
}

/// The store. Cheap to clone; all clones are the same store.
#[derive(Clone, Debug)]
pub struct Store {
    engine: sqlite::Engine,
    vault: vault::Vault,
}

/// Why the store did not do what it was asked. Nothing of a failed change is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The queue of waiting changes is full. Nothing was done; try again later.
    #[error("the store is busy: too many changes are waiting")]
    Busy,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// The database said no.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
    /// The commit of a group of changes failed, this one among them.
    #[error("the commit failed: {0}")]
    Commit(String),
    /// A row does not say what it should.
    #[error("{table}: {problem}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong with the row.
        problem: &'static str,
    },
    /// A change broke off because of a mistake in this program.
    #[error("a change broke off: this is a mistake in the program")]
    Panicked,
    /// No random bytes from the operating system.
    #[error("the operating system gives no random bytes")]
    Random(#[from] getrandom::Error),
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be opened or is no database.
    #[error("cannot open the database {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// The database was written by a later version.
    #[error(
        "the database has migration {found}, this version knows up to {known}: \
         use the version that wrote it, or a later one"
    )]
    FromTheFuture {
        /// The newest migration in the database.
        found: u32,
        /// The newest migration this version knows.
        known: u32,
    },
    /// A migration in the database is not the one this version has.
    #[error("migration {number} in the database differs from the one of this version")]
    Changed {
        /// Its number.
        number: u32,
    },
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

impl Store {
    /// Opens the store, brings its schema up to date and checks that kind and keys fit. Blocks.
    pub fn open(location: &Location, kind: Kind, keys: &Keys) -> Result<Self, OpenError> {
        let engine = sqlite::Engine::open(location)?;
        let vault = vault::Vault::new(keys);
        let check = vault.clone();
        engine.write_blocking(move |db| vault::check(db, &check, kind))??;
        Ok(Self { engine, vault })
    }

    /// Whether the store answers; for readiness checks.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&rusqlite::Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.engine.read(query).await
    }

    async fn write<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        change: impl FnOnce(&rusqlite::Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.engine.write(change).await
    }
}
