//! From the text to the signature: key, hash, and how the hash is written down.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use freischalt_protocol::Secret;
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

use crate::{Cause, causes};

/// A way of signing a text.
#[derive(Clone, Debug)]
pub(crate) struct Signing {
    key: Key,
    hash: Hash,
    writing: Writing,
}

#[derive(Clone, Debug)]
enum Key {
    AsGiven,
    Followed(&'static str),
    Trimmed,
    HexDecoded,
    Base64Decoded,
    Upper,
    Lower,
    HashedHex,
    HashedBytes,
    Md5Hex,
    Empty,
    Quoted,
    Base64Encoded,
    /// Another value that the input holds.
    Instead(String),
}

#[derive(Clone, Copy, Debug)]
enum Hash {
    HmacSha256,
    HmacSha384,
    HmacSha512,
    HmacMd5,
    Sha256OfText,
    Sha256KeyFirst,
    Sha256KeyLast,
    HmacSwapped,
    HmacTwice,
}

#[derive(Clone, Copy, Debug)]
enum Writing {
    Hex,
    HexUpper,
    Base64,
    Base64Url,
    Base64Bare,
    Base64OfHex,
    HexOfBase64,
}

impl Signing {
    /// As URLs and orders are signed.
    pub(crate) fn hex() -> Self {
        Self { key: Key::AsGiven, hash: Hash::HmacSha256, writing: Writing::Hex }
    }

    /// As actions are signed.
    pub(crate) fn base64() -> Self {
        Self { writing: Writing::Base64, ..Self::hex() }
    }

    /// With another value in place of the key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: Key::Instead(key.to_owned()), ..self.clone() }
    }

    /// The signature; `None` if the key cannot be changed in this way.
    pub(crate) fn sign(&self, text: &[u8], secret: &Secret) -> Option<String> {
        let key = self.key.of(secret.expose())?;
        let digest = match self.hash {
            Hash::HmacSha256 => mac::<Sha256>(&key, text),
            Hash::HmacSha384 => mac::<Sha384>(&key, text),
            Hash::HmacSha512 => mac::<Sha512>(&key, text),
            Hash::HmacMd5 => mac::<Md5>(&key, text),
            Hash::Sha256OfText => Sha256::digest(text).to_vec(),
            Hash::Sha256KeyFirst => Sha256::digest([&key[..], text].concat()).to_vec(),
            Hash::Sha256KeyLast => Sha256::digest([text, &key[..]].concat()).to_vec(),
            Hash::HmacSwapped => mac::<Sha256>(text, &key),
            Hash::HmacTwice => mac::<Sha256>(&key, hex(&mac::<Sha256>(&key, text)).as_bytes()),
        };
        Some(self.writing.of(&digest))
    }
}

impl Key {
    fn of(&self, secret: &str) -> Option<Vec<u8>> {
        let key = match self {
            Self::AsGiven => secret.as_bytes().to_vec(),
            Self::Followed(tail) => [secret.as_bytes(), tail.as_bytes()].concat(),
            Self::Trimmed => secret.trim().as_bytes().to_vec(),
            Self::HexDecoded => unhex(secret)?,
            Self::Base64Decoded => STANDARD
                .decode(secret)
                .or_else(|_| STANDARD_NO_PAD.decode(secret))
                .or_else(|_| URL_SAFE_NO_PAD.decode(secret))
                .ok()?,
            Self::Upper => secret.to_uppercase().into_bytes(),
            Self::Lower => secret.to_lowercase().into_bytes(),
            Self::HashedHex => hex(&Sha256::digest(secret)).into_bytes(),
            Self::HashedBytes => Sha256::digest(secret).to_vec(),
            Self::Md5Hex => hex(&Md5::digest(secret)).into_bytes(),
            Self::Empty => Vec::new(),
            Self::Quoted => format!("\"{secret}\"").into_bytes(),
            Self::Base64Encoded => STANDARD.encode(secret).into_bytes(),
            Self::Instead(other) => other.clone().into_bytes(),
        };
        let changed = matches!(self, Self::AsGiven) || key != secret.as_bytes();
        changed.then_some(key)
    }
}

impl Writing {
    fn of(self, digest: &[u8]) -> String {
        match self {
            Self::Hex => hex(digest),
            Self::HexUpper => hex(digest).to_uppercase(),
            Self::Base64 => STANDARD.encode(digest),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(digest),
            Self::Base64Bare => STANDARD_NO_PAD.encode(digest),
            Self::Base64OfHex => STANDARD.encode(hex(digest)),
            Self::HexOfBase64 => hex(STANDARD.encode(digest).as_bytes()),
        }
    }
}

type Change = Box<dyn Fn(&mut Signing)>;

/// The mistakes of these steps. Those that are right for this kind of signature change nothing and
/// are therefore never found.
pub(crate) fn deviations() -> Vec<(&'static Cause, Change)> {
    let keys = [
        (&causes::KEY_NEWLINE, Key::Followed("\n")),
        (&causes::KEY_NEWLINE, Key::Followed("\r\n")),
        (&causes::KEY_SPACE, Key::Followed(" ")),
        (&causes::KEY_SPACE, Key::Trimmed),
        (&causes::KEY_HEX, Key::HexDecoded),
        (&causes::KEY_BASE64, Key::Base64Decoded),
        (&causes::KEY_CASE, Key::Upper),
        (&causes::KEY_CASE, Key::Lower),
        (&causes::KEY_HASHED, Key::HashedHex),
        (&causes::KEY_HASHED, Key::HashedBytes),
        (&causes::KEY_HASHED, Key::Md5Hex),
        (&causes::KEY_EMPTY, Key::Empty),
        (&causes::KEY_QUOTED, Key::Quoted),
        (&causes::KEY_ENCODED, Key::Base64Encoded),
    ];
    let hashes = [
        (&causes::HASH_OTHER, Hash::HmacSha384),
        (&causes::HASH_OTHER, Hash::HmacSha512),
        (&causes::HASH_OTHER, Hash::HmacMd5),
        (&causes::HASH_PLAIN, Hash::Sha256OfText),
        (&causes::HASH_PLAIN, Hash::Sha256KeyFirst),
        (&causes::HASH_PLAIN, Hash::Sha256KeyLast),
        (&causes::HASH_SWAPPED, Hash::HmacSwapped),
        (&causes::HASH_TWICE, Hash::HmacTwice),
    ];
    let writings = [
        (&causes::WRITTEN_HEX, Writing::Hex),
        (&causes::WRITTEN_UPPER, Writing::HexUpper),
        (&causes::WRITTEN_BASE64, Writing::Base64),
        (&causes::WRITTEN_BASE64URL, Writing::Base64Url),
        (&causes::WRITTEN_BARE, Writing::Base64Bare),
        (&causes::WRITTEN_BASE64_OF_HEX, Writing::Base64OfHex),
        (&causes::WRITTEN_HEX_OF_BASE64, Writing::HexOfBase64),
    ];
    let mut all: Vec<(&'static Cause, Change)> = Vec::new();
    for (cause, key) in keys {
        all.push((cause, Box::new(move |signing| signing.key = key.clone())));
    }
    for (cause, hash) in hashes {
        all.push((cause, Box::new(move |signing| signing.hash = hash)));
    }
    for (cause, writing) in writings {
        all.push((cause, Box::new(move |signing| signing.writing = writing)));
    }
    all
}

pub(crate) fn md5_hex(text: &[u8]) -> String {
    hex(&Md5::digest(text))
}

fn mac<D: EagerHash>(key: &[u8], text: &[u8]) -> Vec<u8>
where
    Hmac<D>: Mac + KeyInit,
{
    // HMAC takes keys of every length.
    let Ok(mut mac) = <Hmac<D> as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<_>>>()?;
    if digits.is_empty() || digits.len() % 2 == 1 {
        return None;
    }
    let byte = |pair: &[u32]| u8::try_from(pair[0] << 4 | pair[1]).ok();
    digits.chunks(2).map(byte).collect()
}
