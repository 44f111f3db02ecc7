//! The PostgreSQL engine: a few threads with a connection each, and groups of jobs that share
//! statements and a commit.
//!
//! A connection that is lost is made again, also to another host of the URL after a standby was
//! promoted; what had not come to its commit is done again. Each thread drives its own connection,
//! so that an answer crosses no other thread on its way to the closure that waits for it.

mod connector;
mod errors;
mod group;
mod location;
mod session;
mod tls;
mod transaction;
mod worker;

use std::{error::Error, sync::Arc};

use tokio::runtime::Runtime;

use crate::{
    Connections, Creation, DatabaseError, Observer, OpenError, Opened, Schema, Waiting, change,
    schema,
};
use connector::Connector;
use session::Session;

pub use group::{Groups, Job, Write};
pub use location::{PostgresProblem, PostgresUrl};
pub(crate) use transaction::Transaction;

#[derive(Clone, Debug)]
pub(crate) struct Engine {
    connector: Arc<Connector>,
    workers: worker::Workers,
}

impl Engine {
    pub(crate) fn open<E: From<OpenError>>(
        url: &PostgresUrl,
        schema: &Schema,
        creation: Creation,
        check: impl FnOnce(&mut crate::Transaction<'_>, Opened) -> Result<(), E>,
    ) -> Result<Self, E> {
        let connector = Arc::new(Connector::new(url).map_err(|error| unreachable(url, error))?);
        let (session, runtime) = connect(&connector)?;
        migrate(&session, &runtime, schema, creation, check)?;
        let workers = worker::Workers::start(&connector);
        Ok(Self { connector, workers })
    }

    pub(crate) async fn read<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        query: impl FnMut(&mut crate::Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (change, answer) = change::pack(query);
        self.workers.submit(worker::Task { change, writes: false })?;
        answer.await.unwrap_or_else(|_| Err(DatabaseError::Panicked.into()))
    }

    pub(crate) async fn write<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        change: impl FnMut(&mut crate::Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (change, answer) = change::pack(change);
        self.workers.submit(worker::Task { change, writes: true })?;
        answer.await.unwrap_or_else(|_| Err(DatabaseError::Panicked.into()))
    }

    pub(crate) fn write_blocking<T: Send + 'static, E: From<DatabaseError> + Send + 'static>(
        &self,
        change: impl FnMut(&mut crate::Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (change, answer) = change::pack(change);
        self.workers.submit(worker::Task { change, writes: true })?;
        answer.blocking_recv().unwrap_or_else(|_| Err(DatabaseError::Panicked.into()))
    }

    /// Tells an observer of every commit from now on, beside the others.
    pub(crate) fn observe(&self, observer: Arc<dyn Observer>) {
        self.connector.changes.tell(observer);
    }

    pub(crate) fn waiting(&self) -> Waiting {
        let (changes, queries) = (&self.connector.changes, &self.connector.queries);
        Waiting { changes: changes.waiting(), queries: queries.waiting() }
    }

    pub(crate) fn connections(&self) -> Connections {
        self.connector.pool.now()
    }

    pub(crate) fn groups<J: Job>(&self) -> Groups<J> {
        Groups::start(&self.connector)
    }
}

/// Whether somebody else is connected who calls himself as we do. To be asked before anything is
/// opened here.
pub(crate) fn is_in_use(url: &PostgresUrl) -> Result<bool, OpenError> {
    let connector = Connector::new(url).map_err(|error| unreachable(url, error))?;
    let (session, runtime) = connect(&connector)?;
    let mut tx = crate::Transaction::postgres(Transaction::reading(&session, &runtime));
    let others = tx.query_opt(
        "SELECT COUNT(*) AS others FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
             AND application_name = current_setting('application_name')",
        &[],
    )?;
    let others: i64 = others.map_or(Ok(0), |row| row.get("others"))?;
    Ok(others > 0)
}

/// The first connection, to a database whose texts may have any character.
fn connect(connector: &Connector) -> Result<(Session, Runtime), OpenError> {
    let url = &connector.url;
    let runtime = connector::runtime().map_err(|error| unreachable(url, error.into()))?;
    let session = runtime.block_on(connector.connect());
    let session = session.map_err(|error| unreachable(url, error))?;
    let mut tx = crate::Transaction::postgres(Transaction::reading(&session, &runtime));
    let encoding = "SELECT current_setting('server_encoding') AS encoding";
    let encoding = tx.query_opt(encoding, &[])?.map(|row| row.get::<String>("encoding"));
    match encoding.transpose()? {
        Some(encoding) if encoding != "UTF8" => Err(unreachable(
            url,
            format!(
                "its encoding is {encoding}, and has to be UTF8: CREATE DATABASE … \
                 ENCODING 'UTF8' TEMPLATE template0"
            )
            .into(),
        )),
        _ => Ok((session, runtime)),
    }
}

fn unreachable(url: &PostgresUrl, error: Box<dyn Error + Send + Sync>) -> OpenError {
    OpenError::Server { server: url.to_string(), source: errors::explain(error.as_ref()).into() }
}

/// Brings the schema up to date, all of it or nothing, one process at a time.
fn migrate<E: From<OpenError>>(
    session: &Session,
    runtime: &Runtime,
    schema: &Schema,
    creation: Creation,
    check: impl FnOnce(&mut crate::Transaction<'_>, Opened) -> Result<(), E>,
) -> Result<(), E> {
    let mut tx = crate::Transaction::postgres(Transaction::writing(session, runtime));
    // The number is of no meaning; it has only to be the same everywhere.
    let lock = "SELECT pg_advisory_xact_lock(?1) IS NULL AS locked";
    let locked = tx.query(lock, &[&0x6672_6569_i64]).map_err(OpenError::from);
    let migrated = match locked {
        Ok(_) => schema::migrate(&mut tx, schema, creation, check),
        Err(error) => Err(error.into()),
    };
    let Some(tx) = tx.into_postgres() else { return migrated };
    match migrated {
        Ok(()) => {
            tx.commit(&[])
                .map_err(|uncommitted| OpenError::from(DatabaseError::from(uncommitted)))?;
            Ok(())
        }
        Err(error) => {
            tx.roll_back();
            Err(error)
        }
    }
}
