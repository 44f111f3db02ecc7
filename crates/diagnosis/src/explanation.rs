//! What the search has found, for people and for scripts.

use freischalt_protocol::Secret;
use serde::Serialize;

use crate::{Cause, Work};

/// What is known beside the input and the secret.
#[derive(Clone, Copy, Debug)]
pub struct Hints<'a> {
    /// Secrets that may have been taken by mistake, such as the API key for a URL.
    pub others: &'a [Secret],
    /// Addresses that are registered at the marketplace: a program behind a proxy sees another one.
    pub addresses: &'a [String],
    /// What the search may cost.
    pub work: Work,
}

impl Default for Hints<'_> {
    fn default() -> Self {
        Self { others: &[], addresses: &[], work: Work::THOROUGH }
    }
}

/// What is the matter with the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is right.
    Genuine,
    /// It is wrong, and [`Explanation::found`] says why.
    Explained,
    /// It is wrong, and no known mistake makes it.
    Unexplained,
    /// There is none.
    Missing,
    /// The input cannot be read at all.
    Unreadable,
}

/// Whether a URL that has a port was signed with it. Both are right: hosts of both kinds exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedPort {
    /// The port is no part of the text.
    Without,
    /// The port stands between host and path.
    With,
}

/// What of the input a cause is about: names of parameters, a host, a spelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// The name of the cause.
    pub cause: &'static str,
    /// What it is about. Never the value of a credential.
    pub about: String,
}

/// One mistake, or several that were made together, that make exactly the signature given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The mistakes; more than one only if none of them does it alone.
    pub causes: Vec<&'static Cause>,
    /// What the causes are about, where that can be said.
    pub details: Vec<Detail>,
    /// What was signed, credentials masked; absent if the text was right.
    pub signed_text: Option<String>,
    /// Further names whose mistakes do the same to this input.
    pub same_here: Vec<&'static str>,
}

impl Found {
    pub(crate) fn of(causes: Vec<&'static Cause>) -> Self {
        Self { causes, details: Vec::new(), signed_text: None, same_here: Vec::new() }
    }

    /// What a cause is about here.
    pub fn about(&self, cause: &Cause) -> Option<&str> {
        let mut details = self.details.iter();
        details.find(|detail| detail.cause == cause.id).map(|detail| detail.about.as_str())
    }
}

/// The answer to "why is this signature wrong?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What is the matter.
    pub verdict: Verdict,
    /// Why the input cannot be read, or what else there is to say in one sentence.
    pub remark: Option<String>,
    /// The text that has to be signed, credentials masked.
    pub right_text: Option<String>,
    /// The same for hosts that sign a URL's port, if the URL has one.
    pub right_text_with_port: Option<String>,
    /// Which of the two was signed, for a genuine URL that has a port.
    pub signed_port: Option<SignedPort>,
    /// The explanations that fit, the most usual first. Each explains every byte by itself; where
    /// there are several, nothing in the input tells which of them it was.
    pub found: Vec<Found>,
    /// Mistakes beside the signature, such as a time in milliseconds.
    pub besides: Vec<&'static Cause>,
}

impl Explanation {
    pub(crate) fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            remark: None,
            right_text: None,
            right_text_with_port: None,
            signed_port: None,
            found: Vec::new(),
            besides: Vec::new(),
        }
    }

    pub(crate) fn unreadable(why: impl ToString) -> Self {
        Self { remark: Some(why.to_string()), ..Self::new(Verdict::Unreadable) }
    }

    /// What was done and what would be right, in a line of a log. `None` if nothing is known.
    pub fn summary(&self) -> Option<String> {
        let mut sentences = Vec::new();
        for (at, found) in self.found.iter().enumerate() {
            let mut words: Vec<String> = Vec::new();
            for cause in &found.causes {
                let about =
                    found.about(cause).map(|about| format!(" ({about})")).unwrap_or_default();
                words.push(format!("{}{about}: {} {}", cause.id, cause.what, cause.mend));
            }
            let words = words.join(" And ");
            sentences.push(if at == 0 { words } else { format!("Or {words}") });
        }
        let besides =
            self.besides.iter().map(|cause| format!("{}: {} {}", cause.id, cause.what, cause.mend));
        if self.found.is_empty() {
            sentences.extend(besides);
        }
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// Whether one of the explanations, or what is said besides, is the cause of that name.
    pub fn names(&self, id: &str) -> bool {
        let found = self.found.iter();
        let mut named = found.flat_map(|found| {
            found.causes.iter().map(|cause| cause.id).chain(found.same_here.iter().copied())
        });
        named.any(|name| name == id) || self.besides.iter().any(|cause| cause.id == id)
    }
}
