//! Signed orders and window messages: JSON objects whose `signature` member is lower-case hex of
//! HMAC-SHA256, under the provider secret, over the recursively sorted object encoded as an
//! RFC 3986 query string by PHP's `http_build_query`. Source: `Shop` in the repository
//! onOfficeGmbH/marketplace-examples.
//!
//! This module must not know what an order means, nor which members it needs.

mod members;

use self::members::Members;
use crate::{
    Secret,
    php::{
        self, Value, json,
        query::{self, Encoding},
        sort,
    },
    signature,
};

const SIGNATURE: &str = "signature";

/// Why an order could not be signed or was refused. No variant carries a secret or the signature
/// that would have been right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedOrderError {
    /// The text is not JSON, with the position and what was wrong there.
    #[error("not JSON: {0}")]
    NotJson(php::json::DecodeError),
    /// The JSON is not an object.
    #[error("a signed order is a JSON object, this is something else")]
    NotAnObject,
    /// There is no `signature` member, or it is not a string.
    #[error("the order has no signature member, or it is not a string")]
    MissingSignature,
    /// The signature is not the one of this order under this secret.
    #[error("the signature does not match")]
    WrongSignature,
}

/// The exact text whose HMAC is the signature; an existing `signature` member is left out.
///
/// Null members and empty arrays and objects do not appear in it, so they are not signed.
pub fn canonical(json: &[u8]) -> Result<Vec<u8>, SignedOrderError> {
    let mut order = decode_object(json)?;
    order.remove(SIGNATURE);
    Ok(canonical_text(order))
}

/// The same object with `signature` as its last member; an old one is replaced. The other members
/// keep their order and their text.
pub fn sign(json: &[u8], secret: &Secret) -> Result<String, SignedOrderError> {
    let signature = signature::sign(&canonical(json)?, secret);
    let mut object = String::from("{");
    for member in Members::of(json).filter(|member| member.name() != Some(SIGNATURE.into())) {
        object.push_str(&String::from_utf8_lossy(member.text()));
        object.push(',');
    }
    object.push_str(&format!("\"{SIGNATURE}\":\"{signature}\"}}"));
    Ok(object)
}

/// Checks the signature and returns the order without it.
pub fn verify(json: &[u8], secret: &Secret) -> Result<php::Array, SignedOrderError> {
    let mut order = decode_object(json)?;
    let Some(Value::Str(given)) = order.remove(SIGNATURE) else {
        return Err(SignedOrderError::MissingSignature);
    };
    if !signature::is_genuine(&canonical_text(order.clone()), secret, &given) {
        return Err(SignedOrderError::WrongSignature);
    }
    Ok(order)
}

fn decode_object(text: &[u8]) -> Result<php::Array, SignedOrderError> {
    let value = json::decode(text).map_err(SignedOrderError::NotJson)?;
    // `[]` and `{}` are the same value, so only the text tells a list from an object.
    match value {
        Value::Array(order) if text.trim_ascii_start().starts_with(b"{") => Ok(order),
        _ => Err(SignedOrderError::NotAnObject),
    }
}

fn canonical_text(mut order: php::Array) -> Vec<u8> {
    sort::ksort_recursive(&mut order);
    query::build_query(&order, Encoding::Rfc3986).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new("provider-secret-0123456789")
    }

    #[test]
    fn signing_keeps_the_text_of_the_other_members() {
        let json = br#" { "b" : 1.50, "signature":"old" ,"a":{ "y":"\/}\"", "x":[1, 2]},
            "\u0073ignature":"older" } "#;
        let signed = sign(json, &secret()).unwrap();
        let prefix = r#"{"b" : 1.50,"a":{ "y":"\/}\"", "x":[1, 2]},"signature":""#;
        assert!(signed.starts_with(prefix), "{signed}");
        let order = verify(signed.as_bytes(), &secret()).unwrap();
        assert_eq!(order.len(), 2);
        assert!(!order.contains_key("signature"));
        assert_eq!(sign(signed.as_bytes(), &secret()).unwrap(), signed);
    }

    #[test]
    fn an_empty_object_can_be_signed() {
        assert_eq!(canonical(b"{}").unwrap(), b"");
        let signed = sign(b"{ }", &secret()).unwrap();
        assert!(signed.starts_with(r#"{"signature":""#), "{signed}");
        assert!(verify(signed.as_bytes(), &secret()).unwrap().is_empty());
    }

    #[test]
    fn each_refusal_has_its_reason() {
        let verify = |json: &[u8]| verify(json, &secret()).unwrap_err();
        assert_eq!(verify(b"{}"), SignedOrderError::MissingSignature);
        assert_eq!(verify(br#"{"signature":["a"]}"#), SignedOrderError::MissingSignature);
        assert_eq!(verify(br#"{"signature":"a"}"#), SignedOrderError::WrongSignature);
        for json in [&b"[]"[..], b"1", b"null", b"\"{}\"", b" [{}]"] {
            assert_eq!(verify(json), SignedOrderError::NotAnObject);
        }
        let text = verify(b"{\"a\":}").to_string();
        assert_eq!(text, "not JSON: syntax error at byte 5");
    }

    #[test]
    fn a_changed_member_is_noticed() {
        let signed = sign(br#"{"totalprice":"38.70","timestamp":1}"#, &secret()).unwrap();
        let changed = signed.replace("38.70", "08.70");
        assert_eq!(verify(changed.as_bytes(), &secret()), Err(SignedOrderError::WrongSignature));
    }
}
