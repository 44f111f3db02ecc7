//! What happens to letters beyond ASCII and to values on their way through programs.

use unicode_normalization::UnicodeNormalization;

/// A step that a value took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// UTF-8 read as ISO 8859-1 and written as UTF-8 again.
    ReadAsLatin1,
    /// The same with Windows-1252.
    ReadAsWindows,
    /// Read as Latin-1 twice.
    ReadAsLatin1Twice,
    /// Written in ISO 8859-1.
    Latin1,
    /// Written in Windows-1252.
    Windows,
    /// UTF-8 that was one already and is turned back: `utf8_decode`.
    Undone,
    /// A question mark for each letter.
    QuestionMarks,
    /// A question mark for each byte.
    QuestionBytes,
    /// U+FFFD for each letter.
    Replacement,
    /// U+FFFD for each byte.
    ReplacementBytes,
    /// Letters beyond ASCII are gone.
    Dropped,
    /// Without their dots and accents.
    Folded,
    /// ä as ae.
    Spelt,
    /// Decomposed letters.
    Decomposed,
    /// Composed letters.
    Composed,
    /// Blanks at the ends gone.
    Trimmed,
    /// Blanks, tags and percent signs with digits gone: WordPress' `sanitize_text_field`.
    Sanitised,
    /// Tags gone: `strip_tags`.
    NoTags,
    /// Backslashes before quotes and backslashes.
    Backslashes,
    /// Backslashes gone.
    NoBackslashes,
    /// Python's list of one text.
    PythonList,
    /// JSON's list of one text.
    JsonList,
    /// A JSON text.
    JsonText,
    /// HTML, as PHP's `htmlspecialchars` writes it.
    HtmlPhp,
    /// HTML with double quotes escaped only.
    HtmlOld,
    /// HTML, as Python and JavaScript libraries write it.
    HtmlHex,
    /// HTML, as Ruby and JavaScript's lodash write it.
    HtmlMixed,
    /// HTML, as Go writes it.
    HtmlGo,
    /// A whole number without its leading zeros, a number as its shortest digits.
    Number,
    /// A whole number as a float.
    Float,
    /// Digits alone.
    Digits,
    /// Small letters.
    Small,
}

impl Change {
    /// The value after it; `None` if nothing changes.
    pub(crate) fn of(self, value: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(value).ok();
        let changed = match self {
            Self::Trimmed => return differs(text?.trim().as_bytes().to_vec(), value),
            Self::Backslashes => return differs(backslashes(value), value),
            Self::NoBackslashes => {
                return differs(value.iter().copied().filter(|b| *b != b'\\').collect(), value);
            }
            _ => self.text(text?)?,
        };
        differs(changed, value)
    }

    fn text(self, text: &str) -> Option<Vec<u8>> {
        let each = |change: &dyn Fn(char) -> String| -> Option<Vec<u8>> {
            let letter = |c: char| if c.is_ascii() { c.to_string() } else { change(c) };
            Some(text.chars().map(letter).collect::<String>().into_bytes())
        };
        match self {
            Self::ReadAsLatin1 => Some(misread(text, char::from).into_bytes()),
            Self::ReadAsWindows => Some(misread(text, windows_char).into_bytes()),
            Self::ReadAsLatin1Twice => {
                let once = misread(text, char::from);
                Some(misread(&once, char::from).into_bytes())
            }
            Self::Latin1 => Some(latin1_or_mark(text)),
            Self::Windows => Some(text.chars().map(|c| windows_byte(c).unwrap_or(b'?')).collect()),
            Self::Undone => {
                latin1(text.as_bytes()).filter(|bytes| std::str::from_utf8(bytes).is_ok())
            }
            Self::QuestionMarks => each(&|_| "?".to_owned()),
            Self::QuestionBytes => each(&|c| "?".repeat(c.len_utf8())),
            Self::Replacement => each(&|_| "\u{fffd}".to_owned()),
            Self::ReplacementBytes => each(&|c| "\u{fffd}".repeat(c.len_utf8())),
            Self::Dropped => each(&|_| String::new()),
            Self::Folded => {
                let bare =
                    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
                Some(bare.collect::<String>().into_bytes())
            }
            Self::Spelt => each(&spelt),
            Self::Decomposed => Some(text.nfd().collect::<String>().into_bytes()),
            Self::Composed => Some(text.nfc().collect::<String>().into_bytes()),
            Self::Sanitised => Some(sanitised(text).into_bytes()),
            Self::NoTags => Some(without_tags(text).into_bytes()),
            Self::PythonList => Some(python_list(text).into_bytes()),
            Self::JsonList => Some(format!("[{}]", json_text(text)).into_bytes()),
            Self::JsonText => Some(json_text(text).into_bytes()),
            Self::HtmlPhp => Some(html(text, "&quot;", Some("&#039;")).into_bytes()),
            Self::HtmlOld => Some(html(text, "&quot;", None).into_bytes()),
            Self::HtmlHex => Some(html(text, "&quot;", Some("&#x27;")).into_bytes()),
            Self::HtmlGo => Some(html(text, "&#34;", Some("&#39;")).into_bytes()),
            Self::HtmlMixed => Some(html(text, "&quot;", Some("&#39;")).into_bytes()),
            Self::Number => number(text),
            Self::Float => whole(text).map(|_| format!("{text}.0").into_bytes()),
            Self::Digits => {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let number = text.chars().all(|c| c.is_ascii_digit() || ".,' ".contains(c));
                (number && !digits.is_empty()).then(|| digits.into_bytes())
            }
            Self::Small => Some(text.to_lowercase().into_bytes()),
            Self::Trimmed | Self::Backslashes | Self::NoBackslashes => None,
        }
    }
}

fn differs(changed: Vec<u8>, value: &[u8]) -> Option<Vec<u8>> {
    (changed != value).then_some(changed)
}

fn misread(text: &str, read: impl Fn(u8) -> char) -> String {
    text.bytes().map(read).collect()
}

/// The text in ISO 8859-1; `None` if it has other letters, or none beyond ASCII.
pub(crate) fn latin1(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok().filter(|text| !text.is_ascii())?;
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

fn latin1_or_mark(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// Where Windows-1252 differs from ISO 8859-1.
const WINDOWS: [(u8, char); 27] = [
    (0x80, '€'),
    (0x82, '‚'),
    (0x83, 'ƒ'),
    (0x84, '„'),
    (0x85, '…'),
    (0x86, '†'),
    (0x87, '‡'),
    (0x88, 'ˆ'),
    (0x89, '‰'),
    (0x8a, 'Š'),
    (0x8b, '‹'),
    (0x8c, 'Œ'),
    (0x8e, 'Ž'),
    (0x91, '‘'),
    (0x92, '’'),
    (0x93, '“'),
    (0x94, '”'),
    (0x95, '•'),
    (0x96, '–'),
    (0x97, '—'),
    (0x98, '˜'),
    (0x99, '™'),
    (0x9a, 'š'),
    (0x9b, '›'),
    (0x9c, 'œ'),
    (0x9e, 'ž'),
    (0x9f, 'Ÿ'),
];

fn windows_char(byte: u8) -> char {
    WINDOWS.iter().find(|(code, _)| *code == byte).map_or(char::from(byte), |(_, c)| *c)
}

fn windows_byte(c: char) -> Option<u8> {
    let own = WINDOWS.iter().find(|(_, known)| *known == c).map(|(code, _)| *code);
    own.or_else(|| u8::try_from(u32::from(c)).ok())
}

fn spelt(c: char) -> String {
    match c {
        'ä' => "ae".to_owned(),
        'ö' => "oe".to_owned(),
        'ü' => "ue".to_owned(),
        'Ä' => "Ae".to_owned(),
        'Ö' => "Oe".to_owned(),
        'Ü' => "Ue".to_owned(),
        'ß' => "ss".to_owned(),
        c => c.to_string(),
    }
}

fn backslashes(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        match byte {
            b'\'' | b'"' | b'\\' => out.extend([b'\\', *byte]),
            0 => out.extend(b"\\0"),
            _ => out.push(*byte),
        }
    }
    out
}

fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        match rest[start..].find('>') {
            Some(end) => rest = &rest[start + end + 1..],
            None => return out,
        }
    }
    out + rest
}

/// `sanitize_text_field`: tags and `%41` gone, every run of white space one space, ends trimmed.
fn sanitised(text: &str) -> String {
    let text = if text.contains('<') { without_tags(text) } else { text.to_owned() };
    let mut kept = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut removed = false;
    while let Some(at) = octet(&kept) {
        kept.replace_range(at..at + 3, "");
        removed = true;
    }
    if removed { kept.split_whitespace().collect::<Vec<_>>().join(" ") } else { kept }
}

fn octet(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    (0..bytes.len()).find(|at| bytes[*at] == b'%' && hex(at + 1) && hex(at + 2))
}

/// `str([text])` of Python.
fn python_list(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from("[");
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out + "]"
}

fn json_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out + "\""
}

fn html(text: &str, double: &str, single: Option<&str>) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let text = text.replace('"', double);
    single.map_or(text.clone(), |single| text.replace('\'', single))
}

fn whole(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit())).then_some(digits)
}

/// What is left of a number when it has been one.
fn number(text: &str) -> Option<Vec<u8>> {
    if whole(text).is_some() {
        let bare = text.trim_start_matches('0');
        return Some(if bare.is_empty() { b"0".to_vec() } else { bare.as_bytes().to_vec() });
    }
    let plain = text.bytes().all(|c| c.is_ascii_digit() || c == b'.') && text.contains('.');
    let number: f64 = text.parse().ok().filter(|_| plain)?;
    Some(number.to_string().into_bytes())
}
