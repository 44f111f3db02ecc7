//! HMAC version 2 (`hmac_version` = 2 or "2").

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Secret;

/// What version 2 signs. Parameters, resource id and identifier are *not* covered.
#[derive(Clone, Copy, Debug)]
pub struct V2Message<'a> {
    /// The timestamp exactly as it was sent, in decimal digits.
    pub timestamp: &'a str,
    /// The API token.
    pub token: &'a str,
    /// The resource type, case-sensitive, may be empty.
    pub resource_type: &'a str,
    /// The full action URN.
    pub action_id: &'a str,
}

/// An API key with the HMAC state already prepared, which halves the cost of a check.
#[derive(Clone)]
pub struct SigningKey {
    state: Hmac<Sha256>,
}

impl SigningKey {
    /// Prepares the key; the secret's UTF-8 bytes are the key, of whatever length.
    pub fn new(secret: &Secret) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let state = Hmac::new_from_slice(secret.expose().as_bytes()).expect("any key length");
        Self { state }
    }

    /// The signature: 44 characters of standard base64 with padding.
    pub fn sign(&self, message: &V2Message<'_>) -> String {
        STANDARD.encode(self.mac(message).finalize().into_bytes())
    }

    /// Whether `signature` is the one of `message`. Takes the same time wherever they differ.
    pub fn verify(&self, message: &V2Message<'_>, signature: &str) -> bool {
        let Ok(bytes) = STANDARD.decode(signature) else { return false };
        self.mac(message).verify_slice(&bytes).is_ok()
    }

    fn mac(&self, message: &V2Message<'_>) -> Hmac<Sha256> {
        let mut mac = self.state.clone();
        mac.update(message.timestamp.as_bytes());
        mac.update(message.token.as_bytes());
        mac.update(message.resource_type.as_bytes());
        mac.update(message.action_id.as_bytes());
        mac
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: &str = "0123456789abcdef0123456789abcdef";
    const ACTION: &str = "urn:onoffice-de-ns:smart:2.5:smartml:action:";

    fn check(secret: &str, token: &str, timestamp: &str, kind: &str, verb: &str, expected: &str) {
        let key = SigningKey::new(&Secret::new(secret));
        let action_id = format!("{ACTION}{verb}");
        let message = V2Message { timestamp, token, resource_type: kind, action_id: &action_id };
        assert_eq!(key.sign(&message), expected, "{kind} {verb}");
        assert!(key.verify(&message, expected));
        assert!(!key.verify(&V2Message { timestamp: "2", ..message }, expected));
        assert!(!key.verify(&message, &expected.replace('=', "")));
        assert!(!key.verify(&message, ""));
    }

    /// Vectors published by clients, and made with PHP.
    #[test]
    fn published_and_computed_vectors() {
        let s = "fedcba9876543210".repeat(4);
        let published = [
            (
                "mgjIQkNRnaqggVzy9cZW",
                "yOJobbhGLXdp90XxvxedFhH7073L9U",
                "123456789",
                "estateCategories",
                "get",
                "dsvg3r4AFcQXges0MZ+3auzQVfnEB39pLkKSgmm9Wvg=",
            ),
            (
                "testtoken",
                "testsecret",
                "1646228220",
                "calendar",
                "read",
                "w6ifKMmAdJoKhu0vl2twvfP+ltyOTQ7LqLpvsZkOnlg=",
            ),
            (
                "ABC",
                "DEF",
                "1",
                "agentslog",
                "read",
                "LwCseeLgixJg7NtMk+9U1YiOSxVOpvsP7W60ASBzGgI=",
            ),
            (
                "dX5hkIIU6W",
                "dhY8h7FeU9",
                "123456789",
                "estateCategories",
                "get",
                "F9OXyaJv7p+bLkwGDGV7ZUmfYgjH2E24zpsxY5/nVDk=",
            ),
        ];
        for (token, secret, timestamp, kind, verb, expected) in published {
            check(secret, token, timestamp, kind, verb, expected);
        }
        let computed = [
            ("estate", "read", "1700000000", "XeJ0btz7R8Z7O0HCe2cea7Nb5BPGNJa92ZxcHmuJPnk="),
            ("address", "create", "1700000000", "1z+ebPXpu8GH2GIIJA+kZ/ClZoQ49SvFrCds9YbZEGs="),
            ("uploadfile", "do", "1700000000", "b/G2WOtlbL1XZPJceIyvTuie8z60mR0DCHU1b+QHxzY="),
            ("unlockProvider", "do", "1700000000", "BE4SYjC+n9LdWleL5MdSklp5RB1zEjPPg4HPt6DX8PA="),
            (
                "idsfromrelation",
                "get",
                "1700000119",
                "7ljLGMd07ioYptwEykYAtzAYf5ZZzUgr0NcqFjgYBDY=",
            ),
            ("", "read", "1700000000", "QILvIT8KXFxmqHbbT1rRNI/5BR0hCuN6h1i8nj3/qkg="),
        ];
        for (kind, verb, timestamp, expected) in computed {
            check(&s, T, timestamp, kind, verb, expected);
        }
        let utf8 = "892NB0+l6obGLG4sVo08PoruMVTd3Eo92xsRxW+IhRQ=";
        check("geheim-äöü€", T, "1700000000", "estate", "read", utf8);
    }

    /// Vectors of the marketplace calls, made with PHP; the last with the inputs of apidoc.onoffice.de.
    #[test]
    fn marketplace_calls() {
        let s = "0123456789abcdef".repeat(4);
        let calls = [
            ("unlockProvider", "do", "8FtJ6J4zmGHRY/CrC+0tcGnvaR9A+Gb12DWastX5bto="),
            (
                "getMarketplaceInvoiceRecipient",
                "get",
                "EVc0OczKyHNNV0UE1B6yrKBgS29y3I4+b5qic76J6Pc=",
            ),
            ("marketplaceCancelAbo", "do", "C7aeljyx9E34eDqRANPo1QG+GFm4aeglP6zeN1g+W3k="),
            ("subsequentPaymentLink", "do", "d/j0yOGDa4nHH/xd3W65qjxOPHkg2coL+vjUfPD5j0w="),
            ("transactionRefund", "do", "W6JsH4D3nmtMpCxtYinIxKM5BFKaPePiLY7IhIfWFJ0="),
            ("executeMarketplaceWebhooks", "do", "R0Helzu8Xyn0mRZGHR1KYUm3cyGeKrml5YxMbo719JM="),
        ];
        for (kind, verb, expected) in calls {
            check(&s, T, "1700000000", kind, verb, expected);
        }
    }
}
