//! Threads that run one change at a time, each on a connection of its own.

use std::{
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
use crate::{
    DatabaseError,
    change::{Change, Fate},
};

/// Changes that may wait. More are answered as busy.
const QUEUE: usize = 4096;
/// How often a change is tried that others are in the way of.
const ATTEMPTS: u32 = 20;

/// A change or a query.
pub(super) struct Task {
    pub(super) change: Box<dyn Change>,
    pub(super) writes: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Workers {
    queue: mpsc::SyncSender<Task>,
    connector: Arc<Connector>,
}

impl Workers {
    pub(super) fn start(connector: &Arc<Connector>) -> Self {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..connector.url.connections {
            let (connector, receiver) = (Arc::clone(connector), Arc::clone(&receiver));
            connector.pool.grow();
            thread::spawn(move || serve(&connector, &receiver));
        }
        Self { queue: sender, connector: Arc::clone(connector) }
    }

    pub(super) fn submit(&self, task: Task) -> Result<(), DatabaseError> {
        let watch = self.connector.watch(task.writes);
        watch.comes();
        self.queue.try_send(task).map_err(|error| {
            watch.leave(1);
            match error {
                mpsc::TrySendError::Full(_) => DatabaseError::Busy,
                mpsc::TrySendError::Disconnected(_) => DatabaseError::Closed,
            }
        })
    }
}

fn serve(connector: &Connector, queue: &Mutex<mpsc::Receiver<Task>>) {
    let mut link = Link::new(connector);
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut task) = next else { return };
        let watch = connector.watch(task.writes);
        watch.leave(1);
        let began = Instant::now();
        let in_use = connector.pool.enter();
        let fate = match &mut link {
            Ok(link) => run(link, &mut task),
            Err(problem) => Fate::NotBegun(problem.to_string()),
        };
        drop(in_use);
        if task.writes {
            watch.committed(1, began.elapsed());
        }
        task.change.answer(fate);
    }
}

/// Runs a task until it comes to an end that is not somebody else's fault.
fn run(link: &mut Link<'_>, task: &mut Task) -> Fate {
    let mut was_taken = false;
    for _ in 0..ATTEMPTS {
        let (session, runtime) = match link.session() {
            Ok(connected) => connected,
            Err(problem) => return Fate::NotBegun(problem),
        };
        let tx = if task.writes {
            Transaction::writing(session, runtime)
        } else {
            Transaction::reading(session, runtime)
        };
        let mut tx = crate::Transaction::postgres(tx);
        let keep = task.change.apply(&mut tx);
        let Some(tx) = tx.into_postgres() else { continue };
        match tx.trouble() {
            Some(Trouble::Lost) => link.cut(),
            Some(Trouble::InTheWay) => tx.roll_back(),
            Some(Trouble::Taken) if !was_taken => {
                tx.roll_back();
                was_taken = true;
            }
            Some(Trouble::Failed | Trouble::Taken) | None if !keep => {
                tx.roll_back();
                // Nothing is kept, which is what its own error says.
                return Fate::Committed;
            }
            Some(Trouble::Failed | Trouble::Taken) | None => match tx.commit(&[]) {
                Ok(()) => return Fate::Committed,
                Err(Uncommitted::Unknown(problem)) => return Fate::Unknown(problem),
                Err(Uncommitted::NotKept(Trouble::Lost, _)) => link.cut(),
                Err(Uncommitted::NotKept(Trouble::InTheWay, _)) => {}
                Err(Uncommitted::NotKept(_, error)) => {
                    return Fate::NotCommitted(error.to_string());
                }
            },
        }
    }
    Fate::NotBegun("others were in the way again and again".to_owned())
}
