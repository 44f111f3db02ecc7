//! A service's window, and the log of the messages from such windows.

use askama::Template;

use super::frame::Frame;

/// A page of a provider in its window.
#[derive(Template)]
#[template(path = "service.html")]
pub struct ServiceWindow {
    /// The surroundings.
    pub frame: Frame,
    /// Name of the service.
    pub service: String,
    /// Name of the provider.
    pub provider: String,
    /// The complete signed URL.
    pub frame_url: String,
    /// All origins whose pages the frame may show, separated by spaces.
    pub origins: String,
    /// Width of the page, in CSS pixels.
    pub width: u16,
    /// Height of the page, in CSS pixels.
    pub height: u16,
    /// What the window is known by.
    pub window: String,
    /// Where to go when the window cannot be closed.
    pub back: String,
    /// Where to ask what keeps the page out of the frame, if it is one to ask about.
    pub check: Option<String>,
    /// Why the server could not reach the page, if it tried and could not.
    pub unreachable: Option<String>,
    /// Why an order was refused, if that is what the page is told.
    pub refused: Option<String>,
}

impl std::fmt::Debug for ServiceWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceWindow").field("service", &self.service).finish_non_exhaustive()
    }
}

/// `GET /messages`: the last messages.
#[derive(Debug, Template)]
#[template(path = "messages.html")]
pub struct Messages {
    /// The surroundings.
    pub frame: Frame,
    /// The messages, newest first.
    pub messages: Vec<Message>,
}

/// A message of the log.
#[derive(Clone, Debug)]
pub struct Message {
    /// When, ready to read.
    pub at: String,
    /// Name of the customer.
    pub customer: String,
    /// Name of the provider.
    pub provider: String,
    /// What was done.
    pub outcome: MessageOutcome,
    /// What was followed, or why it was not.
    pub detail: String,
}

/// What was done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageOutcome {
    /// It was followed.
    Followed,
    /// An order that was refused.
    Refused,
    /// It was ignored.
    Ignored,
}
