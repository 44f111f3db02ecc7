//! JSON as other programs write it: what was hashed where a query string should have been.

use freischalt_protocol::php::{self, Value};

/// How a program writes JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// `\/`
    pub(crate) slashes_escaped: bool,
    /// `\u00fc`
    pub(crate) unicode_escaped: bool,
    /// After `,` and `:`, as Python's `json.dumps` has it.
    pub(crate) spaces: bool,
}

/// The text of a value.
pub(crate) fn write(value: &Value, style: Style) -> Vec<u8> {
    let mut out = String::new();
    append(&mut out, value, style);
    out.into_bytes()
}

fn append(out: &mut String, value: &Value, style: Style) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&number.to_string()),
        Value::Str(bytes) => string(out, &String::from_utf8_lossy(bytes), style),
        Value::Array(array) => nested(out, array, style),
    }
}

fn nested(out: &mut String, array: &php::Array, style: Style) {
    let list = array.is_list();
    out.push(if list { '[' } else { '{' });
    for (at, (key, value)) in array.iter().enumerate() {
        if at > 0 {
            out.push_str(if style.spaces { ", " } else { "," });
        }
        if !list {
            string(out, &String::from_utf8_lossy(&key.to_bytes()), style);
            out.push_str(if style.spaces { ": " } else { ":" });
        }
        append(out, value, style);
    }
    out.push(if list { ']' } else { '}' });
}

fn string(out: &mut String, text: &str, style: Style) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if style.slashes_escaped => out.push_str("\\/"),
            c if u32::from(c) < 32 || (style.unicode_escaped && !c.is_ascii()) => {
                let units = &mut [0; 2];
                for unit in c.encode_utf16(units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
