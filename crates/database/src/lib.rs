//! Databases behind one seam: opening and migrating, transactions, group commit, sealing at rest.
//!
//! A crate that owns tables passes its [`Schema`] and writes one SQL text for every engine:
//! placeholders `?1`, integers, booleans, text and bytes, `INSERT .. RETURNING` for new ids. What
//! it reads and writes is a closure over a [`Transaction`]; it cannot await, so on SQLite many of
//! them share a commit. This crate knows no table and no rule, and no driver's type leaves it.

mod change;
mod copy;
mod error;
mod postgres;
mod row;
mod schema;
pub mod settings;
mod sqlite;
mod transaction;
mod value;
mod vault;
mod watch;

use std::{
    fmt,
    fs::OpenOptions,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

pub use copy::{Copied, CopyError, Plan, copy};
pub use error::{DatabaseError, NotThere, OpenError};
pub use postgres::{Groups, Job, PostgresProblem, PostgresUrl, Write};
pub use row::Row;
pub use schema::{Creation, Migration, Opened, Schema};
pub use sqlite::{Backup, BackupError, backup, hand_over, restore, settle};
pub use transaction::{Statement, Transaction};
pub use value::{FromValue, Kind, List, Named, Parameter, Value};
pub use vault::{Keys, Vault, VaultError};
pub use watch::{Connections, Group, Observer, Waiting};

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite database in this file.
    File(PathBuf),
    /// In memory, gone with the process.
    Memory,
    /// A PostgreSQL database, which has to be there.
    Postgres(Box<PostgresUrl>),
}

impl Location {
    /// What a user writes: a PostgreSQL URL, or else the path of a file. Any other URL is refused
    /// rather than made into a file whose name is a password.
    pub fn parse(text: &str) -> Result<Self, PostgresProblem> {
        if text.contains("://") || text.starts_with("postgres:") || text.starts_with("postgresql:")
        {
            return Ok(Self::Postgres(Box::new(Self::from_url(text)?)));
        }
        Ok(Self::File(PathBuf::from(text)))
    }

    /// The URL of a PostgreSQL database and nothing else.
    pub fn from_url(text: &str) -> Result<PostgresUrl, PostgresProblem> {
        text.parse()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(to),
            Self::Memory => to.write_str("in memory"),
            // Without the password.
            Self::Postgres(url) => url.fmt(to),
        }
    }
}

/// A database that is open. Cheap to clone; all clones are the same one.
#[derive(Clone, Debug)]
pub struct Database(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

impl Database {
    /// Opens a database and brings its schema up to date; one that is missing is made. Blocks.
    pub fn open(location: &Location, schema: &Schema) -> Result<Self, OpenError> {
        Self::open_checked(location, schema, Creation::IfMissing, |_, _| Ok(()))
    }

    /// As [`open`](Self::open), with a word about one that is missing, and a check in the same
    /// transaction: of a database that has been used before, before any migration touches it; of a
    /// new one, when its tables are there. In memory there is never one before.
    pub fn open_checked<E: From<OpenError>>(
        location: &Location,
        schema: &Schema,
        creation: Creation,
        check: impl FnOnce(&mut Transaction<'_>, Opened) -> Result<(), E>,
    ) -> Result<Self, E> {
        let check = |tx: &mut Transaction<'_>, opened| check(tx, opened).map_err(Opening::Refused);
        let engine = match location {
            Location::File(path) => {
                sqlite::prepare(path, creation).map_err(|error| at(location, error))?;
                sqlite::Engine::open(Some(path), schema, creation, check).map(Engine::Sqlite)
            }
            Location::Memory => {
                sqlite::Engine::open(None, schema, creation, check).map(Engine::Sqlite)
            }
            Location::Postgres(url) => {
                postgres::Engine::open(url, schema, creation, check).map(Engine::Postgres)
            }
        };
        engine.map(Self).map_err(|problem| match problem {
            Opening::Failed(error) => at(location, error).into(),
            Opening::Refused(refusal) => refusal,
        })
    }

    /// Runs `query` on committed data. Each statement sees the newest; `query` may be called
    /// again from the start.
    pub async fn read<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        query: impl FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.read(query).await,
            Engine::Postgres(engine) => engine.read(query).await,
        }
    }

    /// Runs `change` in a transaction, and answers when the commit is on disk. An error keeps
    /// nothing of it. `change` may be called again from the start if what it did had to be rolled
    /// back; only its last result counts.
    pub async fn write<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.write(change).await,
            Engine::Postgres(engine) => engine.write(change).await,
        }
    }

    /// As [`write`](Self::write), for a change that is hardly ever refused once it has written. On
    /// SQLite it does without a savepoint; if it is refused all the same, everything that shares its
    /// commit is done again, one by one.
    pub async fn write_hopefully<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.write_hopefully(change).await,
            Engine::Postgres(engine) => engine.write(change).await,
        }
    }

    /// As [`write`](Self::write), for the time before there is an event loop. Blocks.
    pub fn write_blocking<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        change: impl FnMut(&mut Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.write_blocking(change),
            Engine::Postgres(engine) => engine.write_blocking(change),
        }
    }

    /// Where jobs that can be done together are handed in: on PostgreSQL only, since on SQLite
    /// everything that waits together shares a commit anyway.
    pub fn groups<J: Job>(&self) -> Option<Groups<J>> {
        match &self.0 {
            Engine::Sqlite(_) => None,
            Engine::Postgres(engine) => Some(engine.groups()),
        }
    }

    /// Tells an observer of every commit from now on, beside those that are told already.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        match &self.0 {
            Engine::Sqlite(engine) => engine.observe(observer),
            Engine::Postgres(engine) => engine.observe(observer),
        }
    }

    /// Whether another process has the database open: a server, for example.
    pub fn is_in_use(location: &Location) -> Result<bool, OpenError> {
        match location {
            Location::File(path) => sqlite::is_in_use(path).map_err(|error| at(location, error)),
            Location::Memory => Ok(false),
            Location::Postgres(url) => postgres::is_in_use(url),
        }
    }

    /// What waits at this moment.
    pub fn waiting(&self) -> Waiting {
        match &self.0 {
            Engine::Sqlite(engine) => engine.waiting(),
            Engine::Postgres(engine) => engine.waiting(),
        }
    }

    /// How many connections to a server there can be, and how many are in use; none on SQLite.
    pub fn connections(&self) -> Option<Connections> {
        match &self.0 {
            Engine::Sqlite(_) => None,
            Engine::Postgres(engine) => Some(engine.connections()),
        }
    }

    /// Whether the database answers and can be written; for readiness checks. On SQLite that ends
    /// when its files are moved away or replaced, and while another program keeps it locked.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        match &self.0 {
            Engine::Sqlite(engine) => engine.ping().await,
            Engine::Postgres(engine) => {
                engine.read(|tx| tx.query("SELECT 1 AS one", &[]).map(|_| ())).await
            }
        }
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why an engine was not opened.
enum Opening<E> {
    /// By itself.
    Failed(OpenError),
    /// By the owner's check.
    Refused(E),
}

impl<E> From<OpenError> for Opening<E> {
    fn from(error: OpenError) -> Self {
        Self::Failed(error)
    }
}

/// The failure with the database in it, and why where the engine does not say.
fn at(location: &Location, error: OpenError) -> OpenError {
    match (error, location) {
        (OpenError::Database(error), Location::Postgres(url)) => {
            OpenError::Server { server: url.to_string(), source: error.into() }
        }
        (OpenError::File { path, source }, _) => {
            let source = why(&path).unwrap_or(source);
            OpenError::File { path, source }
        }
        (OpenError::NotThere(mut missing), location) if missing.database.is_empty() => {
            missing.database = location.to_string();
            OpenError::NotThere(missing)
        }
        (OpenError::There(_), location) => OpenError::There(location.to_string()),
        (error, _) => error,
    }
}

/// What the system says about a file that could not be opened. SQLite says no more than that.
fn why(path: &Path) -> Option<Cause> {
    let folder = folder_of(path);
    if !folder.exists() {
        return Some(format!("there is no folder {}", folder.display()).into());
    }
    let error = OpenOptions::new().read(true).write(true).open(path).err()?;
    (error.kind() != ErrorKind::NotFound).then(|| in_words(error))
}

/// The folder that a file is in, or is to be.
pub fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn in_words(error: io::Error) -> Cause {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            format!("{error}: file and folder have to belong to the user that this runs as").into()
        }
        _ => error.into(),
    }
}
