//! The SQLite engine: one writer thread with group commit, and a few threads that read.
//!
//! Every acknowledged commit is on disk: WAL with `synchronous=FULL`. The queue of waiting changes
//! is bounded, and a full queue is answered at once.

mod backup;
mod cells;
mod checkpoint;
mod disk;
mod errors;
mod reader;
mod transaction;
mod writer;

use std::{
    error::Error,
    fs::File,
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle, ThreadId},
};

use rusqlite::{OpenFlags, config::DbConfig};

use crate::{
    Creation, DatabaseError, Observer, OpenError, Opened, Schema, Waiting, change, schema,
};
use errors::translate;

pub use backup::{Backup, BackupError, backup, restore, settle};
pub(crate) use cells::Cells;
pub use disk::hand_over;
pub(crate) use disk::prepare;
use disk::{Disk, Presence};
pub(crate) use transaction::{Connection, Transaction};

/// Threads that read beside the writer.
const READERS: usize = 2;
/// Pages of 4 KiB in the log before a commit copies it back, should nobody else have done it.
const CHECKPOINT_PAGES: i64 = 64_000;
/// KiB of pages that the writer may keep: those of recent runs and of their customers.
const WRITER_CACHE_KIB: i64 = 16 * 1024;
/// KiB of pages that other connections may keep; every commit makes them read anew.
const CACHE_KIB: i64 = 8 * 1024;
/// Prepared statements that each connection keeps.
const STATEMENTS: usize = 128;

#[derive(Clone, Debug)]
pub(crate) struct Engine {
    writer: writer::Writer,
    /// Absent in memory, where only the writer's connection sees the data.
    readers: Option<reader::Readers>,
    /// The files below it; absent in memory.
    disk: Option<Arc<Disk>>,
    /// They end when nobody can send them anything more.
    _threads: Arc<Threads>,
    /// The last: it says that the file is open.
    _presence: Option<Arc<Presence>>,
}

/// The threads of an engine, of which the writer's ends last. Whoever drops the last copy of the
/// engine waits for it, and after that nothing of this process has the file open.
#[derive(Debug)]
struct Threads {
    writer: Option<JoinHandle<()>>,
    all: Vec<ThreadId>,
}

impl Threads {
    fn new(writer: JoinHandle<()>, others: &[ThreadId]) -> Arc<Self> {
        let all = [others, &[writer.thread().id()]].concat();
        Arc::new(Self { writer: Some(writer), all })
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // A change or a query may have had the last copy, and no thread can wait for itself.
        let writer = self.writer.take().filter(|_| !self.all.contains(&thread::current().id()));
        // If it panicked, that was told where it happened.
        let _ = writer.map(JoinHandle::join);
    }
}

impl Engine {
    /// Opens the database in a file, or one in memory.
    pub(crate) fn open<E: From<OpenError>>(
        path: Option<&Path>,
        schema: &Schema,
        creation: Creation,
        check: impl FnOnce(&mut crate::Transaction<'_>, Opened) -> Result<(), E>,
    ) -> Result<Self, E> {
        let presence = path.map(Presence::claim).transpose()?.flatten().map(Arc::new);
        let connection = match path {
            Some(path) => {
                let connection = open_file(path, OpenFlags::default())?;
                connection.keep_pages(WRITER_CACHE_KIB).map_err(failed)?;
                connection
            }
            None => Connection::new(open_memory().map_err(failed)?),
        };
        migrate(&connection, path, schema, creation, check)?;
        let Some(path) = path else {
            let (writer, thread) = writer::Writer::start(connection, None, None, Vec::new());
            let threads = Threads::new(thread, &[]);
            return Ok(Self {
                writer,
                readers: None,
                disk: None,
                _threads: threads,
                _presence: None,
            });
        };
        let disk = Arc::new(Disk::opened(path));
        let beside = open_file(path, OpenFlags::default())?;
        let readers = open_readers(path)?;
        let file = File::open(path).map(Arc::new);
        let file = file.map_err(|source| not_opened(path, source))?;
        let connection = connection.outlived_by(&file);
        let (readers, mut others) = reader::Readers::start(readers);
        let (checkpoints, thread) = checkpoint::Checkpoints::start(beside, file);
        others.push(thread);
        let ids: Vec<_> = others.iter().map(|one| one.thread().id()).collect();
        let below = Some(Arc::clone(&disk));
        let (writer, thread) = writer::Writer::start(connection, Some(checkpoints), below, others);
        Ok(Self {
            writer,
            readers: Some(readers),
            disk: Some(disk),
            _threads: Threads::new(thread, &ids),
            _presence: presence,
        })
    }

    /// Tells an observer of every commit from now on, beside the others.
    pub(crate) fn observe(&self, observer: Arc<dyn Observer>) {
        self.writer.watch().tell(observer);
    }

    pub(crate) fn waiting(&self) -> Waiting {
        let queries = self.readers.as_ref().map_or(0, |readers| readers.watch().waiting());
        Waiting { changes: self.writer.watch().waiting(), queries }
    }

    /// Whether it can be read and, as far as that is known without a change, written: the files are
    /// those that were opened, and no other program keeps the lock of writers.
    pub(crate) async fn ping(&self) -> Result<(), DatabaseError> {
        if let Some(disk) = &self.disk {
            disk.check().map_err(DatabaseError::Begin)?;
        }
        match self.writer.is_shut_out() {
            true => self.write(|_| Ok(())).await,
            false => self.read(|tx| tx.query("SELECT 1 AS one", &[]).map(|_| ())).await,
        }
    }

    pub(crate) async fn read<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        query: impl FnMut(&mut crate::Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let Some(readers) = &self.readers else { return self.write(query).await };
        let (change, answer) = change::pack(query);
        readers.submit(change)?;
        answer.await.unwrap_or_else(|_| Err(DatabaseError::Panicked.into()))
    }

    pub(crate) async fn write<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        change: impl FnMut(&mut crate::Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.submit(change::pack(change)).await
    }

    pub(crate) async fn write_hopefully<
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    >(
        &self,
        change: impl FnMut(&mut crate::Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.submit(change::pack_hopeful(change)).await
    }

    async fn submit<T, E: From<DatabaseError>>(
        &self,
        (change, answer): (Box<dyn change::Change>, change::Answer<T, E>),
    ) -> Result<T, E> {
        self.writer.submit(change)?;
        answer.await.unwrap_or_else(|_| Err(DatabaseError::Panicked.into()))
    }

    pub(crate) fn write_blocking<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        change: impl FnMut(&mut crate::Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (change, answer) = change::pack(change);
        self.writer.submit(change)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(DatabaseError::Panicked.into()))
    }
}

/// Brings the schema up to date, all of it or nothing. Foreign keys are not looked at meanwhile: a
/// table that others refer to could not be made anew, which is how SQLite wants tables changed.
fn migrate<E: From<OpenError>>(
    connection: &Connection,
    path: Option<&Path>,
    schema: &Schema,
    creation: Creation,
    check: impl FnOnce(&mut crate::Transaction<'_>, Opened) -> Result<(), E>,
) -> Result<(), E> {
    connection.run("PRAGMA foreign_keys = OFF").map_err(failed)?;
    connection.run("BEGIN IMMEDIATE").map_err(|error| {
        OpenError::Database(DatabaseError::Begin(writer::not_begun(path, &error)))
    })?;
    let mut tx = crate::Transaction::sqlite(Transaction::alone(connection));
    // In memory there has never been anything.
    let creation = path.map_or(Creation::IfMissing, |_| creation);
    let migrated = schema::migrate(&mut tx, schema, creation, check);
    let end = if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.run(end).and_then(|()| connection.run("PRAGMA foreign_keys = ON"));
    migrated.and(ended.map_err(failed).map_err(E::from))
}

fn failed(error: rusqlite::Error) -> OpenError {
    OpenError::Database(translate(error))
}

fn open_memory() -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open_in_memory()?;
    set_up(&connection)?;
    Ok(connection)
}

/// Only setting up reads the file, and so notices one that is no database.
fn open_file(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    rusqlite::Connection::open_with_flags(path, flags)
        .and_then(|connection| set_up(&connection).map(|()| Connection::new(connection)))
        .map_err(|source| not_opened(path, source))
}

fn not_opened(path: &Path, source: impl Error + Send + Sync + 'static) -> OpenError {
    OpenError::File { path: path.to_owned(), source: Box::new(source) }
}

/// Whether another connection has the file open. In WAL mode each keeps a lock on it for as long as
/// it lives, and only one that is alone can have the file to itself.
pub(crate) fn is_in_use(path: &Path) -> Result<bool, OpenError> {
    if !path.exists() {
        return Ok(false);
    }
    let asked = rusqlite::Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .and_then(|connection| {
            connection.busy_timeout(std::time::Duration::ZERO)?;
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.execute_batch("BEGIN EXCLUSIVE; ROLLBACK")
        });
    match asked {
        Ok(()) => Ok(false),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
            Ok(true)
        }
        Err(source) => Err(not_opened(path, source)),
    }
}

fn open_readers(path: &Path) -> Result<Vec<Connection>, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    (0..READERS).map(|_| open_file(path, flags)).collect()
}

fn set_up(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan that depends on the values of parameters is made anew each time that one is bound,
    // which costs several times what the statement itself does.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(writer::LOCK_TIMEOUT)?;
    if !connection.is_readonly(rusqlite::MAIN_DB)? {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}
