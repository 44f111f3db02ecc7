//! The key as an administrator pastes it: with the spaces and line breaks of the place it was
//! copied from, or not the key at all.

use freischalt_client::Credentials;
use freischalt_protocol::Secret;

/// Longer texts are no key by any reading.
const LONGEST: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyProblem {
    Empty,
    TooLong,
    /// It has so many characters only: it was cut when it was copied. A key that is longer than they
    /// are today is tried, since the vendor may change that.
    TooShort(usize),
    /// The provider secret was pasted, which must never travel as an API key.
    ProviderSecret,
}

/// The key without any white space and invisible characters.
pub(crate) fn read(pasted: &str, provider_secret: &Secret) -> Result<Secret, KeyProblem> {
    let key: String = pasted.chars().filter(|c| !is_blank(*c)).collect();
    if key.is_empty() {
        return Err(KeyProblem::Empty);
    }
    if key.len() > LONGEST {
        return Err(KeyProblem::TooLong);
    }
    let length = key.chars().count();
    let key = Secret::new(key);
    if key == *provider_secret {
        return Err(KeyProblem::ProviderSecret);
    }
    match length < Credentials::KEY_LENGTH {
        true => Err(KeyProblem::TooShort(length)),
        false => Ok(key),
    }
}

fn is_blank(c: char) -> bool {
    let is_invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}');
    c.is_whitespace() || c.is_control() || is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pasted: &str) -> Result<Secret, KeyProblem> {
        super::read(pasted, &Secret::new("provider-secret"))
    }

    #[test]
    fn what_copying_adds_is_removed() {
        let half = "k".repeat(32);
        let pasted = format!("\u{feff} {half}\r\n{half}\u{a0}\u{200b}\t");
        assert_eq!(read(&pasted), Ok(Secret::new("k".repeat(64))));
    }

    #[test]
    fn what_is_no_key_is_named() {
        assert_eq!(read(" \n\u{200b}"), Err(KeyProblem::Empty));
        assert_eq!(read(&"k".repeat(513)), Err(KeyProblem::TooLong));
        assert_eq!(read(" provider-secret\n"), Err(KeyProblem::ProviderSecret));
        assert_eq!(read(&"k".repeat(63)), Err(KeyProblem::TooShort(63)));
        assert!(read(&"k".repeat(65)).is_ok());
    }
}
