//! One line per action in the log, and the last requests for people to look at.
//!
//! Neither holds a secret, a token, a claim or a parameter.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt::{self, Display, Write},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use freischalt_marketplace::Refusal;
use freischalt_protocol::{ErrorCode, UnixTime, envelope::Echo};
use freischalt_store::ApiUserRecord;

use crate::state::AppState;

/// Requests that are kept.
const KEPT: usize = 500;
/// Characters kept of a text that a client chose.
const TEXT: usize = 100;

/// An action as it was answered.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// Counts from 1; names the entry.
    pub number: u64,
    /// When, by the server's clock.
    pub at: UnixTime,
    /// `actionid`, shortened.
    pub action_id: String,
    /// `resourcetype`, shortened.
    pub resource_type: String,
    /// The customer of the API user, if the token was known.
    pub customer: Option<String>,
    /// The provider of the API user, if the token was known.
    pub provider: Option<String>,
    /// The code.
    pub code: ErrorCode,
    /// The code's text as it was answered.
    pub message: String,
    /// What was wrong, where, and what would be right; empty on success.
    pub explanation: String,
    /// How long it took.
    pub micros: u64,
}

/// The last requests, in memory.
#[derive(Debug, Default)]
pub struct RequestLog {
    entries: Mutex<(u64, VecDeque<LoggedRequest>)>,
}

impl RequestLog {
    /// The kept entries, newest first.
    pub fn entries(&self) -> Vec<LoggedRequest> {
        let guard = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1.iter().rev().cloned().collect()
    }

    fn push(&self, mut entry: LoggedRequest) {
        let mut guard = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, entries) = &mut *guard;
        *count += 1;
        entry.number = *count;
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }
}

/// Who made a call.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    /// Name of the customer.
    pub(super) customer: &'a str,
    /// Name of the provider; of an ordinary API user, its own.
    pub(super) provider: &'a str,
}

impl<'a> Caller<'a> {
    /// The API user of an activation.
    pub(super) fn of(user: &'a ApiUserRecord) -> Self {
        Self { customer: &user.customer.name, provider: &user.provider_name }
    }
}

/// Logs an action; `refused` holds why it failed and, in the sandbox, a likely cause.
pub(super) fn record(
    app: &AppState,
    action: Option<(&Echo, Caller<'_>)>,
    refused: Option<(&Refusal, Option<&str>)>,
    started: Instant,
) {
    let code = refused.map_or(ErrorCode::OK, |(refusal, _)| refusal.code(&app.policy));
    let explanation = match refused {
        None => String::new(),
        Some((refusal, None)) => beginning(refusal, 4 * TEXT),
        Some((refusal, Some(cause))) => {
            format!("{}; {}", beginning(refusal, 4 * TEXT), shorten(cause, 12 * TEXT))
        }
    };
    let took = started.elapsed();
    app.metrics.action(action.map_or("", |(echo, _)| &echo.resource_type), code, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let action_id = action.map_or("".into(), |(echo, _)| shorten(&echo.action_id, TEXT));
    let resource_type = action.map_or("".into(), |(echo, _)| shorten(&echo.resource_type, TEXT));
    let (customer, provider) =
        (action.map(|(_, caller)| caller.customer), action.map(|(_, caller)| caller.provider));
    tracing::info!(
        action_id = &*action_id,
        resource_type = &*resource_type,
        customer,
        provider,
        code = code.0,
        explanation,
        duration_us = micros,
        "action answered"
    );
    if !app.is_sandbox() {
        return;
    }
    let argument = refused.map_or("".into(), |(refusal, _)| refusal.argument());
    let argument = shorten(&argument, 4 * TEXT);
    app.requests.push(LoggedRequest {
        number: 0,
        at: app.clock.now(),
        action_id: action_id.into_owned(),
        resource_type: resource_type.into_owned(),
        customer: customer.map(str::to_owned),
        provider: provider.map(str::to_owned),
        code,
        message: shorten(&code.message(&argument), 4 * TEXT).into_owned(),
        explanation,
        micros,
    });
}

/// The first characters of a text that is not written any further: it may repeat what fills a body.
fn beginning(text: &impl Display, limit: usize) -> String {
    let mut beginning = Beginning { text: String::new(), left: limit };
    if write!(beginning, "{text}").is_err() {
        beginning.text.push('…');
    }
    beginning.text
}

struct Beginning {
    text: String,
    left: usize,
}

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let Some((end, _)) = text.char_indices().nth(self.left) else {
            self.left -= text.chars().count();
            self.text.push_str(text);
            return Ok(());
        };
        self.text.push_str(&text[..end]);
        self.left = 0;
        Err(fmt::Error)
    }
}

pub(super) fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
    // Where so many bytes are too many, so many characters need not be.
    match text.char_indices().nth(limit).filter(|_| text.len() > limit) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
