//! Threads that read, each with a connection of its own.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use rusqlite::Connection;

use crate::StoreError;

/// Queries that may wait. More are answered as busy.
const QUEUE: usize = 4096;

pub(super) type Query = Box<dyn FnOnce(&Connection) + Send>;

#[derive(Clone, Debug)]
pub(super) struct Readers(mpsc::SyncSender<Query>);

impl Readers {
    pub(super) fn start(connections: Vec<Connection>) -> Self {
        let (sender, receiver) = mpsc::sync_channel::<Query>(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for connection in connections {
            let receiver = Arc::clone(&receiver);
            thread::spawn(move || serve(&connection, &receiver));
        }
        Self(sender)
    }

    pub(super) fn submit(&self, query: Query) -> Result<(), StoreError> {
        self.0.try_send(query).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => StoreError::Busy,
            mpsc::TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }
}

fn serve(connection: &Connection, queue: &Mutex<mpsc::Receiver<Query>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(query) = next else { return };
        // The caller learns of a panic because its answer channel closes.
        let _ = catch_unwind(AssertUnwindSafe(|| query(connection)));
    }
}
