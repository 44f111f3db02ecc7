//! What a closure may do in a transaction.

use crate::{DatabaseError, Parameter, Row, Value, postgres, sqlite};

/// A transaction of either engine, or a connection that only reads.
///
/// Statements are static texts: they are prepared once and told apart by where they stand. After
/// a statement has failed, the closure must give up: PostgreSQL keeps nothing of such a
/// transaction.
#[derive(Debug)]
pub struct Transaction<'a>(Engine<'a>);

#[derive(Debug)]
enum Engine<'a> {
    Sqlite(sqlite::Transaction<'a>),
    Postgres(postgres::Transaction<'a>),
}

/// A statement with what its placeholders stand for.
pub type Statement<'s> = (&'static str, &'s [&'s dyn Parameter]);

impl<'a> Transaction<'a> {
    pub(crate) fn sqlite(engine: sqlite::Transaction<'a>) -> Self {
        Self(Engine::Sqlite(engine))
    }

    pub(crate) fn postgres(engine: postgres::Transaction<'a>) -> Self {
        Self(Engine::Postgres(engine))
    }

    pub(crate) fn into_sqlite(self) -> Option<sqlite::Transaction<'a>> {
        match self.0 {
            Engine::Sqlite(engine) => Some(engine),
            Engine::Postgres(_) => None,
        }
    }

    pub(crate) fn into_postgres(self) -> Option<postgres::Transaction<'a>> {
        match self.0 {
            Engine::Sqlite(_) => None,
            Engine::Postgres(engine) => Some(engine),
        }
    }

    /// Whether the engine is PostgreSQL, for what cannot be said in one text.
    pub fn is_postgres(&self) -> bool {
        matches!(self.0, Engine::Postgres(_))
    }

    /// The rows that a statement answers with.
    pub fn query(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<Vec<Row>, DatabaseError> {
        check(parameters)?;
        match &mut self.0 {
            Engine::Sqlite(engine) => engine.query(sql, parameters),
            Engine::Postgres(engine) => engine.query(sql, parameters, false),
        }
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
        check(parameters)?;
        match &mut self.0 {
            // SQLite has one writer at a time.
            Engine::Sqlite(engine) => engine.query(sql, parameters),
            Engine::Postgres(engine) => engine.query(sql, parameters, true),
        }
    }

    /// The rows of several statements that do not need each other's answers. On PostgreSQL they
    /// take one round trip together.
    pub fn query_all(
        &mut self,
        statements: &[Statement<'_>],
    ) -> Result<Vec<Vec<Row>>, DatabaseError> {
        statements.iter().try_for_each(|(_, parameters)| check(parameters))?;
        match &mut self.0 {
            Engine::Sqlite(engine) => {
                statements.iter().map(|(sql, parameters)| engine.query(sql, parameters)).collect()
            }
            Engine::Postgres(engine) => engine.query_all(statements),
        }
    }

    /// Runs a statement that answers with no rows; how many it changed.
    pub fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<u64, DatabaseError> {
        check(parameters)?;
        match &mut self.0 {
            Engine::Sqlite(engine) => engine.execute(sql, parameters),
            Engine::Postgres(engine) => engine.execute(sql, parameters),
        }
    }

    /// Runs the statements of a migration.
    pub(crate) fn run_script(&mut self, sql: &str) -> Result<(), DatabaseError> {
        match &mut self.0 {
            Engine::Sqlite(engine) => engine.run_script(sql),
            Engine::Postgres(engine) => engine.run_script(sql),
        }
    }
}

/// Refuses what one of the engines would: SQLite takes a NUL in a text and PostgreSQL does not, and
/// what one has taken has to fit into the other.
fn check(parameters: &[&dyn Parameter]) -> Result<(), DatabaseError> {
    let has_nul = |value: Value<'_>| matches!(value, Value::Text(text) if text.contains('\0'));
    let refused = parameters.iter().any(|parameter| match parameter.value() {
        Value::List(list) => list.cells().iter().any(|cell| has_nul(cell.value())),
        value => has_nul(value),
    });
    if refused { Err(DatabaseError::Nul) } else { Ok(()) }
}
