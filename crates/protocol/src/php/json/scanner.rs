//! Cuts a JSON text into tokens. Knows bytes, numbers and escapes; must not know nesting.

use super::{DecodeError, DecodeErrorKind::*};
use crate::php::Value;

/// The two kinds of brackets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bracket {
    Object,
    List,
}

pub(super) enum Token {
    Open(Bracket),
    Close(Bracket),
    Colon,
    Comma,
    Text(Vec<u8>),
    /// A number, a boolean or null.
    Scalar(Value),
    End,
}

pub(super) struct Scanner<'a> {
    text: &'a [u8],
    position: usize,
    /// Where the last token began.
    pub(super) token_start: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0, token_start: 0 }
    }

    pub(super) fn token(&mut self) -> Result<Token, DecodeError> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
        self.token_start = self.position;
        let Some(first) = self.peek() else { return Ok(Token::End) };
        let single = match first {
            b'{' => Token::Open(Bracket::Object),
            b'}' => Token::Close(Bracket::Object),
            b'[' => Token::Open(Bracket::List),
            b']' => Token::Close(Bracket::List),
            b':' => Token::Colon,
            b',' => Token::Comma,
            b'"' => return self.string().map(Token::Text),
            b'-' | b'0'..=b'9' => return self.number().map(Token::Scalar),
            _ => return self.word().map(Token::Scalar),
        };
        self.position += 1;
        Ok(single)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn word(&mut self) -> Result<Value, DecodeError> {
        let words =
            [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
        for (word, value) in words {
            if self.rest().starts_with(word.as_bytes()) {
                self.position += word.len();
                return Ok(value);
            }
        }
        Err(self.stray_byte())
    }

    /// The class of a byte that starts no token depends on what it is.
    fn stray_byte(&self) -> DecodeError {
        let rest = self.rest();
        let kind = match rest {
            [0..=0x1f, ..] => ControlCharacter,
            _ if starts_with_character(rest) => Syntax,
            _ => Utf8,
        };
        kind.at(self.position)
    }

    fn number(&mut self) -> Result<Value, DecodeError> {
        let start = self.position;
        if self.peek() == Some(b'-') {
            self.position += 1;
        }
        match self.peek() {
            Some(b'0') => self.position += 1,
            Some(b'1'..=b'9') => self.skip_digits(),
            _ => return Err(Syntax.at(start)),
        }
        let integer_ends = self.position;
        self.skip_fraction();
        self.skip_exponent();
        let text = std::str::from_utf8(&self.text[start..self.position]).unwrap_or_default();
        if self.position == integer_ends
            && let Ok(integer) = text.parse()
        {
            return Ok(Value::Int(integer));
        }
        text.parse().map(Value::Float).map_err(|_| Syntax.at(start))
    }

    fn skip_digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.position += 1;
        }
    }

    fn skip_fraction(&mut self) {
        if let [b'.', b'0'..=b'9', ..] = self.rest() {
            self.position += 1;
            self.skip_digits();
        }
    }

    fn skip_exponent(&mut self) {
        let introduction = match self.rest() {
            [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => 2,
            [b'e' | b'E', b'0'..=b'9', ..] => 1,
            _ => return,
        };
        self.position += introduction;
        self.skip_digits();
    }

    fn string(&mut self) -> Result<Vec<u8>, DecodeError> {
        self.position += 1;
        let mut bytes = Vec::new();
        loop {
            self.plain_run(&mut bytes)?;
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(bytes);
                }
                Some(b'\\') => self.escape(&mut bytes)?,
                _ => return Err(ControlCharacter.at(self.position)),
            }
        }
    }

    /// Copies up to the next quote, backslash or control character.
    fn plain_run(&mut self, bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
        let rest = self.rest();
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let run = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
        if let Err(error) = std::str::from_utf8(run) {
            return Err(Utf8.at(self.position + error.valid_up_to()));
        }
        bytes.extend_from_slice(run);
        self.position += run.len();
        Ok(())
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
        let byte = match self.rest() {
            [_, byte @ (b'"' | b'\\' | b'/'), ..] => *byte,
            [_, b'b', ..] => 0x08,
            [_, b'f', ..] => 0x0c,
            [_, b'n', ..] => b'\n',
            [_, b'r', ..] => b'\r',
            [_, b't', ..] => b'\t',
            [_, b'u', ..] => return self.unicode_escape(bytes),
            _ => return Err(Syntax.at(self.position)),
        };
        bytes.push(byte);
        self.position += 2;
        Ok(())
    }

    fn unicode_escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), DecodeError> {
        let start = self.position;
        let unit = code_unit(self.rest()).ok_or(Syntax.at(start))?;
        self.position += 6;
        let mut code = u32::from(unit);
        if let 0xd800..=0xdbff = unit {
            let Some(low @ 0xdc00..=0xdfff) = code_unit(self.rest()) else {
                return Err(Utf16.at(start));
            };
            self.position += 6;
            code = 0x10000 + ((u32::from(unit) & 0x3ff) << 10) + (u32::from(low) & 0x3ff);
        }
        let character = char::from_u32(code).ok_or(Utf16.at(start))?;
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }
}

/// The UTF-16 unit of a `\uXXXX` at the start of `text`.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn starts_with_character(text: &[u8]) -> bool {
    let head = &text[..text.len().min(4)];
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.valid_up_to() > 0,
    }
}
