//! Builds values from tokens. Open arrays are kept on a heap stack, so that the depth of a text
//! never becomes depth of the call stack.

use super::{
    DecodeError,
    DecodeErrorKind::{Depth, StateMismatch, Syntax},
    scanner::{Bracket, Scanner, Token},
};
use crate::php::{Array, Key, Value};

/// How many arrays and objects may be open at once; the 512th level is the value in the innermost.
const MAX_OPEN: usize = 511;

/// `json_decode($text, true, 512)`: objects become arrays, so `{}` and `[]` are the same value.
/// Takes a time that grows with the length of the text, not with its shape.
pub fn decode(text: &[u8]) -> Result<Value, DecodeError> {
    let mut decoder = Decoder { scanner: Scanner::new(text), open: Vec::new() };
    let mut value = decoder.value()?;
    while let Some(container) = decoder.open.last_mut() {
        container.add(value);
        value = match decoder.scanner.token()? {
            Token::Comma => {
                decoder.member()?;
                decoder.value()?
            }
            Token::Close(bracket) => decoder.close(bracket)?,
            _ => return Err(decoder.syntax_error()),
        };
    }
    match decoder.scanner.token()? {
        Token::End => Ok(value),
        _ => Err(decoder.syntax_error()),
    }
}

struct Decoder<'a> {
    scanner: Scanner<'a>,
    open: Vec<Container>,
}

struct Container {
    bracket: Bracket,
    array: Array,
    /// The key of the member whose value comes next.
    key: Option<Key>,
}

impl Container {
    fn add(&mut self, value: Value) {
        match self.key.take() {
            Some(key) => {
                self.array.insert(key, value);
            }
            None => {
                self.array.push(value);
            }
        }
    }
}

impl Decoder<'_> {
    /// Reads on until a value is complete: a scalar, a string or an empty array. Containers that
    /// open on the way stay open.
    fn value(&mut self) -> Result<Value, DecodeError> {
        let mut token = self.scanner.token()?;
        loop {
            match token {
                Token::Scalar(value) => return Ok(value),
                Token::Text(bytes) => return Ok(Value::Str(bytes)),
                Token::Open(bracket) => self.open(bracket)?,
                _ => return Err(self.syntax_error()),
            }
            token = self.scanner.token()?;
            if let Token::Close(bracket) = token {
                return self.close(bracket);
            }
            if self.in_object() {
                self.key(token)?;
                token = self.scanner.token()?;
            }
        }
    }

    /// After a comma: an object wants a key first.
    fn member(&mut self) -> Result<(), DecodeError> {
        if !self.in_object() {
            return Ok(());
        }
        let token = self.scanner.token()?;
        self.key(token)
    }

    fn key(&mut self, token: Token) -> Result<(), DecodeError> {
        let Token::Text(bytes) = token else { return Err(self.syntax_error()) };
        let Token::Colon = self.scanner.token()? else { return Err(self.syntax_error()) };
        if let Some(container) = self.open.last_mut() {
            container.key = Some(bytes.into());
        }
        Ok(())
    }

    fn open(&mut self, bracket: Bracket) -> Result<(), DecodeError> {
        if self.open.len() >= MAX_OPEN {
            return Err(Depth.at(self.scanner.token_start));
        }
        self.open.push(Container { bracket, array: Array::new(), key: None });
        Ok(())
    }

    fn close(&mut self, bracket: Bracket) -> Result<Value, DecodeError> {
        match self.open.pop() {
            Some(container) if container.bracket == bracket => Ok(Value::Array(container.array)),
            Some(_) => Err(StateMismatch.at(self.scanner.token_start)),
            None => Err(self.syntax_error()),
        }
    }

    fn in_object(&self) -> bool {
        self.open.last().is_some_and(|container| container.bracket == Bracket::Object)
    }

    fn syntax_error(&self) -> DecodeError {
        Syntax.at(self.scanner.token_start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::json::DecodeErrorKind::{self, ControlCharacter, Utf8, Utf16};

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
