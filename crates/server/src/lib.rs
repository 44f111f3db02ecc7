//! The marketplace server: the API endpoint, the web UI and the management API.
//!
//! A server is a value: [`Server::bind`] returns one that listens, [`Server::run`] serves until
//! it is told to stop. There are no statics, and two may run in one process.

mod api;
mod background;
mod clock;
mod commerce;
pub mod config;
mod crm;
mod date;
mod egress;
mod flow;
mod guard;
mod headers;
mod health;
mod host;
pub mod management;
mod messages;
mod metrics;
mod money;
mod provider_url;
mod random;
mod router;
mod routes;
mod security;
pub mod seeds;
mod session;
mod state;
mod trace;
mod web;
mod webhook;
mod window;

use std::{
    future::Future,
    io,
    net::{Ipv4Addr, SocketAddr},
    num::NonZero,
    sync::Arc,
};

use freischalt_listen::Listener;
use freischalt_marketplace::ClaimSealer;
use freischalt_protocol::seal::SealingKeys;
use freischalt_store::{Kind, OpenError, Store};
use tokio::sync::watch;

pub use clock::Clock;
pub use config::{Config, Connections, Limits, Mode};
pub use egress::{Resolved, Resolver, Targets};
pub use router::marketplace_paths;
pub use trace::TARGET as ACTIVATION_SPANS;

use crate::state::{App, AppState};

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// What the address is for.
        what: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The event loop was stopped while the store was being opened.
    #[error("the start was interrupted")]
    Interrupted,
    /// The metrics cannot be set up.
    #[error("the metrics cannot be set up")]
    Metrics(#[source] metrics_exporter_prometheus::BuildError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] random::NoRandom),
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    app: App,
    marketplace: Listener,
    management: Listener,
    connections: Connections,
}

impl Server {
    /// Opens the store and listens. Requests that come in from now on wait until
    /// [`run`](Self::run).
    pub async fn bind(config: Config) -> Result<Self, ServerError> {
        let marketplace = listen("marketplace", config.bind)?;
        let management = listen("management API", config.management_bind)?;
        let listens = local_addr(&marketplace, config.bind);
        let connections = config.connections.within_open_files();
        let public_url = match config.public_url {
            Some(url) => url.replace(PORT, &listens.port().to_string()),
            None => format!("http://{}", reachable(listens)),
        };
        let kind = match config.mode {
            Mode::Sandbox => Kind::Sandbox,
            Mode::Production => Kind::Production,
        };
        let (location, creation, keys) = (config.location, config.creation, config.keys.clone());
        let opening = move || Store::open_or_make(&location, creation, kind, &keys);
        let store =
            tokio::task::spawn_blocking(opening).await.map_err(|_| ServerError::Interrupted)??;
        let slow_commit = config.limits.slow_commit;
        let metrics = match config.metrics {
            true => metrics::Metrics::new(slow_commit).map_err(ServerError::Metrics)?,
            false => metrics::Metrics::off(slow_commit),
        };
        store.observe(metrics.observer());
        let app = Arc::new(AppState {
            store,
            process: random::bytes()?,
            clock: Clock::new(config.mode == Mode::Sandbox),
            policy: config.policy,
            mode: config.mode,
            public_url,
            claims: ClaimSealer::new(&config.keys.current, &config.keys.previous),
            session_idle: config.session_idle,
            shops: config.shops,
            sessions: SealingKeys::new(&config.keys.current, &config.keys.previous, "sessions"),
            management_token: config.management_token,
            requests: api::RequestLog::default(),
            messages: messages::MessageLog::default(),
            shares: guard::Shares::new(&config.limits),
            limits: config.limits,
            targets: config.targets,
            metrics,
            listeners: [marketplace.counts(), management.counts()],
            security: security::SecurityLog::new(config.trusted_proxies),
            dropped_log_lines: config.dropped_log_lines,
            traces: config.traces,
        });
        if app.mode == Mode::Production {
            match app.shops {
                true => tracing::warn!(
                    "orders are paid through the test bank, whose cards everybody knows: no money \
                     moves (payments.no_money_moves)"
                ),
                false => tracing::info!("no orders are taken: payments.no_money_moves is not set"),
            }
        }
        Ok(Self { app, marketplace, management, connections })
    }

    /// Where people and providers reach the marketplace, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.app.public_url
    }

    /// The address that the marketplace listens on.
    pub fn marketplace_addr(&self) -> io::Result<SocketAddr> {
        self.marketplace.local_addr()
    }

    /// The address that the management API listens on.
    pub fn management_addr(&self) -> io::Result<SocketAddr> {
        self.management.local_addr()
    }

    /// The server's clock, for a demo provider that shares it.
    pub fn clock(&self) -> Clock {
        self.app.clock.clone()
    }

    /// The store, for writing demo data.
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// Serves until `stop` completes, then finishes what it has accepted. Clients that do not
    /// finish what they began are not waited for longer than the limits say.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let Self { app, marketplace, management, connections } = self;
        let (announce, stopping) = watch::channel(());
        let marketplace = freischalt_listen::serve(
            marketplace,
            router::marketplace(app.clone()),
            connections.public,
            until(stopping.clone()),
        );
        let management = freischalt_listen::serve(
            management,
            management::router(app.clone()),
            connections.management(),
            until(stopping.clone()),
        );
        let background = background::run(app.clone(), stopping.clone());
        let dispatcher = webhook::dispatcher(app.clone(), stopping);
        let served = async {
            tokio::join!(marketplace, management, background, dispatcher);
        };
        let grace = async {
            stop.await;
            drop(announce);
            tokio::time::sleep(app.limits.grace).await;
        };
        tokio::select! {
            () = served => {}
            () = grace => {
                tracing::warn!("stopped although some clients had not finished their requests");
            }
            () = app.metrics.keep_up() => {}
        }
    }
}

fn listen(what: &'static str, address: SocketAddr) -> Result<Listener, ServerError> {
    Listener::bind(address).map_err(|source| ServerError::Bind { what, address, source })
}

/// Threads of the event loop that a server runs best with: one for each core but one, which is the
/// store's. Its writer is as busy as they are, and with a thread more than cores everybody waits for
/// everybody.
pub fn event_loop_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    cores.saturating_sub(1).max(1)
}

/// Stands for the port that is listened on in [`Config::public_url`].
pub const PORT: &str = "{port}";

/// Where to reach what listens at an address: no URL can name all addresses of a machine, so for
/// them it is the one that the machine has for itself. That one is of IPv4 for `::` too, which takes
/// both, because no content security policy can name an IPv6 address.
pub fn reachable(listens: SocketAddr) -> SocketAddr {
    let own = match listens.ip() {
        ip if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        named => named,
    };
    SocketAddr::new(own, listens.port())
}

fn local_addr(listener: &Listener, wanted: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(wanted)
}

/// Completes when the sender of `stopping` is gone.
async fn until(mut stopping: watch::Receiver<()>) {
    // An error says that it is gone, which is the signal.
    let _ = stopping.changed().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_are_reached_by_the_machines_own() {
        for (listens, reached) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), reached);
        }
    }
}
