//! Which addresses a provider may register.

use url::{Host, Position, Url};

/// What the marketplace adds to an address itself.
pub(crate) const RESERVED: &[&str] = &[
    "customerName",
    "customerWebId",
    "userId",
    "groupId",
    "apiToken",
    "parameterCacheId",
    "apiClaim",
    "timestamp",
    "signature",
];

/// Why an address cannot be registered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlProblem {
    /// It is none that a browser can open in a frame and that we can sign.
    #[error(
        "must be an absolute http or https URL with a host and without user name, such as \
         https://example.com/activate"
    )]
    Unusable,
    /// No page around a frame can allow it.
    #[error(
        "must have a host name or an IPv4 address, such as http://localhost:3000/activate: browsers \
         know no IPv6 address in a content security policy, so they would show no frame of it"
    )]
    Ipv6,
    /// We sign what is registered, and browsers ask for something else.
    #[error(
        "browsers turn this address into {0}, which the signature would not fit: register that"
    )]
    Respelled(String),
    /// Two parameters of one name: some languages read the first, others the last.
    #[error("must be without the parameter {0}, which the marketplace adds itself")]
    Reserved(&'static str),
}

/// Checks for an address whose page can be shown in a frame, and that is right besides.
pub(crate) fn page_url(text: &str) -> Result<(), UrlProblem> {
    http_url(text)?;
    match Url::parse(text).map(|url| matches!(url.host(), Some(Host::Ipv6(_)))) {
        Ok(true) => Err(UrlProblem::Ipv6),
        _ => Ok(()),
    }
}

/// Checks for an absolute http or https URL that can be signed, and whose signature a provider can
/// verify that sees only what a browser has asked for.
pub(crate) fn http_url(text: &str) -> Result<(), UrlProblem> {
    let url = Url::parse(text).map_err(|_| UrlProblem::Unusable)?;
    let usable = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && freischalt_protocol::signed_url::canonical(text).is_ok();
    if !usable {
        return Err(UrlProblem::Unusable);
    }
    let written = text.split(['?', '#']).next().unwrap_or(text);
    let asked_for = &url[..Position::AfterPath];
    // An address without a path is signed without one, as the vendor's sample does.
    if written != asked_for && asked_for.strip_suffix('/') != Some(written) {
        return Err(UrlProblem::Respelled(url.into()));
    }
    let mut names = url.query_pairs().map(|(name, _)| name);
    match names.find_map(|name| RESERVED.iter().find(|reserved| **reserved == name)) {
        Some(reserved) => Err(UrlProblem::Reserved(reserved)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_a_browser_can_frame_and_we_can_sign() {
        for fine in [
            "http://localhost:3000/activate",
            "https://example.com",
            "https://example.com?own=1",
            "https://example.com/a?own=1&name=%C3%BC#part",
            "https://example.com/%C3%BC%20b/",
            "http://[::1]/",
        ] {
            assert_eq!(http_url(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "",
            "localhost:3000",
            "/activate",
            "javascript:alert(1)",
            "ftp://example.com/",
            "https://user:secret@example.com/",
            "https://",
            "https:///path",
        ] {
            assert!(http_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_page_that_is_framed_has_no_ipv6_address() {
        for url in ["http://[::1]:3000/activate", "https://[2001:db8::1]/"] {
            assert_eq!(page_url(url), Err(UrlProblem::Ipv6), "{url}");
        }
        assert_eq!(page_url("http://localhost:3000/activate"), Ok(()));
    }

    #[test]
    fn an_address_is_registered_as_browsers_ask_for_it() {
        for (registered, asked_for) in [
            ("https://Example.com/a", "https://example.com/a"),
            ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
            ("https://example.com/ä", "https://example.com/%C3%A4"),
            ("https://example.com/a b?c=d", "https://example.com/a%20b?c=d"),
            ("https://example.com/a/../b", "https://example.com/b"),
            ("HTTPS://example.com/", "https://example.com/"),
        ] {
            let expected = Err(UrlProblem::Respelled(asked_for.to_owned()));
            assert_eq!(http_url(registered), expected, "{registered}");
            assert_eq!(http_url(asked_for), Ok(()), "{asked_for}");
        }
    }

    #[test]
    fn what_the_marketplace_adds_cannot_be_there_already() {
        let url = "https://example.com/?own=1&user%49d=2";
        assert_eq!(http_url(url), Err(UrlProblem::Reserved("userId")));
        assert_eq!(http_url("https://example.com/?userid=2"), Ok(()));
    }
}
