//! Hides credentials in a text that was signed, so that it can be compared and passed on.

use freischalt_protocol::{
    Secret,
    php::{query, url},
};

use crate::encode::Encoder;

/// Words in the name of a parameter whose value is hidden.
const NAMES: [&str; 5] = ["claim", "token", "secret", "password", "apikey"];
/// How `=` and the end of a value look, plain and inside an encoded URL.
const EQUALS: [&str; 3] = ["=", "%3D", "%253D"];
const ENDS: [&str; 5] = ["&", "%26", "%2526", "#", "%23"];

/// The text with `…(n)` for every value of `n` bytes that may be a credential. Parameters of a
/// callback URL inside an order count too.
pub fn masked(canonical: &[u8]) -> String {
    let text = String::from_utf8_lossy(canonical);
    let mut rest: &str = &text;
    let mut shown = String::new();
    while let Some((name_end, value_start)) = next_credential(rest) {
        let value = &rest[value_start..];
        let length = ENDS.iter().filter_map(|end| value.find(end)).min().unwrap_or(value.len());
        shown.push_str(&rest[..name_end]);
        shown.push_str(&rest[name_end..value_start]);
        shown.push_str(&format!("…({length})"));
        rest = &value[length..];
    }
    shown.push_str(rest);
    shown
}

/// Where the name of the next credential ends and where its value starts.
fn next_credential(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some((at, equals)) = next_equals(text, from) {
        let value = at + equals.len();
        if is_credential(&text[..at]) {
            return Some((at, value));
        }
        from = value;
    }
    None
}

fn next_equals(text: &str, from: usize) -> Option<(usize, &'static str)> {
    let found = |sign: &'static str| text[from..].find(sign).map(|at| (from + at, sign));
    EQUALS.iter().filter_map(|sign| found(sign)).min_by_key(|(at, _)| *at)
}

/// Whether the name at the end of `text` is one of a credential.
fn is_credential(text: &str) -> bool {
    let starts = ENDS.iter().chain(&["?", "%3F", "%253F"]);
    let start = starts.filter_map(|mark| text.rfind(mark).map(|at| at + mark.len())).max();
    let name = text[start.unwrap_or(0)..].to_ascii_lowercase().replace('_', "");
    NAMES.iter().any(|word| name.contains(word))
}

/// The text without what moves a cursor or turns the direction of writing: it is of strangers.
pub(crate) fn plain(text: &str) -> String {
    let moves = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars().map(|c| if moves(c) { '\u{fffd}' } else { c }).collect()
}

/// Shorter values are no credentials, and would be found everywhere.
const SHORTEST: usize = 8;

/// Credentials of one input by their values, for texts that do not write them as `name=value`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hidden {
    values: Vec<String>,
}

impl Hidden {
    pub(crate) fn of(values: impl IntoIterator<Item = String>) -> Self {
        let mut all = Vec::new();
        for value in values.into_iter().filter(|value| value.len() >= SHORTEST) {
            let encoders = [Encoder::Raw, Encoder::Rfc1738, Encoder::Twice1738, Encoder::Component];
            for encoder in encoders {
                let text = String::from_utf8_lossy(&encoder.encode(value.as_bytes())).into_owned();
                for text in [text.to_lowercase(), text.to_uppercase(), text] {
                    if !all.contains(&text) {
                        all.push(text);
                    }
                }
            }
        }
        all.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { values: all }
    }

    pub(crate) fn of_url(text: &str) -> Self {
        let query =
            url::parse_url(text.as_bytes()).and_then(|parts| parts.query).unwrap_or_default();
        let parameters = query::parse_str(&query);
        let secret = |name: &[u8]| {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase().replace('_', "");
            NAMES.iter().any(|word| name.contains(word))
        };
        let own = parameters.iter().filter(|(key, _)| secret(&key.to_bytes()));
        Self::of(own.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect::<Vec<_>>())
    }

    /// The secrets that the input is judged with as well.
    pub(crate) fn and(mut self, secret: &Secret, others: &[Secret]) -> Self {
        let all = std::iter::once(secret).chain(others).map(|secret| secret.expose().to_owned());
        self.values.extend(Self::of(all).values);
        self.values.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self
    }

    /// The text without them.
    pub(crate) fn masked(&self, text: &[u8]) -> String {
        let shown = plain(&masked(text));
        self.values.iter().fold(shown, |shown, value| {
            if shown.contains(value.as_str()) {
                shown.replace(value.as_str(), &format!("…({})", value.len()))
            } else {
                shown
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_a_url_are_hidden_and_their_length_stays() {
        let text = b"https://h/p?apiClaim=abc&apiToken=0123&customerName=a+b&userId=1";
        let shown = masked(text);
        assert_eq!(shown, "https://h/p?apiClaim=…(3)&apiToken=…(4)&customerName=a+b&userId=1");
    }

    #[test]
    fn credentials_of_a_callback_inside_an_order_are_hidden() {
        let text = b"callbackurl=https%3A%2F%2Fh%3Faccess_token%3Dxyz%26a%3D1&timestamp=1";
        let shown = masked(text);
        assert_eq!(shown, "callbackurl=https%3A%2F%2Fh%3Faccess_token%3D…(3)%26a%3D1&timestamp=1");
    }

    #[test]
    fn nothing_that_moves_a_cursor_is_shown() {
        let hidden = Hidden::of(["long-enough-value".to_owned()]);
        let shown = hidden.masked("a\u{1b}[2J\u{202e}b\nlong-enough-value".as_bytes());
        assert_eq!(shown, "a\u{fffd}[2J\u{fffd}b\n…(17)");
    }

    #[test]
    fn a_text_without_credentials_stays_as_it_is() {
        for text in ["", "https://h/", "https://h/claim?a=b&c=", "a=b=c"] {
            assert_eq!(masked(text.as_bytes()), text);
        }
    }
}
