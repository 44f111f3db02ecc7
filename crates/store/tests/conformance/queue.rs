//! What SQLite's one writer does besides: group commit and a bounded queue.
//!
//! A rule that waits holds the writer, so that what queues up behind it is known exactly and
//! nothing depends on time.

use std::{
    path::Path,
    pin::Pin,
    sync::mpsc,
    task::{Context, Waker},
};

use freischalt_marketplace::{
    Audience,
    activation::{AlreadyEnded, BlockProblem, Blocker},
};
use freischalt_store::{Decided, Facts, Store, StoreError, Verdict};

use crate::{
    engines,
    fixture::{NOW, Office, office},
};

/// Far more than any queue of changes should hold.
const ENDLESS: usize = 100_000;

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_wait_together_are_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let office = office(&store, "one").await;
    let run = office.begin(&store, 1).await.unwrap();
    let before = commits(&engines::database(&folder));

    let held = Held::new(&store, &office).await;
    let waiting: Vec<_> = (0..200_u8)
        .map(|number| submitted(store.use_ticket([number; 16], NOW.plus(60), NOW)))
        .collect();
    let blocked = submitted(store.decide(office.run(run.id), block));
    held.release().await;
    for ticket in waiting {
        assert!(ticket.await.unwrap());
    }
    blocked.await.unwrap();

    assert_eq!(commits(&engines::database(&folder)) - before, 1, "for 201 changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_alone_is_a_commit_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let office = office(&store, "one").await;
    let before = commits(&engines::database(&folder));
    office.pending(&store, 1, Audience::AllUsers).await;
    assert_eq!(commits(&engines::database(&folder)) - before, 2, "terms, then right");
}

/// Whatever arrives while a commit is written is served by the next one.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_turned_away_between_two_commits() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..32_u8 {
        let store = store.clone();
        callers.spawn(async move {
            for number in 0..40_u8 {
                let mut ticket = [caller; 16];
                ticket[0] = number;
                assert!(store.use_ticket(ticket, NOW.plus(60), NOW).await.unwrap());
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_busy_and_keeps_what_it_took() {
    let store = engines::memory();
    let office = office(&store, "one").await;
    let held = Held::new(&store, &office).await;
    let mut taken = Vec::new();
    let turned_away = loop {
        assert!(taken.len() < ENDLESS, "the queue has no end");
        let number = u128::try_from(taken.len()).unwrap();
        let mut ticket = Box::pin(store.use_ticket(number.to_be_bytes(), NOW.plus(60), NOW));
        match poll(&mut ticket) {
            Some(answer) => break answer,
            None => taken.push(ticket),
        }
    };
    assert!(matches!(turned_away, Err(StoreError::Busy)), "{turned_away:?}");
    held.release().await;
    let turned_away = u128::try_from(taken.len()).unwrap().to_be_bytes();
    for ticket in taken {
        assert!(ticket.await.unwrap());
    }
    assert!(store.use_ticket(turned_away, NOW.plus(60), NOW).await.unwrap(), "not used up");
}

/// A rule that holds the writer until it is released.
struct Held {
    release: mpsc::Sender<()>,
    decided: tokio::task::JoinHandle<Result<(), Decided<()>>>,
}

impl Held {
    async fn new(store: &Store, office: &Office) -> Self {
        let (entered, has_entered) = tokio::sync::oneshot::channel();
        let (release, released) = mpsc::channel();
        let (store, scope) = (store.clone(), office.live());
        let mut entered = Some(entered);
        let rule = move |_: Facts| {
            if let Some(entered) = entered.take() {
                entered.send(()).unwrap();
            }
            released.recv().unwrap();
            Ok(Verdict { writes: Vec::new(), outcome: () })
        };
        let decided = tokio::spawn(async move { store.decide(scope, rule).await });
        has_entered.await.unwrap();
        Self { release, decided }
    }

    async fn release(self) {
        self.release.send(()).unwrap();
        self.decided.await.unwrap().unwrap();
    }
}

fn block(facts: Facts) -> Result<Verdict<()>, BlockProblem> {
    let transition = facts.activation.ok_or(AlreadyEnded)?.block(Blocker::Management, NOW)?;
    Ok(Verdict { writes: vec![transition], outcome: () })
}

/// A change that is in the queue when this returns.
fn submitted<F: Future>(change: F) -> Pin<Box<F>> {
    let mut change = Box::pin(change);
    assert!(poll(&mut change).is_none(), "the writer is held");
    change
}

fn poll<F: Future>(future: &mut Pin<Box<F>>) -> Option<F::Output> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

/// Commits in the write-ahead log: the frames that end one carry the size of the database
/// (sqlite.org/fileformat2.html, "The Write-Ahead Log").
fn commits(database: &Path) -> usize {
    const HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    let log = std::fs::read(database.with_extension("sqlite-wal")).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let page = usize::try_from(number(8)).unwrap();
    let salt = number(16);
    (HEADER..log.len())
        .step_by(FRAME_HEADER + page)
        .filter(|at| number(at + 8) == salt && number(at + 4) != 0)
        .count()
}
