//! Makes wrong signatures the way programs make them. Everything is written out here.

mod languages;
mod orders;
mod requests;
mod servers;
mod urls;

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::Sha3_256;

#[derive(Debug, Clone)]
pub(crate) enum Input {
    Url(String),
    Order(String),
    Request(String),
}

/// A wrong signature and the mistake that made it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) input: Input,
    pub(crate) cause: &'static str,
    pub(crate) secret: String,
    pub(crate) others: Vec<String>,
    /// The signature that would have been right.
    pub(crate) right: String,
    /// The text that would have been right, credentials hidden; empty where the input differs from
    /// case to case.
    pub(crate) right_text: String,
}

/// SplitMix64: enough for test data, the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 16).unwrap() % sides
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }

    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| *self.pick(&letters)).collect()
    }
}

pub(crate) fn cases(count: usize) -> Vec<Case> {
    let mut dice = Dice(2026);
    let mut all = Vec::new();
    while all.len() < count {
        all.extend(urls::cases(&mut dice));
        all.extend(servers::cases(&mut dice));
        all.extend(languages::cases(&mut dice));
        all.extend(orders::cases(&mut dice));
        all.extend(requests::cases(&mut dice));
    }
    all.truncate(count);
    all
}

pub(crate) fn genuine(count: usize) -> Vec<Case> {
    let mut dice = Dice(7);
    let rounds = (0..count / 3).flat_map(|_| {
        [urls::genuine(&mut dice), orders::genuine(&mut dice), requests::genuine(&mut dice)]
    });
    rounds.collect()
}

/// Well-formed signatures of another text.
pub(crate) fn unrelated(count: usize) -> Vec<Case> {
    let mut one = genuine(count);
    for case in &mut one {
        let other = match case.input {
            Input::Request(_) => STANDARD.encode(Sha256::digest(format!("not {}", case.right))),
            _ => hex(&Sha256::digest(format!("not {}", case.right))),
        };
        let (Input::Url(text) | Input::Order(text) | Input::Request(text)) = &mut case.input;
        *text = text.replace(&case.right, &other);
    }
    one
}

pub(crate) fn pairs() -> Vec<(Case, &'static str)> {
    urls::pairs(&mut Dice(11))
}

pub(crate) fn hmac_256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn hmac_512(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn sha_256(text: &[u8]) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    })
}

/// The same for bytes that need be no text.
pub(crate) fn percent_bytes(bytes: &[u8], kept: &str, space_is_plus: bool) -> String {
    let each = bytes.iter().map(|byte| match char::from(*byte) {
        ' ' if space_is_plus => "+".to_owned(),
        c if c.is_ascii_alphanumeric() || kept.contains(c) => c.to_string(),
        _ => format!("%{byte:02X}"),
    });
    each.collect()
}

/// Percent-encodes what is neither a letter nor a digit nor in `kept`.
pub(crate) fn percent(text: &str, kept: &str, space_is_plus: bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c == ' ' && space_is_plus {
            out.push('+');
        } else if c.is_ascii_alphanumeric() || kept.contains(c) {
            out.push(c);
        } else {
            for byte in c.to_string().bytes() {
                write!(out, "%{byte:02X}").unwrap();
            }
        }
    }
    out
}

/// Mistakes with the key and the hash, which URLs and orders share: name and signature.
pub(crate) fn key_mistakes(secret: &str, text: &str) -> Vec<(&'static str, String)> {
    let sign = |key: &[u8]| hex(&hmac_256(key, text.as_bytes()));
    let right = hmac_256(secret.as_bytes(), text.as_bytes());
    let mut nibbles = secret.bytes().map(|byte| char::from(byte).to_digit(16));
    let all_hex = nibbles.clone().all(|digit| digit.is_some());
    let mut bytes = Vec::new();
    while let (Some(Some(high)), Some(Some(low))) = (nibbles.next(), nibbles.next()) {
        bytes.push(u8::try_from(high * 16 + low).unwrap());
    }
    let mut all = vec![
        ("key-newline", sign(format!("{secret}\n").as_bytes())),
        ("key-newline", sign(format!("{secret}\r\n").as_bytes())),
        ("key-quoted", sign(format!("\"{secret}\"").as_bytes())),
        ("key-empty", sign(b"")),
        ("key-hashed", sign(hex(&sha_256(secret.as_bytes())).as_bytes())),
        ("key-case", sign(secret.to_uppercase().as_bytes())),
        ("key-encoded", sign(STANDARD.encode(secret).as_bytes())),
        ("hash-other", hex(&hmac_512(secret.as_bytes(), text.as_bytes()))),
        ("hash-plain", hex(&sha_256(format!("{secret}{text}").as_bytes()))),
        ("hash-plain", hex(&sha_256(text.as_bytes()))),
        ("hash-swapped", hex(&hmac_256(text.as_bytes(), secret.as_bytes()))),
        ("hash-twice", sign_hex_of(secret, &right)),
        ("written-upper", hex(&right).to_uppercase()),
        ("written-base64", STANDARD.encode(&right)),
        ("written-base64-of-hex", STANDARD.encode(hex(&right))),
        ("signature-wrapped", format!("{}\n", hex(&right))),
        ("signature-cut", hex(&right)[..32].to_owned()),
    ];
    all.extend(more_key_mistakes(secret, text));
    if all_hex && secret.len().is_multiple_of(2) {
        all.push(("key-hex", sign(&bytes)));
    }
    all
}

fn sign_hex_of(secret: &str, right: &[u8]) -> String {
    hex(&hmac_256(secret.as_bytes(), hex(right).as_bytes()))
}

/// HMAC of any hash, as RFC 2104 writes it.
fn hmac_of<D: Digest>(key: &[u8], text: &[u8], block: usize) -> String {
    let mut padded = key.to_vec();
    padded.resize(block, 0);
    let xor = |with: u8| padded.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
    let inner = D::digest([&xor(0x36)[..], text].concat());
    hex(&D::digest([&xor(0x5c)[..], &inner[..]].concat()))
}

fn more_key_mistakes(secret: &str, text: &str) -> Vec<(&'static str, String)> {
    let sign = |key: &str| hex(&hmac_256(key.as_bytes(), text.as_bytes()));
    let right = hmac_256(secret.as_bytes(), text.as_bytes());
    let digits = hex(&right);
    let (key, bytes) = (secret.as_bytes(), text.as_bytes());
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let dashes: Vec<_> = right.iter().map(|byte| format!("{byte:02X}")).collect();
    let mut all = vec![
        ("hash-other", hmac_of::<Sha1>(key, bytes, 64)),
        ("hash-other", hmac_of::<Sha224>(key, bytes, 64)),
        ("hash-other", hmac_of::<Sha384>(key, bytes, 128)),
        ("hash-other", hmac_of::<Sha3_256>(key, bytes, 136)),
        ("key-utf16", hex(&hmac_256(&utf16(secret), bytes))),
        ("text-utf16", hex(&hmac_256(key, &utf16(text)))),
        ("key-cut", sign(&secret[..secret.len() - 1])),
        ("key-cut", sign(&secret[1..])),
        ("key-ampersand", sign(&format!("{secret}&"))),
        ("key-named", sign(&format!("PROVIDER_SECRET={secret}"))),
        ("key-placeholder", sign("{{secret}}")),
        ("key-placeholder", sign("${SECRET}")),
        ("hash-of-hash", hex(&hmac_256(key, hex(&sha_256(bytes)).as_bytes()))),
        ("hash-twice", hex(&hmac_256(key, &right))),
        ("written-separated", dashes.join("-")),
        ("written-separated", dashes.join(":").to_lowercase()),
        ("signature-labelled", format!("sha256={digits}")),
        ("signature-labelled", format!("SHA2-256(stdin)= {digits}")),
        ("signature-labelled", format!("{digits}  -")),
        ("signature-repr", format!("b'{digits}'")),
        ("signature-no-digest", "undefined".to_owned()),
        ("signature-no-digest", "[object Promise]".to_owned()),
        ("text-padded", sign_text(key, &format!("{text} "))),
        ("text-padded", sign_text(key, &format!("\u{feff}{text}"))),
        ("text-quoted", sign_text(key, &format!("\"{text}\""))),
        ("text-encoded", sign_text(key, &STANDARD.encode(text))),
        ("text-capital", sign_text(key, &text.to_uppercase())),
    ];
    let url = STANDARD.encode(&right).replace('+', "-").replace('/', "_");
    if url.contains(['-', '_']) {
        all.push(("written-base64url", url.trim_end_matches('=').to_owned()));
    }
    for word in ["undefined", "None", "null", "nil", "NaN", "NULL", "false"] {
        all.push(("key-unset", sign(word)));
    }
    for (before, after) in
        [(" ", ""), ("", " "), ("\t", ""), ("", "\t"), ("\u{a0}", ""), (" ", " ")]
    {
        all.push(("key-space", sign(&format!("{before}{secret}{after}"))));
    }
    for (before, after) in [("\u{feff}", ""), ("", "\u{200b}"), ("\u{feff}", "\r\n")] {
        all.push(("key-invisible", sign(&format!("{before}{secret}{after}"))));
    }
    for tail in ["\r", "\n\n"] {
        all.push(("key-newline", sign(&format!("{secret}{tail}"))));
    }
    for quote in ["'", "`"] {
        all.push(("key-quoted", sign(&format!("{quote}{secret}{quote}"))));
    }
    all
}

fn sign_text(key: &[u8], text: &str) -> String {
    hex(&hmac_256(key, text.as_bytes()))
}
