//! HMAC version 1 (`hmac_version` absent): nested MD5 over the parameters as PHP's `json_encode`
//! writes them and the other members of the action. The vendor's server decodes the JSON and
//! encodes it again, so what counts is the canonical text of the parameters, not the client's
//! bytes. Sources: apidoc.onoffice.de, and onOfficeGmbH/sdk up to March 2022.

use std::fmt;

use md5::{Digest, Md5};

use crate::{
    Secret,
    php::{self, Value, json},
    secret::constant_time_eq,
    signature::hex,
};

/// What version 1 signs.
#[derive(Clone, Copy)]
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

/// Neither the token nor the parameters, among which an API claim may be.
impl fmt::Debug for LegacyAction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyAction")
            .field("action_id", &self.action_id)
            .field("resource_type", &self.resource_type)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// The signature: 32 lower-case hex digits. `None` where PHP could not encode the parameters.
pub fn sign_v1(action: &LegacyAction<'_>, secret: &Secret) -> Option<String> {
    // The text of the parameters may be large, so it goes to the hash as it is written.
    let mut inner = Hashing(Md5::new());
    json::write_sorted(&mut inner, action.parameters)?;
    // The vendor's order: accesstoken, actionid, identifier, resourceid, secret, timestamp, type.
    let members = [
        action.token,
        action.action_id,
        action.identifier,
        action.resource_id,
        secret.expose(),
        action.timestamp,
        action.resource_type,
    ];
    for member in members {
        inner.0.update(b",");
        inner.0.update(member);
    }
    let inner = hex(&inner.0.finalize());
    Some(hex(&Md5::new_with_prefix(secret.expose()).chain_update(inner).finalize()))
}

/// A hash that texts are written to.
struct Hashing(Md5);

impl fmt::Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

/// Whether `signature` is the one of `action`, compared in constant time.
pub fn verify_v1(action: &LegacyAction<'_>, secret: &Secret, signature: &str) -> bool {
    sign_v1(action, secret)
        .is_some_and(|right| constant_time_eq(right.as_bytes(), signature.as_bytes()))
}

/// The first parameter that holds a float, with the way to it as in `data.price.0`. Floats are
/// what clients and server print differently, so this is the name that error 243 wants.
pub fn contains_float(parameters: &php::Array) -> Option<String> {
    let mut way = way_to_float(parameters)?;
    way.reverse();
    Some(way.join("."))
}

/// The names on the way to the first float, from the innermost out.
fn way_to_float(parameters: &php::Array) -> Option<Vec<String>> {
    parameters.iter().find_map(|(key, value)| {
        let mut way = match value {
            Value::Float(_) => Vec::new(),
            Value::Array(inner) => way_to_float(inner)?,
            _ => return None,
        };
        way.push(String::from_utf8_lossy(&key.to_bytes()).into_owned());
        Some(way)
    })
}
