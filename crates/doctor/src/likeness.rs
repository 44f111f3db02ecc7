//! Whether an answer means "come in" or "no". Providers are free in how they say it, so an answer is
//! compared with the one that a genuine URL gets.

use std::collections::BTreeSet;

use crate::{http::Answer, page};

/// What a genuine URL is answered with.
#[derive(Clone, Debug)]
pub(crate) struct Likeness {
    status: u16,
    has_key_field: bool,
    location: String,
    words: BTreeSet<String>,
}

/// Share of words that two answers of the same kind have in common, in percent.
const ALIKE: usize = 60;

impl Likeness {
    pub(crate) fn of(answer: &Answer) -> Self {
        Self {
            status: answer.status,
            has_key_field: page::has_key_field(&answer.body),
            location: place(&answer.header("location")),
            words: words(&answer.body),
        }
    }

    /// Whether this answer is of the same kind.
    pub(crate) fn accepts(&self, answer: &Answer) -> bool {
        let other = Self::of(answer);
        if (self.status, self.has_key_field) != (other.status, other.has_key_field) {
            return false;
        }
        // A redirect to a page of errors is no redirect to the service.
        if self.location != other.location {
            return false;
        }
        let both = self.words.intersection(&other.words).count();
        let all = self.words.union(&other.words).count();
        both * 100 >= all * ALIKE
    }
}

/// The part of a redirect that does not change with its parameters. A piece of the path with a digit
/// in it, or a long one, names a session.
fn place(location: &str) -> String {
    let path = location.split(['?', '#']).next().unwrap_or_default();
    let is_id = |piece: &str| piece.len() > 23 || piece.bytes().any(|c| c.is_ascii_digit());
    // Scheme and host stay as they are.
    let at = path.find("://").map_or(0, |at| at + 3);
    let at = path[at..].find('/').map_or(path.len(), |slash| at + slash);
    let pieces = path[at..].split('/').map(|piece| if is_id(piece) { "‹id›" } else { piece });
    format!("{}{}", &path[..at], pieces.collect::<Vec<_>>().join("/"))
}

/// Whether the addresses that two answers lead on to say different things: the page there is told
/// what happened by a parameter. Values that name something are no words.
pub(crate) fn lead_apart(one: &Answer, other: &Answer) -> bool {
    let told = |answer: &Answer| {
        let location = answer.header("location");
        let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let query = query.split('#').next().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let words = pairs.map(|(name, value)| (name.into_owned(), words(&value)));
        words.collect::<BTreeSet<_>>()
    };
    told(one) != told(other)
}

/// Words of letters. Those with digits are ids, and long ones are credentials.
fn words(body: &str) -> BTreeSet<String> {
    let words = body.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    let plain = words
        .filter(|word| (1..24).contains(&word.len()) && !word.chars().any(|c| c.is_ascii_digit()));
    plain.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;
    use std::time::Duration;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: body.to_owned(), took: Duration::ZERO }
    }

    #[test]
    fn a_page_with_other_values_is_alike_and_an_error_page_is_not() {
        let page = |token: &str| {
            let text =
                format!("<h1>Activate now</h1><input name=\"secret\" id=\"secret\"><b>{token}</b>");
            answer(200, &text)
        };
        let genuine = Likeness::of(&page("a1b2"));
        assert!(genuine.accepts(&page("c3d4")));
        assert!(!genuine.accepts(&answer(200, "<p>The signature is not correct</p>")));
        assert!(!genuine.accepts(&answer(403, &page("a1b2").body)));
    }

    fn to(location: &str) -> Answer {
        let mut answer = answer(303, "");
        answer.headers.insert("location", location.parse().unwrap());
        answer
    }

    #[test]
    fn a_redirect_that_tells_what_happened_leads_elsewhere() {
        let paid = to("/s/b7/?order=ord_1a&state=paid");
        assert!(lead_apart(&paid, &to("/s/c8/?order=ord_2b&state=failed")));
        assert!(!lead_apart(&paid, &to("/s/c8/?order=ord_2b&state=paid")));
        assert!(!lead_apart(&to("/thanks"), &to("/thanks")));
    }

    #[test]
    fn a_redirect_to_a_session_is_like_another_and_unlike_an_error_page() {
        let genuine = Likeness::of(&to("/s/b7c1f2/shop?a=1"));
        assert!(genuine.accepts(&to("/s/99aa01/shop")));
        assert!(!genuine.accepts(&to("/error")));
        assert!(!genuine.accepts(&to("http://127.0.0.2/s/99aa01/shop")));
    }

    #[test]
    fn empty_answers_differ_by_status_alone() {
        let genuine = Likeness::of(&answer(204, ""));
        assert!(genuine.accepts(&answer(204, "")));
        assert!(!genuine.accepts(&answer(403, "")));
    }
}
