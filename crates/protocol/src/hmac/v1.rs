//! HMAC version 1 (`hmac_version` absent), with the server's canonicalisation (api-core.md 3.2).

use crate::{Secret, php};

/// What version 1 signs.
#[derive(Clone, Copy, Debug)]
pub struct LegacyAction<'a> {
    /// The decoded `parameters`.
    pub parameters: &'a php::Array,
    /// The API token.
    pub token: &'a str,
    /// The full action URN.
    pub action_id: &'a str,
    /// As PHP's `implode` would print it: `""` for null.
    pub identifier: &'a str,
    /// As PHP's `implode` would print it: `""` for null.
    pub resource_id: &'a str,
    /// The timestamp exactly as it was sent.
    pub timestamp: &'a str,
    /// The resource type.
    pub resource_type: &'a str,
}

/// The signature: 32 lower-case hex digits. `None` where PHP could not encode the parameters.
pub fn sign_v1(action: &LegacyAction<'_>, secret: &Secret) -> Option<String> {
    let _ = (action, secret);
    unimplemented!()
}

/// Whether `signature` is the one of `action`, compared in constant time.
pub fn verify_v1(action: &LegacyAction<'_>, secret: &Secret, signature: &str) -> bool {
    let _ = (action, secret, signature);
    unimplemented!()
}
