//! What can go wrong, in words that name no driver.

use std::{error::Error, fmt, path::PathBuf};

/// Why the database did not do what it was asked. Nothing of a failed change is kept, unless the
/// error is [`Unknown`](Self::Unknown).
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Too much is waiting already. Nothing was done; try again later.
    #[error("the database is busy: too much is waiting")]
    Busy,
    /// The database has been closed.
    #[error("the database is closed")]
    Closed,
    /// A value that must be unique is there already.
    #[error("there is a row with the same {columns}")]
    Unique {
        /// The columns of the unique key, separated by a comma and a space.
        columns: String,
    },
    /// A row names another one that does not exist, or is named by one that stays.
    #[error("a row names another one that is not there")]
    ForeignKey,
    /// A text holds the character NUL, which PostgreSQL does not take and so nobody is given.
    #[error("a text holds the character NUL (U+0000)")]
    Nul,
    /// A statement failed for another reason. The text has the causes: a log of one line for each
    /// event shows no others.
    #[error("the database failed: {}", describe(.0.as_ref()))]
    Failed(Box<dyn Error + Send + Sync>),
    /// No transaction could be begun, and nothing was done.
    #[error("no transaction could be begun: {0}")]
    Begin(String),
    /// The commit failed, of this change or of the group that it was in. Nothing was kept.
    #[error("the commit failed: {0}")]
    Commit(String),
    /// The connection to a server was lost while the commit was under way, or a file went away below
    /// it: whether the change was kept is not known, and whoever asks again must expect either.
    #[error(
        "whether the change was kept is not known, because the database was lost during the commit: {0}"
    )]
    Unknown(String),
    /// A column does not hold what was asked of it.
    #[error("column {column}: {problem}")]
    Column {
        /// Its name.
        column: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A closure panicked.
    #[error("a change broke off: this is a mistake in the program")]
    Panicked,
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be opened or is no database.
    #[error("cannot open the database {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the engine says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server cannot be reached, or does not let us in.
    #[error("cannot open the database {server}")]
    Server {
        /// Where it should be; without the password.
        server: String,
        /// Why not.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// There is no database, or an empty one, and none was to be made.
    #[error(transparent)]
    NotThere(NotThere),
    /// There is a database, and a new one was to be made.
    #[error("{0} is in use already: nothing was changed")]
    There(String),
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
    #[error(
        "migration {number} in the database is not that of the {schema} of this version: \
         it may be the database of another program"
    )]
    Changed {
        /// Its number.
        number: u32,
        /// The name of the schema.
        schema: &'static str,
    },
    /// Anything else.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A database that should be there and is not, or is empty.
#[derive(Debug, PartialEq, Eq)]
pub struct NotThere {
    /// Where it should be; without the password.
    pub database: String,
    /// What was found instead.
    pub found: &'static str,
    /// What an interrupted restoration or copy has left beside it.
    pub partial: Option<PathBuf>,
}

impl Error for NotThere {}

impl fmt::Display for NotThere {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "the database {} {}.", self.database, self.found)?;
        if let Some(partial) = &self.partial {
            let partial = partial.display();
            writeln!(to, "A restore or a copy into it was interrupted ({partial}): repeat it.")?;
        }
        write!(
            to,
            "If it was used before, do not start without it: its volume may not be mounted, it may \
             have been moved or emptied, a restore or a copy into it may have been interrupted, or \
             the setting names another place. Bring it back, or restore a backup.\n\
             For a first start make it once: freischalt store create"
        )
    }
}

/// An error with its causes.
pub(crate) fn describe(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
