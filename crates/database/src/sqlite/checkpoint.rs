//! Copies the log back into the database, beside the writer instead of in its way.
//!
//! SQLite does that by itself at the end of some commit, and everybody who waits for that commit
//! waits for thousands of pages. A thread of its own copies them while the writer goes on; what the
//! writer has added in the meantime is little, and that rest is for the writer to copy, between two
//! commits, because the log begins anew only if at that moment nothing in it is left to be copied.
//!
//! SQLite syncs the database's file only when nothing is left, which would be the writer's turn: it
//! would wait for every page that the thread has copied (45 ms for 16,000 of them). So the thread
//! syncs what it has copied, as often as it copies.

use std::{
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
};

use super::Connection;

/// Pages of 4 KiB in the log before it is copied. A page that changes again and again is copied
/// once, so a long log is less work under load: 16,000 are 7 % more unlocks in no order. But to sync
/// what lengthens the log takes half as long again as to sync what stands in it, so on a server with
/// little to do it should soon have its length.
const FRAMES: i64 = 4_000;
/// A round that copies no more than so many pages leaves even less to the writer.
const FEW: i64 = 200;
/// Rounds to come down to that; under load each leaves what came during it.
const ROUNDS: usize = 6;
/// Changes after which the writer lets the log be looked at.
const CHANGES: usize = 500;

/// The writer's side.
#[derive(Debug)]
pub(super) struct Checkpoints {
    thread: mpsc::SyncSender<()>,
    rest: Arc<AtomicBool>,
    changes: usize,
}

impl Checkpoints {
    /// Starts the thread, with a connection of its own and the database's file.
    pub(super) fn start(connection: Connection, file: Arc<File>) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::sync_channel(1);
        let rest = Arc::new(AtomicBool::new(false));
        let left = Arc::clone(&rest);
        let thread = thread::spawn(move || {
            step_back();
            while receiver.recv().is_ok() {
                if copy(&connection, &file) {
                    left.store(true, Ordering::Relaxed);
                }
            }
        });
        (Self { thread: sender, rest, changes: 0 }, thread)
    }

    /// After a commit of so many changes, on the writer's thread.
    pub(super) fn committed(&mut self, changes: usize, writer: &Connection) {
        if self.rest.swap(false, Ordering::Relaxed) {
            // One that fails is tried again when the log is next looked at.
            let _ = writer.checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
        }
        self.changes += changes;
        if self.changes >= CHANGES {
            self.changes = 0;
            // It is at it already.
            let _ = self.thread.try_send(());
        }
    }
}

/// Lets the threads that somebody waits for go first: to copy thousands of pages takes tens of
/// milliseconds of a core. Not more than that, because a log that is never copied grows.
fn step_back() {
    // On Linux this is about the thread alone; elsewhere it would be about the process.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}

/// Copies if there is enough to copy; whether a rest is left for the writer.
fn copy(connection: &Connection, file: &File) -> bool {
    let mut copied = match connection.checkpoint("PRAGMA wal_checkpoint(NOOP)") {
        Ok(log) if log.frames >= FRAMES => log.copied,
        _ => return false,
    };
    for _ in 0..ROUNDS {
        let Ok(log) = connection.checkpoint("PRAGMA wal_checkpoint(PASSIVE)") else { return false };
        // One that fails is the writer's to notice: SQLite syncs once more when nothing is left.
        let _ = file.sync_data();
        if log.copied - copied <= FEW {
            return true;
        }
        copied = log.copied;
    }
    true
}
