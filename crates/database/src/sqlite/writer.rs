//! The one thread that writes, with group commit.
//!
//! It waits for a first change, takes along whatever else is waiting by then, applies each so that
//! a refusal harms no other, commits once, and only then answers all of them. A change that waits
//! alone is committed alone, so nobody ever waits for company.

use std::{
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Instant,
};

use super::{Connection, Transaction, checkpoint::Checkpoints};
use crate::{
    DatabaseError,
    change::{Change, Fate},
    watch::Watch,
};

/// Changes that may wait. More are answered as busy.
const QUEUE: usize = 4096;
/// The most changes in one commit: past this, a larger group gains nothing and its first waits.
const GROUP: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct Writer {
    queue: mpsc::SyncSender<Box<dyn Change>>,
    watch: Arc<Watch>,
}

impl Writer {
    /// Starts the thread; without checkpoints of a database that has no log. It ends after the others
    /// that have the file open: only a connection that may write leaves no log when it is the last.
    pub(super) fn start(
        connection: Connection,
        checkpoints: Option<Checkpoints>,
        others: Vec<JoinHandle<()>>,
    ) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let watch = Arc::new(Watch::default());
        let watched = Arc::clone(&watch);
        let thread = thread::spawn(move || {
            serve(&connection, checkpoints, &receiver, &watched);
            for other in others {
                // If it panicked, that was told where it happened.
                let _ = other.join();
            }
        });
        (Self { queue: sender, watch }, thread)
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    pub(super) fn submit(&self, change: Box<dyn Change>) -> Result<(), DatabaseError> {
        self.watch.comes();
        self.queue.try_send(change).map_err(|error| {
            self.watch.leave(1);
            match error {
                mpsc::TrySendError::Full(_) => DatabaseError::Busy,
                mpsc::TrySendError::Disconnected(_) => DatabaseError::Closed,
            }
        })
    }
}

fn serve(
    connection: &Connection,
    mut checkpoints: Option<Checkpoints>,
    queue: &mpsc::Receiver<Box<dyn Change>>,
    watch: &Watch,
) {
    while let Ok(first) = queue.recv() {
        // What arrives during the commit belongs to the next group.
        let mut group: Vec<_> =
            std::iter::once(first).chain(queue.try_iter().take(GROUP - 1)).collect();
        let changes = group.len();
        watch.leave(changes);
        let began = Instant::now();
        let ended = apply(connection, &mut group);
        watch.committed(changes, began.elapsed());
        let fate = match ended {
            Ended::Fate(fate) => fate,
            Ended::Collapsed => {
                for change in group {
                    apply_alone(connection, change);
                }
                continue;
            }
        };
        for change in group {
            change.answer(fate.clone());
        }
        if let Some(checkpoints) = &mut checkpoints {
            checkpoints.committed(changes, connection);
        }
    }
}

/// How a group ended.
enum Ended {
    /// For all of them.
    Fate(Fate),
    /// Everything was rolled back because of one of them; none has been answered.
    Collapsed,
}

/// Applies and commits a group.
fn apply(connection: &Connection, group: &mut [Box<dyn Change>]) -> Ended {
    let fate = match group {
        [change] => apply_one(connection, change.as_mut()),
        group => {
            if let Err(error) = connection.run("BEGIN IMMEDIATE") {
                return Ended::Fate(Fate::NotBegun(error.to_string()));
            }
            for change in group {
                let part = match change.is_hopeful() {
                    true => Transaction::hopeful(connection),
                    false => Transaction::shared(connection),
                };
                let mut tx = crate::Transaction::sqlite(part);
                let keep = change.apply(&mut tx);
                if !tx.into_sqlite().is_some_and(|tx| tx.end(keep)) {
                    give_up(connection);
                    return Ended::Collapsed;
                }
            }
            commit(connection)
        }
    };
    Ended::Fate(fate)
}

/// A change of a group that collapsed, in a transaction of its own.
fn apply_alone(connection: &Connection, mut change: Box<dyn Change>) {
    let fate = apply_one(connection, change.as_mut());
    change.answer(fate);
}

fn apply_one(connection: &Connection, change: &mut dyn Change) -> Fate {
    if let Err(error) = connection.run("BEGIN IMMEDIATE") {
        return Fate::NotBegun(error.to_string());
    }
    let mut tx = crate::Transaction::sqlite(Transaction::alone(connection));
    if change.apply(&mut tx) {
        return commit(connection);
    }
    give_up(connection);
    // Nothing is kept, which is what its own error says.
    Fate::Committed
}

fn commit(connection: &Connection) -> Fate {
    match connection.run("COMMIT") {
        Ok(()) => Fate::Committed,
        Err(error) => {
            give_up(connection);
            Fate::NotCommitted(error.to_string())
        }
    }
}

fn give_up(connection: &Connection) {
    if !connection.is_idle() {
        // If even this fails, the next BEGIN does, and says so.
        let _ = connection.run("ROLLBACK");
    }
}
