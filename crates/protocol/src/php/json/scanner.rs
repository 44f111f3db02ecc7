//! Cuts a JSON text into tokens. Knows bytes, numbers and escapes; must not know nesting.

use std::borrow::Cow;

use super::{
    DecodeError,
    DecodeErrorKind::{self, *},
};
use crate::php::Value;

/// The two kinds of brackets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bracket {
    Object,
    List,
}

pub(super) enum Token<'a> {
    Open(Bracket),
    Close(Bracket),
    Colon,
    Comma,
    Text(Text<'a>),
    /// A number, a boolean or null.
    Scalar(Value),
    End,
}

/// A text between its quotes, known to be well-formed.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    raw: &'a [u8],
    has_escapes: bool,
}

impl<'a> Text<'a> {
    /// Bytes that it takes in the JSON, which are at least as many as it stands for.
    pub(crate) const fn len(&self) -> usize {
        self.raw.len()
    }

    /// What it stands for.
    pub(crate) fn bytes(&self) -> Cow<'a, [u8]> {
        if self.has_escapes { Cow::Owned(self.to_vec()) } else { Cow::Borrowed(self.raw) }
    }

    /// What it stands for, as a copy.
    pub(crate) fn to_vec(self) -> Vec<u8> {
        if !self.has_escapes {
            return self.raw.to_vec();
        }
        let mut bytes = Vec::with_capacity(self.raw.len());
        let mut rest = self.raw;
        while let Some(place) = rest.iter().position(|byte| *byte == b'\\') {
            bytes.extend_from_slice(&rest[..place]);
            // A text of which this is not so is refused when it is scanned.
            let Ok((character, length)) = escape(&rest[place..]) else { break };
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[place + length..];
        }
        bytes.extend_from_slice(rest);
        bytes
    }
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

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn token(&mut self) -> Result<Token<'a>, DecodeError> {
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

    fn string(&mut self) -> Result<Text<'a>, DecodeError> {
        self.position += 1;
        let (start, mut has_escapes) = (self.position, false);
        loop {
            self.plain_run()?;
            match self.peek() {
                Some(b'"') => {
                    let raw = &self.text[start..self.position];
                    self.position += 1;
                    return Ok(Text { raw, has_escapes });
                }
                Some(b'\\') => {
                    let (_, length) = escape(self.rest()).map_err(|kind| kind.at(self.position))?;
                    self.position += length;
                    has_escapes = true;
                }
                _ => return Err(ControlCharacter.at(self.position)),
            }
        }
    }

    /// Goes to the next quote, backslash or control character.
    fn plain_run(&mut self) -> Result<(), DecodeError> {
        let rest = self.rest();
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let run = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
        if let Err(error) = std::str::from_utf8(run) {
            return Err(Utf8.at(self.position + error.valid_up_to()));
        }
        self.position += run.len();
        Ok(())
    }
}

/// The character of the escape at the start of `text`, and how long that is.
fn escape(text: &[u8]) -> Result<(char, usize), DecodeErrorKind> {
    let character = match text {
        [_, byte @ (b'"' | b'\\' | b'/'), ..] => char::from(*byte),
        [_, b'b', ..] => '\u{8}',
        [_, b'f', ..] => '\u{c}',
        [_, b'n', ..] => '\n',
        [_, b'r', ..] => '\r',
        [_, b't', ..] => '\t',
        [_, b'u', ..] => return unicode_escape(text),
        _ => return Err(Syntax),
    };
    Ok((character, 2))
}

fn unicode_escape(text: &[u8]) -> Result<(char, usize), DecodeErrorKind> {
    let unit = code_unit(text).ok_or(Syntax)?;
    let (mut code, mut length) = (u32::from(unit), 6);
    if let 0xd800..=0xdbff = unit {
        let Some(low @ 0xdc00..=0xdfff) = code_unit(&text[length..]) else { return Err(Utf16) };
        code = 0x10000 + ((u32::from(unit) & 0x3ff) << 10) + (u32::from(low) & 0x3ff);
        length = 12;
    }
    Ok((char::from_u32(code).ok_or(Utf16)?, length))
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
