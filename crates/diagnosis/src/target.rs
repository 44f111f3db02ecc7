//! The signature that was given, read in every way in which programs write one down.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use crate::{Cause, causes, encode::decode, signing::hex};

/// How a signature of this kind has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// URLs, orders and HMAC version 1: small hex digits.
    Hex,
    /// HMAC version 2: base64 with padding.
    Base64,
}

/// A digest that the given signature may be, and what would have been done wrong in writing it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    digest: Digest,
    pub(crate) causes: Vec<&'static Cause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Digest {
    Whole(Vec<u8>),
    /// The beginning of a SHA-256 in hex.
    CutHex(String),
    /// The beginning of a SHA-256 in base64.
    CutBase64(String),
}

/// Lengths of the hashes that are known, in bytes.
const LENGTHS: [usize; 6] = [16, 20, 28, 32, 48, 64];
/// The least that is taken for the beginning of a signature, in characters.
const LEAST: usize = 8;

impl Target {
    /// Whether a hash of so many bytes may be this one.
    pub(crate) fn may_be(&self, length: usize) -> bool {
        match &self.digest {
            Digest::Whole(digest) => digest.len() == length,
            Digest::CutHex(_) | Digest::CutBase64(_) => length == 32,
        }
    }

    pub(crate) fn is(&self, digest: &[u8]) -> bool {
        match &self.digest {
            Digest::Whole(own) => own == digest,
            Digest::CutHex(start) => hex(digest).starts_with(start),
            Digest::CutBase64(start) => STANDARD_NO_PAD.encode(digest).starts_with(start),
        }
    }
}

/// Everything that the text may be.
pub(crate) fn targets(given: &str, right: Writing) -> Vec<Target> {
    let mut forms: Vec<(String, Vec<&'static Cause>)> = vec![(given.to_owned(), Vec::new())];
    let mut next = 0;
    while let Some((text, causes)) = forms.get(next).cloned() {
        next += 1;
        if causes.len() < 2 {
            for (peeled, cause) in peeled(&text) {
                if !peeled.is_empty() && forms.iter().all(|(known, _)| *known != peeled) {
                    forms.push((peeled, [&causes[..], &[cause]].concat()));
                }
            }
        }
    }
    let mut targets: Vec<Target> = Vec::new();
    for (text, causes) in forms {
        for (digest, more) in read(&text, right) {
            if targets.iter().all(|target| target.digest != digest) {
                targets.push(Target { digest, causes: [&causes[..], &more].concat() });
            }
        }
    }
    targets
}

/// What is around a signature, taken off.
fn peeled(text: &str) -> Vec<(String, &'static Cause)> {
    let mut all = Vec::new();
    let around = |c: char| c.is_whitespace() || "\"'`<>,;.\u{feff}\u{200b}\u{ad}".contains(c);
    all.push((text.trim_matches(around).to_owned(), &causes::SIGNATURE_WRAPPED));
    let inner = text.strip_prefix("b'").and_then(|rest| rest.strip_suffix('\''));
    let inner = inner.or_else(|| text.strip_prefix("b\"").and_then(|rest| rest.strip_suffix('"')));
    all.extend(inner.map(|inner| (inner.to_owned(), &causes::SIGNATURE_REPR)));
    if text.contains('%') {
        let decoded = String::from_utf8_lossy(&decode(text.as_bytes(), false)).into_owned();
        all.push((decoded, &causes::SIGNATURE_ENCODED));
    }
    all.extend(without_label(text).map(|rest| (rest.to_owned(), &causes::SIGNATURE_LABELLED)));
    if text.trim().contains(' ') && !text.contains(['=', ':', '-'])
        || text.ends_with("=") && text.contains(' ')
    {
        all.push((text.replace(' ', "+"), &causes::SIGNATURE_PLUS));
    }
    all
}

/// `sha256=…`, `SHA2-256(stdin)= …`, `v1=…`, `0x…`, `… *-`: without what is no digit.
fn without_label(text: &str) -> Option<&str> {
    let text = text.trim();
    if let Some((digits, rest)) = text.split_once([' ', '\t'])
        && matches!(rest.trim(), "-" | "*-")
    {
        return Some(digits);
    }
    let known = |label: &str| {
        let label = label.trim_end_matches(['=', ':', ' ']).to_ascii_lowercase();
        let letters: String = label.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let word = letters.trim_end_matches(|c: char| c.is_ascii_digit());
        label.ends_with("(stdin)")
            || matches!(
                word,
                "sha" | "hmac" | "hmacsha" | "v" | "signature" | "sig" | "bearer" | "x"
            )
            || matches!(&letters[..], "0x")
    };
    if let Some(rest) = text.strip_prefix("0x").or_else(|| text.strip_prefix("\\x")) {
        return Some(rest);
    }
    let ends = text.char_indices().filter(|(_, c)| "=: ,".contains(*c)).map(|(at, _)| at + 1);
    let mut labels = ends.filter(|end| known(&text[..*end])).map(|end| text[end..].trim_start());
    labels.next_back().filter(|rest| rest.len() >= LEAST)
}

/// A text as digits.
fn read(text: &str, right: Writing) -> Vec<(Digest, Vec<&'static Cause>)> {
    let mut all = Vec::new();
    let as_hex: Vec<&'static Cause> = match right {
        Writing::Hex => Vec::new(),
        Writing::Base64 => vec![&causes::WRITTEN_HEX],
    };
    let as_base64: Vec<&'static Cause> = match right {
        Writing::Hex => vec![&causes::WRITTEN_BASE64],
        Writing::Base64 => Vec::new(),
    };
    if let Some(bytes) = unhex(text) {
        let capital = text.contains(|c: char| c.is_ascii_uppercase());
        let mut causes = as_hex.clone();
        if capital && right == Writing::Hex {
            causes.push(&causes::WRITTEN_UPPER);
        }
        let inner = std::str::from_utf8(&bytes).ok().and_then(base64);
        all.extend(inner.map(|bytes| (bytes, vec![&causes::WRITTEN_HEX_OF_BASE64])));
        all.push((bytes, causes));
    }
    let pairs: String = text.chars().filter(|c| !"-: ".contains(*c)).collect();
    let separated = text.len() + 1 >= pairs.len() / 2 * 3 && pairs.len() < text.len();
    if let Some(bytes) = unhex(&pairs).filter(|_| separated) {
        all.push((bytes, vec![&causes::WRITTEN_SEPARATED]));
    }
    if let Some(bytes) = numbers(text) {
        all.push((bytes, vec![&causes::WRITTEN_NUMBERS]));
    }
    if let Some(bytes) = base64(text) {
        let cause = if text.contains(['-', '_']) {
            Some(&causes::WRITTEN_BASE64URL)
        } else if right == Writing::Base64
            && text.trim_end_matches('=').len() == text.len()
            && bytes.len() % 3 > 0
        {
            Some(&causes::WRITTEN_BARE)
        } else {
            None
        };
        let inner = std::str::from_utf8(&bytes).ok().and_then(unhex);
        all.extend(inner.map(|bytes| (bytes, vec![&causes::WRITTEN_BASE64_OF_HEX])));
        all.push((bytes, cause.map_or(as_base64.clone(), |cause| vec![cause])));
    }
    let mut all: Vec<_> = all
        .into_iter()
        .filter(|(bytes, _)| LENGTHS.contains(&bytes.len()))
        .map(|(bytes, causes)| (Digest::Whole(bytes), causes))
        .collect();
    let small = text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
    if (LEAST..64).contains(&text.len()) && small {
        let causes = [&as_hex[..], &[&causes::SIGNATURE_CUT]].concat();
        all.push((Digest::CutHex(text.to_owned()), causes));
    }
    let letters = text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'+' || c == b'/');
    if (LEAST..43).contains(&text.len()) && letters {
        let causes = [&as_base64[..], &[&causes::SIGNATURE_CUT]].concat();
        all.push((Digest::CutBase64(text.to_owned()), causes));
    }
    all
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let bare: String = text
        .trim_end_matches('=')
        .chars()
        .filter(|c| !matches!(c, '\n' | '\r'))
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    STANDARD_NO_PAD.decode(bare).ok().filter(|bytes| !bytes.is_empty())
}

/// A list of bytes as numbers, signed or not: `[18, 255, …]`.
fn numbers(text: &str) -> Option<Vec<u8>> {
    let start = text.find('[').map_or(0, |at| at + 1);
    let inner = text[start..].split(']').next()?;
    if !inner.contains(',') {
        return None;
    }
    let number = |word: &str| {
        let number: i16 = word.trim().parse().ok()?;
        u8::try_from(if number < 0 { number + 256 } else { number }).ok()
    };
    inner.split(',').map(number).collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<_>>>()?;
    if digits.is_empty() || digits.len() % 2 == 1 {
        return None;
    }
    let byte = |pair: &[u32]| u8::try_from(pair[0] << 4 | pair[1]).ok();
    digits.chunks(2).map(byte).collect()
}

/// Whether the text is the name of an object or of nothing, and no digest at all.
pub(crate) fn is_no_digest(text: &str) -> bool {
    let text = text.trim();
    crate::unset::WORDS.contains(&text)
        || text.starts_with("[object ")
        || text.starts_with("[B@")
        || text.starts_with('<') && text.contains(" at 0x")
        || text.starts_with("#<")
        || text.starts_with("{{") && text.ends_with("}}")
        || text.starts_with("System.Byte[")
}
