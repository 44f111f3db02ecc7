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

    /// A token that came from outside; any text may be looked up. A NUL, which PostgreSQL takes in no
    /// text, becomes another character that no token has, so that it is as unknown everywhere.
    pub fn from_wire(text: &str) -> Self {
        Self(text.replace('\0', "\u{fffd}"))
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

    /// A new API user that comes into being at `unix_millis`. Its token begins with that moment, so
    /// that the tokens of one time are neighbours wherever they are kept in order; 80 random bits
    /// make it unique. The key is all chance.
    pub fn new(unix_millis: u64, mut token: [u8; 16], key: [u8; 32]) -> Self {
        let [_, _, moment @ ..] = unix_millis.to_be_bytes();
        let (first, _) = token.split_at_mut(moment.len());
        first.copy_from_slice(&moment);
        Self::generate(token, key)
    }

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
    fn tokens_are_in_the_order_of_time() {
        let token = |millis, byte| ApiUser::new(millis, [byte; 16], [0; 32]).token;
        assert_eq!(token(1, 0xfe).as_str(), format!("000000000001{}", "fe".repeat(10)));
        assert!(token(1_800_000_000_000, 0xff).as_str() < token(1_800_000_000_001, 0).as_str());
    }

    #[test]
    fn debug_shows_neither_key_nor_whole_token() {
        let text = format!("{:?}", ApiUser::generate([0xfe; 16], [0x0a; 32]));
        assert_eq!(text, "ApiUser { token: ApiToken(fefefe…), key: Secret(…) }");
    }
}
