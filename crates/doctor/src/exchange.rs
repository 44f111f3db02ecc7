//! What was sent and what came back, for the report. Credentials are masked before they get here.

use freischalt_diagnosis::masked;
use serde::Serialize;

use crate::http::{Answer, Ask, NoAnswer};

/// Longest excerpt of a body, in characters.
const EXCERPT: usize = 160;

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Method and address.
    pub sent: String,
    /// Status and the beginning of the body, or why there was none.
    pub received: String,
}

impl Exchange {
    /// `hide` takes credentials out of a text.
    pub(crate) fn new(
        ask: &Ask,
        answer: &Result<Answer, NoAnswer>,
        hide: impl Fn(&str) -> String,
    ) -> Self {
        let sent = format!("{} {}", ask.method, mask(&hide(&ask.url)));
        let received = match answer {
            Ok(answer) => {
                format!("{} {}", answer.status, excerpt(&hide(&answer.body))).trim_end().to_owned()
            }
            Err(error) => error.to_string(),
        };
        Self { sent, received }
    }

    /// Something that happened between the provider and the API.
    pub(crate) fn note(sent: impl Into<String>, received: impl Into<String>) -> Self {
        Self { sent: sent.into(), received: received.into() }
    }
}

/// The signature of a tampered URL is no secret, that of a genuine one is short-lived; both are cut.
pub(crate) fn mask(url: &str) -> String {
    let shown = masked(url.as_bytes());
    match shown.split_once("signature=") {
        Some((before, rest)) if rest.len() > 24 => {
            let (hex, after) = rest.split_at(rest.find('&').unwrap_or(rest.len()));
            let kept: String = hex.chars().take(8).collect();
            format!("{before}signature={kept}…{after}")
        }
        _ => shown,
    }
}

fn excerpt(body: &str) -> String {
    let words: Vec<_> = body.split_whitespace().collect();
    let text = words.join(" ");
    let cut: String = text.chars().take(EXCERPT).collect();
    let shown = masked(cut.as_bytes());
    if text.chars().count() > EXCERPT { format!("{shown} …") } else { shown }
}
