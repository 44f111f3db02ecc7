//! What a database tells whoever watches it.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Changes that went into one commit together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// How many.
    pub changes: usize,
    /// How long it took to apply and to sync them.
    pub took: Duration,
}

/// Somebody who is told of each commit, by the thread that made it, which waits until this
/// returns.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A group was committed, or could not be.
    fn group(&self, group: Group);
}

/// What waits in the queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Changes.
    pub changes: usize,
    /// Queries; on a database in memory they are among the changes.
    pub queries: usize,
}

/// A queue that is watched.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    observer: OnceLock<Arc<dyn Observer>>,
    waiting: AtomicUsize,
}

impl Watch {
    /// From now on this one is told; the first to ask stays.
    pub(crate) fn tell(&self, observer: Arc<dyn Observer>) {
        // A second observer would be a mistake and changes nothing.
        let _ = self.observer.set(observer);
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Something is about to wait.
    pub(crate) fn comes(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// That many do not wait any more.
    pub(crate) fn leave(&self, count: usize) {
        self.waiting.fetch_sub(count, Ordering::Relaxed);
    }

    pub(crate) fn committed(&self, changes: usize, took: Duration) {
        if let Some(observer) = self.observer.get() {
            observer.group(Group { changes, took });
        }
    }
}
