//! Listeners for HTTP/1.1 that strangers cannot use up.
//!
//! Every connection is bounded in time while it waits for its client, all of them together in
//! number and in memory, and files are kept back for whatever else the process opens. When there is
//! no room for another connection, the one that has waited longest for its client makes room; none
//! that is being worked for is ever cut.
//!
//! HTTP/1.1 is all that is spoken: a proxy in front speaks HTTP/2 with browsers, and one protocol
//! has one set of limits.
//!
//! It must not know what is served.

mod caller;
mod connection;
mod files;
mod listener;
mod sparing;
mod table;

use std::time::Duration;

pub use caller::{AddressHeader, Caller, NotANetwork, TrustedProxies};
pub use files::{Shares, Wanted, share};
pub use listener::{Listener, serve};
pub use sparing::Sparing;
pub use table::{Closed, Counts};

/// How long and how much a listener gives its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time.
    pub connections: usize,
    /// From the first byte of a request's head to its last, and from a connection's begin to its
    /// first byte.
    pub head: Duration,
    /// From an answer to the first byte of the next request.
    pub idle: Duration,
    /// How long a client may leave an answer where it is. Within that time it has to take
    /// [`Self::LEAST_TAKEN`] bytes of it, or all.
    pub write: Duration,
}

impl Limits {
    /// Bytes of a request's head, at most: a target of 64 KiB, the longest there is in HTTP/1.1
    /// here, and as many bytes of header fields. More is 431. What of it is a target that is a little
    /// too long is still told from that and answered with 414.
    pub const HEAD_BYTES: usize = 128 * 1024;
    /// Bytes that all unfinished heads of a listener may have beyond their first 8 KiB each.
    pub const LONG_HEADS: usize = 32 * 1024 * 1024;
    /// Bytes of an answer that a client has to take within [`Limits::write`].
    pub const LEAST_TAKEN: usize = 16 * 1024;
    /// Bytes of a refused body that are read and thrown away, so that a client that is still
    /// sending gets to see the answer.
    pub const DRAINED: usize = 64 * 1024 * 1024;
    /// How long they are read for.
    pub const DRAIN: Duration = Duration::from_secs(5);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8192,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
        }
    }
}
