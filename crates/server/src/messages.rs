//! What came from the frames of service windows, and what became of it: for the sandbox's pages.
//!
//! An entry holds the reason and never the text, which may be anything.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use freischalt_protocol::UnixTime;

/// Messages that are kept.
const KEPT: usize = 200;

/// A message as it was dealt with.
#[derive(Clone, Debug)]
pub(crate) struct LoggedMessage {
    /// When, by the server's clock.
    pub(crate) at: UnixTime,
    /// Name of the customer.
    pub(crate) customer: String,
    /// Name of the provider.
    pub(crate) provider: String,
    /// What was done.
    pub(crate) outcome: Outcome,
}

/// What was done with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was followed.
    Followed(&'static str),
    /// It was an order that was refused, for this reason.
    Refused(String),
    /// It was ignored, for this reason.
    Ignored(String),
}

/// The last messages, in memory.
#[derive(Debug, Default)]
pub(crate) struct MessageLog(Mutex<VecDeque<LoggedMessage>>);

impl MessageLog {
    /// The kept messages, newest first.
    pub(crate) fn entries(&self) -> Vec<LoggedMessage> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().cloned().collect()
    }

    /// Keeps a message.
    pub(crate) fn push(&self, message: LoggedMessage) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(message);
    }
}
