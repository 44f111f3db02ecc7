//! Keys of PHP arrays.

use std::{
    borrow::Cow,
    hash::{Hash, Hasher},
};

/// A key of a PHP array: decimal integers in canonical spelling are integers, everything else is
/// a byte string. Build keys with `From`, which applies that rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// `7`, `-1`, `0`
    Int(i64),
    /// `a`, `07`, `-0`, the empty string
    Str(Vec<u8>),
}

impl Key {
    /// The same key without a copy of its text.
    pub fn borrow(&self) -> KeyRef<'_> {
        match self {
            Self::Int(number) => KeyRef::Int(*number),
            Self::Str(bytes) => KeyRef::Str(bytes),
        }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.borrow().hash(state);
    }
}

impl From<i64> for Key {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Vec<u8>> for Key {
    fn from(bytes: Vec<u8>) -> Self {
        canonical_integer(&bytes).map_or(Self::Str(bytes), Self::Int)
    }
}

impl From<&[u8]> for Key {
    fn from(bytes: &[u8]) -> Self {
        canonical_integer(bytes).map_or_else(|| Self::Str(bytes.to_vec()), Self::Int)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

/// A key that borrows its text. It hashes like the [`Key`] of the same value, so that looking one
/// up copies nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyRef<'a> {
    /// `7`, `-1`, `0`
    Int(i64),
    /// `a`, `07`, `-0`, the empty string
    Str(&'a [u8]),
}

impl<'a> KeyRef<'a> {
    /// The key as text: decimal digits, or the bytes of the string.
    pub fn to_bytes(self) -> Cow<'a, [u8]> {
        match self {
            Self::Int(number) => Cow::Owned(number.to_string().into_bytes()),
            Self::Str(bytes) => Cow::Borrowed(bytes),
        }
    }
}

impl<'a> From<&'a [u8]> for KeyRef<'a> {
    fn from(text: &'a [u8]) -> Self {
        canonical_integer(text).map_or(Self::Str(text), Self::Int)
    }
}

/// The integer that PHP would turn this key into: no leading zero, no plus, no `-0`, 64 bits.
fn canonical_integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => digits.len() <= 19 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_integers_become_integer_keys() {
        let integers =
            ["0", "7", "-1", "9223372036854775807", "-9223372036854775807", "-9223372036854775808"];
        for text in integers {
            assert_eq!(Key::from(text), Key::Int(text.parse().unwrap()), "{text}");
        }
        let texts = ["", "-", "-0", "00", "07", "+1", "1 ", " 1", "1.0", "9223372036854775808"];
        for text in texts {
            assert_eq!(Key::from(text), Key::Str(text.into()), "{text}");
        }
    }
}
