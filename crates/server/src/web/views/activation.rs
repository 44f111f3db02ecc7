//! The activation dialog: one page per step.
//!
//! The pages only show a step. Which one it is, and whether it may be taken, is decided elsewhere;
//! a message from the provider's frame decides nothing.

use askama::Template;

use super::{
    catalogue::{Audience, DocumentLink},
    frame::Frame,
};
use crate::web::texts::Texts;

/// The provider that is being activated.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Names the provider in URLs.
    pub slug: String,
    /// Name.
    pub name: String,
}

impl Subject {
    pub(crate) fn page(&self) -> String {
        format!("/marketplace/providers/{}", self.slug)
    }

    pub(crate) fn base(&self) -> String {
        format!("{}/activation", self.page())
    }
}

/// A step in the stepper.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) label: &'static str,
    pub(crate) done: bool,
    pub(crate) current: bool,
}

fn steps(texts: &'static Texts, current: usize) -> [Step; 4] {
    let t = &texts.activation;
    let step = |index, label| Step { label, done: index < current, current: index == current };
    [step(0, t.step_legal), step(1, t.step_right), step(2, t.step_key), step(3, t.step_active)]
}

/// First step: terms and data-processing agreement.
#[derive(Debug, Template)]
#[template(path = "activation_legal.html")]
pub struct Legal {
    /// The surroundings.
    pub frame: Frame,
    /// The provider.
    pub subject: Subject,
    /// The provider's documents; what it has not is not linked, but still has to be accepted.
    pub documents: Vec<DocumentLink>,
    /// What was sent before, if something was missing.
    pub sent: Option<SentLegal>,
    /// Another administrator who is activating this provider at the moment.
    pub under_way: Option<String>,
}

/// What was accepted when the form was sent.
#[derive(Clone, Copy, Debug)]
pub struct SentLegal {
    /// The terms.
    pub terms: bool,
    /// The data-processing agreement.
    pub dpa: bool,
}

impl Legal {
    pub(crate) fn steps(&self) -> [Step; 4] {
        steps(self.frame.texts(), 0)
    }

    pub(crate) fn has(&self, kind: &str) -> bool {
        self.documents.iter().any(|document| document.kind.path() == kind)
    }

    pub(crate) fn terms_missing(&self) -> bool {
        self.sent.is_some_and(|sent| !sent.terms)
    }

    pub(crate) fn dpa_missing(&self) -> bool {
        self.sent.is_some_and(|sent| !sent.dpa)
    }
}

/// Second step: who gets the right.
#[derive(Debug, Template)]
#[template(path = "activation_right.html")]
pub struct Right {
    /// The surroundings.
    pub frame: Frame,
    /// The provider.
    pub subject: Subject,
    /// The provider's short description.
    pub description: String,
    /// The rights that the provider will get.
    pub rights: String,
    /// Whether the form was sent without a choice.
    pub missing: bool,
}

impl Right {
    pub(crate) fn steps(&self) -> [Step; 4] {
        steps(self.frame.texts(), 1)
    }
}

/// Third step: the API key and the provider's page.
#[derive(Template)]
#[template(path = "activation_key.html")]
pub struct Key {
    /// The surroundings.
    pub frame: Frame,
    /// The provider.
    pub subject: Subject,
    /// The choice that was made.
    pub audience: Audience,
    /// Whether the provider's only service is a webhook, so that there was nothing to choose.
    pub webhook_only: bool,
    /// The API key in the clear: shown here and nowhere else.
    pub api_key: String,
    /// Until when this step is open, ready to read.
    pub expires: String,
    /// The complete signed URL of the provider's page.
    pub frame_url: String,
    /// Scheme, host and port of that URL as a browser writes an origin.
    pub provider_origin: String,
    /// All origins whose pages the frame may show, separated by spaces.
    pub origins: String,
    /// The origin of the marketplace, which a provider's page has to allow as its frame.
    pub host: String,
    /// Whether the provider has a privacy notice.
    pub privacy: bool,
    /// What the provider should be registered as in a sandbox, if it is the same site as the
    /// marketplace.
    pub other_site: Option<String>,
    /// Why the server could not reach the provider's page, if it tried and could not.
    pub unreachable: Option<String>,
}

impl Key {
    pub(crate) fn steps(&self) -> [Step; 4] {
        steps(self.frame.texts(), 2)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// How an activation ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// The provider unlocked.
    Active {
        /// Who has the right.
        audience: Audience,
        /// Whether the provider said that this is a regular customer.
        regular_customer: bool,
        /// Whether the provider's only service is a webhook.
        webhook_only: bool,
        /// Where the page in the frame should have sent its message, if it sent none.
        unannounced: Option<String>,
    },
    /// The step was open for too long.
    Expired,
    /// A newer activation took its place.
    Superseded {
        /// The administrator who began it.
        by: String,
    },
}

/// Last step, or the end before it.
#[derive(Debug, Template)]
#[template(path = "activation_end.html")]
pub struct End {
    /// The surroundings.
    pub frame: Frame,
    /// The provider.
    pub subject: Subject,
    /// How it ended.
    pub ending: Ending,
}

impl End {
    pub(crate) fn steps(&self) -> [Step; 4] {
        let current = if self.is_active() { 3 } else { 2 };
        steps(self.frame.texts(), current)
    }

    pub(crate) fn is_active(&self) -> bool {
        matches!(self.ending, Ending::Active { .. })
    }

    pub(crate) fn title(&self) -> String {
        let t = &self.frame.texts().activation;
        match self.ending {
            Ending::Active { .. } => t.active.with(&self.subject.name),
            Ending::Expired => t.expired.to_owned(),
            Ending::Superseded { .. } => t.superseded.to_owned(),
        }
    }
}
