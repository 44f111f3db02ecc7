//! Makes wrong signatures the way programs make them. Everything is written out here.

mod orders;
mod requests;
mod urls;

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

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
            Input::Request(_) => STANDARD.encode(Sha256::digest(&case.right)),
            _ => hex(&Sha256::digest(&case.right)),
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
    if all_hex && secret.len().is_multiple_of(2) {
        all.push(("key-hex", sign(&bytes)));
    }
    all
}

fn sign_hex_of(secret: &str, right: &[u8]) -> String {
    hex(&hmac_256(secret.as_bytes(), hex(right).as_bytes()))
}
