//! Texts that come from outside, and what none of them may hold.
//!
//! A control character is never meant: it is a byte order gone wrong, half of a binary file, or a
//! command for somebody's terminal. Databases differ about them (PostgreSQL takes no NUL), so what
//! is refused is decided here and not by the one that is behind us.

use std::fmt;

/// A control character where none may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// Which.
    pub character: char,
    /// How many characters stand before it.
    pub before: usize,
}

impl std::error::Error for Control {}

impl fmt::Display for Control {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.before + 1;
        let code = u32::from(self.character);
        write!(to, "has the control character U+{code:04X} in place {place}: leave it out")
    }
}

/// Checks a text of any length and number of lines: tabs and the ends of lines belong to it.
///
/// # Errors
/// The first other control character.
pub fn text(text: &str) -> Result<(), Control> {
    first(text, |character| character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
}

/// Checks a name or anything else that is one line.
///
/// # Errors
/// The first control character.
pub fn line(text: &str) -> Result<(), Control> {
    first(text, char::is_control)
}

fn first(text: &str, is_refused: impl Fn(char) -> bool) -> Result<(), Control> {
    let mut characters = text.chars().enumerate();
    match characters.find(|(_, character)| is_refused(*character)) {
        Some((before, character)) => Err(Control { character, before }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_in_their_place() {
        assert_eq!(text("Müller\t& Söhne\r\n"), Ok(()));
        assert_eq!(line("Müller & Söhne"), Ok(()));
        assert_eq!(line("a\nb"), Err(Control { character: '\n', before: 1 }));
        for character in ['\0', '\u{1b}', '\u{7f}', '\u{9b}'] {
            let found = Err(Control { character, before: 1 });
            assert_eq!(text(&format!("ü{character}")), found);
            assert_eq!(line(&format!("ü{character}")), found);
        }
        let words = text("ab\0").unwrap_err().to_string();
        assert_eq!(words, "has the control character U+0000 in place 3: leave it out");
    }
}
