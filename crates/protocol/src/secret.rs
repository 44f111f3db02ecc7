//! Values that must not be seen: a type that cannot be printed, compared in constant time and
//! wiped when dropped.

mod reading;

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub use reading::{SecretKind, SecretProblem, trimmed};

/// A secret text: a provider secret, an API key (the protocol's other name for it is API secret),
/// a management token.
///
/// `Debug` prints a placeholder and there is no `Display`; the only way to the text is
/// [`Secret::expose`], so every place that reads it can be found by that word. Equality takes the
/// same time wherever the first difference is. Signatures use the UTF-8 bytes as they are: the
/// vendor's servers never decode a secret as hex.
///
/// ```
/// use freischalt_protocol::Secret;
///
/// let secret = Secret::new("provider-secret-0123456789");
/// assert_eq!(format!("{secret:?}"), "Secret(…)");
/// assert_eq!(secret.expose(), "provider-secret-0123456789");
/// assert!(!secret.is_empty());
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Only for signing, sealing and the one screen that shows a key to the
    /// person it belongs to.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the secret has no characters, which no key ever has.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Compares two byte strings in a time that depends on their lengths only.
///
/// ```
/// use freischalt_protocol::secret::constant_time_eq;
///
/// assert!(constant_time_eq(b"signature", b"signature"));
/// assert!(!constant_time_eq(b"signature", b"signaturf"));
/// ```
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_text() {
        let secret = Secret::new("provider-secret-0123456789");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn equality_is_by_value() {
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("b"));
        assert_ne!(Secret::new("a"), Secret::new("ab"));
    }
}
