//! The one thread that writes, with group commit.
//!
//! It waits for a first change, takes along whatever else is waiting by then, applies each in its
//! own savepoint, commits once, and only then answers all of them. A change that waits alone is
//! committed alone, so nobody ever waits for company.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::StoreError;

/// Changes that may wait. More are answered as busy.
const QUEUE: usize = 4096;
/// The most changes in one commit: past this, a larger group gains nothing and its first waits.
const GROUP: usize = 256;

/// Applies a change, or does not if there is no transaction to apply it in; what it returns
/// answers the caller once the group's fate is known.
pub(super) type Job = Box<dyn FnOnce(Option<&Connection>) -> Applied + Send>;

/// A change that was applied, or refused to be.
pub(super) struct Applied {
    /// Whether its writes are to be kept.
    keep: bool,
    /// Answers the caller.
    answer: Box<dyn FnOnce(Result<(), String>) + Send>,
}

#[derive(Clone, Debug)]
pub(super) struct Writer(mpsc::SyncSender<Job>);

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        thread::spawn(move || serve(&connection, &receiver));
        Self(sender)
    }

    pub(super) fn submit(&self, job: Job) -> Result<(), StoreError> {
        self.0.try_send(job).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => StoreError::Busy,
            mpsc::TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }
}

/// Packs a change with the channel its answer comes back on.
pub(super) fn job<T: Send + 'static, E: From<StoreError> + Send + 'static>(
    change: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T, E>>) {
    let (reply, answer) = oneshot::channel();
    let job = Box::new(move |db: Option<&Connection>| {
        let outcome = db.map(|db| {
            catch_unwind(AssertUnwindSafe(|| change(db)))
                .unwrap_or_else(|_| Err(StoreError::Panicked.into()))
        });
        let keep = matches!(outcome, Some(Ok(_)));
        let answer = Box::new(move |committed: Result<(), String>| {
            let outcome = match (outcome, committed) {
                // A refusal stands whatever becomes of the others: it changes nothing.
                (Some(Err(refusal)), _) => Err(refusal),
                (Some(outcome), Ok(())) => outcome,
                (_, Err(problem)) => Err(StoreError::Commit(problem).into()),
                (None, Ok(())) => Err(StoreError::Closed.into()),
            };
            // A caller that went away does not need the answer; the change stands all the same.
            let _ = reply.send(outcome);
        });
        Applied { keep, answer: answer as Box<dyn FnOnce(Result<(), String>) + Send> }
    });
    (job, answer)
}

fn serve(db: &Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        // Fused: what arrives during the commit belongs to the next group.
        let mut group = std::iter::once(first).chain(queue.try_iter().take(GROUP - 1)).fuse();
        let mut applied = Vec::new();
        let outcome = apply_group(db, &mut group, &mut applied);
        applied.extend(group.map(|job| job(None)));
        if outcome.is_err() && !db.is_autocommit() {
            let _ = db.execute_batch("ROLLBACK");
        }
        let outcome = outcome.map_err(|error| error.to_string());
        for job in applied {
            (job.answer)(outcome.clone());
        }
    }
}

/// Applies and commits a group. On an error nothing of it is kept; jobs that were not reached are
/// left in `group`.
fn apply_group(
    db: &Connection,
    group: &mut impl Iterator<Item = Job>,
    applied: &mut Vec<Applied>,
) -> rusqlite::Result<()> {
    statement(db, "BEGIN IMMEDIATE")?;
    for job in group {
        statement(db, "SAVEPOINT change")?;
        let done = job(Some(db));
        let keep = done.keep;
        applied.push(done);
        if !keep {
            // Fails if SQLite had to roll back everything (disk full, I/O error): then the whole
            // group is lost, and must not be acknowledged.
            statement(db, "ROLLBACK TO change")?;
        }
        statement(db, "RELEASE change")?;
    }
    statement(db, "COMMIT")
}

fn statement(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    db.prepare_cached(sql)?.execute([]).map(|_| ())
}
