//! Signed orders and window messages (marketplace.md 6.3, 5.2): JSON objects whose `signature`
//! member is lower-case hex of HMAC-SHA256, under the provider secret, over the recursively sorted
//! object encoded as an RFC 3986 query string by PHP's `http_build_query`.

use crate::{Secret, php};

/// Why an order could not be signed or was refused. No variant carries a secret or the signature
/// that would have been right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedOrderError {
    /// The text is not JSON, with the position and what was wrong there.
    #[error("not JSON: {0}")]
    NotJson(php::json::DecodeError),
    /// The JSON is not an object.
    #[error("a signed order is a JSON object")]
    NotAnObject,
    /// There is no `signature` member, or it is not a string.
    #[error("the order has no signature")]
    MissingSignature,
    /// The signature is not the one of this order under this secret.
    #[error("the signature does not match")]
    WrongSignature,
}

/// The exact text whose HMAC is the signature; an existing `signature` member is left out.
pub fn canonical(json: &[u8]) -> Result<Vec<u8>, SignedOrderError> {
    let _ = json;
    unimplemented!()
}

/// The same object with `signature` as its last member; an old one is replaced. The other members
/// keep their order and their text.
pub fn sign(json: &[u8], secret: &Secret) -> Result<String, SignedOrderError> {
    let _ = (json, secret);
    unimplemented!()
}

/// Checks the signature and returns the order without it.
pub fn verify(json: &[u8], secret: &Secret) -> Result<php::Array, SignedOrderError> {
    let _ = (json, secret);
    unimplemented!()
}
