//! Where the server connects to, of addresses that others have named: webhooks, results of orders, and
//! the look whether a provider's page can be reached. In production that is the public network, whatever a
//! name leads to at that moment.
//!
//! The collector of traces and the database are none of these: the operator names them.

mod address;

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use tokio::time::timeout;
use url::Url;

use crate::state::AppState;
use address::is_public;

/// What a name leads to.
pub type Resolved<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// Finds the addresses of a name.
pub trait Resolver: fmt::Debug + Send + Sync {
    /// The addresses of a host, which may be an address itself, with this port.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolved<'a>;
}

/// The machine's own resolver.
#[derive(Debug)]
struct System;

impl Resolver for System {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolved<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

/// How the targets of calls are found, which of them production refuses, and how long they may take.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Finds the addresses of a name.
    pub resolver: Arc<dyn Resolver>,
    /// Whether an address is one that production calls; the sandbox calls any.
    pub is_public: fn(IpAddr) -> bool,
    /// How long a provider may take to answer a call; 10 s by default. It should answer at once and
    /// work later.
    pub timeout: Duration,
}

impl Default for Targets {
    /// The machine's own resolver, and the public network.
    fn default() -> Self {
        Self { resolver: Arc::new(System), is_public, timeout: Duration::from_secs(10) }
    }
}

/// What a URL leads to now. Whoever connects to these addresses and asks for no others connects to what
/// was looked at.
#[derive(Debug)]
pub(crate) struct Target {
    /// The host, an IPv6 address without its brackets.
    pub(crate) host: String,
    /// All of them, and all allowed.
    pub(crate) addresses: Vec<SocketAddr>,
}

/// Why nobody connects. The texts hold neither path nor query of the URL.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoTarget {
    /// There is no host in it.
    #[error("the URL cannot be read")]
    Url,
    /// The name leads nowhere.
    #[error("the name {0:?} cannot be resolved")]
    Name(String),
    /// The name leads inside.
    #[error("{0:?} leads to {1}, which is not an address of the public network")]
    Private(String, SocketAddr),
}

impl AppState {
    /// Finds what a URL leads to, and refuses it where production must not connect.
    pub(crate) async fn target(&self, url: &Url) -> Result<Target, NoTarget> {
        let (host, port) = url.host_str().zip(url.port_or_known_default()).ok_or(NoTarget::Url)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let found = timeout(self.targets.timeout, self.targets.resolver.resolve(&host, port)).await;
        let addresses = found.ok().and_then(Result::ok).filter(|found| !found.is_empty());
        let Some(addresses) = addresses else { return Err(NoTarget::Name(host)) };
        let private = addresses.iter().find(|one| !(self.targets.is_public)(one.ip()));
        match private.filter(|_| !self.is_sandbox()) {
            Some(private) => Err(NoTarget::Private(host, *private)),
            None => Ok(Target { host, addresses }),
        }
    }
}
