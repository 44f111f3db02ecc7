//! The page that explains a wrong signature.

use askama::Template;
use freischalt_diagnosis::{Cause, Explanation, SignedPort, Verdict, Words};

use super::{frame::Frame, sandbox::Field};
use crate::web::Language;

/// What was signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// A signed URL.
    #[default]
    Url,
    /// A signed order or window message.
    Order,
    /// The first action of an API request.
    Request,
}

impl Subject {
    /// All of them, in the order of the form.
    pub(crate) const ALL: [Self; 3] = [Self::Url, Self::Order, Self::Request];

    /// The subject that the form calls so; a URL if it calls it anything else.
    pub(crate) fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|subject| subject.name() == name).unwrap_or_default()
    }

    /// What the form calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Order => "order",
            Self::Request => "request",
        }
    }
}

/// `GET` and `POST /sandbox/explain`: the form, and the explanation of what was sent.
#[derive(Debug, Default, Template)]
#[template(path = "explain.html")]
pub struct Explain {
    /// The surroundings.
    pub frame: Frame,
    /// `subject`.
    pub subject: Subject,
    /// `text`: the URL, order or request.
    pub text: Field,
    /// `secret`: always empty, only its error is shown.
    pub secret: Field,
    /// `other`: always empty.
    pub other: Field,
    /// What was found out.
    pub explanation: Option<Explanation>,
}

impl Explain {
    /// The ids of the fields that have an error, with the error.
    pub(crate) fn errors(&self) -> Vec<(&'static str, &String)> {
        [("text", &self.text), ("secret", &self.secret)]
            .into_iter()
            .filter_map(|(id, field)| field.error.as_ref().map(|error| (id, error)))
            .collect()
    }

    fn subjects(&self) -> [(Subject, &'static str); 3] {
        let words = &self.frame.texts().explain;
        [
            (Subject::Url, words.url),
            (Subject::Order, words.order),
            (Subject::Request, words.request),
        ]
    }

    fn headline(&self, verdict: &Verdict) -> &'static str {
        let words = &self.frame.texts().explain;
        match verdict {
            Verdict::Genuine => words.genuine,
            Verdict::Explained => words.explained,
            Verdict::Unexplained => words.unexplained,
            Verdict::Missing => words.missing,
            Verdict::Unreadable => words.unreadable,
        }
    }

    /// A cause in the language of the page.
    fn words(&self, cause: &Cause) -> Words {
        match self.frame.language {
            Language::De => cause.german,
            Language::En => Words { what: cause.what, mend: cause.mend },
        }
    }

    fn step(&self, cause: &Cause) -> String {
        match self.frame.language {
            Language::De => cause.step.german().to_owned(),
            Language::En => cause.step.to_string(),
        }
    }

    fn port(&self, signed: &SignedPort) -> &'static str {
        let words = &self.frame.texts().explain;
        match signed {
            SignedPort::Without => words.port_dropped,
            SignedPort::With => words.port_kept,
        }
    }
}
