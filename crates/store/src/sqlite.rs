//! The SQLite engine: one writer thread with group commit, and a few threads that read.
//!
//! Every acknowledged commit is on disk: WAL with `synchronous=FULL`. The queue of waiting changes
//! is bounded, and a full queue is answered at once.

mod migrations;
mod reader;
mod writer;

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::{Location, OpenError, StoreError};

/// Threads that read beside the writer.
const READERS: usize = 2;
/// Pages of 4 KiB in the log before it is copied back; a smaller log is copied too often.
const CHECKPOINT_PAGES: i64 = 4000;
/// KiB of pages that each connection may keep.
const CACHE_KIB: i64 = 16 * 1024;
/// Prepared statements that each connection keeps.
const STATEMENTS: usize = 64;

#[derive(Clone, Debug)]
pub(crate) struct Engine {
    writer: writer::Writer,
    /// Absent in memory, where only the writer's connection sees the data.
    readers: Option<reader::Readers>,
}

impl Engine {
    pub(crate) fn open(location: &Location) -> Result<Self, OpenError> {
        let mut connection = match location {
            Location::File(path) => open_file(path, OpenFlags::default())?,
            Location::Memory => open_memory().map_err(StoreError::from)?,
        };
        migrations::run(&mut connection)?;
        let readers = match location {
            Location::File(path) => Some(reader::Readers::start(open_readers(path)?)),
            Location::Memory => None,
        };
        Ok(Self { writer: writer::Writer::start(connection), readers })
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let Some(readers) = &self.readers else { return self.write(query).await };
        let (reply, answer) = oneshot::channel();
        readers.submit(Box::new(move |db| {
            // A caller that went away does not need the answer.
            let _ = reply.send(query(db));
        }))?;
        answer.await.map_err(|_| StoreError::Panicked)?
    }

    pub(crate) async fn write<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (job, answer) = writer::job(change);
        self.writer.submit(job)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
    }

    /// For the time before there is an event loop.
    pub(crate) fn write_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answer) = writer::job(change);
        self.writer.submit(job)?;
        answer.blocking_recv().unwrap_or(Err(StoreError::Panicked))
    }
}

fn open_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    set_up(&connection)?;
    Ok(connection)
}

/// Only setting up reads the file, and so notices one that is no database.
fn open_file(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    Connection::open_with_flags(path, flags)
        .and_then(|connection| set_up(&connection).map(|()| connection))
        .map_err(|source| OpenError::File { path: path.to_owned(), source })
}

fn open_readers(path: &Path) -> Result<Vec<Connection>, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    (0..READERS).map(|_| open_file(path, flags)).collect()
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    if !connection.is_readonly(rusqlite::MAIN_DB)? {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}
