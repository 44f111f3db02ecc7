//! Configuration: of a server as a value, of the sandbox out of a data folder, and of production
//! out of a file.

mod connections;
mod data_dir;
mod file;
mod policy;

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use freischalt_listen::TrustedProxies;
use freischalt_marketplace::Policy;
use freischalt_protocol::{Secret, seal::MasterKey};
use freischalt_store::{Creation, Keys, Location};

pub use connections::Connections;
pub use data_dir::{
    DataDirProblem, FolderLock, existing_sandbox, sandbox_in_memory, sandbox_location,
};
pub use file::{ConfigProblem, encryption_key, read_file, store_location};
pub use policy::policy_from_settings;

pub use crate::{egress::Targets, guard::Limits, trace::Sampling};

/// What a server needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sandbox or production.
    pub mode: Mode,
    /// Where the marketplace listens.
    pub bind: SocketAddr,
    /// Where people reach it; by default the address it listens on, of all addresses
    /// the loopback one. `{port}` in it stands for the port that is listened on.
    pub public_url: Option<String>,
    /// Where the management API listens.
    pub management_bind: SocketAddr,
    /// The bearer token of the management API; none leaves it open, in the sandbox only.
    pub management_token: Option<Secret>,
    /// Where the data is.
    pub location: Location,
    /// What to do if there is none yet.
    pub creation: Creation,
    /// Seals secrets at rest, claims and sessions.
    pub keys: Keys,
    /// The rules' switches.
    pub policy: Policy,
    /// How much is taken on.
    pub limits: Limits,
    /// How long and how many connections are kept.
    pub connections: Connections,
    /// Seconds after which a session that nobody uses is over; none never ends one early.
    pub session_idle: Option<i64>,
    /// Whether anything can be bought. The only bank there is takes everybody's money for play:
    /// its card numbers are published.
    pub shops: bool,
    /// Where calls to providers' servers may go.
    pub targets: Targets,
    /// Whether anything is counted and measured.
    pub metrics: bool,
    /// Proxies in front, whose word about who calls counts.
    pub trusted_proxies: TrustedProxies,
    /// Says how many lines of the log were dropped because nobody read it.
    pub dropped_log_lines: DroppedLogLines,
    /// Which activations are traced where there is a collector.
    pub traces: Sampling,
}

/// Says how many lines of the log were dropped so far.
#[derive(Clone)]
pub struct DroppedLogLines(pub Arc<dyn Fn() -> u64 + Send + Sync>);

impl Default for DroppedLogLines {
    /// None: the server's log is somebody else's matter.
    fn default() -> Self {
        Self(Arc::new(|| 0))
    }
}

impl fmt::Debug for DroppedLogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DroppedLogLines").field(&(self.0)()).finish()
    }
}

/// How long a sandbox that is told to stop waits for requests that are not complete.
pub const SANDBOX_GRACE: Duration = Duration::from_secs(1);

/// Sandbox or production: the same code with other manners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Demo data, user switcher, a clock that can be set, an open management API.
    Sandbox,
    /// None of these.
    Production,
}

impl Config {
    /// A sandbox on these addresses.
    pub fn sandbox(
        bind: SocketAddr,
        management_bind: SocketAddr,
        location: Location,
        key: MasterKey,
    ) -> Self {
        Self {
            mode: Mode::Sandbox,
            bind,
            public_url: None,
            management_bind,
            management_token: None,
            location,
            creation: Creation::IfMissing,
            keys: Keys { current: key, previous: Vec::new() },
            policy: Policy::default(),
            // Whoever stops a sandbox waits in front of it, and nobody's money is under way.
            limits: Limits { grace: SANDBOX_GRACE, ..Limits::default() },
            connections: Connections::default(),
            session_idle: None,
            shops: true,
            targets: Targets::default(),
            metrics: true,
            trusted_proxies: TrustedProxies::default(),
            dropped_log_lines: DroppedLogLines::default(),
            traces: Sampling::ALL,
        }
    }
}
