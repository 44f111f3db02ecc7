//! The signature that URLs and orders share: lower-case hex of HMAC-SHA256 under the provider
//! secret, taken as text.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{Secret, secret::constant_time_eq};

pub(crate) fn sign(text: &[u8], secret: &Secret) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("any key length");
    mac.update(text);
    hex(&mac.finalize().into_bytes())
}

/// Takes the same time wherever the two signatures differ.
pub(crate) fn is_genuine(text: &[u8], secret: &Secret, signature: &[u8]) -> bool {
    constant_time_eq(sign(text, secret).as_bytes(), signature)
}

/// A name of `text` that says nothing about a secret: hex of its SHA-256.
pub(crate) fn id(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
