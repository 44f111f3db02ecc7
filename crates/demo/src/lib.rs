//! The app of the sandbox's demo providers: a small shop, as the vendor's published one
//! (onOfficeGmbH/marketplace-examples, `Shop`), with a single product, one for a circle of users, a
//! subscription and the three window messages.
//!
//! It is an app like any other behind a gateway and uses what every app gets: a session with each
//! request, calls to the gateway, events. Of our crates it knows the listeners' alone, holds no secret of
//! the provider's and must not know how anything is signed for the marketplace.

mod event;
mod gateway;
mod item;
mod ledger;
mod pages;
mod session;
mod shared;
mod shop;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use freischalt_listen::{Limits, Listener, serve};
use tokio::sync::watch;

use crate::gateway::Gateway;
use crate::shared::{NotASecret, Shared};

/// Where the app takes the time from, in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Path of the shop.
pub const SHOP: &str = "/shop";
/// Path that events come to.
pub const EVENTS: &str = "/freischalt/events";
/// Path that answers whether a customer is a regular one.
pub const REGULAR_CUSTOMER: &str = "/freischalt/regular-customer";

/// An order, or the question for a regular customer: some hundred bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// Its gateway is the only one that calls it.
const LIMITS: Limits = Limits {
    connections: 64,
    head: Duration::from_secs(10),
    idle: Duration::from_secs(75),
    write: Duration::from_secs(30),
};
/// How long it waits, once it is told to stop, for what is not complete.
const GRACE: Duration = Duration::from_secs(1);

/// What the app is told by whoever runs it. It has no `Debug`: two of its fields are secret.
pub struct Settings {
    /// Where the app calls its gateway.
    pub gateway: SocketAddr,
    /// What it proves itself with there.
    pub token: String,
    /// What sessions and events are signed with: `whsec_` and base64.
    pub secret: String,
    /// Ids of customers that the provider knew before (`customerWebId`).
    pub regular_customers: Vec<String>,
    /// The time.
    pub clock: Clock,
}

/// An app that listens but does not answer yet.
pub struct DemoApp {
    listener: Listener,
    address: SocketAddr,
}

/// Why the app does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The address cannot be listened on.
    #[error("the demo app cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The secret has another spelling than it should.
    #[error("the demo app's secret has to be whsec_ and base64")]
    Secret,
}

impl From<NotASecret> for DemoError {
    fn from(NotASecret: NotASecret) -> Self {
        Self::Secret
    }
}

impl DemoApp {
    /// Starts to listen; the gateway has to know where before it is started itself.
    pub fn bind(address: SocketAddr) -> Result<Self, DemoError> {
        let failed = |source| DemoError::Listen { address, source };
        let listener = Listener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// The address that is listened on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` completes, and for a second finishes what was begun.
    pub async fn run(
        self,
        settings: Settings,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), DemoError> {
        let app = Arc::new(App {
            shared: Shared::new(&settings.secret)?,
            gateway: Gateway::new(settings.gateway, settings.token),
            regular_customers: settings.regular_customers,
            ledger: ledger::Ledger::default(),
            clock: settings.clock,
        });
        let (begun, mut begins) = watch::channel(());
        let served = serve(self.listener, router(app), LIMITS, async move {
            // An error says that the sender is gone, which is the signal.
            _ = begins.changed().await;
        });
        let grace = async {
            shutdown.await;
            drop(begun);
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = served => {}
            () = grace => {}
        }
        Ok(())
    }
}

/// What the handlers share.
struct App {
    shared: Shared,
    gateway: Gateway,
    regular_customers: Vec<String>,
    ledger: ledger::Ledger,
    clock: Clock,
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(SHOP, get(shop::show))
        .route("/order", post(shop::order))
        .route("/message", post(shop::message))
        .route(shop::RESULT, get(shop::result))
        .route("/assets/shop.css", get(shop::stylesheet))
        .route("/assets/shop.js", get(shop::script))
        .route(EVENTS, post(event::receive))
        .route(REGULAR_CUSTOMER, post(event::is_regular))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(app)
}
