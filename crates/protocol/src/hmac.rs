//! Action signatures (apidoc.onoffice.de, "Request"): version 2 is base64 of HMAC-SHA256 over
//! timestamp, token, resource type and action id; version 1 is the legacy MD5 construction that
//! also covers the parameters, in PHP's own JSON encoding.

mod v1;
mod v2;

pub use v1::{LegacyAction, contains_float, sign_v1, verify_v1};
pub use v2::{SigningKey, V2Message};
