//! The table of checks: what each is called, why it matters, how to mend it, and how it is made.

use std::pin::Pin;

use serde::Serialize;

pub use crate::checks::CHECKS;
use crate::{
    http::Ask,
    launch::{Launch, Ticket},
    session::{Judged, Session, Trace},
};

/// What part of a provider a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The activation page and its URL.
    Activation,
    /// From the pasted key to the answer of the API.
    Unlock,
    /// What the browser makes of the page.
    Page,
    /// Service calls.
    Service,
    /// Webhooks.
    Webhook,
    /// Callbacks after payments.
    Callback,
    /// Signed orders.
    Order,
}

impl Area {
    /// All, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Activation,
        Self::Unlock,
        Self::Page,
        Self::Service,
        Self::Webhook,
        Self::Callback,
        Self::Order,
    ];

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Activation => "Activation URL",
            Self::Unlock => "Unlock",
            Self::Page => "Page in the browser",
            Self::Service => "Service calls",
            Self::Webhook => "Webhooks",
            Self::Callback => "Payment callbacks",
            Self::Order => "Orders",
        }
    }
}

/// How bad it is when a check fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A habit that helps.
    Info,
    /// Hardly exploitable by itself.
    Low,
    /// Exploitable under conditions, or genuine users are turned away.
    Medium,
    /// Somebody else's rights or money.
    High,
    /// Anybody can act as any customer.
    Critical,
}

impl Severity {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How to mend something, in general and in the terms of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Mend {
    /// In one or two sentences.
    pub what: &'static str,
    /// By language.
    pub how: &'static [(&'static str, &'static str)],
    /// Requirement of OWASP ASVS 5.0.
    pub asvs: &'static str,
    /// Entry of the OWASP API Security Top 10 of 2023.
    pub api_top_10: &'static str,
}

/// A check.
pub struct Check {
    /// Stable: never reused for something else.
    pub id: &'static str,
    /// What has to hold, in one sentence.
    pub title: &'static str,
    /// What it looks at.
    pub area: Area,
    /// How bad it is when it fails.
    pub severity: Severity,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static Mend,
    pub(crate) probe: Probe,
}

/// Whether genuine activation URLs are accepted; nothing is judged otherwise.
pub(crate) const GENUINE: &str = "FD-ACT-019";
/// Whether the button of the page reaches the API; unlock and services are not judged otherwise.
pub(crate) const BUTTON: &str = "FD-UNL-009";

/// A kind of signed URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    Activation,
    Service,
    Webhook,
    Callback,
}

impl Surface {
    /// For people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Service => "service",
            Self::Webhook => "webhook",
            Self::Callback => "callback",
        }
    }

    /// The check whether a genuine URL is accepted.
    pub(crate) fn genuine_check(self) -> &'static str {
        match self {
            Self::Activation => GENUINE,
            Self::Service => "FD-SRV-019",
            Self::Webhook => "FD-HOOK-019",
            Self::Callback => "FD-CB-019",
        }
    }
}

pub(crate) type Judging<'a> = Pin<Box<dyn Future<Output = Judged> + Send + 'a>>;

/// Makes a request out of a genuine ticket.
pub(crate) type Make = fn(&Session, Ticket, &Launch) -> Ask;

/// How a check is made.
#[derive(Clone, Copy)]
pub(crate) enum Probe {
    /// This request has to be refused.
    Refused(Surface, Make),
    /// This request is genuine and has to be accepted.
    Accepted(Surface, Make),
    /// Something of its own.
    Own(for<'a> fn(&'a Session, &'a mut Trace) -> Judging<'a>),
}

impl Check {
    /// Whether other checks mean nothing if this one fails, so that there is no grade: what is wrong may
    /// be what the doctor was told.
    pub fn is_precondition(&self) -> bool {
        matches!(self.id, GENUINE | BUTTON)
    }

    /// The surface whose genuine URLs have to be accepted before this check means anything.
    pub(crate) fn surface(&self) -> Surface {
        match self.area {
            Area::Activation | Area::Unlock | Area::Page => Surface::Activation,
            // Orders are asked for with the URL of a service call.
            Area::Service | Area::Order => Surface::Service,
            Area::Webhook => Surface::Webhook,
            Area::Callback => Surface::Callback,
        }
    }

    /// Whether the pattern means this check: its id, the beginning of it, or the name of its area.
    pub fn is_meant_by(&self, pattern: &str) -> bool {
        let pattern = pattern.trim_end_matches('*').to_ascii_uppercase();
        let area = format!("{:?}", self.area).to_ascii_uppercase();
        !pattern.is_empty() && (self.id.starts_with(&pattern) || area == pattern)
    }
}
