//! A connection and what a closure may do on it.

use std::{cell::RefCell, collections::HashMap, fs::File, sync::Arc};

use rusqlite::{
    CachedStatement, Statement,
    types::{ToSqlOutput, ValueRef},
};

use super::{cells::Cells, errors::translate};
use crate::{DatabaseError, Parameter, Row, Value};

type Columns = Arc<[String]>;

/// A connection with the column names of its statements.
#[derive(Debug)]
pub(crate) struct Connection {
    db: rusqlite::Connection,
    /// By where the text of the statement stands, and its length.
    columns: RefCell<HashMap<(usize, usize), Columns>>,
    /// The database's file, opened once more. To close it takes from the whole process the locks
    /// that SQLite has on it, so the connection that closes last keeps it.
    _file: Option<Arc<File>>,
}

impl Connection {
    pub(super) fn new(db: rusqlite::Connection) -> Self {
        Self { db, columns: RefCell::default(), _file: None }
    }

    /// Lets a file outlive the connection.
    pub(super) fn outlived_by(self, file: &Arc<File>) -> Self {
        Self { _file: Some(Arc::clone(file)), ..self }
    }

    /// Whether no transaction is open: none was begun, or SQLite had to roll it back.
    pub(super) fn is_idle(&self) -> bool {
        self.db.is_autocommit()
    }

    pub(super) fn run(&self, sql: &'static str) -> rusqlite::Result<()> {
        self.db.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// Lets so many KiB of pages stay in memory.
    pub(super) fn keep_pages(&self, kib: i64) -> rusqlite::Result<()> {
        self.db.pragma_update(None, "cache_size", -kib)
    }

    /// Runs a statement about the log, and says how the log is.
    pub(super) fn checkpoint(&self, sql: &'static str) -> rusqlite::Result<Log> {
        let mut statement = self.db.prepare_cached(sql)?;
        statement.query_row([], |row| Ok(Log { frames: row.get(1)?, copied: row.get(2)? }))
    }

    fn columns(&self, sql: &'static str, statement: &Statement<'_>) -> Columns {
        let key = (sql.as_ptr().addr(), sql.len());
        let mut known = self.columns.borrow_mut();
        let names = || statement.column_names().map(str::to_owned).collect();
        Arc::clone(known.entry(key).or_insert_with(names))
    }
}

/// The log of changes that are not in the database's file yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Log {
    /// Pages in it.
    pub(super) frames: i64,
    /// How many of them have been copied.
    pub(super) copied: i64,
}

/// A change's view of the transaction that it shares with others, or has for itself.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    connection: &'a Connection,
    savepoint: Savepoint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Savepoint {
    /// There is no transaction: each statement reads what is committed.
    Reading,
    /// The transaction is rolled back as a whole.
    NotNeeded,
    /// Nothing was written yet.
    NotSet,
    Set,
    /// None will be set: if the change fails once it has written, all are rolled back.
    Renounced {
        written: bool,
    },
}

impl<'a> Transaction<'a> {
    /// For a query beside the writer.
    pub(super) fn reading(connection: &'a Connection) -> Self {
        Self { connection, savepoint: Savepoint::Reading }
    }

    /// For a change that has the transaction for itself.
    pub(super) fn alone(connection: &'a Connection) -> Self {
        Self { connection, savepoint: Savepoint::NotNeeded }
    }

    /// For one of several changes.
    pub(super) fn shared(connection: &'a Connection) -> Self {
        Self { connection, savepoint: Savepoint::NotSet }
    }

    /// For one of several changes, which takes the risk that all of them are rolled back.
    pub(super) fn hopeful(connection: &'a Connection) -> Self {
        Self { connection, savepoint: Savepoint::Renounced { written: false } }
    }

    /// Ends the change's part of a shared transaction; whether the others can go on. They cannot if
    /// SQLite had to roll back everything (disk full, I/O error), or if what is not to be kept
    /// cannot be told apart: then nothing of the group must be acknowledged.
    pub(super) fn end(self, keep: bool) -> bool {
        let undone = match self.savepoint {
            Savepoint::Set if keep => self.connection.run("RELEASE change").is_ok(),
            Savepoint::Set => {
                let back = self.connection.run("ROLLBACK TO change");
                back.and_then(|()| self.connection.run("RELEASE change")).is_ok()
            }
            Savepoint::Renounced { written } => keep || !written,
            Savepoint::Reading | Savepoint::NotNeeded | Savepoint::NotSet => true,
        };
        undone && !self.connection.is_idle()
    }

    pub(crate) fn query(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<Vec<Row>, DatabaseError> {
        let mut statement = self.prepare(sql, parameters)?;
        let columns = self.connection.columns(sql, &statement);
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(translate)? {
            let mut cells = Cells::with_capacity(columns.len());
            for (index, column) in columns.iter().enumerate() {
                let wrong = |problem| DatabaseError::Column { column: column.clone(), problem };
                cells.push(row.get_ref(index).map_err(translate)?).map_err(wrong)?;
            }
            found.push(Row::sqlite(Arc::clone(&columns), cells));
        }
        Ok(found)
    }

    pub(crate) fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<u64, DatabaseError> {
        let changed = self.prepare(sql, parameters)?.raw_execute().map_err(translate)?;
        Ok(changed as u64)
    }

    pub(crate) fn run_script(&mut self, sql: &str) -> Result<(), DatabaseError> {
        self.connection.db.execute_batch(sql).map_err(translate)
    }

    /// Prepares and binds. The first statement of a shared transaction that writes sets the
    /// savepoint, so that one that only reads costs none.
    fn prepare(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<CachedStatement<'a>, DatabaseError> {
        if self.savepoint != Savepoint::Reading && self.connection.is_idle() {
            let problem = "the transaction was rolled back by an earlier failure";
            return Err(DatabaseError::Failed(problem.into()));
        }
        let mut statement = self.connection.db.prepare_cached(sql).map_err(translate)?;
        match self.savepoint {
            Savepoint::NotSet if !statement.readonly() => {
                self.connection.run("SAVEPOINT change").map_err(translate)?;
                self.savepoint = Savepoint::Set;
            }
            Savepoint::Renounced { written: false } if !statement.readonly() => {
                self.savepoint = Savepoint::Renounced { written: true };
            }
            _ => {}
        }
        for (position, parameter) in (1..).zip(parameters) {
            statement.raw_bind_parameter(position, Bound(parameter.value())).map_err(translate)?;
        }
        Ok(statement)
    }
}

struct Bound<'a>(Value<'a>);

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Boolean(value) => ValueRef::Integer(value.into()),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::List(_) => {
                let problem = "SQLite has no lists";
                return Err(rusqlite::Error::ToSqlConversionFailure(problem.into()));
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::super::open_memory;

    /// SQLite may look at the value of a parameter to see whether a partial index serves, and then
    /// plans anew for each value. Measured: four fifths of what an unlock cost.
    #[test]
    fn a_statement_is_planned_once_whatever_its_parameters_are() {
        let db = open_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE runs (customer INTEGER, id INTEGER, stage TEXT, ended INTEGER) STRICT;
             CREATE INDEX live ON runs (customer) WHERE stage = 'active';
             INSERT INTO runs VALUES (1, 1, 'active', NULL), (2, 2, 'pending', NULL)",
        )
        .unwrap();
        let mut find =
            db.prepare("SELECT id FROM runs WHERE customer = ?1 AND stage = ?2").unwrap();
        for (customer, stage) in [(1, "active"), (2, "pending"), (1, "pending"), (2, "active")] {
            let _ = find.query_row((customer, stage), |row| row.get::<_, i64>(0));
        }
        assert_eq!(find.get_status(StatementStatus::RePrepare), 0);
    }
}
