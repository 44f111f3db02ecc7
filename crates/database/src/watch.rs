//! What a database tells whoever watches it.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
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

/// Connections to a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// That can be in use at the same time.
    pub most: usize,
    /// In use now.
    pub busy: usize,
}

/// How many connections there can be, and how many are in use.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    most: AtomicUsize,
    busy: AtomicUsize,
}

impl Pool {
    /// A thread with a connection of its own begins to serve.
    pub(crate) fn grow(&self) {
        self.most.fetch_add(1, Ordering::Relaxed);
    }

    /// The connection is in use until the value is dropped.
    pub(crate) fn enter(&self) -> InUse<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        InUse(self)
    }

    pub(crate) fn now(&self) -> Connections {
        let read = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        Connections { most: read(&self.most), busy: read(&self.busy) }
    }
}

/// A connection that is in use.
#[derive(Debug)]
pub(crate) struct InUse<'a>(&'a Pool);

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A queue that is watched.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    observers: RwLock<Vec<Arc<dyn Observer>>>,
    waiting: AtomicUsize,
}

impl Watch {
    /// From now on this one is told, too, after those that asked before.
    pub(crate) fn tell(&self, observer: Arc<dyn Observer>) {
        self.observers.write().unwrap_or_else(PoisonError::into_inner).push(observer);
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
        for observer in &*self.observers.read().unwrap_or_else(PoisonError::into_inner) {
            observer.group(Group { changes, took });
        }
    }
}
