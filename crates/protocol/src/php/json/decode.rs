//! Builds values from a text.

use super::{DecodeError, reader::Reader};
use crate::php::Value;

/// `json_decode($text, true, 512)`: objects become arrays, so `{}` and `[]` are the same value.
/// Takes a time that grows with the length of the text, not with its shape.
pub fn decode(text: &[u8]) -> Result<Value, DecodeError> {
    let mut reader = Reader::new(text);
    let first = reader.next()?;
    let value = reader.build(first)?;
    // Whatever follows is refused.
    reader.next()?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::json::DecodeErrorKind::{
        self, ControlCharacter, StateMismatch, Syntax, Utf8, Utf16,
    };

    /// The classes are PHP's; the places are those of the first byte that could not be used.
    #[test]
    fn errors_have_a_class_and_a_place() {
        let cases: [(&[u8], DecodeErrorKind, usize); 22] = [
            (b"", Syntax, 0),
            (b"  ", Syntax, 2),
            (b"[1,]", Syntax, 3),
            (b"[1 2]", Syntax, 3),
            (b"{\"a\":1,}", Syntax, 7),
            (b"{\"a\" 1}", Syntax, 5),
            (b"{1:2}", Syntax, 1),
            (b"01", Syntax, 1),
            (b"-", Syntax, 0),
            (b"1.", Syntax, 1),
            (b"TRUE", Syntax, 0),
            (b"\xc3\xa4", Syntax, 0),
            (b"\"ab\\x\"", Syntax, 3),
            (b"\"\\u12\"", Syntax, 1),
            (b"[}", StateMismatch, 1),
            (b"{\"a\":1]", StateMismatch, 6),
            (b"\"abc", ControlCharacter, 4),
            (b"\"a\nb\"", ControlCharacter, 2),
            (b"[1]\0", ControlCharacter, 3),
            (b"\"\\ud800\"", Utf16, 1),
            (b"\"a\xff\"", Utf8, 2),
            (b"[\xc3]", Utf8, 1),
        ];
        for (text, kind, offset) in cases {
            assert_eq!(decode(text), Err(kind.at(offset)), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn numbers_are_integers_while_they_fit() {
        let cases = [
            ("-0", Value::Int(0)),
            ("-0.0", Value::Float(-0.0)),
            ("9223372036854775807", Value::Int(i64::MAX)),
            ("-9223372036854775808", Value::Int(i64::MIN)),
            ("9223372036854775808", Value::Float(9_223_372_036_854_775_808.0)),
            ("1e2", Value::Float(100.0)),
            ("1e999", Value::Float(f64::INFINITY)),
        ];
        for (text, value) in cases {
            assert_eq!(decode(text.as_bytes()), Ok(value), "{text}");
        }
    }
}
