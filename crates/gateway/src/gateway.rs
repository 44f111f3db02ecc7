//! A gateway as a value: bound first, so that its address is known, then run.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app::App;
use crate::config::{ConfigError, GatewayConfig};
use crate::router;

/// A gateway that listens but does not answer yet.
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
}

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
    /// The listener broke while running.
    #[error("the gateway stopped listening")]
    Serve(#[source] io::Error),
}

impl Gateway {
    /// Checks the settings and starts to listen. Requests wait until [`Gateway::run`].
    pub async fn bind(config: GatewayConfig) -> Result<Self, GatewayError> {
        let wanted = config.listen;
        let failed = |source| GatewayError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let app = Arc::new(App::new(config, address)?);
        Ok(Self { listener, address, app })
    }

    /// The address that is listened on, with the port that was found for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The URL to register as the provider's activation URL.
    pub fn activation_url(&self) -> String {
        format!("{}{}", self.app.public_origin, router::ACTIVATE)
    }

    /// Answers until `shutdown` completes, then finishes what it accepted. Whoever has not sent a
    /// whole request or taken an answer by then is not waited for longer than a request may take.
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), GatewayError> {
        let (begun, begins) = oneshot::channel();
        let serving = axum::serve(self.listener, router::router(self.app)).with_graceful_shutdown(
            async move {
                shutdown.await;
                _ = begun.send(());
            },
        );
        let patience = async {
            _ = begins.await;
            tokio::time::sleep(router::MAX_TIME).await;
        };
        tokio::select! {
            served = serving => served.map_err(GatewayError::Serve),
            () = patience => {
                tracing::warn!("stopped with connections still open");
                Ok(())
            }
        }
    }
}
