//! The one thread that writes, with group commit.
//!
//! It waits for a first change, takes along whatever else is waiting by then, applies each so that
//! a refusal harms no other, commits once, and only then answers all of them. A change that waits
//! alone is committed alone, so nobody ever waits for company.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::ErrorCode;

use super::{Connection, Transaction, checkpoint::Checkpoints, disk::Disk};
use crate::{
    DatabaseError,
    change::{Change, Fate},
    watch::Watch,
};

/// Changes that may wait. More are answered as busy.
const QUEUE: usize = 4096;
/// The most changes in one commit: past this, a larger group gains nothing and its first waits.
const GROUP: usize = 256;
/// How long a lock of another program is waited for.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub(super) struct Writer {
    queue: mpsc::SyncSender<Box<dyn Change>>,
    watch: Arc<Watch>,
    shut_out: Arc<AtomicBool>,
}

/// What the thread writes with.
struct Pen {
    connection: Connection,
    /// The files below it; absent in memory.
    disk: Option<Arc<Disk>>,
    /// Whether the last transaction could not be begun.
    shut_out: Arc<AtomicBool>,
}

impl Writer {
    /// Starts the thread; without checkpoints of a database that has no log. It ends after the others
    /// that have the file open: only a connection that may write leaves no log when it is the last.
    pub(super) fn start(
        connection: Connection,
        checkpoints: Option<Checkpoints>,
        disk: Option<Arc<Disk>>,
        others: Vec<JoinHandle<()>>,
    ) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let watch = Arc::new(Watch::default());
        let watched = Arc::clone(&watch);
        let shut_out = Arc::new(AtomicBool::new(false));
        let pen = Pen { connection, disk, shut_out: Arc::clone(&shut_out) };
        let thread = thread::spawn(move || {
            serve(&pen, checkpoints, &receiver, &watched);
            for other in others {
                // If it panicked, that was told where it happened.
                let _ = other.join();
            }
        });
        (Self { queue: sender, watch, shut_out }, thread)
    }

    /// Whether the last transaction could not be begun, which another program's lock does.
    pub(super) fn is_shut_out(&self) -> bool {
        self.shut_out.load(Ordering::Relaxed)
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
    pen: &Pen,
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
        let ended = apply(pen, &mut group);
        watch.committed(changes, began.elapsed());
        let fate = match ended {
            Ended::Fate(fate) => fate,
            Ended::Collapsed => {
                for change in group {
                    apply_alone(pen, change);
                }
                continue;
            }
        };
        for change in group {
            change.answer(fate.clone());
        }
        if let Some(checkpoints) = &mut checkpoints {
            checkpoints.committed(changes, &pen.connection);
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
fn apply(pen: &Pen, group: &mut [Box<dyn Change>]) -> Ended {
    let fate = match group {
        [change] => apply_one(pen, change.as_mut()),
        group => {
            if let Err(problem) = pen.begin() {
                return Ended::Fate(Fate::NotBegun(problem));
            }
            for change in group {
                let part = match change.is_hopeful() {
                    true => Transaction::hopeful(&pen.connection),
                    false => Transaction::shared(&pen.connection),
                };
                let mut tx = crate::Transaction::sqlite(part);
                let keep = change.apply(&mut tx);
                if !tx.into_sqlite().is_some_and(|tx| tx.end(keep)) {
                    pen.give_up();
                    return Ended::Collapsed;
                }
            }
            pen.commit()
        }
    };
    Ended::Fate(fate)
}

/// A change of a group that collapsed, in a transaction of its own.
fn apply_alone(pen: &Pen, mut change: Box<dyn Change>) {
    let fate = apply_one(pen, change.as_mut());
    change.answer(fate);
}

fn apply_one(pen: &Pen, change: &mut dyn Change) -> Fate {
    if let Err(problem) = pen.begin() {
        return Fate::NotBegun(problem);
    }
    let mut tx = crate::Transaction::sqlite(Transaction::alone(&pen.connection));
    if change.apply(&mut tx) {
        return pen.commit();
    }
    pen.give_up();
    // Nothing is kept, which is what its own error says.
    Fate::Committed
}

impl Pen {
    fn begin(&self) -> Result<(), String> {
        if let Some(disk) = &self.disk {
            disk.check()?;
        }
        let begun = self.connection.run("BEGIN IMMEDIATE");
        self.shut_out.store(begun.is_err(), Ordering::Relaxed);
        begun.map_err(|error| not_begun(self.disk.as_deref().map(Disk::path), &error))
    }

    fn commit(&self) -> Fate {
        if let Err(error) = self.connection.run("COMMIT") {
            self.give_up();
            return Fate::NotCommitted(error.to_string());
        }
        // If the files went away meanwhile, the commit may be in those or in none.
        match self.disk.as_ref().map(|disk| disk.check()) {
            Some(Err(problem)) => Fate::Unknown(problem),
            _ => Fate::Committed,
        }
    }

    fn give_up(&self) {
        if !self.connection.is_idle() {
            // If even this fails, the next BEGIN does, and says so.
            let _ = self.connection.run("ROLLBACK");
        }
    }
}

/// Why no transaction was begun.
pub(super) fn not_begun(path: Option<&Path>, error: &rusqlite::Error) -> String {
    match path {
        Some(path) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => format!(
            "another program has kept the lock of {} for more than {} s: find it with fuser or \
             lsof, a shell in a transaction for example, and end it",
            path.display(),
            LOCK_TIMEOUT.as_secs()
        ),
        _ => error.to_string(),
    }
}
