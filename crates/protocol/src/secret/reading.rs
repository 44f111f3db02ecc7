//! Secrets as people have them: in files of editors, in variables of shells, on clipboards.
//!
//! What stands around a secret and cannot belong to it is removed: white space, line ends, byte
//! order marks and characters that nobody sees. What may have been meant otherwise is refused,
//! and the refusal never shows the text.

use super::Secret;

/// What a secret is for, as far as it can be told by its look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// Provider secret, API key, token: any text but a secret for events.
    Text,
    /// The secret under which a gateway signs events: `whsec_` and base64 (Standard Webhooks).
    Events,
}

/// Why a text is no secret. It says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    /// Nothing is left.
    #[error("is empty")]
    Empty,
    /// The text that a language makes of a variable that is not set.
    #[error("is the word {0:?}, which a program writes where a variable is not set")]
    Unset(&'static str),
    /// A name to be replaced.
    #[error("is a placeholder that nothing has replaced, such as ${{NAME}} or {{{{name}}}}")]
    Placeholder,
    /// Quotation marks around it.
    #[error("stands in quotation marks; they would be part of it: remove them")]
    Quoted,
    /// A line of an environment file.
    #[error("is a line NAME=value; the value alone is the secret")]
    Assignment,
    /// White space, a line break or something invisible in its midst.
    #[error("has {0} in its midst; one secret and nothing else is expected")]
    Inside(&'static str),
    /// A secret for events in the place of another.
    #[error("begins with whsec_: that is the secret for events, which belongs in another place")]
    ForEvents,
    /// Another secret in the place of the one for events.
    #[error("does not begin with whsec_; the secret for events is whsec_ and base64")]
    NotForEvents,
}

/// What programs make of a variable that is not set: JavaScript, Python, JSON and PHP, Ruby.
const UNSET: [&str; 6] = ["undefined", "None", "null", "nil", "NULL", "NaN"];

impl Secret {
    /// Reads a secret from a file, a variable or a form.
    ///
    /// # Errors
    ///
    /// [`SecretProblem`] where the text cannot be a secret of that kind.
    ///
    /// ```
    /// use freischalt_protocol::secret::{Secret, SecretKind, SecretProblem};
    ///
    /// let saved_by_an_editor = "\u{feff}provider-secret-0123456789\r\n";
    /// let secret = Secret::read(saved_by_an_editor, SecretKind::Text).unwrap();
    /// assert_eq!(secret.expose(), "provider-secret-0123456789");
    /// assert_eq!(Secret::read("undefined", SecretKind::Text), Err(SecretProblem::Unset("undefined")));
    /// ```
    pub fn read(text: &str, kind: SecretKind) -> Result<Self, SecretProblem> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(SecretProblem::Empty);
        }
        if let Some(word) = UNSET.into_iter().find(|word| *word == text) {
            return Err(SecretProblem::Unset(word));
        }
        if is_placeholder(text) {
            return Err(SecretProblem::Placeholder);
        }
        if is_quoted(text) {
            return Err(SecretProblem::Quoted);
        }
        if is_assignment(text) {
            return Err(SecretProblem::Assignment);
        }
        // A passphrase may have spaces between its words.
        if let Some(inside) = text.chars().filter(|c| *c != ' ').find_map(foreign) {
            return Err(SecretProblem::Inside(inside));
        }
        match (kind, text.starts_with("whsec_")) {
            (SecretKind::Text, true) => Err(SecretProblem::ForEvents),
            (SecretKind::Events, false) => Err(SecretProblem::NotForEvents),
            _ => Ok(Self::new(text)),
        }
    }
}

/// The text without what stands around it and cannot be seen: white space, line ends, a byte order
/// mark, zero-width characters.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| foreign(c).is_some())
}

/// What a character is that no secret has.
fn foreign(c: char) -> Option<&'static str> {
    match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some("a line break"),
        _ if c.is_whitespace() => Some("white space"),
        _ if c.is_control() => Some("a control character"),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => Some("an invisible character"),
        _ => None,
    }
}

fn is_placeholder(text: &str) -> bool {
    let name = |inside: &str| {
        let inside = inside.trim();
        !inside.is_empty()
            && inside.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c))
    };
    let wrapped = |start: &str, end: &str| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(name)
    };
    wrapped("${", "}") || wrapped("{{", "}}") || wrapped("%", "%") || wrapped("<", ">")
}

fn is_quoted(text: &str) -> bool {
    const MARKS: [(char, char); 7] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('\u{201c}', '\u{201d}'),
        ('\u{201e}', '\u{201c}'),
        ('\u{2018}', '\u{2019}'),
        ('\u{ab}', '\u{bb}'),
    ];
    let more_than_one = text.chars().nth(1).is_some();
    more_than_one
        && MARKS.iter().any(|(open, close)| text.starts_with(*open) && text.ends_with(*close))
}

/// `NAME=value`, with or without `export`. Base64 has the sign at its end alone.
fn is_assignment(text: &str) -> bool {
    let line = text.strip_prefix("export ").unwrap_or(text);
    let Some((name, value)) = line.split_once('=') else {
        return false;
    };
    let mut letters = name.trim_end().chars();
    let begins = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    begins
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && value.trim_start_matches('=').chars().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "provider-secret-0123456789";

    fn read(text: &str) -> Result<Secret, SecretProblem> {
        Secret::read(text, SecretKind::Text)
    }

    #[test]
    fn what_stands_around_a_secret_is_removed() {
        for (before, after) in [
            ("", "\n"),
            ("", "\r\n"),
            ("\u{feff}", ""),
            (" \t", "\n\n"),
            ("\u{200b}", "\u{200d}"),
            ("\u{a0}", "\u{a0}"),
            ("\u{feff}\u{2060}", "\u{ad}\r"),
            ("\0", "\u{7f}"),
        ] {
            let secret = read(&format!("{before}{SECRET}{after}"));
            assert_eq!(secret, Ok(Secret::new(SECRET)), "{before:?} {after:?}");
        }
    }

    #[test]
    fn what_belongs_to_a_secret_stays() {
        for text in [
            "c2VjcmV0",
            "c2VjcmV0cw==",
            "a=b",
            "'half",
            "ümlaut-secret",
            "four words of mine",
            "$ecret",
            "50%",
        ] {
            let expected = match text {
                "a=b" => Err(SecretProblem::Assignment),
                _ => Ok(Secret::new(text)),
            };
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_was_meant_otherwise_is_refused() {
        for word in UNSET {
            assert_eq!(read(&format!(" {word}\n")), Err(SecretProblem::Unset(word)));
        }
        for text in ["${SECRET}", "{{ secret }}", "%SECRET%", "<your-secret>"] {
            assert_eq!(read(text), Err(SecretProblem::Placeholder), "{text}");
        }
        for text in ["\"abc\"", "'abc'", "`abc`", "\u{201e}abc\u{201c}", "\u{201c}abc\u{201d}"] {
            assert_eq!(read(text), Err(SecretProblem::Quoted), "{text}");
        }
        for text in ["PROVIDER_SECRET=abc", "export KEY=abc", "key = abc", "_x==abc"] {
            assert_eq!(read(text), Err(SecretProblem::Assignment), "{text}");
        }
        for (text, inside) in [
            ("one\ntwo", "a line break"),
            ("one\ttwo", "white space"),
            ("one\u{a0}two", "white space"),
            ("one\u{200b}two", "an invisible character"),
            ("one\u{feff}two", "an invisible character"),
            ("one\0two", "a control character"),
        ] {
            assert_eq!(read(text), Err(SecretProblem::Inside(inside)), "{text:?}");
        }
        for text in ["", " \r\n", "\u{feff}"] {
            assert_eq!(read(text), Err(SecretProblem::Empty), "{text:?}");
        }
    }

    #[test]
    fn a_secret_of_another_kind_is_told() {
        let events = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert_eq!(read(events), Err(SecretProblem::ForEvents));
        assert!(Secret::read(&format!("{events}\n"), SecretKind::Events).is_ok());
        assert_eq!(Secret::read(SECRET, SecretKind::Events), Err(SecretProblem::NotForEvents));
    }

    #[test]
    fn no_problem_shows_the_text() {
        for text in ["KEY=abc123xyz", "'abc123xyz'", "abc123xyz\tabc123xyz", "whsec_abc123xyz"] {
            let problem = read(text).unwrap_err();
            assert!(!problem.to_string().contains("abc123xyz"), "{problem}");
            assert!(!format!("{problem:?}").contains("abc123xyz"), "{problem:?}");
        }
    }
}
