//! Writes values as `json_encode` does without flags.

use std::fmt::Write;

use crate::php::{Array, KeyRef, Value, float};

/// How many arrays may lie in one another.
const MAX_DEPTH: usize = 512;

/// `json_encode($value)` with default flags: `/` escaped, non-ASCII as lower-case `\uXXXX`,
/// empty arrays as `[]`. `None` where PHP returns false: invalid UTF-8, an infinity, or arrays
/// nested more than 512 deep.
pub fn encode(value: &Value) -> Option<String> {
    let mut out = String::new();
    write_value(&mut out, value, 0)?;
    Some(out)
}

/// [`encode`] for a value that is known to be an array.
pub(crate) fn encode_array(array: &Array) -> Option<String> {
    let mut out = String::new();
    write_array(&mut out, array, 0)?;
    Some(out)
}

fn write_value(out: &mut String, value: &Value, depth: usize) -> Option<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(number) => write_int(out, *number),
        Value::Float(number) if number.is_finite() => out.push_str(&float::json(*number)),
        Value::Float(_) => return None,
        Value::Str(bytes) => write_string(out, bytes)?,
        Value::Array(array) => write_array(out, array, depth)?,
    }
    Some(())
}

fn write_array(out: &mut String, array: &Array, depth: usize) -> Option<()> {
    if depth == MAX_DEPTH {
        return None;
    }
    let list = array.is_list();
    out.push(if list { '[' } else { '{' });
    for (index, (key, value)) in array.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        if !list {
            write_key(out, key)?;
        }
        write_value(out, value, depth + 1)?;
    }
    out.push(if list { ']' } else { '}' });
    Some(())
}

fn write_key(out: &mut String, key: KeyRef<'_>) -> Option<()> {
    match key {
        KeyRef::Int(number) => write!(out, "\"{number}\":").ok(),
        KeyRef::Str(bytes) => {
            write_string(out, bytes)?;
            out.push(':');
            Some(())
        }
    }
}

/// Writes an integer.
pub(crate) fn write_int(out: &mut String, number: i64) {
    // A `String` takes everything.
    let _ = write!(out, "{number}");
}

/// Writes a list, and what `write` makes of each item.
pub(crate) fn write_list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn write_string(out: &mut String, bytes: &[u8]) -> Option<()> {
    write_text(out, std::str::from_utf8(bytes).ok()?);
    Some(())
}

/// Writes a text in quotes.
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(place) = rest.bytes().position(is_escaped) {
        let (plain, special) = rest.split_at(place);
        out.push_str(plain);
        let mut characters = special.chars();
        if let Some(character) = characters.next() {
            write_special(out, character);
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

const fn is_escaped(byte: u8) -> bool {
    !matches!(byte, b' '..=0x7f) || matches!(byte, b'"' | b'\\' | b'/')
}

fn write_special(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '/' => out.push_str("\\/"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => write_escaped(out, character),
    }
}

fn write_escaped(out: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}
