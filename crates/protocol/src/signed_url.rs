//! Signed URLs: activation, service call, webhook and order callback (marketplace.md 2.3).
//!
//! The text that is signed is scheme, host and path as they stand (no port, no user info, no
//! fragment), then `?` and the decoded, sorted and newly encoded query without `signature`; the
//! signature is lower-case hex of HMAC-SHA256 under the provider secret.

use crate::{Secret, UnixTime, php};

/// A signed URL that proved genuine.
#[derive(Clone, Debug)]
pub struct VerifiedUrl {
    /// All query parameters but `signature`, decoded by the rules of PHP's `parse_str`.
    pub parameters: php::Array,
}

impl VerifiedUrl {
    /// A parameter that is valid UTF-8 text; `None` if it is absent, an array or not UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        let _ = name;
        None
    }

    /// The `timestamp` parameter.
    pub fn timestamp(&self) -> Option<UnixTime> {
        None
    }
}

/// Why a URL could not be signed or was refused. No variant carries a secret or the signature
/// that would have been right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedUrlError {
    /// PHP's `parse_url` would refuse it, or it has no scheme or host.
    #[error("not an absolute URL")]
    NotAbsolute,
    /// There is no `signature` parameter, or it is an array.
    #[error("the URL has no signature parameter")]
    MissingSignature,
    /// The signature is not the one of this URL under this secret.
    #[error("the signature does not match")]
    WrongSignature,
    /// `timestamp` is absent or not a whole number.
    #[error("the URL has no timestamp parameter, or it is not a whole number of Unix seconds")]
    MissingTimestamp,
    /// The URL was signed longer ago than the caller accepts.
    #[error("the URL was signed {age} s ago, at most {max_age} s are accepted")]
    TooOld {
        /// Seconds since the URL was signed.
        age: i64,
        /// The limit given by the caller, in seconds.
        max_age: i64,
    },
    /// The URL claims to be signed later than now, by more than the allowed clock difference.
    #[error("the URL claims to have been signed {ahead} s in the future")]
    FromTheFuture {
        /// Seconds between now and the time in the URL.
        ahead: i64,
    },
}

/// The exact text whose HMAC is the signature; an existing `signature` parameter is left out.
pub fn canonical(url: &str) -> Result<Vec<u8>, SignedUrlError> {
    let _ = url;
    unimplemented!()
}

/// Signs a URL: the same URL with its old `signature`, if any, removed and the right one appended
/// (before a fragment). Everything else stays byte for byte as it was, port included.
pub fn sign(url: &str, secret: &Secret) -> Result<String, SignedUrlError> {
    let _ = (url, secret);
    unimplemented!()
}

/// `base` with `parameters` appended to its query in the given order, encoded by the RFC 1738
/// rules of PHP, and signed. Parameters of `base` (the provider's own) are kept; where names
/// collide ours win, because the last duplicate counts.
pub fn sign_with(
    base: &str,
    parameters: &[(&str, &str)],
    secret: &Secret,
) -> Result<String, SignedUrlError> {
    let _ = (base, parameters, secret);
    unimplemented!()
}

/// Checks the signature only; see [`verify_fresh`] for the age.
pub fn verify(url: &str, secret: &Secret) -> Result<VerifiedUrl, SignedUrlError> {
    let _ = (url, secret);
    unimplemented!()
}

/// Checks the signature, then that `timestamp` is at most `max_age` seconds old and at most
/// `max_ahead` seconds in the future.
pub fn verify_fresh(
    url: &str,
    secret: &Secret,
    now: UnixTime,
    max_age: i64,
    max_ahead: i64,
) -> Result<VerifiedUrl, SignedUrlError> {
    let _ = (url, secret, now, max_age, max_ahead);
    unimplemented!()
}
