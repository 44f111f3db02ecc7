//! Who may show a page of the provider in a frame, by its headers. Whether a browser shows it in a frame
//! of one marketplace is judged by `freischalt_diagnosis::framing`; here it is asked for all that a report
//! says.

use freischalt_diagnosis::{Framing as Judged, NearMiss, Refusal, framing};
use url::Url;

use crate::http::Answer;

/// A site that nobody names.
const NOBODY: &str = "https://nobody.invalid";

/// What the headers of a page say about frames.
pub(crate) struct Framing {
    /// The origin of the page.
    own: String,
    policies: Vec<String>,
    options: Vec<String>,
}

/// Whether a page is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Yes,
    /// Why not, for people.
    No(String),
}

impl Framing {
    /// Of the answer that this address gave.
    pub(crate) fn of(answer: &Answer, at: &Url) -> Self {
        let headers = |name| {
            let values = answer.headers.get_all(name).iter();
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
        };
        Self {
            own: at.origin().ascii_serialization(),
            policies: headers("content-security-policy"),
            options: headers("x-frame-options"),
        }
    }

    fn judged(&self, ancestor: &str, options: &[&str]) -> Judged {
        let policies = self.policies.iter().map(String::as_str);
        framing(&self.own, ancestor, policies, options.iter().copied())
    }

    /// Whether any policy names who may frame the page, so that the older header does not count.
    pub(crate) fn has_ancestors(&self) -> bool {
        let older = self.judged(NOBODY, &["DENY"]);
        !matches!(older, Judged::Refused(Refusal::FrameOptions { .. }))
    }

    /// The value of `X-Frame-Options` that keeps everybody else out, if that header counts.
    pub(crate) fn blocking_option(&self) -> Option<String> {
        let options: Vec<_> = self.options.iter().map(String::as_str).collect();
        match self.judged(NOBODY, &options) {
            Judged::Refused(Refusal::FrameOptions { value }) => Some(value),
            _ => None,
        }
    }

    /// Whether any site may frame the page although somebody is named.
    pub(crate) fn is_open(&self) -> bool {
        self.has_ancestors() && self.judged(NOBODY, &[]) == Judged::Shown
    }

    /// Whether the policies let a page of this origin frame it.
    pub(crate) fn shows_in(&self, ancestor: &Url) -> Shown {
        let name = ancestor.origin().ascii_serialization();
        match self.judged(&name, &[]) {
            Judged::Refused(Refusal::Ancestors { sources, near_miss }) => {
                let sources = if sources.is_empty() { "without a source" } else { &sources };
                let hint = near_miss.map(|one| format!(": {}", hint(one))).unwrap_or_default();
                Shown::No(format!("frame-ancestors {sources} does not allow {name}{hint}"))
            }
            _ => Shown::Yes,
        }
    }

    /// Whether some other site may frame it, where nobody said which it has to be: one of those that are
    /// named.
    pub(crate) fn shows_somewhere(&self) -> Shown {
        let is_other = |one: &Url| one.origin().ascii_serialization() != self.own;
        let named: Vec<_> = self.named().filter(is_other).collect();
        let shows = |one: &Url| self.shows_in(one) == Shown::Yes;
        if !self.has_ancestors() || self.is_open() || named.iter().any(shows) {
            return Shown::Yes;
        }
        match named.first() {
            Some(first) => self.shows_in(first),
            None => Shown::No("frame-ancestors names no other site than its own".to_owned()),
        }
    }

    /// An address for each source that names a host, whatever stands around it.
    fn named(&self) -> impl Iterator<Item = Url> {
        let words = self.policies.iter().flat_map(|policy| policy.split([' ', ';', ',', '\t']));
        words.filter_map(|word| {
            let word =
                word.trim_matches(['\'', '"']).replace("*.", "marketplace.").replace(":*", "");
            let scheme = self.own.split_once(':').map(|(scheme, _)| scheme)?;
            let is_host = word.contains('.') || word.contains("localhost");
            match word.contains("://") {
                true => Url::parse(&word).ok(),
                false => Url::parse(&format!("{scheme}://{word}")).ok().filter(|_| is_host),
            }
        })
    }
}

fn hint(near_miss: NearMiss) -> &'static str {
    match near_miss {
        NearMiss::OnlySelf => "'self' is the origin of the page itself",
        NearMiss::Path => "a source with a path matches nobody; write scheme, host and port alone",
        NearMiss::Port => "the port is part of an origin",
        NearMiss::Scheme => "the scheme is part of an origin",
        NearMiss::Quotes => "addresses stand without quotes",
        NearMiss::Comma => "a comma begins another policy, and all of them count; use blanks",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderName};

    use super::*;

    const CSP: &str = "content-security-policy";
    const XFO: &str = "x-frame-options";
    const PROVIDER: &str = "http://127.0.0.1:3000/activate";

    fn framing(headers: &[(&'static str, &str)]) -> Framing {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let answer =
            Answer { status: 200, headers: map, body: String::new(), took: Duration::ZERO };
        Framing::of(&answer, &Url::parse(PROVIDER).unwrap())
    }

    fn with(sources: &str) -> Framing {
        framing(&[(CSP, &format!("default-src 'self'; frame-ancestors {sources}"))])
    }

    #[test]
    fn the_older_header_counts_only_without_ancestors() {
        for value in ["DENY", "SameOrigin", "SAMEORIGIN, SAMEORIGIN"] {
            assert!(framing(&[(XFO, value)]).blocking_option().is_some(), "{value}");
            assert!(
                framing(&[(XFO, value), (CSP, "default-src 'self'")]).blocking_option().is_some()
            );
            assert!(
                framing(&[(XFO, value), (CSP, "frame-ancestors *")]).blocking_option().is_none()
            );
        }
        assert!(framing(&[(XFO, "ALLOW-FROM https://a.example")]).blocking_option().is_none());
        let reports = "content-security-policy-report-only";
        assert!(!framing(&[(reports, "frame-ancestors 'none'")]).has_ancestors());
        assert!(with("'none'").has_ancestors());
    }

    #[test]
    fn what_is_open_is_told_from_what_names_somebody() {
        for sources in ["*", "https:", "http://a.example http:", "https://*"] {
            assert!(with(sources).is_open(), "{sources}");
        }
        for sources in ["https://*.onoffice.example", "'self'", "https://a.example", "'none'"] {
            assert!(!with(sources).is_open(), "{sources}");
        }
    }

    #[test]
    fn without_a_marketplace_one_of_those_that_are_named_will_do() {
        for sources in
            ["https://smart.onoffice.example", "'self' *.onoffice.example", "localhost:*", "https:"]
        {
            assert_eq!(with(sources).shows_somewhere(), Shown::Yes, "{sources}");
        }
        assert_eq!(framing(&[]).shows_somewhere(), Shown::Yes);
        for (sources, why) in [
            ("'self'", "no other site"),
            ("'none'", "no other site"),
            ("127.0.0.1:3000", "no other site"),
            ("https://a.example/smart/", "scheme, host and port alone"),
            ("\"https://a.example\"", "without quotes"),
        ] {
            let shown = with(sources).shows_somewhere();
            assert!(matches!(&shown, Shown::No(seen) if seen.contains(why)), "{shown:?}");
        }
        let two = [
            (CSP, "frame-ancestors https://a.example"),
            (CSP, "frame-ancestors https://b.example"),
        ];
        assert!(matches!(framing(&two).shows_somewhere(), Shown::No(_)));
    }

    #[test]
    fn the_reason_says_what_to_write() {
        let why = |sources: &str| {
            let marketplace = Url::parse("http://127.0.0.1:8080").unwrap();
            match with(sources).shows_in(&marketplace) {
                Shown::No(why) => why,
                Shown::Yes => String::new(),
            }
        };
        assert_eq!(why("http://127.0.0.1:8080"), "");
        assert!(why("http://127.0.0.1").ends_with("the port is part of an origin"));
        assert!(why("'self'").ends_with("the origin of the page itself"));
        assert!(why("").contains("without a source"));
    }
}
