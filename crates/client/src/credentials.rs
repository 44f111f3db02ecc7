//! The pair that signs a call: API token and API key.

use freischalt_protocol::Secret;
use freischalt_protocol::hmac::{SigningKey, V2Message};

/// Token and key of one API user.
///
/// Lengths are not enforced, because the protocol does not; [`Credentials::doubts`] says what
/// looks wrong. `Debug` shows neither value.
///
/// ```
/// use freischalt_client::{Credentials, Secret};
///
/// let token = "t".repeat(Credentials::TOKEN_LENGTH);
/// let key = Secret::new("k".repeat(Credentials::KEY_LENGTH));
/// let credentials = Credentials::new(&token, key);
/// assert!(credentials.doubts().is_empty());
/// assert!(!format!("{credentials:?}").contains(&token));
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    token: Secret,
    key: Secret,
    signing_key: SigningKey,
}

impl Credentials {
    /// Characters of a token that the vendor issues (apidoc.onoffice.de, "Authentication").
    pub const TOKEN_LENGTH: usize = 32;
    /// Characters of an API key, which the vendor also calls API secret.
    pub const KEY_LENGTH: usize = 64;

    /// Pairs a token (32 characters, from the `apiToken` of the activation URL) with the key
    /// (64 characters, pasted by the administrator).
    ///
    /// ```
    /// use freischalt_client::{Credentials, Secret};
    ///
    /// let swapped = Credentials::new("a".repeat(64), Secret::new("b".repeat(32)));
    /// assert_eq!(swapped.doubts().len(), 1);
    /// assert!(swapped.doubts()[0].contains("swapped"));
    /// ```
    pub fn new(token: impl Into<String>, key: Secret) -> Self {
        let signing_key = SigningKey::new(&key);
        Self { token: Secret::new(token), key, signing_key }
    }

    /// What about this pair does not look like something the vendor issues, each as a sentence
    /// without the values; empty if nothing does.
    pub fn doubts(&self) -> Vec<String> {
        let (token, key) = (self.token.expose(), self.key.expose());
        let (token_length, key_length) = (token.chars().count(), key.chars().count());
        if token_length == Self::KEY_LENGTH && key_length == Self::TOKEN_LENGTH {
            return vec![
                "Token and key are swapped: the token is the one with 32 characters, the \
                         key the one with 64."
                    .to_owned(),
            ];
        }
        let mut doubts = Vec::new();
        for (name, text, length, expected) in [
            ("token", token, token_length, Self::TOKEN_LENGTH),
            ("key", key, key_length, Self::KEY_LENGTH),
        ] {
            if text.contains(char::is_whitespace) {
                doubts.push(format!("The {name} contains spaces or line breaks; remove them."));
            } else if length != expected {
                doubts.push(format!(
                    "The {name} has {length} characters; it should have {expected}."
                ));
            }
        }
        doubts
    }

    /// Whether these credentials belong to the API user with this token.
    ///
    /// ```
    /// use freischalt_client::{Credentials, Secret};
    ///
    /// let credentials = Credentials::new("token", Secret::new("key"));
    /// assert!(credentials.has_token(&Secret::new("token")));
    /// ```
    pub fn has_token(&self, token: &Secret) -> bool {
        self.token == *token
    }

    /// Whether the key is this secret.
    pub(crate) fn key_is(&self, secret: &Secret) -> bool {
        self.key == *secret
    }

    pub(crate) fn token(&self) -> &str {
        self.token.expose()
    }

    pub(crate) fn sign(&self, timestamp: &str, resource_type: &str, action_id: &str) -> String {
        let token = self.token();
        self.signing_key.sign(&V2Message { timestamp, token, resource_type, action_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proper_pair_raises_no_doubt() {
        assert!(Credentials::new("t".repeat(32), Secret::new("k".repeat(64))).doubts().is_empty());
    }

    #[test]
    fn each_mistake_is_named() {
        let cut = Credentials::new("t".repeat(31), Secret::new("k".repeat(64))).doubts();
        assert_eq!(cut, ["The token has 31 characters; it should have 32."]);
        let spaced = Credentials::new("t".repeat(32), Secret::new("k k\n")).doubts();
        assert_eq!(spaced, ["The key contains spaces or line breaks; remove them."]);
    }

    #[test]
    fn debug_shows_neither_value() {
        let shown = format!("{:?}", Credentials::new("my-token", Secret::new("my-key")));
        assert!(!shown.contains("my-"), "{shown}");
    }
}
