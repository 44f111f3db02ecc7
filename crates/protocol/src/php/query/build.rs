//! `http_build_query`.

use std::borrow::Cow;

use crate::php::{Array, KeyRef, Value, float};

/// How names and values are encoded. Both write UTF-8 bytes as `%XX` with capital digits and leave
/// letters, digits, `-`, `_` and `.` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `PHP_QUERY_RFC1738`, the default: a space becomes `+`, `~` becomes `%7E`.
    Rfc1738,
    /// `PHP_QUERY_RFC3986`: a space becomes `%20`, `~` stays.
    Rfc3986,
}

/// `http_build_query($array, '', '&', $encoding)`. Null and empty arrays are left out, booleans
/// become 1 and 0, floats have 14 digits.
pub fn build_query(array: &Array, encoding: Encoding) -> String {
    let mut query = String::new();
    for (key, value) in array {
        append(&mut query, encode_key(key, encoding), value, encoding);
    }
    query
}

/// One name or value in the given encoding.
pub(crate) fn encode_component(bytes: &[u8], encoding: Encoding) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match (byte, encoding) {
            (b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.', _)
            | (b'~', Encoding::Rfc3986) => out.push(char::from(*byte)),
            (b' ', Encoding::Rfc1738) => out.push('+'),
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out
}

/// `name` is encoded already.
fn append(query: &mut String, name: String, value: &Value, encoding: Encoding) {
    let text: Cow<'_, [u8]> = match value {
        Value::Null => return,
        Value::Array(inner) => {
            for (key, value) in inner {
                let key = encode_key(key, encoding);
                append(query, format!("{name}%5B{key}%5D"), value, encoding);
            }
            return;
        }
        Value::Bool(flag) => Cow::Borrowed(if *flag { b"1" } else { b"0" }),
        Value::Int(number) => Cow::Owned(number.to_string().into_bytes()),
        Value::Float(number) => Cow::Owned(float::string(*number).into_bytes()),
        Value::Str(bytes) => Cow::Borrowed(bytes),
    };
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(&name);
    query.push('=');
    query.push_str(&encode_component(&text, encoding));
}

fn encode_key(key: KeyRef<'_>, encoding: Encoding) -> String {
    match key {
        KeyRef::Int(number) => number.to_string(),
        KeyRef::Str(bytes) => encode_component(bytes, encoding),
    }
}
