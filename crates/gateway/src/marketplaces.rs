//! The marketplaces that show the provider's pages: one provider is often shown by several, since the
//! vendor's test clients live on another host than its customers.
//!
//! No parameter of a call names the marketplace. A browser tells by `Referer` which page a frame
//! stands in, if that page lets it. The header is a hint and decides about nothing but which of the
//! configured origins comes first: whatever it says, pages are framed by and messages posted to
//! those origins alone.

use axum::http::HeaderMap;
use axum::http::header::REFERER;
use url::Url;

use crate::config::{self, ConfigError};

const SETTING: &str = "marketplace.origins";

/// At least one origin, in the order of the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Marketplaces {
    first: String,
    others: Vec<String>,
}

impl Marketplaces {
    pub(crate) fn new(origins: &[String]) -> Result<Self, ConfigError> {
        let mut read = Vec::new();
        for value in origins {
            let origin = config::origin(SETTING, value)?;
            if !read.contains(&origin) {
                read.push(origin);
            }
        }
        let mut read = read.into_iter();
        let first = read.next().ok_or(ConfigError::NoMarketplace)?;
        Ok(Self { first, others: read.collect() })
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.first).chain(&self.others).map(String::as_str)
    }

    /// As a source list of a content security policy.
    pub(crate) fn sources(&self) -> String {
        self.all().collect::<Vec<_>>().join(" ")
    }

    /// The one whose page a request says that it comes from.
    pub(crate) fn of_request(&self, headers: &HeaderMap) -> Option<&str> {
        let referer = Url::parse(headers.get(REFERER)?.to_str().ok()?).ok()?;
        self.known(&referer.origin().ascii_serialization())
    }

    /// The one that opened a window, where that is known, or the first.
    pub(crate) fn of_window(&self, opened_by: Option<&str>) -> &str {
        opened_by.and_then(|origin| self.known(origin)).unwrap_or(&self.first)
    }

    /// Where a message of a window goes: to the one that opened it, where that is known. Otherwise to
    /// each of them; a browser hands it to the one that the window's frame stands in.
    pub(crate) fn targets(&self, opened_by: Option<&str>) -> Vec<&str> {
        match opened_by.and_then(|origin| self.known(origin)) {
            Some(origin) => vec![origin],
            None => self.all().collect(),
        }
    }

    /// What was noted earlier counts as long as it is configured.
    fn known(&self, origin: &str) -> Option<&str> {
        self.all().find(|known| *known == origin)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const LIVE: &str = "https://live.example";
    const BETA: &str = "https://beta.example:8443";

    fn both() -> Marketplaces {
        let spelled = ["HTTPS://Live.Example:443/", BETA, "https://live.example"];
        Marketplaces::new(&spelled.map(str::to_owned)).unwrap()
    }

    fn from(referer: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(REFERER, HeaderValue::from_static(referer))])
    }

    #[test]
    fn each_is_taken_once_and_in_its_order() {
        assert_eq!(both().sources(), "https://live.example https://beta.example:8443");
    }

    #[test]
    fn a_request_comes_from_a_configured_one_or_from_nobody() {
        let both = both();
        assert_eq!(both.of_request(&from("https://beta.example:8443/")), Some(BETA));
        assert_eq!(both.of_request(&from("https://live.example/smart/smart.php?a=b")), Some(LIVE));
        for other in
            ["https://beta.example/", "https://live.example.evil/", "http://live.example/", "x", ""]
        {
            assert_eq!(both.of_request(&from(other)), None, "{other}");
        }
        assert_eq!(both.of_request(&HeaderMap::new()), None);
    }

    #[test]
    fn messages_go_to_whoever_opened_the_window_or_to_each_but_to_nobody_else() {
        let both = both();
        assert_eq!(both.targets(Some(BETA)), [BETA]);
        assert_eq!(both.targets(None), [LIVE, BETA]);
        assert_eq!(both.targets(Some("https://gone.example")), [LIVE, BETA]);
        assert_eq!((both.of_window(Some(BETA)), both.of_window(None)), (BETA, LIVE));
    }

    #[test]
    fn what_no_policy_can_hold_is_refused_with_a_word() {
        for (origins, word) in [
            (vec![], "marketplace.origins is empty"),
            (vec![LIVE.to_owned(), "https://m.example/smart".to_owned()], "marketplace.origins"),
            (vec!["http://[::1]:8080".to_owned()], "IPv6"),
        ] {
            let error = Marketplaces::new(&origins).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
