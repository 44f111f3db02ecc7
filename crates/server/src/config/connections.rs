//! How many connections there may be, so that files are left for the store and for whoever looks
//! after the server.

use freischalt_listen::{Limits, Wanted, share};

/// How long and how many connections are kept on both listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// On the marketplace's listener. Its times count for both.
    pub public: Limits,
    /// The most at a time on the management listener: a share of its own, so that it is reached
    /// however many there are on the other.
    pub management: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self { public: Limits::default(), management: 256 }
    }
}

impl Connections {
    /// What the management listener gives its connections.
    pub(crate) fn management(&self) -> Limits {
        Limits { connections: self.management, ..self.public }
    }

    /// As many as there are files for, at most as many as these.
    pub(crate) fn within_open_files(self) -> Self {
        let (public, private) = (self.public.connections, self.management);
        let shares = share(Wanted { public, private, files_each: 1, others: 0 });
        if (shares.public, shares.private) != (public, private) {
            tracing::warn!(
                open_files = shares.files,
                marketplace = shares.public,
                management = shares.private,
                "fewer connections than configured: the system allows too few open files"
            );
        }
        Self {
            public: Limits { connections: shares.public, ..self.public },
            management: shares.private,
        }
    }
}
