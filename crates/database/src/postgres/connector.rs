//! Makes connections, and makes them again.

use std::{
    error::Error,
    fmt, io,
    time::{Duration, Instant},
};

use tokio::runtime::{Builder, Runtime};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{PostgresUrl, errors::explain, session::Session, tls};
use crate::watch::{Pool, Watch};

/// How long a server may be away before callers are told.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two attempts to reach it.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Connector {
    pub(super) url: PostgresUrl,
    tls: MakeRustlsConnect,
    pub(super) changes: Watch,
    pub(super) queries: Watch,
    pub(super) pool: Pool,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.url, f)
    }
}

/// What a thread drives its connection with.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

impl Connector {
    pub(super) fn new(url: &PostgresUrl) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let tls = tls::connector(url.root_certificates.as_deref())?;
        Ok(Self {
            url: url.clone(),
            tls,
            changes: Watch::default(),
            queries: Watch::default(),
            pool: Pool::default(),
        })
    }

    /// The queue of changes, or that of queries.
    pub(super) fn watch(&self, writes: bool) -> &Watch {
        if writes { &self.changes } else { &self.queries }
    }

    pub(super) async fn connect(&self) -> Result<Session, Box<dyn Error + Send + Sync>> {
        let (client, connection) = self.url.config.connect(self.tls.clone()).await?;
        // Runs whenever its thread waits for an answer, and ends with the connection.
        tokio::spawn(connection);
        Ok(Session::new(client, self.url.prepare))
    }
}

/// A thread's connection.
pub(super) struct Link<'c> {
    connector: &'c Connector,
    pub(super) runtime: Runtime,
    session: Option<Session>,
    /// Since when the server has been away.
    away: Option<Instant>,
}

impl<'c> Link<'c> {
    pub(super) fn new(connector: &'c Connector) -> io::Result<Self> {
        Ok(Self { connector, runtime: runtime()?, session: None, away: None })
    }

    /// The connection, made if need be. Tries for a while when the server has just gone away, and
    /// only once when it has been away for longer.
    pub(super) fn session(&mut self) -> Result<(&Session, &Runtime), String> {
        if self.session.as_ref().is_some_and(Session::is_gone) {
            self.session = None;
        }
        while self.session.is_none() {
            match self.runtime.block_on(self.connector.connect()) {
                Ok(session) => (self.session, self.away) = (Some(session), None),
                Err(error) => {
                    let since = *self.away.get_or_insert_with(Instant::now);
                    if since.elapsed() >= PATIENCE {
                        return Err(explain(error.as_ref()));
                    }
                    std::thread::sleep(PAUSE);
                }
            }
        }
        match &self.session {
            Some(session) => Ok((session, &self.runtime)),
            None => Err("there is no connection".to_owned()),
        }
    }

    /// Gives the connection up; the next use makes another.
    pub(super) fn cut(&mut self) {
        self.session = None;
    }
}
