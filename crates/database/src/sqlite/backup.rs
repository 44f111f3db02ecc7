//! Copies of a database file: made while it is in use, checked before they count, and never
//! written over something that is there.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{ErrorCode, OpenFlags};

use super::{
    Connection, Transaction,
    disk::{NoPartial, Partial, Presence, beside},
};
use crate::{DatabaseError, OpenError, folder_of};

/// A copy that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its size.
    pub bytes: u64,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something already.
    #[error("{} is there already and is not overwritten: name another file, or move it away", .0.display())]
    Exists(PathBuf),
    /// A server has it open, even if its files were moved away below it.
    #[error(
        "a server uses {}, even if its files have been moved away: what it goes on writing would \
         be lost, so stop it first",
        .0.display()
    )]
    Running(PathBuf),
    /// There is nothing to be copied.
    #[error("there is no database {}", .0.display())]
    Missing(PathBuf),
    /// The file is damaged.
    #[error("{} is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        problem: String,
    },
    /// Somebody uses it, so that its log stays beside it.
    #[error("{} is complete, but somebody uses it: keep it together with {}-wal", .0.display(), .0.display())]
    InUse(PathBuf),
    /// A file cannot be read or written.
    #[error("cannot copy {} to {}", from.display(), to.display())]
    Io {
        /// What was to be copied.
        from: PathBuf,
        /// Where to.
        to: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file cannot be opened as a database.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Copies the database as it is at one moment, also while a server writes to it; the copy is
/// checked and on disk when this returns. Blocks.
pub fn backup(from: &Path, to: &Path) -> Result<Backup, BackupError> {
    if !from.exists() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    write_new(from, to, |partial| {
        let failed = |source: rusqlite::Error| OpenError::File {
            path: from.to_owned(),
            source: Box::new(source),
        };
        // SQLite takes an empty file for a new one, and this one is ours alone.
        let partial = partial.path();
        let source = rusqlite::Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE);
        let source = source.map_err(failed)?;
        source.busy_timeout(std::time::Duration::from_secs(5)).map_err(failed)?;
        let into = partial.to_string_lossy();
        source.execute("VACUUM INTO ?1", [into.as_ref()]).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => failed(error).into(),
                // Reading the one or writing the other: a full disk, a damaged page.
                _ => io_error(from, partial)(io::Error::other(error)),
            }
        })?;
        check(partial, |_| Ok::<_, BackupError>(()))
    })
}

/// Copies everything that is in the log back into the file, so that the file alone is the database.
/// Nobody else may use it. Blocks.
pub fn settle(path: &Path) -> Result<(), BackupError> {
    let failed = |source: rusqlite::Error| OpenError::File {
        path: path.to_owned(),
        source: Box::new(source),
    };
    let database = rusqlite::Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let database = database.map_err(failed)?;
    database.busy_timeout(std::time::Duration::from_secs(30)).map_err(failed)?;
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    let left: i64 = database.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
    if left == 0 { Ok(()) } else { Err(BackupError::InUse(path.to_owned())) }
}

/// Puts a copy in the place of a database that is not there, after `inspect` has seen it. Blocks.
pub fn restore<E: From<BackupError> + From<DatabaseError>>(
    from: &Path,
    to: &Path,
    inspect: impl FnOnce(&mut crate::Transaction<'_>) -> Result<(), E>,
) -> Result<Backup, E> {
    if !from.exists() {
        return Err(BackupError::Missing(from.to_owned()).into());
    }
    // Held until the file has its name, so that no server is started in the meantime.
    let Some(_alone) = Presence::alone(to) else {
        return Err(BackupError::Running(to.to_owned()).into());
    };
    write_new(from, to, |partial| {
        let copied = File::open(from).and_then(|mut from| io::copy(&mut from, &mut partial.file));
        copied.map_err(io_error(from, partial.path()))?;
        check(partial.path(), inspect)
    })
}

/// Writes a file under another name first, so that half of it is never taken for the whole.
fn write_new<E: From<BackupError>>(
    from: &Path,
    to: &Path,
    write: impl FnOnce(&mut Partial) -> Result<(), E>,
) -> Result<Backup, E> {
    for name in [to.to_owned(), beside(to, "-wal"), beside(to, "-shm")] {
        if name.exists() {
            return Err(BackupError::Exists(name).into());
        }
    }
    let mut partial = Partial::begin(to).map_err(|problem| match problem {
        NoPartial::Taken(path) => BackupError::Exists(path),
        NoPartial::Io(source) => io_error(from, to)(source),
    })?;
    write(&mut partial)?;
    Ok(place(&partial, to).map_err(io_error(from, to))?)
}

/// Gives a file its name once it is on disk.
fn place(partial: &Partial, to: &Path) -> io::Result<Backup> {
    partial.file.sync_all()?;
    let bytes = partial.file.metadata()?.len();
    // Unlike a rename, this fails if somebody has made a file of that name in the meantime.
    fs::hard_link(partial.path(), to)?;
    fs::remove_file(partial.path())?;
    File::open(folder_of(to))?.sync_all()?;
    Ok(Backup { bytes })
}

fn check<E: From<BackupError>>(
    path: &Path,
    inspect: impl FnOnce(&mut crate::Transaction<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let damaged = |problem: String| BackupError::Damaged { path: path.to_owned(), problem };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let opened = rusqlite::Connection::open_with_flags(path, flags);
    let connection = opened.map_err(|error| damaged(error.to_string()))?;
    for pragma in ["integrity_check", "foreign_key_check"] {
        let mut findings = Vec::new();
        let asked = connection.pragma_query(None, pragma, |row| {
            findings.push(row.get_ref(0)?.as_str().unwrap_or("a row without text").to_owned());
            Ok(())
        });
        asked.map_err(|error| damaged(error.to_string()))?;
        findings.retain(|finding| finding != "ok");
        if !findings.is_empty() {
            return Err(damaged(format!("{pragma}: {}", findings.join("; "))).into());
        }
    }
    let connection = Connection::new(connection);
    inspect(&mut crate::Transaction::sqlite(Transaction::reading(&connection)))
}

fn io_error(from: &Path, to: &Path) -> impl FnOnce(io::Error) -> BackupError {
    move |source| BackupError::Io { from: from.to_owned(), to: to.to_owned(), source }
}
