//! Credentials of the API user that an activation creates in a customer.

use std::fmt;

use freischalt_protocol::Secret;

/// `token` of a request, `apiToken` of the activation URL: 32 lower-case hex digits
/// (length: apidoc.onoffice.de; alphabet: ours).
///
/// A token names an API user but proves nothing by itself. It still is printed in part only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ApiToken(String);

impl ApiToken {
    /// Characters of every token.
    pub const LENGTH: usize = 32;

    /// A token out of random bytes.
    pub fn generate(random: [u8; 16]) -> Self {
        Self(hex(&random))
    }

    /// A token that came from outside; any text may be looked up.
    pub fn from_wire(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start: String = self.0.chars().take(6).collect();
        write!(f, "ApiToken({start}…)")
    }
}

/// The API user of one provider in one customer: created when the right is chosen, dead from the
/// moment the activation ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiUser {
    /// Its token.
    pub token: ApiToken,
    /// Its API key: 64 lower-case hex digits (length: apidoc.onoffice.de; alphabet: ours).
    pub key: Secret,
}

impl ApiUser {
    /// Characters of every API key.
    pub const KEY_LENGTH: usize = 64;

    /// A new API user out of random bytes.
    pub fn generate(token: [u8; 16], key: [u8; 32]) -> Self {
        Self { token: ApiToken::generate(token), key: Secret::new(hex(&key)) }
    }
}

/// A provider secret out of random bytes: 64 lower-case hex digits. It signs URLs and orders and
/// is never an API key.
pub fn generate_provider_secret(random: [u8; 32]) -> Secret {
    Secret::new(hex(&random))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_documentation() {
        let user = ApiUser::generate([0xfe; 16], [0x0a; 32]);
        assert_eq!(user.token.as_str(), "fe".repeat(16));
        assert_eq!(user.key.expose(), "0a".repeat(32));
        assert_eq!(user.token.as_str().len(), ApiToken::LENGTH);
        assert_eq!(user.key.expose().len(), ApiUser::KEY_LENGTH);
    }

    #[test]
    fn debug_shows_neither_key_nor_whole_token() {
        let text = format!("{:?}", ApiUser::generate([0xfe; 16], [0x0a; 32]));
        assert_eq!(text, "ApiUser { token: ApiToken(fefefe…), key: Secret(…) }");
    }
}
