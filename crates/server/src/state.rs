//! What every handler has: the store, the clock, the rules' switches, and where we are reached.

use std::sync::Arc;

use freischalt_listen::Counts;
use freischalt_marketplace::{ClaimSealer, Policy};
use freischalt_protocol::{Secret, seal::SealingKeys};
use freischalt_store::Store;

use crate::{
    api::RequestLog,
    clock::Clock,
    config::{DroppedLogLines, Mode},
    egress::Targets,
    guard::{Limits, Shares},
    messages::MessageLog,
    metrics::Metrics,
    security::SecurityLog,
    trace::Sampling,
};

/// Shared by all handlers; cheap to clone.
pub type App = Arc<AppState>;

/// See the module.
#[derive(Debug)]
pub struct AppState {
    /// Everything durable.
    pub store: Store,
    /// Names this process among those that share the store.
    pub process: [u8; 16],
    /// The one clock.
    pub clock: Clock,
    /// The rules' switches.
    pub policy: Policy,
    /// Sandbox or production.
    pub mode: Mode,
    /// Where people reach the web UI, without a slash at the end.
    pub public_url: String,
    /// Seals and opens API claims.
    pub claims: ClaimSealer,
    /// Seconds after which a session that nobody uses is over.
    pub session_idle: Option<i64>,
    /// Whether anything can be bought.
    pub shops: bool,
    /// Seals sessions and sign-in tickets.
    pub sessions: SealingKeys,
    /// The bearer token of the management API; none where it is open.
    pub management_token: Option<Secret>,
    /// The last API requests, for the sandbox's pages.
    pub requests: RequestLog,
    /// The last messages of service windows, for the sandbox's pages.
    pub(crate) messages: MessageLog,
    /// How much is taken on.
    pub limits: Limits,
    /// Takes on that much.
    pub shares: Shares,
    /// Where calls to providers' servers may go.
    pub targets: Targets,
    /// What is counted and measured.
    pub metrics: Metrics,
    /// What becomes of connections, on the marketplace's listener and on the management's.
    pub listeners: [Arc<Counts>; 2],
    /// Writes what has to do with security.
    pub security: SecurityLog,
    /// Says how many lines of the log were dropped.
    pub dropped_log_lines: DroppedLogLines,
    /// Which activations are traced.
    pub traces: Sampling,
}

impl AppState {
    /// Whether this is a sandbox.
    pub fn is_sandbox(&self) -> bool {
        self.mode == Mode::Sandbox
    }

    /// Whether browsers come by https, so that cookies can be kept to it.
    pub fn is_reached_by_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
