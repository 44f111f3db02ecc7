//! Threads that read, each with a connection of its own.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use super::{
    Connection, Transaction,
    change::{Change, Fate},
};
use crate::DatabaseError;

/// Queries that may wait. More are answered as busy.
const QUEUE: usize = 4096;

#[derive(Clone, Debug)]
pub(super) struct Readers(mpsc::SyncSender<Box<dyn Change>>);

impl Readers {
    pub(super) fn start(connections: Vec<Connection>) -> Self {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for connection in connections {
            let receiver = Arc::clone(&receiver);
            thread::spawn(move || serve(&connection, &receiver));
        }
        Self(sender)
    }

    pub(super) fn submit(&self, query: Box<dyn Change>) -> Result<(), DatabaseError> {
        self.0.try_send(query).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => DatabaseError::Busy,
            mpsc::TrySendError::Disconnected(_) => DatabaseError::Closed,
        })
    }
}

fn serve(connection: &Connection, queue: &Mutex<mpsc::Receiver<Box<dyn Change>>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut query) = next else { return };
        let mut tx = crate::Transaction::sqlite(Transaction::reading(connection));
        query.apply(&mut tx);
        query.answer(Fate::Committed);
    }
}
