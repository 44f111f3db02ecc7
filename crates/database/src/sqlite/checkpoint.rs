//! Copies the log back into the database, beside the writer instead of in its way.
//!
//! SQLite does that by itself at the end of some commit, and everybody who waits for that commit
//! waits for thousands of pages. A thread of its own copies them while the writer goes on; what the
//! writer has added in the meantime is little, and that rest is for the writer to copy, between two
//! commits, because the log begins anew only if at that moment nothing in it is left to be copied.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use super::Connection;

/// Pages of 4 KiB in the log before it is copied. A page that changes again and again is copied
/// once; but a long log makes what is not in memory slower to find.
const FRAMES: i64 = 16_000;
/// The most pages that are left to the writer.
const REST: i64 = 400;
/// Rounds to come down to that; under load each leaves what came during it.
const ROUNDS: usize = 4;
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
    /// Starts the thread, with a connection of its own.
    pub(super) fn start(connection: Connection) -> Self {
        let (sender, receiver) = mpsc::sync_channel(1);
        let rest = Arc::new(AtomicBool::new(false));
        let left = Arc::clone(&rest);
        thread::spawn(move || {
            while receiver.recv().is_ok() {
                if copy(&connection) {
                    left.store(true, Ordering::Relaxed);
                }
            }
        });
        Self { thread: sender, rest, changes: 0 }
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

/// Copies if there is enough to copy; whether a rest is left for the writer.
fn copy(connection: &Connection) -> bool {
    match connection.checkpoint("PRAGMA wal_checkpoint(NOOP)") {
        Ok(log) if log.frames >= FRAMES => {}
        _ => return false,
    }
    for _ in 0..ROUNDS {
        match connection.checkpoint("PRAGMA wal_checkpoint(PASSIVE)") {
            Ok(log) if log.frames - log.copied <= REST => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    true
}
