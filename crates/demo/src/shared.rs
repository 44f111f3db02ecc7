//! What gateway and app share: sessions are JSON Web Tokens with HS256 (RFC 7519), events are
//! Standard Webhooks, both under one secret.
//!
//! This module must not know what a session or an event says.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// Seconds that the clocks of gateway and app may differ, and that an event may be under way.
const TOLERANCE: i64 = 300;

/// The secret, ready to be used.
pub(crate) struct Shared(Hmac<Sha256>);

/// The text is no such secret.
#[derive(Debug)]
pub(crate) struct NotASecret;

impl Shared {
    pub(crate) fn new(secret: &str) -> Result<Self, NotASecret> {
        let text = secret.strip_prefix("whsec_").ok_or(NotASecret)?;
        let key = STANDARD.decode(text).map_err(|_| NotASecret)?;
        Hmac::new_from_slice(&key).map(Self).map_err(|_| NotASecret)
    }

    /// The claims of a token whose signature is right.
    pub(crate) fn claims<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let head: serde_json::Value = decoded(head)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if head.get("alg")? != "HS256" || !self.is_right(&[signed.as_bytes()], &signature) {
            return None;
        }
        decoded(claims)
    }

    /// Whether the gateway sent this body, and not long ago.
    pub(crate) fn is_genuine(&self, headers: &HeaderMap, body: &[u8], now: i64) -> bool {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let parts =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let (Some(id), Some(at), Some(signature)) = parts else { return false };
        let is_young = at.parse().is_ok_and(|at: i64| now.abs_diff(at) <= TOLERANCE.unsigned_abs());
        let signature = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", body];
        is_young && signature.is_some_and(|signature| self.is_right(&signed, &signature))
    }

    fn is_right(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        // Takes as long for a wrong signature as for a right one.
        mac.verify_slice(signature).is_ok()
    }
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn a_published_message_is_genuine_and_nothing_else_is() {
        let shared = Shared::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let body = br#"{"test": 2432232314}"#;
        assert!(shared.is_genuine(&headers, body, 1_614_265_330 + TOLERANCE));
        assert!(!shared.is_genuine(&headers, body, 1_614_265_331 + TOLERANCE));
        assert!(!shared.is_genuine(&headers, br#"{"test": 2432232315}"#, 1_614_265_330));
        headers.remove("webhook-id");
        assert!(!shared.is_genuine(&headers, body, 1_614_265_330));
    }

    /// The example of RFC 7515, A.1.
    #[test]
    fn a_published_token_is_read_and_a_changed_one_is_not() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key = URL_SAFE_NO_PAD.decode(key).unwrap();
        let shared = Shared::new(&format!("whsec_{}", STANDARD.encode(key))).unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let claims: serde_json::Value = shared.claims(token).unwrap();
        assert_eq!(claims["iss"], "joe");
        assert!(shared.claims::<serde_json::Value>(&token.replace("0dHA", "0dHB")).is_none());
        let unsigned =
            format!("{}.eyJpc3MiOiJqb2UifQ.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert!(shared.claims::<serde_json::Value>(&unsigned).is_none());
    }
}
