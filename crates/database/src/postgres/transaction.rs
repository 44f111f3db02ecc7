//! What a closure may do on a connection.

use std::cell::Cell;

use futures_util::future::{join, join_all};
use tokio::runtime::Runtime;

use super::{
    errors::{Trouble, translate},
    group::Write,
    session::Session,
};
use crate::{DatabaseError, Parameter, Row, transaction::Statement};

#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    session: &'a Session,
    runtime: &'a Runtime,
    state: State,
    trouble: Cell<Option<Trouble>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Each statement for itself.
    Reading,
    /// To be begun together with the first statement.
    NotBegun,
    Begun,
}

impl<'a> Transaction<'a> {
    pub(super) fn reading(session: &'a Session, runtime: &'a Runtime) -> Self {
        Self { session, runtime, state: State::Reading, trouble: Cell::default() }
    }

    pub(super) fn writing(session: &'a Session, runtime: &'a Runtime) -> Self {
        Self { state: State::NotBegun, ..Self::reading(session, runtime) }
    }

    /// The worst that has happened so far.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble.get()
    }

    pub(crate) fn query(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
        lock: bool,
    ) -> Result<Vec<Row>, DatabaseError> {
        let rows = self.in_transaction(async |session| {
            let prepared = session.prepare(sql, parameters, lock).await?;
            Ok(async move { session.query(&prepared, parameters).await })
        })?;
        Ok(rows.into_iter().map(Row::postgres).collect())
    }

    pub(crate) fn query_all(
        &mut self,
        statements: &[Statement<'_>],
    ) -> Result<Vec<Vec<Row>>, DatabaseError> {
        let answers = self.in_transaction(async |session| {
            let mut prepared = Vec::with_capacity(statements.len());
            for (sql, parameters) in statements {
                prepared.push(session.prepare(sql, parameters, false).await?);
            }
            Ok(async move {
                let queries = prepared.iter().zip(statements);
                let queries =
                    queries.map(|(prepared, (_, parameters))| session.query(prepared, parameters));
                join_all(queries).await.into_iter().collect::<Result<Vec<_>, _>>()
            })
        })?;
        let rows = |answer: Vec<_>| answer.into_iter().map(Row::postgres).collect();
        Ok(answers.into_iter().map(rows).collect())
    }

    pub(crate) fn execute(
        &mut self,
        sql: &'static str,
        parameters: &[&dyn Parameter],
    ) -> Result<u64, DatabaseError> {
        self.in_transaction(async |session| {
            let prepared = session.prepare(sql, parameters, false).await?;
            Ok(async move { session.execute(&prepared, parameters).await })
        })
    }

    pub(crate) fn run_script(&mut self, sql: &str) -> Result<(), DatabaseError> {
        self.in_transaction(async |session| Ok(session.run(sql)))
    }

    /// Writes what is left to be written and commits, in one round trip.
    pub(super) fn commit(self, writes: &[Write]) -> Result<(), DatabaseError> {
        if self.trouble.get().is_some() {
            // PostgreSQL would roll back and call it a success.
            let problem = "a statement had failed and the change went on";
            self.roll_back();
            return Err(DatabaseError::Commit(problem.to_owned()));
        }
        if self.state != State::Begun && writes.is_empty() {
            return Ok(());
        }
        self.runtime.block_on(async {
            let parameters: Vec<Vec<&dyn Parameter>> =
                writes.iter().map(Write::parameters).collect();
            let mut prepared = Vec::with_capacity(writes.len());
            for (write, parameters) in writes.iter().zip(&parameters) {
                let statement = self.session.prepare(write.sql, parameters, false).await;
                prepared.push(statement.map_err(|error| self.note(error))?);
            }
            if self.state == State::NotBegun {
                self.session.run("BEGIN").await.map_err(|error| self.note(error))?;
            }
            let executions = prepared.iter().zip(&parameters);
            let executions =
                executions.map(|(prepared, parameters)| self.session.execute(prepared, parameters));
            let (executed, committed) =
                join(join_all(executions), self.session.run("COMMIT")).await;
            for outcome in executed {
                outcome.map_err(|error| self.note(error))?;
            }
            committed.map_err(|error| {
                self.note(error);
                let problem = "the connection was lost, and whether it was kept is not known";
                DatabaseError::Commit(problem.to_owned())
            })
        })
    }

    /// Keeps nothing. Whether that succeeds makes no difference: a lost connection keeps nothing
    /// either.
    pub(super) fn roll_back(self) {
        if self.state == State::Begun {
            let _ = self.runtime.block_on(self.session.run("ROLLBACK"));
        }
    }

    /// Runs what `prepare` makes, together with the beginning of the transaction if that is still
    /// to be done. It is prepared before, so that nothing overtakes the beginning.
    fn in_transaction<T, F>(
        &mut self,
        prepare: impl AsyncFnOnce(&'a Session) -> Result<F, tokio_postgres::Error>,
    ) -> Result<T, DatabaseError>
    where
        F: Future<Output = Result<T, tokio_postgres::Error>>,
    {
        let (session, begin) = (self.session, self.state == State::NotBegun);
        let outcome = self.runtime.block_on(async {
            let statement = prepare(session).await?;
            if begin {
                let (begun, outcome) = join(session.run("BEGIN"), statement).await;
                begun.and(outcome)
            } else {
                statement.await
            }
        });
        if begin {
            self.state = State::Begun;
        }
        outcome.map_err(|error| self.note(error))
    }

    fn note(&self, error: tokio_postgres::Error) -> DatabaseError {
        let trouble = Trouble::of(&error);
        if self.trouble.get() != Some(Trouble::Lost) {
            self.trouble.set(Some(trouble));
        }
        translate(error)
    }
}
