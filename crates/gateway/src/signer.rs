//! What the gateway signs for the app behind it: sessions and events, both under the app's secret.
//!
//! This module must not know what a session or an event says.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use freischalt_protocol::{Secret, UnixTime};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

/// The secret that gateway and app share, in the spelling of Standard Webhooks: `whsec_` and base64
/// of 24 to 64 bytes.
#[derive(Clone)]
pub(crate) struct Signer(Hmac<Sha256>);

/// The text is no such secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotASecret;

const PREFIX: &str = "whsec_";

impl Signer {
    pub(crate) fn new(secret: &Secret) -> Result<Self, NotASecret> {
        let text = secret.expose().trim().strip_prefix(PREFIX).ok_or(NotASecret)?;
        let key = STANDARD.decode(text).map_err(|_| NotASecret)?;
        if !(24..=64).contains(&key.len()) {
            return Err(NotASecret);
        }
        Hmac::new_from_slice(&key).map(Self).map_err(|_| NotASecret)
    }

    /// A JSON Web Token with HS256 (RFC 7519).
    pub(crate) fn token(&self, claims: &impl Serialize) -> Result<String, serde_json::Error> {
        const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
        let claims = serde_json::to_vec(claims)?;
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&[text.as_bytes()]));
        Ok(format!("{text}.{signature}"))
    }

    /// The `webhook-signature` header of a message (Standard Webhooks, version 1).
    pub(crate) fn webhook(&self, id: &str, at: UnixTime, body: &str) -> String {
        let at = at.to_string();
        let parts = [id.as_bytes(), b".", at.as_bytes(), b".", body.as_bytes()];
        format!("v1,{}", STANDARD.encode(self.mac(&parts)))
    }

    /// The window that the result of an order opens, by the id of the URL that brought it: the same
    /// each time, and nobody else can tell it.
    pub(crate) fn window_of_result(&self, order: &str, url_id: &str) -> String {
        let parts = [b"window of a result\n", order.as_bytes(), b"\n", url_id.as_bytes()];
        URL_SAFE_NO_PAD.encode(self.mac(&parts))
    }

    fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn a_published_message_has_its_published_signature() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signer = Signer::new(&secret).unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signature = signer.webhook(id, UnixTime(1_614_265_330), r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for wrong in ["", "secret", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all, is it?"] {
            assert_eq!(Signer::new(&Secret::new(wrong)).err(), Some(NotASecret), "{wrong}");
        }
    }
}
