//! `json_decode($text, true)` and `json_encode($value)` with default flags.

mod count;
mod decode;
mod encode;
mod reader;
mod scanner;

pub use count::{Counts, count};
pub use decode::decode;
pub use encode::encode;
pub(crate) use encode::{encode_array, write_int, write_list, write_sorted, write_text};
pub(crate) use reader::{Event, Reader};
pub(crate) use scanner::{Bracket, Text};

/// Why `json_decode` refuses a text, by PHP's own classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct DecodeError {
    /// The class, as PHP reports it.
    pub kind: DecodeErrorKind,
    /// Where the decoder stopped, counted in bytes from 0: the first byte of what it could not
    /// use, or the length of the text if that ended too early. PHP itself does not tell.
    pub offset: usize,
}

/// PHP's `JSON_ERROR_*` classes that a decoder can raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// `JSON_ERROR_DEPTH`: the default limit of 512 levels counts the innermost value, so that
    /// 511 arrays or objects may be open at once.
    #[error("nested more than 511 arrays or objects deep")]
    Depth,
    /// `JSON_ERROR_STATE_MISMATCH`
    #[error("closing bracket of the wrong kind")]
    StateMismatch,
    /// `JSON_ERROR_CTRL_CHAR`: also the class of a string that never ends.
    #[error("control character, or a string that does not end")]
    ControlCharacter,
    /// `JSON_ERROR_SYNTAX`
    #[error("syntax error")]
    Syntax,
    /// `JSON_ERROR_UTF8`
    #[error("malformed UTF-8")]
    Utf8,
    /// `JSON_ERROR_UTF16`
    #[error("unpaired surrogate in a \\u escape")]
    Utf16,
}

impl DecodeErrorKind {
    /// The number that PHP's `json_last_error` gives.
    pub fn code(self) -> u8 {
        match self {
            Self::Depth => 1,
            Self::StateMismatch => 2,
            Self::ControlCharacter => 3,
            Self::Syntax => 4,
            Self::Utf8 => 5,
            Self::Utf16 => 10,
        }
    }

    fn at(self, offset: usize) -> DecodeError {
        DecodeError { kind: self, offset }
    }
}
