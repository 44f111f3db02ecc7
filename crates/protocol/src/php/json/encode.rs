//! Writes values as `json_encode` does without flags.

use std::fmt::{self, Write};

use crate::php::{Array, KeyRef, Value, float, sort};

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

/// Writes an array with its pairs in the order of PHP's `ksort`. Neither the array nor its text is
/// copied for that, whatever their size.
pub(crate) fn write_sorted(out: &mut impl Write, array: &Array) -> Option<()> {
    match sort::order(array) {
        None => write_array(out, array, 0),
        Some(order) => {
            let pairs = || order.iter().filter_map(|place| array.pair(*place));
            let is_list = (0..).zip(pairs()).all(|(index, (key, _))| key == KeyRef::Int(index));
            write_pairs(out, is_list, pairs(), 0)
        }
    }
}

fn write_value(out: &mut impl Write, value: &Value, depth: usize) -> Option<()> {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(true) => out.write_str("true"),
        Value::Bool(false) => out.write_str("false"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Float(number) if number.is_finite() => out.write_str(&float::json(*number)),
        Value::Float(_) => return None,
        Value::Str(bytes) => return write_string(out, bytes),
        Value::Array(array) => return write_array(out, array, depth),
    }
    .ok()
}

fn write_array(out: &mut impl Write, array: &Array, depth: usize) -> Option<()> {
    if depth == MAX_DEPTH {
        return None;
    }
    write_pairs(out, array.is_list(), array.iter(), depth)
}

fn write_pairs<'a>(
    out: &mut impl Write,
    list: bool,
    pairs: impl Iterator<Item = (KeyRef<'a>, &'a Value)>,
    depth: usize,
) -> Option<()> {
    out.write_char(if list { '[' } else { '{' }).ok()?;
    for (index, (key, value)) in pairs.enumerate() {
        if index > 0 {
            out.write_char(',').ok()?;
        }
        if !list {
            write_key(out, key)?;
        }
        write_value(out, value, depth + 1)?;
    }
    out.write_char(if list { ']' } else { '}' }).ok()
}

fn write_key(out: &mut impl Write, key: KeyRef<'_>) -> Option<()> {
    match key {
        KeyRef::Int(number) => write!(out, "\"{number}\":").ok(),
        KeyRef::Str(bytes) => {
            write_string(out, bytes)?;
            out.write_char(':').ok()
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

fn write_string(out: &mut impl Write, bytes: &[u8]) -> Option<()> {
    write_quoted(out, std::str::from_utf8(bytes).ok()?).ok()
}

/// Writes a text in quotes.
pub(crate) fn write_text(out: &mut String, text: &str) {
    // A `String` takes everything.
    let _ = write_quoted(out, text);
}

fn write_quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(place) = rest.bytes().position(is_escaped) {
        let (plain, special) = rest.split_at(place);
        out.write_str(plain)?;
        let mut characters = special.chars();
        if let Some(character) = characters.next() {
            write_special(out, character)?;
        }
        rest = characters.as_str();
    }
    out.write_str(rest)?;
    out.write_char('"')
}

const fn is_escaped(byte: u8) -> bool {
    !matches!(byte, b' '..=0x7f) || matches!(byte, b'"' | b'\\' | b'/')
}

fn write_special(out: &mut impl Write, character: char) -> fmt::Result {
    match character {
        '"' => out.write_str("\\\""),
        '\\' => out.write_str("\\\\"),
        '/' => out.write_str("\\/"),
        '\u{8}' => out.write_str("\\b"),
        '\u{c}' => out.write_str("\\f"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ => write_escaped(out, character),
    }
}

fn write_escaped(out: &mut impl Write, character: char) -> fmt::Result {
    character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))
}
