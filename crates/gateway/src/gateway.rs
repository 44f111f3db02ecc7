//! A gateway as a value: bound first, so that its address is known, then run.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use freischalt_database::Keys;
use freischalt_listen::{Limits, Listener, Wanted, serve, share};
use freischalt_protocol::Secret;
use tokio::sync::watch;

use crate::app::App;
use crate::app_api;
use crate::config::{ConfigError, GatewayConfig};
use crate::router;
use crate::worker;

/// A gateway that listens but does not answer yet.
pub struct Gateway {
    listener: Listener,
    address: SocketAddr,
    /// For the app behind it, if there is one.
    app_listener: Option<(Listener, SocketAddr)>,
    limits: Limits,
    app_connections: usize,
    grace: Duration,
    app: Arc<App>,
}

/// A hand on a gateway that runs.
#[derive(Clone)]
pub struct Control(Arc<App>);

impl Control {
    /// Replaces the provider secrets between two requests: orders are signed with the one that the
    /// marketplace is known to use, URLs may be signed with any of them.
    ///
    /// # Errors
    /// One of them is empty. Then the old ones go on counting.
    pub fn replace_secrets(&self, current: Secret, others: Vec<Secret>) -> Result<(), ConfigError> {
        self.0.replace_secrets(current, others)
    }

    /// Replaces the keys of the store and seals everything again under the new one; how much that
    /// was. Afterwards the previous keys can be thrown away.
    ///
    /// # Errors
    /// Something opens with none of the keys, or the store failed. Nothing is lost then.
    pub async fn replace_keys(&self, keys: &Keys) -> Result<u64, ResealError> {
        self.0.store.replace_keys(keys);
        self.0.store.reseal().await.map_err(|error| ResealError(error.into()))
    }
}

/// Why the store was not sealed again.
#[derive(Debug, thiserror::Error)]
#[error("the store could not be sealed again; keep all keys and try again")]
pub struct ResealError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Why a gateway does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// A setting cannot be right.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be listened on, mostly because another program does.
    #[error("cannot listen on {address}; choose another port, or 0 for any free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The store opens with none of the keys.
    #[error(transparent)]
    Reseal(#[from] ResealError),
    /// It broke off before it was ready.
    #[error("the gateway could not be made ready")]
    Start(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Gateway {
    /// Checks the settings and starts to listen. Requests wait until [`Gateway::run`].
    pub async fn bind(config: GatewayConfig) -> Result<Self, GatewayError> {
        let (listener, address) = listen(config.listen)?;
        let app_listener = match &config.app {
            Some(app) => Some(listen(app.listen)?),
            None => None,
        };
        let (limits, app_connections) = within_open_files(&config);
        let grace = config.grace;
        let app_counts = app_listener.as_ref().map(|(listener, _)| listener.counts());
        let counts = (listener.counts(), app_counts);
        let opened = tokio::task::spawn_blocking(move || App::new(config, address, counts)).await;
        let app = Arc::new(opened.map_err(|broken| GatewayError::Start(broken.into()))??);
        app.store.take_over((app.clock)()).await.map_err(|e| GatewayError::Start(e.into()))?;
        // A key may have been replaced since; and with the wrong one nothing would work later.
        app.store.reseal().await.map_err(|error| ResealError(error.into()))?;
        Ok(Self { listener, address, app_listener, limits, app_connections, grace, app })
    }

    /// A hand on this gateway, to be used while it runs.
    pub fn control(&self) -> Control {
        Control(self.app.clone())
    }

    /// The address where the app calls the gateway.
    pub fn app_addr(&self) -> Option<SocketAddr> {
        self.app_listener.as_ref().map(|(_, address)| *address)
    }

    /// The address that is listened on, with the port that was found for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Scheme, host and port that browsers and the marketplace call it by.
    pub fn public_origin(&self) -> &str {
        self.app.public_origin()
    }

    /// The URL to register as the provider's activation URL.
    pub fn activation_url(&self) -> String {
        format!("{}{}", self.public_origin(), router::ACTIVATE)
    }

    /// Answers until `shutdown` completes, then finishes what it accepted. Whoever has not sent a
    /// whole request or taken an answer by then is not waited for longer than
    /// [`GatewayConfig::grace`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) {
        let work = tokio::spawn(worker::run(self.app.clone()));
        let (begun, begins) = watch::channel(());
        let until = |mut begins: watch::Receiver<()>| async move {
            // An error says that the sender is gone, which is the signal.
            _ = begins.changed().await;
        };
        let app_limits = Limits { connections: self.app_connections, ..self.limits };
        let routes = router::router(self.app.clone());
        let for_browsers = serve(self.listener, routes, self.limits, until(begins.clone()));
        let for_the_app = async {
            if let Some((listener, _)) = self.app_listener {
                let routes = app_api::router(self.app.clone());
                serve(listener, routes, app_limits, until(begins)).await;
            }
        };
        let served = async { tokio::join!(for_browsers, for_the_app) };
        let grace = async {
            shutdown.await;
            drop(begun);
            tokio::time::sleep(self.grace).await;
        };
        tokio::select! {
            _ = served => {}
            () = grace => tracing::warn!("stopped with connections still open"),
        }
        // What it was amid is in the store and goes on at the next start.
        work.abort();
    }
}

fn listen(address: SocketAddr) -> Result<(Listener, SocketAddr), GatewayError> {
    let failed = |source| GatewayError::Listen { address, source };
    let listener = Listener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// As many connections of browsers and of the app as there are files for. For one of a browser
/// another to the app may be made.
fn within_open_files(config: &GatewayConfig) -> (Limits, usize) {
    let (public, private) = (config.connections.connections, config.app_connections);
    let shares = share(Wanted { public, private, files_each: 2, others: 0 });
    if (shares.public, shares.private) != (public, private) {
        tracing::warn!(
            open_files = shares.files,
            gateway = shares.public,
            app = shares.private,
            "fewer connections than configured: the system allows too few open files"
        );
    }
    (Limits { connections: shares.public, ..config.connections }, shares.private)
}
