//! What happened to a URL between the browser and whoever explains it.

use crate::{Cause, causes, encode::decode};

/// The URL with something taken off, and what that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) text: String,
    pub(crate) causes: Vec<&'static Cause>,
}

/// How many steps of wrapping are undone.
const DEPTH: usize = 4;
/// How many forms are looked at.
const FORMS: usize = 64;

/// The URL as it stands, and then with what it may be wrapped in taken off.
pub(crate) fn forms(text: &str) -> Vec<Form> {
    let mut forms = vec![Form { text: text.to_owned(), causes: Vec::new() }];
    let mut next = 0;
    while let Some(form) = forms.get(next).cloned() {
        next += 1;
        if form.causes.len() >= DEPTH {
            continue;
        }
        for (text, cause) in peeled(&form.text) {
            let new = forms.iter().all(|known| known.text != text);
            if new && !text.is_empty() && forms.len() < FORMS {
                let mut causes = form.causes.clone();
                if !causes.contains(&cause) {
                    causes.push(cause);
                }
                forms.push(Form { text, causes });
            }
        }
    }
    forms
}

fn peeled(text: &str) -> Vec<(String, &'static Cause)> {
    let mut all: Vec<(String, &'static Cause)> = Vec::new();
    let around =
        |c: char| c.is_whitespace() || "\"'`<>()[]{}“”„‘’«»\u{feff}\u{200b}\u{ad}".contains(c);
    all.push((text.trim_matches(around).to_owned(), &causes::URL_WRAPPED));
    let after = |c: char| ".,;:!\\".contains(c);
    all.push((text.trim_end_matches(after).to_owned(), &causes::URL_WRAPPED));
    let starts = ["http://", "https://", "HTTP://", "HTTPS://"];
    // `curl 'https://…`, `URL: https://…`, `GET https://… HTTP/1.1`.
    let start = starts.iter().filter_map(|scheme| text.find(scheme)).min();
    if let Some(at) = start.filter(|at| *at > 0 && !text[..*at].contains('?')) {
        all.push((text[at..].to_owned(), &causes::URL_WRAPPED));
    }
    if let Some((url, _)) = text.split_once(" HTTP/") {
        all.push((url.to_owned(), &causes::URL_WRAPPED));
    }
    let broken =
        |c: char| c.is_whitespace() || "\u{ad}\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}".contains(c);
    if text.contains(broken) {
        all.push((text.replace(broken, ""), &causes::URL_BROKEN));
        // A mail's quoted-printable ends a broken line with `=`.
        let joined = text.replace("=\r\n", "").replace("=\n", "");
        all.push((joined, &causes::URL_BROKEN));
    }
    if text.contains("=3D") {
        let soft = text.replace("=\r\n", "").replace("=\n", "");
        all.push((quoted_printable(&soft), &causes::URL_MAILED));
    }
    if text.contains("&amp;") || text.contains("&#") {
        let plain = ["&amp;", "&#38;", "&#038;", "&#x26;"];
        let plain = plain.iter().fold(text.to_owned(), |text, entity| text.replace(entity, "&"));
        let plain = plain.replace("&quot;", "\"").replace("&#039;", "'").replace("&#39;", "'");
        all.push((plain, &causes::HTML_COPY));
    }
    let escaped = text.replace("\\/", "/").replace("\\u0026", "&").replace("\\u003d", "=");
    let escaped = escaped.replace("\\u003D", "=").replace("\\u003f", "?").replace("\\u003F", "?");
    let escaped = escaped.replace("\\u0025", "%").replace("\\u002B", "+").replace("\\u002b", "+");
    all.push((escaped.replace("\\u0027", "'"), &causes::URL_ESCAPED));
    for mark in ["\\&", "\\?", "\\="] {
        if text.contains(mark) {
            let plain = text.replace("\\&", "&").replace("\\?", "?").replace("\\=", "=");
            all.push((plain, &causes::URL_ESCAPED));
            break;
        }
    }
    // Only where the marks of a URL themselves are encoded is it the whole that was.
    let small = text.to_ascii_lowercase();
    let address =
        !text.contains("://") && (small.contains("%2f%2f") || small.contains("%252f%252f"));
    let query = !text.contains('?') && small.contains("%3f");
    if address || query {
        let whole = String::from_utf8_lossy(&decode(text.as_bytes(), false)).into_owned();
        all.push((whole, &causes::URL_ENCODED_AGAIN));
    }
    all.retain(|(peeled, _)| peeled != text);
    all
}

fn quoted_printable(text: &str) -> String {
    let marked = text.replace('%', "%25").replace('=', "%");
    String::from_utf8_lossy(&decode(marked.as_bytes(), false)).into_owned()
}
