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
                (Some(outcome), Ok(())) => outcome,
                // A refusal too: it may rest on a change of the same group that never happened.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    enum Failure {
        Refused,
        Store(StoreError),
    }

    impl From<StoreError> for Failure {
        fn from(error: StoreError) -> Self {
            Self::Store(error)
        }
    }

    /// A database in which a child without its parent is noticed at the commit only.
    fn orphanage() -> Writer {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "PRAGMA foreign_keys = ON;
             CREATE TABLE parent (id INTEGER PRIMARY KEY);
             CREATE TABLE child (parent REFERENCES parent DEFERRABLE INITIALLY DEFERRED);",
        )
        .unwrap();
        Writer::start(db)
    }

    fn submit<T: Send + 'static>(
        writer: &Writer,
        change: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Failure>> {
        let (job, answer) = job(change);
        writer.submit(job).unwrap();
        answer
    }

    fn children(writer: &Writer) -> i64 {
        let count = |db: &Connection| {
            Ok(db.query_row("SELECT COUNT(*) FROM child", [], |row| row.get(0)).unwrap())
        };
        submit(writer, count).blocking_recv().unwrap().unwrap()
    }

    #[test]
    fn nobody_is_told_of_a_group_that_was_not_committed() {
        let writer = orphanage();
        let (go, may_go) = mpsc::channel::<()>();
        let held = submit(&writer, move |_| may_go.recv().map_err(|_| Failure::Refused));
        let insert = |parent: Option<i64>| {
            move |db: &Connection| {
                db.execute("INSERT INTO child VALUES (?1)", [parent]).unwrap();
                Ok(())
            }
        };
        let fine = submit(&writer, insert(None));
        let orphan = submit(&writer, insert(Some(1)));
        let refused = submit(&writer, |_| Err::<(), _>(Failure::Refused));
        go.send(()).unwrap();
        for answer in [held, fine, orphan, refused] {
            let told = answer.blocking_recv().unwrap();
            assert!(matches!(told, Err(Failure::Store(StoreError::Commit(_)))), "{told:?}");
        }
        assert_eq!(children(&writer), 0);

        submit(&writer, insert(None)).blocking_recv().unwrap().unwrap();
        assert_eq!(children(&writer), 1, "the next group is a new one");
    }

    #[test]
    fn a_refusal_keeps_its_own_changes_out_and_nobody_elses() {
        let writer = orphanage();
        let (go, may_go) = mpsc::channel::<()>();
        let held = submit(&writer, move |_| may_go.recv().map_err(|_| Failure::Refused));
        let fine = submit(&writer, |db| {
            db.execute("INSERT INTO child VALUES (NULL)", []).unwrap();
            Ok(())
        });
        let refused = submit(&writer, |db| {
            db.execute("INSERT INTO child VALUES (1)", []).unwrap();
            Err::<(), _>(Failure::Refused)
        });
        go.send(()).unwrap();
        for answer in [held, fine] {
            answer.blocking_recv().unwrap().unwrap();
        }
        assert!(matches!(refused.blocking_recv().unwrap(), Err(Failure::Refused)));
        assert_eq!(children(&writer), 1);
    }
}
