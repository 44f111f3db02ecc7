//! `parse_str`, with the default limits of PHP: 1,000 variables, 64 levels of brackets.

use crate::php::Array;

/// `max_input_vars`: what comes after that many non-empty pieces is ignored.
pub const MAX_VARIABLES: usize = 1000;
/// `max_input_nesting_level`
const MAX_NESTING: usize = 64;
/// Prefixes that a name or an index must not have unless the whole name has them as it was spelt,
/// lest a cookie be faked.
const PROTECTED: [&[u8]; 2] = [b"__Host-", b"__Secure-"];

/// `parse_str($query, $result)`. Dots, spaces and unclosed brackets in names become `_`, the last
/// of equal names wins, `a[]` and `a[key]` become arrays.
pub fn parse_str(query: &[u8]) -> Array {
    let mut array = Array::new();
    for piece in variables(query).take(MAX_VARIABLES) {
        let (name, value) = split(piece);
        register(&mut array, &decoded_name(name), decode(value));
    }
    array
}

/// How many variables a query has, before PHP's limit.
pub(crate) fn variable_count(query: &[u8]) -> usize {
    variables(query).count()
}

/// Whether this piece of a query, between two `&`, sets the variable `name` or a part of it.
pub(crate) fn names_variable(piece: &[u8], name: &str) -> bool {
    let mut array = Array::new();
    register(&mut array, &decoded_name(split(piece).0), Vec::new());
    array.contains_key(name)
}

/// PHP strings of this origin end at a NUL, and empty pieces do not count.
fn variables(query: &[u8]) -> impl Iterator<Item = &[u8]> {
    until_nul(query).split(|byte| *byte == b'&').filter(|piece| !piece.is_empty())
}

fn split(piece: &[u8]) -> (&[u8], &[u8]) {
    match piece.iter().position(|byte| *byte == b'=') {
        Some(place) => (&piece[..place], &piece[place + 1..]),
        None => (piece, b""),
    }
}

fn until_nul(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn decoded_name(raw: &[u8]) -> Vec<u8> {
    let mut name = decode(raw);
    name.truncate(until_nul(&name).len());
    name
}

/// `urldecode`: `+` is a space, and a `%` without two hex digits is a `%`.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        out.push(match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *first,
        });
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Sets the variable that a decoded name stands for.
fn register(array: &mut Array, name: &[u8], value: Vec<u8>) {
    let name = &name[name.iter().take_while(|byte| **byte == b' ').count()..];
    let bracket = name.iter().position(|byte| *byte == b'[');
    let head = mangle(&name[..bracket.unwrap_or(name.len())]);
    if head.is_empty() || is_forbidden(&head, name) {
        return;
    }
    let Some(bracket) = bracket else {
        array.insert(head, value);
        return;
    };
    let Some(first) = Index::parse(&name[bracket..]) else {
        let whole = mangle(name);
        if !is_forbidden(&whole, name) {
            array.insert(whole, value);
        }
        return;
    };
    if let Err(TooDeep) = register_nested(array.array_at(&head), first, name, value) {
        array.remove_bytes(&head);
    }
}

struct TooDeep;

/// Sets an element, `first` being the outermost index of `name`.
fn register_nested(
    mut array: &mut Array,
    first: Index<'_>,
    name: &[u8],
    value: Vec<u8>,
) -> Result<(), TooDeep> {
    let mut index = first;
    let mut level = 1;
    while index.rest.first() == Some(&b'[') {
        level += 1;
        if level > MAX_NESTING {
            return Err(TooDeep);
        }
        // An unclosed bracket is dropped, with all that follows.
        let Some(next) = Index::parse(index.rest) else { break };
        let inner = match index.key {
            Some(key) if is_forbidden(key, name) => None,
            Some(key) => Some(array.array_at(key)),
            None => array.push_array(),
        };
        let Some(inner) = inner else { return Ok(()) };
        array = inner;
        index = next;
    }
    match index.key {
        Some(key) if is_forbidden(key, name) => {}
        Some(key) => {
            array.insert(key, value);
        }
        None => {
            array.push(value);
        }
    }
    Ok(())
}

/// One pair of brackets.
struct Index<'a> {
    /// `None` for `[]`, which may hold a single white space.
    key: Option<&'a [u8]>,
    /// What follows the closing bracket.
    rest: &'a [u8],
}

impl<'a> Index<'a> {
    /// `text` starts with `[`; `None` if that is never closed.
    fn parse(text: &'a [u8]) -> Option<Self> {
        let inside = text.get(1..)?;
        let empty = match inside {
            [b']', rest @ ..] | [b' ' | 9..=13, b']', rest @ ..] => Some(rest),
            _ => None,
        };
        if let Some(rest) = empty {
            return Some(Self { key: None, rest });
        }
        let close = inside.iter().position(|byte| *byte == b']')?;
        Some(Self { key: Some(&inside[..close]), rest: &inside[close + 1..] })
    }
}

/// Variables of PHP cannot have these characters in their names.
fn mangle(name: &[u8]) -> Vec<u8> {
    name.iter().map(|byte| if b" .[".contains(byte) { b'_' } else { *byte }).collect()
}

fn is_forbidden(mangled: &[u8], name: &[u8]) -> bool {
    PROTECTED.iter().any(|prefix| mangled.starts_with(prefix) && !name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::{Value, json};

    /// What PHP 8.2 prints for `json_encode` of the result.
    #[test]
    fn odd_names() {
        let cases = [
            ("a.b=1&c d=2&+e=3", r#"{"a_b":"1","c_d":"2","e":"3"}"#),
            ("a[b.c]=1&a[ ]=2&a[ d]=3", r#"{"a":{"b.c":"1","0":"2"," d":"3"}}"#),
            ("a[b.c d=1", r#"{"a_b_c_d":"1"}"#),
            ("a[b][c=1&d[][e=2", r#"{"a":{"b":"1"},"d":["2"]}"#),
            ("a[[b]=1&a]=2&[a]=3&[=4&=5", r#"{"a":{"[b":"1"},"a]":"2"}"#),
            ("a[b]c[d]=1", r#"{"a":{"b":"1"}}"#),
            ("a=1&a[b]=2&c[d]=3&c=4", r#"{"a":{"b":"2"},"c":"4"}"#),
            ("a%00b=1&c=d%00e&f[g%00]=2", r#"{"a":"1","c":"d\u0000e","f_g":"2"}"#),
            ("a=%zz%4&b%=%41", r#"{"a":"%zz%4","b%":"A"}"#),
            ("_.Host-x=1&__Host-x=2&_[Host-y=3&a[__Host-z]=4", r#"{"__Host-x":"2","a":[]}"#),
            (
                "a[-5]=1&a[]=2&b[9223372036854775807]=3&b[]=4",
                r#"{"a":{"-5":"1","-4":"2"},"b":{"9223372036854775807":"3"}}"#,
            ),
        ];
        for (query, expected) in cases {
            let array = Value::Array(parse_str(query.as_bytes()));
            assert_eq!(json::encode(&array).as_deref(), Some(expected), "{query}");
        }
    }

    #[test]
    fn sixty_four_levels_of_brackets_are_the_limit() {
        let query = |depth: usize| format!("a=1&b=2&a{}=3", "[k]".repeat(depth));
        assert!(parse_str(query(64).as_bytes()).get("a").and_then(Value::as_array).is_some());
        // One more, and what the name had before is lost as well.
        assert_eq!(parse_str(query(65).as_bytes()), [("b", "2")].into_iter().collect());
    }

    #[test]
    fn a_thousand_variables_are_the_limit() {
        let query: Vec<_> = (0..1010).map(|n| format!("&k{n}=1")).collect();
        let array = parse_str(query.concat().as_bytes());
        assert_eq!(array.len(), MAX_VARIABLES);
        assert!(array.contains_key("k999") && !array.contains_key("k1000"));
    }
}
