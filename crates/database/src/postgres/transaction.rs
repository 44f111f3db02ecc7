//! What a closure may do on a connection.

use std::cell::Cell;

use futures_util::future::{join, join_all};
use tokio::runtime::Runtime;

use super::{
    errors::{Trouble, explain, is_unanswered, translate},
    group::Write,
    session::{Prepared, Session},
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

/// Why a commit is none.
#[derive(Debug)]
pub(super) enum Uncommitted {
    /// Nothing was kept.
    NotKept(Trouble, DatabaseError),
    /// The commit was sent and its answer never came, so nobody here can know.
    Unknown(String),
}

impl Uncommitted {
    /// From a failure after the commit was sent.
    fn of(error: tokio_postgres::Error) -> Self {
        if is_unanswered(&error) {
            return Self::Unknown(explain(&error));
        }
        Self::not_kept(error)
    }

    fn not_kept(error: tokio_postgres::Error) -> Self {
        Self::NotKept(Trouble::of(&error), translate(error))
    }
}

impl From<Uncommitted> for DatabaseError {
    fn from(uncommitted: Uncommitted) -> Self {
        match uncommitted {
            Uncommitted::NotKept(_, error) => error,
            Uncommitted::Unknown(problem) => Self::Unknown(problem),
        }
    }
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
    pub(super) fn commit(self, writes: &[Write]) -> Result<(), Uncommitted> {
        if let Some(trouble) = self.trouble.get() {
            // PostgreSQL would roll back and call it a success.
            let problem = "a statement had failed and the change went on";
            self.roll_back();
            return Err(Uncommitted::NotKept(trouble, DatabaseError::Commit(problem.to_owned())));
        }
        if self.state != State::Begun && writes.is_empty() {
            return Ok(());
        }
        match self.runtime.block_on(self.prepare_all(writes)) {
            Ok(prepared) => self.runtime.block_on(self.write_and_commit(writes, &prepared)),
            Err(error) => {
                let not_kept = Uncommitted::not_kept(error);
                self.roll_back();
                Err(not_kept)
            }
        }
    }

    /// Does what can be done before the commit: a connection that is lost here has kept nothing.
    async fn prepare_all(&self, writes: &[Write]) -> Result<Vec<Prepared>, tokio_postgres::Error> {
        let mut all = Vec::with_capacity(writes.len());
        for write in writes {
            all.push(self.session.prepare(write.sql, &write.parameters(), false).await?);
        }
        if self.state == State::NotBegun {
            self.session.run("BEGIN").await?;
        }
        Ok(all)
    }

    async fn write_and_commit(
        &self,
        writes: &[Write],
        prepared: &[Prepared],
    ) -> Result<(), Uncommitted> {
        let parameters: Vec<Vec<&dyn Parameter>> = writes.iter().map(Write::parameters).collect();
        let executions = prepared.iter().zip(&parameters);
        let executions =
            executions.map(|(prepared, parameters)| self.session.execute(prepared, parameters));
        let (executed, committed) = join(join_all(executions), self.session.run("COMMIT")).await;
        // The first failure is the cause of those after it: a statement that failed leaves the
        // commit nothing to keep.
        let mut outcomes = executed.into_iter().map(|done| done.map(|_| ())).chain([committed]);
        outcomes.find_map(Result::err).map_or(Ok(()), |error| Err(Uncommitted::of(error)))
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
