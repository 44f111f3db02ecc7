//! `json_decode($text, true)` and `json_encode($value)` with default flags.

use super::Value;

/// Why `json_decode` refuses a text, by PHP's own classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct DecodeError {
    /// The class, as PHP reports it.
    pub kind: DecodeErrorKind,
    /// Where the decoder stopped, counted in bytes from 0.
    pub offset: usize,
}

/// PHP's `JSON_ERROR_*` classes that a decoder can raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// `JSON_ERROR_DEPTH`
    #[error("nested more than 512 levels deep")]
    Depth,
    /// `JSON_ERROR_CTRL_CHAR`
    #[error("control character in a string")]
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

/// `json_decode($text, true, 512)`: objects become arrays, so `{}` and `[]` are the same value.
pub fn decode(text: &[u8]) -> Result<Value, DecodeError> {
    let _ = text;
    unimplemented!()
}

/// `json_encode($value)` with default flags: `/` escaped, non-ASCII as lower-case `\uXXXX`,
/// empty arrays as `[]`. `None` where PHP returns false (invalid UTF-8, infinity).
pub fn encode(value: &Value) -> Option<String> {
    let _ = value;
    unimplemented!()
}
