//! A named mistake: what it is, which step it belongs to, and how it comes about.

use std::fmt;

use serde::Serialize;

pub use crate::causes::ALL;

/// A step of making or checking a signature, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The text that was pasted or transported.
    Transport,
    /// Scheme, host, port and path.
    Address,
    /// From the encoded text to names and values.
    Decoding,
    /// Which members or parameters take part.
    Selection,
    /// Their order.
    Sorting,
    /// How values of other types than text are written.
    Types,
    /// How nested members are named.
    Nesting,
    /// From names and values to the encoded text.
    Encoding,
    /// How the pieces are put together.
    Joining,
    /// The time that is signed.
    Time,
    /// The key of the hash.
    Key,
    /// The hash itself.
    Hash,
    /// How the hash is written down.
    Writing,
}

impl Step {
    /// The name of the step in German.
    pub const fn german(self) -> &'static str {
        match self {
            Self::Transport => "Transport",
            Self::Address => "Adresse",
            Self::Decoding => "Dekodierung",
            Self::Selection => "Auswahl",
            Self::Sorting => "Sortierung",
            Self::Types => "Werte",
            Self::Nesting => "Verschachtelung",
            Self::Encoding => "Kodierung",
            Self::Joining => "Zusammensetzen",
            Self::Time => "Zeit",
            Self::Key => "Schlüssel",
            Self::Hash => "Hash",
            Self::Writing => "Schreibweise der Signatur",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transport => "transport",
            Self::Address => "address",
            Self::Decoding => "decoding",
            Self::Selection => "what is signed",
            Self::Sorting => "sorting",
            Self::Types => "values",
            Self::Nesting => "nested members",
            Self::Encoding => "encoding",
            Self::Joining => "joining",
            Self::Time => "time",
            Self::Key => "key",
            Self::Hash => "hash",
            Self::Writing => "writing the signature",
        })
    }
}

/// How a mistake looks in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Idiom {
    /// The language.
    pub language: &'static str,
    /// The call or expression.
    pub code: &'static str,
}

/// What was done and what would be right, in another language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What was done, in one sentence.
    pub what: &'static str,
    /// What would be right.
    pub mend: &'static str,
}

/// A mistake with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Stable, in kebab case.
    pub id: &'static str,
    /// The step that differs.
    pub step: Step,
    /// What was done, in one sentence.
    pub what: &'static str,
    /// What would be right.
    pub mend: &'static str,
    /// The same two sentences in German.
    #[serde(skip)]
    pub german: Words,
    /// What does it in which language.
    pub idioms: &'static [Idiom],
}
