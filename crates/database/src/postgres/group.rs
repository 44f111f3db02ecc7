//! Jobs that wait together are done together: their reads as few statements over all of them,
//! their writes in the same way, one commit. A job that waits alone goes at once, in two round
//! trips.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Instant,
};

use super::{
    Transaction,
    connector::{Connector, Link},
    errors::Trouble,
    transaction::Uncommitted,
};
use crate::{DatabaseError, Parameter};

/// Jobs that may wait. More are answered as busy.
const QUEUE: usize = 4096;
/// The most jobs in one group.
const GROUP: usize = 256;
/// Groups that are under way at the same time: while one waits for the disk, the other reads.
const LANES: usize = 2;
/// How often a group is tried that others are in the way of.
const ATTEMPTS: u32 = 20;

/// A job that can be done together with others of its type.
pub trait Job: Send + Sized + 'static {
    /// What no two jobs of a group have in common.
    type Key: Eq + std::hash::Hash;
    /// Whether a transaction is needed, or each statement may read for itself.
    const WRITES: bool;

    /// What the job is about, if it minds: a second job about it waits for the next group, in its
    /// order.
    fn key(&self) -> Option<Self::Key>;

    /// Reads for all of them and lets each decide; what is to be written. May be called again.
    /// An error is that of the group: its jobs are then done one by one.
    fn apply(
        jobs: &mut [Self],
        tx: &mut crate::Transaction<'_>,
    ) -> Result<Vec<Write>, DatabaseError>;

    /// Answers the caller, once what was written is on disk or has failed.
    fn answer(self, end: Result<(), DatabaseError>);
}

/// A statement that writes, with what its placeholders stand for.
pub struct Write {
    pub(super) sql: &'static str,
    parameters: Vec<Box<dyn Parameter + Send>>,
}

impl Write {
    /// A statement and its parameters.
    pub fn new(sql: &'static str, parameters: Vec<Box<dyn Parameter + Send>>) -> Self {
        Self { sql, parameters }
    }

    pub(super) fn parameters(&self) -> Vec<&dyn Parameter> {
        self.parameters.iter().map(|parameter| parameter.as_ref() as &dyn Parameter).collect()
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql)
    }
}

/// Where jobs of one type are handed in.
pub struct Groups<J> {
    queue: mpsc::SyncSender<J>,
    connector: Arc<Connector>,
}

impl<J> Clone for Groups<J> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), connector: Arc::clone(&self.connector) }
    }
}

impl<J> fmt::Debug for Groups<J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Groups")
    }
}

impl<J: Job> Groups<J> {
    pub(super) fn start(connector: &Arc<Connector>) -> Self {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..LANES {
            let (connector, receiver) = (Arc::clone(connector), Arc::clone(&receiver));
            connector.pool.grow();
            thread::spawn(move || serve(&connector, &receiver));
        }
        Self { queue: sender, connector: Arc::clone(connector) }
    }

    /// Hands in a job.
    pub fn submit(&self, job: J) -> Result<(), DatabaseError> {
        let watch = self.connector.watch(J::WRITES);
        watch.comes();
        self.queue.try_send(job).map_err(|error| {
            watch.leave(1);
            match error {
                mpsc::TrySendError::Full(_) => DatabaseError::Busy,
                mpsc::TrySendError::Disconnected(_) => DatabaseError::Closed,
            }
        })
    }
}

fn serve<J: Job>(connector: &Connector, queue: &Mutex<mpsc::Receiver<J>>) {
    let mut link = Link::new(connector);
    let mut left = VecDeque::new();
    loop {
        if left.is_empty() {
            let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(first) = queue.recv() else { return };
            left.push_back(first);
            left.extend(queue.try_iter().take(GROUP - 1));
        }
        let group = next_group(&mut left);
        let (watch, changes, began) = (connector.watch(J::WRITES), group.len(), Instant::now());
        watch.leave(changes);
        let in_use = connector.pool.enter();
        match &mut link {
            Ok(link) => run(link, group),
            Err(problem) => {
                for job in group {
                    job.answer(Err(DatabaseError::Begin(problem.to_string())));
                }
            }
        }
        drop(in_use);
        if J::WRITES {
            watch.committed(changes, began.elapsed());
        }
    }
}

/// The first job about each thing; the others stay, in their order.
fn next_group<J: Job>(left: &mut VecDeque<J>) -> Vec<J> {
    let mut seen = HashSet::new();
    let (mut group, mut later) = (Vec::with_capacity(left.len()), VecDeque::new());
    for job in left.drain(..) {
        let is_first = job.key().is_none_or(|key| seen.insert(key));
        if is_first { group.push(job) } else { later.push_back(job) }
    }
    *left = later;
    group
}

fn run<J: Job>(link: &mut Link<'_>, mut group: Vec<J>) {
    match attempt(link, &mut group) {
        Err(Ended::Collapsed(error)) if group.len() > 1 => {
            drop(error);
            for job in group {
                run(link, vec![job]);
            }
        }
        Err(Ended::Collapsed(error)) => answer_one(group, error),
        Err(Ended::Begin(problem)) => answer_all(group, || DatabaseError::Begin(problem.clone())),
        Err(Ended::Unknown(problem)) => {
            answer_all(group, || DatabaseError::Unknown(problem.clone()));
        }
        Ok(()) => {
            for job in group {
                job.answer(Ok(()));
            }
        }
    }
}

fn answer_one<J: Job>(group: Vec<J>, error: DatabaseError) {
    let mut error = Some(error);
    for job in group {
        job.answer(Err(error.take().unwrap_or(DatabaseError::Closed)));
    }
}

fn answer_all<J: Job>(group: Vec<J>, error: impl Fn() -> DatabaseError) {
    for job in group {
        job.answer(Err(error()));
    }
}

/// Why a group came to nothing.
enum Ended {
    /// The database was out of reach.
    Begin(String),
    /// Whether it was kept is not known, so doing it again might refuse what was done.
    Unknown(String),
    /// One of its jobs made the others fail as well.
    Collapsed(DatabaseError),
}

fn attempt<J: Job>(link: &mut Link<'_>, group: &mut [J]) -> Result<(), Ended> {
    for _ in 0..ATTEMPTS {
        let (session, runtime) = link.session().map_err(Ended::Begin)?;
        let tx = if J::WRITES {
            Transaction::writing(session, runtime)
        } else {
            Transaction::reading(session, runtime)
        };
        let mut tx = crate::Transaction::postgres(tx);
        let applied = J::apply(group, &mut tx);
        let Some(tx) = tx.into_postgres() else { continue };
        match (tx.trouble(), applied) {
            (Some(Trouble::Lost), _) => link.cut(),
            (Some(Trouble::InTheWay), _) => tx.roll_back(),
            (_, Err(error)) => {
                tx.roll_back();
                return Err(Ended::Collapsed(error));
            }
            (_, Ok(writes)) => match tx.commit(&writes) {
                Ok(()) => return Ok(()),
                Err(Uncommitted::Unknown(problem)) => return Err(Ended::Unknown(problem)),
                Err(Uncommitted::NotKept(Trouble::Lost, _)) => link.cut(),
                Err(Uncommitted::NotKept(Trouble::InTheWay, _)) => {}
                Err(Uncommitted::NotKept(_, error)) => return Err(Ended::Collapsed(error)),
            },
        }
    }
    Err(Ended::Begin("others were in the way again and again".to_owned()))
}
