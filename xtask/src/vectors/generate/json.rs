//! JSON texts: orders, any values, and texts that are not quite JSON.

use super::{super::random::Random, mutate};

const NAMES: [&str; 49] = [
    "parametercacheid",
    "callbackurl",
    "totalprice",
    "products",
    "abo",
    "timestamp",
    "signature",
    "name",
    "price",
    "quantity",
    "circleofusers",
    "a",
    "b",
    "B",
    "_",
    "",
    "0",
    "1",
    "2",
    "10",
    "9",
    "-1",
    "-0",
    "01",
    "1.5",
    "1.0",
    " 1",
    "1 ",
    "+1",
    "1e1",
    "1E400",
    ".5",
    "9a",
    "10a",
    "ü",
    "a b",
    "a[b]",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "1E401",
    "2e400",
    "-1E400",
    "-2E400",
    "-9223372036854775808 ",
    "-9223372036854775809",
    "-9223372036854775810",
    "9223372036854775807 ",
    "9223372036854775809",
];
const NUMERIC_ALPHABET: &[u8] = b"00112299ae-+E .xX";
const NUMBERS: [&str; 44] = [
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1",
    "-1",
    "38.7",
    "38.70",
    "10.0",
    "1e3",
    "1E25",
    "1e-7",
    "1e400",
    "-1e400",
    "1e-400",
    "0.1",
    "0.30000000000000004",
    "123456789012345678901",
    "1e15",
    "1e14",
    "99999999999999.9",
    "999999999999999.9",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "1e16",
    "1e17",
    "100000000000000000",
    "123456789012345680",
    "0.0001",
    "0.00001",
    "5e-324",
    "1.7976931348623157e308",
    "2.2250738585072014e-308",
    "0.000100005",
    "1.23456789012345",
    "1.234567890123455",
    "01",
    "1.",
    ".5",
    "-",
    "1e",
    "+1",
];
const STRINGS: [&str; 28] = [
    r#""""#,
    r#""a""#,
    r#""38.70""#,
    r#""360°-Rundgang (groß)""#,
    r#""a b~c""#,
    r#""https:\/\/p.example\/r?o=17""#,
    r#""https://p.example/r""#,
    r#""\b\f\n\r\t\"\\""#,
    r#""\u00e4\u20ac""#,
    r#""\ud83c\udfe0""#,
    r#""\uD83C\uDFE0""#,
    r#""\ud83c""#,
    r#""\udfe0""#,
    r#""\ud83c\u0041""#,
    r#""\u0000""#,
    r#""\u12""#,
    r#""\x""#,
    "\"\u{7f}\u{2028}\u{fffd}\"",
    "\"🏠\"",
    "\"a\tb\"",
    "\"a\u{1}b\"",
    "\"open",
    r#""<>&'!*()""#,
    r#""[]{}:,""#,
    r#""\u007f""#,
    r#""\uFFFF\ue000""#,
    r#""\u0800\u07ff""#,
    "\"\u{1f}\"",
];
const WORDS: [&str; 10] =
    ["null", "true", "false", "null", "true", "false", "TRUE", "Null", "nul", "NaN"];
const SPECIAL: &[u8] = b"{}[]:,\"\\/u0123456789abdfnrt.eE+- \t\n\r\0\x01\x7f\x80\xbf\xc0\xc3\xa4\xe2\xed\xa0\xef\xf0\x9f\xf4\xf5\xff";

/// An object, nearly always.
pub(super) fn order(random: &mut Random) -> Vec<u8> {
    let mut text = String::new();
    if random.one_in(60) {
        value(random, &mut text, 1);
    } else {
        object(random, &mut text, 3);
    }
    spoilt_now_and_then(random, text)
}

/// Any value.
pub(super) fn text(random: &mut Random) -> Vec<u8> {
    let mut text = String::new();
    match random.below(200) {
        0 => nested(random, &mut text),
        _ => value(random, &mut text, 4),
    }
    spoilt_now_and_then(random, text)
}

fn spoilt_now_and_then(random: &mut Random, text: String) -> Vec<u8> {
    let mut text = text.into_bytes();
    if random.one_in(8) {
        mutate(random, &mut text, SPECIAL);
    }
    text
}

/// Around the deepest nesting that PHP reads.
fn nested(random: &mut Random, text: &mut String) {
    let depth = 509 + random.below(5);
    let (open, close) = if random.one_in(2) { ("[", "]") } else { (r#"{"a":"#, "}") };
    text.push_str(&open.repeat(depth));
    text.push_str(random.pick(&["1", "[]", "{}", "", "x"]));
    text.push_str(&close.repeat(depth - random.below(2)));
}

fn value(random: &mut Random, text: &mut String, depth: usize) {
    match random.below(if depth == 0 { 8 } else { 12 }) {
        0 | 1 => number(random, text),
        2 => {
            let usable = if random.one_in(20) { WORDS.len() } else { 6 };
            text.push_str(random.pick(&WORDS[..usable]));
        }
        3..=5 => string(random, text),
        6 => text.push_str("[]"),
        7 => text.push_str("{}"),
        8 | 9 => list(random, text, depth - 1),
        _ => object(random, text, depth - 1),
    }
}

fn list(random: &mut Random, text: &mut String, depth: usize) {
    text.push('[');
    for place in 0..random.below(5) {
        separate(random, text, place);
        value(random, text, depth);
    }
    text.push(']');
}

fn object(random: &mut Random, text: &mut String, depth: usize) {
    // More than 16 make PHP sort in another way, more than 1,024 in a third.
    let (count, names) = match random.below(30) {
        0 if random.one_in(200) => (1000 + random.below(400), Names::Distinct),
        0 => (17 + random.below(80), Names::Numeric),
        1..=6 => (2 + random.below(15), Names::Numeric),
        _ => (random.below(8), Names::Ordinary),
    };
    text.push('{');
    for place in 0..count {
        separate(random, text, place);
        name(random, text, names);
        text.push(':');
        if count > 16 {
            // Any value may be one that PHP refuses, and of so many one would be.
            text.push_str(&random.below(1000).to_string());
        } else {
            value(random, text, depth);
        }
    }
    text.push('}');
}

fn separate(random: &mut Random, text: &mut String, place: usize) {
    if place > 0 {
        text.push(',');
    }
    if random.one_in(20) {
        text.push_str(random.pick(&[" ", "\n", "\t", "\r\n", "  "]));
    }
}

/// The sort of names that an object has.
#[derive(Clone, Copy)]
enum Names {
    Ordinary,
    /// Many that are numbers, or nearly.
    Numeric,
    /// The same, and long enough that hardly two are alike.
    Distinct,
}

fn name(random: &mut Random, text: &mut String, names: Names) {
    text.push('"');
    let choice = match names {
        Names::Ordinary => 0,
        Names::Numeric => random.below(12),
        Names::Distinct => 12,
    };
    match choice {
        0..=2 => text.push_str(random.pick(&NAMES)),
        3..=5 => text.push_str(&random.below(200).to_string()),
        6 => text.push_str(&format!("922337203685477580{}", random.below(20))),
        7 => text.push_str(&format!("{}.{}", random.below(30), random.below(10))),
        12 if random.one_in(2) => text.push_str(&random.below(100_000).to_string()),
        _ => {
            for _ in 0..=random.below(if choice == 12 { 9 } else { 4 }) {
                text.push(char::from(NUMERIC_ALPHABET[random.below(NUMERIC_ALPHABET.len())]));
            }
        }
    }
    text.push('"');
}

fn number(random: &mut Random, text: &mut String) {
    // The last few of the list are no numbers.
    let usable = if random.one_in(20) { NUMBERS.len() } else { NUMBERS.len() - 6 };
    match random.below(7) {
        6 => long_integer(random, text),
        0 => text.push_str(&random.below(100_000).to_string()),
        1 => text.push_str(&format!("{}.{:02}", random.below(1000), random.below(100))),
        2 => any_float(random, text),
        3 => decimal(random, text),
        _ => text.push_str(random.pick(&NUMBERS[..usable])),
    }
}

/// Any bits, as long as they are a number.
fn any_float(random: &mut Random, text: &mut String) {
    let float = f64::from_bits(random.next());
    if float.is_finite() {
        text.push_str(&format!("{float:e}"));
    } else {
        text.push('0');
    }
}

/// A float without a fraction, around the 14 digits that a string has room for.
fn long_integer(random: &mut Random, text: &mut String) {
    text.push_str(&(1 + random.below(99)).to_string());
    for _ in 0..10 + random.below(5) {
        text.push(char::from(b"0000059"[random.below(7)]));
    }
    text.push_str(random.pick(&["05.0", "15.0", "5.0", "95.0", "4.5", "e1"]));
}

/// Up to 20 digits and an exponent, where rounding goes one way or the other.
fn decimal(random: &mut Random, text: &mut String) {
    text.push_str(&(1 + random.below(9)).to_string());
    text.push('.');
    for _ in 0..=random.below(19) {
        text.push(char::from(b'0' + random.byte() % 10));
    }
    if random.one_in(2) {
        text.push_str(&format!("e{}", random.below(40).cast_signed() - 20));
    }
}

fn string(random: &mut Random, text: &mut String) {
    // The first of the list are fine.
    if random.one_in(12) {
        text.push_str(random.pick(&STRINGS));
        return;
    }
    text.push_str(random.pick(&STRINGS[..10]));
}
