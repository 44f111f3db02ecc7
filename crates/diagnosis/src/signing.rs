//! From the text to the digest: what is done with the text as a whole, the key, and the hash.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac, SimpleHmac};
use md5::{Digest, Md5, digest::block_api::BlockSizeUser};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_256};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

use crate::{
    causes, charset,
    encode::Encoder,
    search::{Mistake, Reach},
    target::unhex,
    unset,
};

/// A way of signing a text. What is `None` is as it should be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signing {
    right: Vec<u8>,
    whole: Option<Whole>,
    key: Option<Vec<u8>>,
    hash: Option<Hash>,
}

/// What is done with the text as a whole before it is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    Followed(&'static str),
    Preceded(&'static str),
    Quoted(&'static str, &'static str),
    Small,
    Capital,
    Utf16 { big: bool, mark: bool },
    Latin1,
    Base64,
    Hex,
    Encoded,
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha512Half,
    Sha3Small,
    Sha3,
    Sha3Large,
    Sha3Largest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Hmac(Algorithm),
    Text(Algorithm),
    KeyFirst(Algorithm),
    KeyLast(Algorithm),
    KeyBoth,
    KeyColon,
    Swapped,
    TwiceHex,
    TwiceBytes,
    OfHashHex(Algorithm),
    OfHashBytes(Algorithm),
    Sha256OfHmac,
}

impl Algorithm {
    const ALL: [(Self, &'static str); 11] = [
        (Self::Sha1, "SHA-1"),
        (Self::Sha512, "SHA-512"),
        (Self::Md5, "MD5"),
        (Self::Sha384, "SHA-384"),
        (Self::Sha224, "SHA-224"),
        (Self::Sha256, "SHA-256"),
        (Self::Sha3, "SHA3-256"),
        (Self::Sha512Half, "SHA-512/256"),
        (Self::Sha3Largest, "SHA3-512"),
        (Self::Sha3Large, "SHA3-384"),
        (Self::Sha3Small, "SHA3-224"),
    ];

    const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha3Small => 28,
            Self::Sha256 | Self::Sha512Half | Self::Sha3 => 32,
            Self::Sha384 | Self::Sha3Large => 48,
            Self::Sha512 | Self::Sha3Largest => 64,
        }
    }

    fn hash(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => Md5::digest(text).to_vec(),
            Self::Sha1 => Sha1::digest(text).to_vec(),
            Self::Sha224 => Sha224::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
            Self::Sha384 => Sha384::digest(text).to_vec(),
            Self::Sha512 => Sha512::digest(text).to_vec(),
            Self::Sha512Half => Sha512_256::digest(text).to_vec(),
            Self::Sha3Small => Sha3_224::digest(text).to_vec(),
            Self::Sha3 => Sha3_256::digest(text).to_vec(),
            Self::Sha3Large => Sha3_384::digest(text).to_vec(),
            Self::Sha3Largest => Sha3_512::digest(text).to_vec(),
        }
    }

    fn hmac(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => mac::<Md5>(key, text),
            Self::Sha1 => mac::<Sha1>(key, text),
            Self::Sha224 => mac::<Sha224>(key, text),
            Self::Sha256 => mac::<Sha256>(key, text),
            Self::Sha384 => mac::<Sha384>(key, text),
            Self::Sha512 => mac::<Sha512>(key, text),
            Self::Sha512Half => mac::<Sha512_256>(key, text),
            Self::Sha3Small => mac::<Sha3_224>(key, text),
            Self::Sha3 => mac::<Sha3_256>(key, text),
            Self::Sha3Large => mac::<Sha3_384>(key, text),
            Self::Sha3Largest => mac::<Sha3_512>(key, text),
        }
    }
}

fn mac<D: Digest + BlockSizeUser>(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = <SimpleHmac<D> as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

impl Signing {
    pub(crate) fn right(key: &[u8]) -> Self {
        Self { right: key.to_vec(), ..Self::default() }
    }

    /// Both at once, unless they change the same.
    pub(crate) fn with(&self, other: &Self) -> Option<Self> {
        let both = (self.whole.is_some() && other.whole.is_some())
            || (self.key.is_some() && other.key.is_some())
            || (self.hash.is_some() && other.hash.is_some());
        (!both).then(|| Self {
            right: self.right.clone(),
            whole: self.whole.or(other.whole),
            key: self.key.clone().or_else(|| other.key.clone()),
            hash: self.hash.or(other.hash),
        })
    }

    /// How many bytes the digest has.
    pub(crate) fn length(&self) -> usize {
        match self.hash {
            Some(Hash::Hmac(one) | Hash::Text(one) | Hash::KeyFirst(one) | Hash::KeyLast(one)) => {
                one.length()
            }
            _ => 32,
        }
    }

    /// With the key prepared, for many texts.
    pub(crate) fn ready(self) -> Signer {
        let key = self.key.unwrap_or(self.right);
        let keyed = Hmac::<Sha256>::new_from_slice(&key).ok();
        Signer { key, keyed, whole: self.whole, hash: self.hash }
    }
}

/// A way of signing with its key prepared.
pub(crate) struct Signer {
    key: Vec<u8>,
    keyed: Option<Hmac<Sha256>>,
    whole: Option<Whole>,
    hash: Option<Hash>,
}

impl Signer {
    pub(crate) fn digest(&self, text: &[u8]) -> Vec<u8> {
        match self.whole {
            None => self.hashed(text),
            Some(whole) => self.hashed(&whole.of(text)),
        }
    }

    fn hmac(&self, text: &[u8]) -> Vec<u8> {
        let Some(mut mac) = self.keyed.clone() else { return Vec::new() };
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    }

    fn hashed(&self, text: &[u8]) -> Vec<u8> {
        let key = &self.key[..];
        let Some(hash) = self.hash else { return self.hmac(text) };
        match hash {
            Hash::Hmac(one) => one.hmac(key, text),
            Hash::Text(one) => one.hash(text),
            Hash::KeyFirst(one) => one.hash(&[key, text].concat()),
            Hash::KeyLast(one) => one.hash(&[text, key].concat()),
            Hash::KeyBoth => Algorithm::Sha256.hash(&[key, text, key].concat()),
            Hash::KeyColon => Algorithm::Sha256.hash(&[key, b":", text].concat()),
            Hash::Swapped => Algorithm::Sha256.hmac(text, key),
            Hash::TwiceHex => self.hmac(hex(&self.hmac(text)).as_bytes()),
            Hash::TwiceBytes => self.hmac(&self.hmac(text)),
            Hash::OfHashHex(one) => self.hmac(hex(&one.hash(text)).as_bytes()),
            Hash::OfHashBytes(one) => self.hmac(&one.hash(text)),
            Hash::Sha256OfHmac => Algorithm::Sha256.hash(hex(&self.hmac(text)).as_bytes()),
        }
    }
}

impl Whole {
    fn of(self, text: &[u8]) -> Vec<u8> {
        let words = || String::from_utf8_lossy(text);
        match self {
            Self::Followed(tail) => [text, tail.as_bytes()].concat(),
            Self::Preceded(start) => [start.as_bytes(), text].concat(),
            Self::Quoted(start, end) => [start.as_bytes(), text, end.as_bytes()].concat(),
            Self::Small => text.to_ascii_lowercase(),
            Self::Capital => text.to_ascii_uppercase(),
            Self::Utf16 { big, mark } => {
                let mark = mark.then_some(0xfeff_u16);
                let units = mark.into_iter().chain(words().encode_utf16().collect::<Vec<_>>());
                let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                units.flat_map(bytes).collect()
            }
            Self::Latin1 => charset::latin1(text).unwrap_or_else(|| text.to_vec()),
            Self::Base64 => STANDARD.encode(text).into_bytes(),
            Self::Hex => hex(text).into_bytes(),
            Self::Encoded => Encoder::Rfc3986.encode(text),
            Self::Html => words().replace('&', "&amp;").into_bytes(),
        }
    }
}

/// The mistakes of these steps, with this secret. `values` are what of the input may have been taken
/// for the key, with the name of each.
pub(crate) fn deviations(
    secret: &str,
    others: &[&str],
    values: &[(String, String)],
) -> Vec<(Signing, Mistake, Reach)> {
    let mut all = Vec::new();
    let right = Signing::right(secret.as_bytes());
    for (key, mistake, reach) in keys(secret, others, values) {
        if key != secret.as_bytes() {
            all.push((Signing { key: Some(key), ..right.clone() }, mistake, reach));
        }
    }
    for (hash, mistake, reach) in hashes() {
        all.push((Signing { hash: Some(hash), ..right.clone() }, mistake, reach));
    }
    for (whole, mistake, reach) in wholes() {
        all.push((Signing { whole: Some(whole), ..right.clone() }, mistake, reach));
    }
    all
}

type Made<T> = (T, Mistake, Reach);

fn keys(secret: &str, others: &[&str], values: &[(String, String)]) -> Vec<Made<Vec<u8>>> {
    let mut all: Vec<Made<Vec<u8>>> = Vec::new();
    let mut add = |cause, key: Vec<u8>, detail: Option<&str>, reach| {
        let detail = detail.map(str::to_owned);
        all.push((key, Mistake { cause, detail }, reach));
    };
    let text = |key: String| key.into_bytes();
    for other in others {
        add(&causes::KEY_OTHER, other.as_bytes().to_vec(), None, Reach::Triples);
    }
    for (name, value) in values {
        let cause = match &name.to_ascii_lowercase()[..] {
            "apitoken" | "token" => &causes::KEY_TOKEN,
            _ => &causes::KEY_VALUE,
        };
        add(cause, value.as_bytes().to_vec(), Some(name), Reach::Pairs);
    }
    add(&causes::KEY_EMPTY, Vec::new(), None, Reach::Triples);
    for word in unset::WORDS {
        add(&causes::KEY_UNSET, word.as_bytes().to_vec(), Some(word), Reach::Pairs);
    }
    for tail in ["\n", "\r\n"] {
        add(&causes::KEY_NEWLINE, text(format!("{secret}{tail}")), None, Reach::Triples);
    }
    for tail in ["\n\n", "\r", "\n\r", "\r\n\r\n", " \n"] {
        add(&causes::KEY_NEWLINE, text(format!("{secret}{tail}")), None, Reach::Pairs);
    }
    add(&causes::KEY_NEWLINE, text(format!("\n{secret}")), None, Reach::Pairs);
    add(&causes::KEY_SPACE, secret.trim().as_bytes().to_vec(), None, Reach::Triples);
    for space in [" ", "\t", "  ", "\u{a0}"] {
        for key in [
            format!("{space}{secret}"),
            format!("{secret}{space}"),
            format!("{space}{secret}{space}"),
        ] {
            let name = match space {
                "\t" => "tab",
                "\u{a0}" => "no-break space",
                _ => "space",
            };
            add(&causes::KEY_SPACE, text(key), Some(name), Reach::Pairs);
        }
    }
    for (mark, name) in [
        ("\u{feff}", "byte order mark"),
        ("\u{200b}", "zero-width space"),
        ("\u{200c}", "zero-width non-joiner"),
        ("\u{200d}", "zero-width joiner"),
        ("\u{2060}", "word joiner"),
        ("\u{ad}", "soft hyphen"),
        ("\u{200e}", "left-to-right mark"),
        ("\0", "NUL"),
    ] {
        for key in [
            format!("{mark}{secret}"),
            format!("{secret}{mark}"),
            format!("{mark}{secret}\n"),
            format!("{mark}{secret}\r\n"),
        ] {
            add(&causes::KEY_INVISIBLE, text(key), Some(name), Reach::Pairs);
        }
    }
    for (start, end) in [
        ("\"", "\""),
        ("'", "'"),
        ("`", "`"),
        ("“", "”"),
        ("„", "“"),
        ("<", ">"),
        ("b'", "'"),
        ("[\"", "\"]"),
    ] {
        add(&causes::KEY_QUOTED, text(format!("{start}{secret}{end}")), None, Reach::Pairs);
    }
    for name in NAMES {
        for key in [
            format!("{name}={secret}"),
            format!("export {name}={secret}"),
            format!("{name}: {secret}"),
            format!("{name}=\"{secret}\""),
        ] {
            add(&causes::KEY_NAMED, text(key), Some(name), Reach::Alone);
        }
        for (start, end) in [
            ("{{", "}}"),
            ("${", "}"),
            ("$", ""),
            ("%", "%"),
            ("<", ">"),
            ("#{", "}"),
            ("{{ ", " }}"),
            ("", ""),
        ] {
            add(
                &causes::KEY_PLACEHOLDER,
                text(format!("{start}{name}{end}")),
                Some(name),
                Reach::Alone,
            );
        }
    }
    add(&causes::KEY_HEX, unhex(secret).unwrap_or_default(), None, Reach::Triples);
    for decoded in
        [STANDARD.decode(secret), STANDARD_NO_PAD.decode(secret), URL_SAFE_NO_PAD.decode(secret)]
    {
        add(&causes::KEY_BASE64, decoded.unwrap_or_default(), None, Reach::Triples);
    }
    add(&causes::KEY_ENCODED, STANDARD.encode(secret).into_bytes(), None, Reach::Pairs);
    add(&causes::KEY_ENCODED, hex(secret.as_bytes()).into_bytes(), None, Reach::Pairs);
    add(&causes::KEY_ENCODED, Encoder::Rfc3986.encode(secret.as_bytes()), None, Reach::Pairs);
    add(&causes::KEY_CASE, text(secret.to_uppercase()), None, Reach::Pairs);
    add(&causes::KEY_CASE, text(secret.to_lowercase()), None, Reach::Pairs);
    for algorithm in [Algorithm::Sha256, Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha512] {
        let digest = algorithm.hash(secret.as_bytes());
        add(&causes::KEY_HASHED, text(hex(&digest)), None, Reach::Pairs);
        add(&causes::KEY_HASHED, digest, None, Reach::Pairs);
    }
    for big in [false, true] {
        let whole = Whole::Utf16 { big, mark: false };
        add(&causes::KEY_UTF16, whole.of(secret.as_bytes()), None, Reach::Pairs);
    }
    for length in [16, 24, 32, 40] {
        if let Some(start) = secret.get(..length) {
            add(&causes::KEY_CUT, start.as_bytes().to_vec(), None, Reach::Pairs);
        }
    }
    for left in 1..=2 {
        let count = secret.chars().count().saturating_sub(left);
        add(&causes::KEY_CUT, text(secret.chars().take(count).collect()), None, Reach::Pairs);
        add(&causes::KEY_CUT, text(secret.chars().skip(left).collect()), None, Reach::Pairs);
    }
    add(&causes::KEY_AMPERSAND, text(format!("{secret}&")), None, Reach::Pairs);
    all
}

/// Names that variables with a secret have.
const NAMES: [&str; 18] = [
    "SECRET",
    "secret",
    "PROVIDER_SECRET",
    "providerSecret",
    "provider_secret",
    "API_KEY",
    "apiKey",
    "api_key",
    "API_SECRET",
    "apiSecret",
    "KEY",
    "key",
    "TOKEN",
    "token",
    "ONOFFICE_SECRET",
    "ONOFFICE_API_SECRET",
    "FREISCHALT_PROVIDER_SECRET",
    "FREISCHALT_API_KEY",
];

fn hashes() -> Vec<Made<Hash>> {
    let mut all = Vec::new();
    for (algorithm, name) in Algorithm::ALL {
        let mistake = |cause| Mistake { cause, detail: Some(name.to_owned()) };
        if algorithm != Algorithm::Sha256 {
            all.push((Hash::Hmac(algorithm), mistake(&causes::HASH_OTHER), Reach::Pairs));
        }
        for hash in [Hash::KeyFirst(algorithm), Hash::KeyLast(algorithm), Hash::Text(algorithm)] {
            let reach = if algorithm == Algorithm::Sha256 { Reach::Triples } else { Reach::Pairs };
            all.push((hash, mistake(&causes::HASH_PLAIN), reach));
        }
    }
    let mut add = |cause, hash| all.push((hash, Mistake::of(cause), Reach::Pairs));
    add(&causes::HASH_PLAIN, Hash::KeyBoth);
    add(&causes::HASH_PLAIN, Hash::KeyColon);
    add(&causes::HASH_SWAPPED, Hash::Swapped);
    add(&causes::HASH_TWICE, Hash::TwiceHex);
    add(&causes::HASH_TWICE, Hash::TwiceBytes);
    add(&causes::HASH_TWICE, Hash::Sha256OfHmac);
    for algorithm in [Algorithm::Sha256, Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha512] {
        add(&causes::HASH_OF_HASH, Hash::OfHashHex(algorithm));
        add(&causes::HASH_OF_HASH, Hash::OfHashBytes(algorithm));
    }
    all
}

fn wholes() -> Vec<Made<Whole>> {
    let mut all = Vec::new();
    let mut add = |cause, whole, reach| all.push((whole, Mistake::of(cause), reach));
    add(&causes::TEXT_NEWLINE, Whole::Followed("\n"), Reach::Triples);
    add(&causes::TEXT_NEWLINE, Whole::Followed("\r\n"), Reach::Pairs);
    add(&causes::TEXT_NEWLINE, Whole::Followed(" \n"), Reach::Alone);
    add(&causes::TEXT_AMP, Whole::Followed("&"), Reach::Pairs);
    for tail in [" ", "\t", "\0", "\u{a0}", "\u{200b}"] {
        add(&causes::TEXT_PADDED, Whole::Followed(tail), Reach::Pairs);
    }
    for start in [" ", "\n", "\u{feff}", "\t"] {
        add(&causes::TEXT_PADDED, Whole::Preceded(start), Reach::Pairs);
    }
    for (start, end) in [("\"", "\""), ("'", "'"), ("b'", "'")] {
        add(&causes::TEXT_QUOTED, Whole::Quoted(start, end), Reach::Pairs);
    }
    add(&causes::TEXT_SMALL, Whole::Small, Reach::Pairs);
    add(&causes::TEXT_CAPITAL, Whole::Capital, Reach::Pairs);
    for (big, mark) in [(false, false), (true, false), (false, true), (true, true)] {
        add(&causes::TEXT_UTF16, Whole::Utf16 { big, mark }, Reach::Pairs);
    }
    add(&causes::CHARSET_LATIN1, Whole::Latin1, Reach::Pairs);
    for whole in [Whole::Base64, Whole::Hex, Whole::Encoded] {
        add(&causes::TEXT_ENCODED, whole, Reach::Pairs);
    }
    add(&causes::JOINED_HTML, Whole::Html, Reach::Pairs);
    all
}

pub(crate) fn hmac_md5(key: &[u8], text: &[u8]) -> Vec<u8> {
    Algorithm::Md5.hmac(key, text)
}

pub(crate) fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    Algorithm::Sha256.hmac(key, text)
}

pub(crate) fn sha256(text: &[u8]) -> Vec<u8> {
    Algorithm::Sha256.hash(text)
}

pub(crate) fn md5_hex(text: &[u8]) -> String {
    hex(&Md5::digest(text))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
