//! What the search has found, for people and for scripts.

use serde::Serialize;

use crate::Cause;

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

/// One mistake, or several that were made together, that make exactly the signature given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The mistakes; more than one only if none of them does it alone.
    pub causes: Vec<&'static Cause>,
    /// What was signed, credentials masked; absent if the text was right.
    pub signed_text: Option<String>,
    /// Other names whose mistakes do the same to this input.
    pub same_here: Vec<&'static str>,
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
    /// The explanations that fit, the most usual first; each explains every byte.
    pub found: Vec<Found>,
    /// Mistakes beside the signature, such as a time in milliseconds.
    pub besides: Vec<&'static Cause>,
}

impl Explanation {
    pub(crate) fn new(verdict: Verdict) -> Self {
        Self { verdict, remark: None, right_text: None, found: Vec::new(), besides: Vec::new() }
    }

    pub(crate) fn unreadable(why: impl ToString) -> Self {
        Self { remark: Some(why.to_string()), ..Self::new(Verdict::Unreadable) }
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
