//! Whether a request comes from the gateway's own page. There are no cookies to steal, but a
//! foreign page must not be able to make an administrator's browser send keys here either.

use axum::http::{HeaderMap, header::ORIGIN};

/// Browsers send at least one of `Origin` and `Sec-Fetch-Site` with every POST; each that is there
/// must say that the request is ours.
pub(crate) fn is_own_page(headers: &HeaderMap, own: &str) -> bool {
    let origin = headers.get(ORIGIN).map(|value| value.as_bytes() == own.as_bytes());
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes() == b"same-origin");
    match (origin, site) {
        (None, None) => false,
        (origin, site) => origin.unwrap_or(true) && site.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn accepts(origin: Option<&'static str>, site: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        let pairs = [("origin", origin), ("sec-fetch-site", site)];
        for (name, value) in pairs.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            headers.insert(name, HeaderValue::from_static(value));
        }
        is_own_page(&headers, "https://p.example")
    }

    #[test]
    fn every_header_that_is_there_must_agree() {
        assert!(accepts(Some("https://p.example"), Some("same-origin")));
        assert!(accepts(Some("https://p.example"), None));
        assert!(accepts(None, Some("same-origin")));
        assert!(!accepts(None, None));
        assert!(!accepts(Some("null"), Some("same-origin")));
        assert!(!accepts(Some("https://p.example.evil"), None));
        assert!(!accepts(Some("https://p.example"), Some("cross-site")));
    }
}
