//! Threads that read, each with a connection of its own.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

use super::{Connection, Transaction};
use crate::{
    DatabaseError,
    change::{Change, Fate},
    watch::Watch,
};

/// Queries that may wait. More are answered as busy.
const QUEUE: usize = 4096;

#[derive(Clone, Debug)]
pub(super) struct Readers {
    queue: mpsc::SyncSender<Box<dyn Change>>,
    watch: Arc<Watch>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: Vec<Connection>) -> (Self, Vec<JoinHandle<()>>) {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        let watch = Arc::new(Watch::default());
        let start = |connection| {
            let (receiver, watch) = (Arc::clone(&receiver), Arc::clone(&watch));
            thread::spawn(move || serve(&connection, &receiver, &watch))
        };
        let threads = connections.into_iter().map(start).collect();
        (Self { queue: sender, watch }, threads)
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    pub(super) fn submit(&self, query: Box<dyn Change>) -> Result<(), DatabaseError> {
        self.watch.comes();
        self.queue.try_send(query).map_err(|error| {
            self.watch.leave(1);
            match error {
                mpsc::TrySendError::Full(_) => DatabaseError::Busy,
                mpsc::TrySendError::Disconnected(_) => DatabaseError::Closed,
            }
        })
    }
}

fn serve(connection: &Connection, queue: &Mutex<mpsc::Receiver<Box<dyn Change>>>, watch: &Watch) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut query) = next else { return };
        watch.leave(1);
        let mut tx = crate::Transaction::sqlite(Transaction::reading(connection));
        query.apply(&mut tx);
        query.answer(Fate::Committed);
    }
}
