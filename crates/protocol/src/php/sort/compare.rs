//! How PHP 8.2 compares two keys of an array.

use std::cmp::Ordering;

use crate::php::KeyRef;

/// A key with what comparing it again and again needs to know.
pub(super) enum SortKey<'a> {
    Int(i64),
    Text { bytes: &'a [u8], number: Option<Number> },
}

/// What a numeric string stands for.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Int(i64),
    /// With the side on which it left the range of integers, if it has no fraction or exponent.
    Float(f64, Option<Overflow>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Overflow {
    Above,
    Below,
}

impl<'a> SortKey<'a> {
    pub(super) fn new(key: KeyRef<'a>) -> Self {
        match key {
            KeyRef::Int(number) => Self::Int(number),
            KeyRef::Str(bytes) => Self::Text { bytes, number: numeric(bytes) },
        }
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Int(left), Self::Text { bytes, number }) => int_to_text(*left, bytes, *number),
            (Self::Text { bytes, number }, Self::Int(right)) => {
                int_to_text(*right, bytes, *number).reverse()
            }
            (Self::Text { bytes: left, number: a }, Self::Text { bytes: right, number: b }) => {
                a.zip(*b).and_then(|(a, b)| numbers(a, b)).unwrap_or_else(|| left.cmp(right))
            }
        }
    }
}

/// Whether these keys are sure to be totally ordered: no text is numeric, and where integers are
/// among them every other text differs from all integers in its first byte already.
pub(super) fn is_total_order(keys: &[SortKey<'_>]) -> bool {
    let has_integers = keys.iter().any(|key| matches!(key, SortKey::Int(_)));
    keys.iter().all(|key| match key {
        SortKey::Int(_) => true,
        SortKey::Text { number: Some(_), .. } => false,
        SortKey::Text { bytes, .. } => {
            !has_integers || !matches!(bytes.first(), Some(b'-' | b'0'..=b'9'))
        }
    })
}

fn int_to_text(int: i64, text: &[u8], number: Option<Number>) -> Ordering {
    match number {
        Some(Number::Int(number)) => int.cmp(&number),
        Some(Number::Float(number, _)) => floats(as_float(int), number),
        None => int.to_string().as_bytes().cmp(text),
    }
}

/// `None` where PHP falls back to comparing the texts, because the numbers have lost too much.
fn numbers(left: Number, right: Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (Number::Int(left), Number::Float(right, overflow)) => {
            Some(overflow.map_or_else(|| floats(right, as_float(left)), beyond).reverse())
        }
        (Number::Float(left, overflow), Number::Int(right)) => {
            Some(overflow.map_or_else(|| floats(left, as_float(right)), beyond))
        }
        (Number::Float(left, a), Number::Float(right, b)) => {
            let both_overflowed = a.is_some() && a == b;
            if left == right && (both_overflowed || left.is_infinite()) {
                return None;
            }
            Some(floats(left, right))
        }
    }
}

fn beyond(overflow: Overflow) -> Ordering {
    match overflow {
        Overflow::Above => Ordering::Greater,
        Overflow::Below => Ordering::Less,
    }
}

fn floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}

#[expect(clippy::cast_precision_loss, reason = "PHP compares integers and floats as floats")]
fn as_float(int: i64) -> f64 {
    int as f64
}

/// PHP's `is_numeric`, with the value: white space around, a sign, digits, fraction, exponent.
fn numeric(text: &[u8]) -> Option<Number> {
    let text = &text[text.iter().take_while(|byte| is_space(byte)).count()..];
    let unsigned = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let shape = Shape::of(unsigned)?;
    let length = text.len() - unsigned.len() + shape.length;
    let (number, rest) = text.split_at(length);
    if !rest.iter().all(is_space) {
        return None;
    }
    let number = std::str::from_utf8(number).ok()?;
    if !shape.integer {
        return Some(Number::Float(number.parse().ok()?, None));
    }
    // PHP reads a lowest integer followed by white space as an overflow.
    match number.parse() {
        Ok(i64::MIN) if !rest.is_empty() => {}
        Ok(int) => return Some(Number::Int(int)),
        Err(_) => {}
    }
    let side = if number.starts_with('-') { Overflow::Below } else { Overflow::Above };
    Some(Number::Float(number.parse().ok()?, Some(side)))
}

/// The extent of an unsigned number at the start of a text.
struct Shape {
    length: usize,
    integer: bool,
}

impl Shape {
    fn of(text: &[u8]) -> Option<Self> {
        let whole = digits(text);
        let mut length = whole;
        let mut integer = true;
        if text.get(length) == Some(&b'.') {
            let fraction = digits(&text[length + 1..]);
            if whole + fraction == 0 {
                return None;
            }
            length += 1 + fraction;
            integer = false;
        }
        if length == 0 {
            return None;
        }
        let exponent = exponent(&text[length..]);
        Some(Self { length: length + exponent, integer: integer && exponent == 0 })
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The length of `e5`, `E+5` or `e-5`; 0 if the text starts with nothing of the kind.
fn exponent(text: &[u8]) -> usize {
    let introduction = match text {
        [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => 2,
        [b'e' | b'E', b'0'..=b'9', ..] => 1,
        _ => return 0,
    };
    introduction + digits(&text[introduction..])
}

/// C's `isspace`.
fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | 9..=13)
}
