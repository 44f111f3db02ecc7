//! What a closure may do in a transaction.

use crate::{DatabaseError, Parameter, Row, sqlite};

/// A transaction of either engine, or a connection that only reads.
///
/// Statements are static texts: they are prepared once and told apart by where they stand.
#[derive(Debug)]
pub struct Transaction<'a> {
    engine: sqlite::Transaction<'a>,
}

impl<'a> Transaction<'a> {
    pub(crate) fn sqlite(engine: sqlite::Transaction<'a>) -> Self {
        Self { engine }
    }

    pub(crate) fn into_sqlite(self) -> sqlite::Transaction<'a> {
        self.engine
    }

    /// The rows that a statement answers with.
    pub fn query(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<Vec<Row>, DatabaseError> {
        self.engine.query(sql, parameters)
    }

    /// The first row, if there is one.
    pub fn query_opt(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<Option<Row>, DatabaseError> {
        Ok(self.query(sql, parameters)?.into_iter().next())
    }

    /// As [`query`](Self::query), and nobody else changes these rows until the transaction ends.
    /// The statement must not end in a locking clause of its own.
    pub fn query_for_update(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<Vec<Row>, DatabaseError> {
        // SQLite has one writer at a time.
        self.engine.query(sql, parameters)
    }

    /// Runs a statement that answers with no rows; how many it changed.
    pub fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<u64, DatabaseError> {
        self.engine.execute(sql, parameters)
    }

    /// Runs the statements of a migration.
    pub(crate) fn run_script(&mut self, sql: &str) -> Result<(), DatabaseError> {
        self.engine.run_script(sql)
    }
}
