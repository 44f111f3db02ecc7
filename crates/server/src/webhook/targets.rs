//! Where calls to providers' servers may go.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use super::address::is_public;

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

/// How the targets of calls are found, and which of them production refuses.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Finds the addresses of a name.
    pub resolver: Arc<dyn Resolver>,
    /// Whether an address is one that production calls; the sandbox calls any.
    pub is_public: fn(IpAddr) -> bool,
}

impl Default for Targets {
    /// The machine's own resolver, and the public network.
    fn default() -> Self {
        Self { resolver: Arc::new(System), is_public }
    }
}
