//! What keeps a provider's page out of the frame: a browser does not tell the page around a frame that
//! it refused to show something, so the server asks the page itself and reads its headers.
//!
//! No URL that a browser was given is asked for a second time: some providers let each serve once.

use axum::http::{HeaderMap, HeaderName, header};
use freischalt_diagnosis::{Framing, Refusal, framing};
use serde::Serialize;
use url::Url;

use super::{Language, service::origin_of};
use crate::{state::AppState, webhook};

/// Redirects that are followed, as a browser does in the frame.
const MOST_REDIRECTS: usize = 5;

/// What was found, for the page around the frame; nothing if nothing keeps the page out.
#[derive(Debug, Default, Serialize)]
pub(super) struct Checked {
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Finding>,
}

/// What keeps the page out, in the visitor's language.
#[derive(Debug, Serialize)]
struct Finding {
    title: &'static str,
    /// What the page answered.
    found: String,
    /// What would be right.
    right: String,
}

/// What a page answered.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing that keeps it out of the frame.
    Fine,
    /// Headers that keep it out.
    Refused(Refusal),
    /// A status that no page comes with.
    Status(u16),
    /// No answer.
    Silent,
}

/// Asks for a page as the frame would, and follows it to where the frame may go: to the `origins`,
/// which spaces separate.
pub(super) async fn look(app: &AppState, url: &str, origins: &str) -> Found {
    let mut at = url.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let answer = match webhook::look(app, &at).await {
            Ok(answer) => answer,
            Err(problem) if problem.is_policy() => return Found::Fine,
            Err(_) => return Found::Silent,
        };
        match target(&at, answer.status, &answer.headers) {
            // The browser says by itself that the frame may not go there.
            Some(next) if !leads_to(&next, origins) => return Found::Fine,
            Some(next) => at = next,
            None => return judge(&at, answer.status, &answer.headers, &app.public_url),
        }
    }
    Found::Fine
}

fn target(at: &str, status: u16, headers: &HeaderMap) -> Option<String> {
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
    is_redirect.then(|| Url::parse(at).ok()?.join(location).ok().map(String::from))?
}

fn leads_to(url: &str, origins: &str) -> bool {
    origin_of(url).is_some_and(|origin| origins.split(' ').any(|known| known == origin))
}

fn judge(url: &str, status: u16, headers: &HeaderMap, host: &str) -> Found {
    let texts = |name: HeaderName| {
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>()
    };
    let page = origin_of(url).unwrap_or_default();
    let (policies, options) = (header::CONTENT_SECURITY_POLICY, header::X_FRAME_OPTIONS);
    match framing(&page, host, texts(policies), texts(options)) {
        Framing::Refused(refusal) => Found::Refused(refusal),
        Framing::Shown if status >= 400 => Found::Status(status),
        Framing::Shown => Found::Fine,
    }
}

impl Checked {
    /// In words, for a marketplace at the origin `host`.
    pub(super) fn of(found: Found, host: &str, language: Language) -> Self {
        let words = language.texts().framed;
        let shown = |text: &str| text.chars().take(300).collect::<String>();
        let finding = match found {
            Found::Fine => return Self::default(),
            Found::Silent => Finding {
                title: words.silent,
                found: words.silent_found.to_owned(),
                right: words.silent_right.to_owned(),
            },
            Found::Status(status) => Finding {
                title: words.status,
                found: words.status_found.with(status),
                right: words.status_right.to_owned(),
            },
            Found::Refused(Refusal::FrameOptions { value }) => Finding {
                title: words.refused,
                found: words.options_found.with(shown(&value)),
                right: words.options_right.with(host),
            },
            Found::Refused(Refusal::Ancestors { sources, near_miss }) => Finding {
                title: words.refused,
                found: words.ancestors_found.with(shown(&sources)),
                right: format!(
                    "{}{}",
                    near_miss.map(|miss| format!("{} ", words.near_miss(miss))).unwrap_or_default(),
                    words.ancestors_right.with(host)
                ),
            },
        };
        Self { finding: Some(finding) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "http://127.0.0.1:8080";

    fn judged(status: u16, pairs: &[(HeaderName, &str)]) -> Found {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        judge("http://localhost:3000/activate?a=b", status, &pairs.collect(), HOST)
    }

    fn words(found: Found, language: Language) -> String {
        let finding = Checked::of(found, HOST, language).finding.unwrap();
        format!("{} {} {}", finding.title, finding.found, finding.right)
    }

    #[test]
    fn what_was_answered_and_what_would_be_right_are_said_in_both_languages() {
        const POLICY: HeaderName = header::CONTENT_SECURITY_POLICY;
        const OPTIONS: HeaderName = header::X_FRAME_OPTIONS;
        for language in Language::ALL {
            for (status, headers, parts) in [
                (200, &[(OPTIONS, "SAMEORIGIN")][..], &["X-Frame-Options: SAMEORIGIN", HOST][..]),
                (200, &[(POLICY, "frame-ancestors 'self'")], &["'self'", HOST]),
                (
                    200,
                    &[(POLICY, "frame-ancestors http://127.0.0.1")],
                    &["frame-ancestors http://127.0.0.1", "Port", HOST],
                ),
                (403, &[], &["403"]),
                (404, &[(POLICY, "frame-ancestors http://127.0.0.1:8080")], &["404"]),
            ] {
                let said = words(judged(status, headers), language);
                for part in parts {
                    let (said, part) = (said.to_lowercase(), part.to_lowercase());
                    assert!(said.contains(&part), "{part}: {said}");
                }
            }
            assert!(!words(Found::Silent, language).is_empty());
        }
        let fine =
            judged(200, &[(POLICY, "frame-ancestors http://127.0.0.1:8080"), (OPTIONS, "DENY")]);
        assert!(matches!(fine, Found::Fine), "{fine:?}");
    }

    #[test]
    fn redirects_are_followed_to_where_the_frame_may_go() {
        let to = |status, location: &str| {
            let headers = [(header::LOCATION, location.parse().unwrap())].into_iter().collect();
            target("http://localhost:3000/activate?a=b", status, &headers)
        };
        assert_eq!(to(302, "/s/1").as_deref(), Some("http://localhost:3000/s/1"));
        assert_eq!(to(308, "http://h/").as_deref(), Some("http://h/"));
        assert_eq!(to(200, "/s/1"), None);
        assert!(leads_to("http://localhost:3000/x", "http://h http://localhost:3000"));
        assert!(!leads_to("http://localhost:3001/x", "http://h http://localhost:3000"));
    }
}
