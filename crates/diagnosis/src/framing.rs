//! Whether a browser shows an answer in a frame of another page, as its headers say: the directive
//! `frame-ancestors` of Content Security Policy Level 3, and `X-Frame-Options` of the HTML standard.
//!
//! The page around a frame is not told that the browser refused to show it, so a marketplace has to
//! ask the page itself and to read its headers. Where browsers and the standard differ, this follows
//! Chromium 156 and Firefox: any IPv4 address may stand in a source, and one with a path matches no
//! ancestor.

/// What a browser does with an answer that is to be shown in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// It is shown.
    Shown,
    /// The frame stays blank.
    Refused(Refusal),
}

/// The header that keeps a page out of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No source of a `frame-ancestors` matches the page around the frame.
    Ancestors {
        /// The sources as they were sent.
        sources: String,
        /// What is wrong with the source that was probably meant, if one comes near.
        near_miss: Option<NearMiss>,
    },
    /// `X-Frame-Options` refuses it, and there is no `frame-ancestors` that would replace it.
    FrameOptions {
        /// The values as they were sent, separated by commas.
        value: String,
    },
}

/// Why a source that names the right host does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NearMiss {
    /// `'self'` is the page's own origin, and the marketplace is another.
    OnlySelf,
    /// It has a path; only a lone `/` may follow the host.
    Path,
    /// It has another port, or none where the marketplace has one.
    Port,
    /// It has another scheme.
    Scheme,
    /// It stands in quotes, which are for keywords such as `'self'`.
    Quotes,
    /// A comma stands before it, which begins another policy; blanks separate sources.
    Comma,
}

/// Scheme, host and port of an origin, with the port written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Origin<'a> {
    scheme: &'a str,
    host: &'a str,
    port: u16,
}

/// Judges the headers of a page at the origin `page` that is to be shown by a page of `ancestor`.
/// Both are origins as browsers write them, such as `http://127.0.0.1:8080`. `policies` are the
/// values of `Content-Security-Policy` (not those of `Content-Security-Policy-Report-Only`, which
/// refuse nothing), `frame_options` those of `X-Frame-Options`.
///
/// ```
/// use freischalt_diagnosis::{Framing, framing};
///
/// let (page, ancestor) = ("http://localhost:3000", "http://127.0.0.1:8080");
/// let policy = "default-src 'self'; frame-ancestors http://127.0.0.1:8080";
/// assert_eq!(framing(page, ancestor, [policy], ["DENY"]), Framing::Shown);
/// assert_ne!(framing(page, ancestor, ["frame-ancestors 'self'"], []), Framing::Shown);
/// assert_ne!(framing(page, ancestor, [], ["SAMEORIGIN"]), Framing::Shown);
/// ```
pub fn framing<'a>(
    page: &str,
    ancestor: &str,
    policies: impl IntoIterator<Item = &'a str>,
    frame_options: impl IntoIterator<Item = &'a str>,
) -> Framing {
    let (page, ancestor) = (Origin::parse(page), Origin::parse(ancestor));
    let mut is_decided = false;
    // Every policy has to allow it, whether it has a header of its own or a comma before it.
    for header in policies {
        for policy in header.split(',') {
            let Some(sources) = ancestors(policy) else { continue };
            is_decided = true;
            if !sources.split_ascii_whitespace().any(|one| matches(one, page, ancestor)) {
                let near_miss = near_miss(header, sources, page, ancestor);
                return Framing::Refused(Refusal::Ancestors {
                    sources: sources.to_owned(),
                    near_miss,
                });
            }
        }
    }
    if is_decided {
        return Framing::Shown;
    }
    let values: Vec<&str> =
        frame_options.into_iter().flat_map(|header| header.split(',')).map(str::trim).collect();
    if options_refuse(&values, page == ancestor) {
        return Framing::Refused(Refusal::FrameOptions { value: values.join(", ") });
    }
    Framing::Shown
}

/// The sources of a policy's `frame-ancestors`; of two such directives the first counts.
fn ancestors(policy: &str) -> Option<&str> {
    policy.split(';').find_map(|directive| {
        let directive = directive.trim();
        let (name, sources) =
            directive.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((directive, ""));
        name.eq_ignore_ascii_case("frame-ancestors").then_some(sources.trim())
    })
}

/// The HTML standard, 7.4.6 "The `X-Frame-Options` header": nonsense by itself is ignored, beside a
/// valid value it refuses.
fn options_refuse(values: &[&str], is_same_origin: bool) -> bool {
    let is = |value: &str, known: &str| value.eq_ignore_ascii_case(known);
    let Some(first) = values.first() else { return false };
    if values.iter().any(|value| !is(value, first)) {
        return values
            .iter()
            .any(|value| ["deny", "allowall", "sameorigin"].iter().any(|known| is(value, known)));
    }
    is(first, "deny") || (is(first, "sameorigin") && !is_same_origin)
}

impl<'a> Origin<'a> {
    /// An opaque origin (`null`) is none, and matches nothing.
    fn parse(text: &'a str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, default_port(scheme)?),
        };
        Some(Self { scheme, host, port })
    }

    fn has_default_port(self) -> bool {
        default_port(self.scheme) == Some(self.port)
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// A source of the form `scheme://host:port/path`, of which only the host has to be there.
#[derive(Clone, Copy)]
struct HostSource<'a> {
    scheme: Option<&'a str>,
    host: &'a str,
    port: Option<&'a str>,
    path: &'a str,
}

impl<'a> HostSource<'a> {
    fn parse(source: &'a str) -> Option<Self> {
        let (scheme, rest) = match source.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, source),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let name = host.strip_prefix("*.").unwrap_or(host);
        let is_name = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
        let is_port = port.is_none_or(|port| port == "*" || port.parse::<u16>().is_ok());
        ((host == "*" || is_name) && is_port).then_some(Self { scheme, host, port, path })
    }

    fn has_scheme_of(self, page: Option<Origin<'_>>, ancestor: Origin<'_>) -> bool {
        let wanted = self.scheme.or(page.map(|page| page.scheme)).unwrap_or_default();
        is_scheme(wanted, ancestor.scheme)
    }

    fn has_host_of(self, ancestor: Origin<'_>) -> bool {
        match self.host.strip_prefix('*') {
            Some("") => true,
            Some(suffix) => ends_with_ignoring_case(ancestor.host, suffix),
            None => self.host.eq_ignore_ascii_case(ancestor.host),
        }
    }

    fn has_port_of(self, ancestor: Origin<'_>) -> bool {
        match self.port {
            None => ancestor.has_default_port(),
            Some("*") => true,
            Some("80") if ancestor.scheme == "https" && ancestor.port == 443 => true,
            Some(port) => port.parse() == Ok(ancestor.port),
        }
    }

    fn has_path(self) -> bool {
        !matches!(self.path, "" | "/")
    }
}

fn ends_with_ignoring_case(text: &str, suffix: &str) -> bool {
    let start = text.len().checked_sub(suffix.len()).and_then(|at| text.get(at..));
    start.is_some_and(|end| end.eq_ignore_ascii_case(suffix)) && text.len() > suffix.len()
}

/// What is allowed for http is allowed for https.
fn is_scheme(wanted: &str, found: &str) -> bool {
    wanted.eq_ignore_ascii_case(found) || (wanted.eq_ignore_ascii_case("http") && found == "https")
}

fn matches(source: &str, page: Option<Origin<'_>>, ancestor: Option<Origin<'_>>) -> bool {
    let Some(ancestor) = ancestor else { return false };
    if source.eq_ignore_ascii_case("'self'") {
        return page.is_some_and(|page| is_self(page, ancestor));
    }
    if source == "*" {
        return true;
    }
    if let Some(scheme) = source.strip_suffix(':') {
        return is_scheme(scheme, ancestor.scheme);
    }
    HostSource::parse(source).is_some_and(|source| {
        !source.has_path()
            && source.has_scheme_of(page, ancestor)
            && source.has_host_of(ancestor)
            && source.has_port_of(ancestor)
    })
}

/// The same origin, or the same host over https on the usual port.
fn is_self(page: Origin<'_>, ancestor: Origin<'_>) -> bool {
    let is_upgraded = page.host == ancestor.host
        && is_scheme(page.scheme, ancestor.scheme)
        && page.has_default_port()
        && ancestor.has_default_port();
    page == ancestor || is_upgraded
}

/// What is wrong with the source that comes nearest to the ancestor.
fn near_miss(
    header: &str,
    sources: &str,
    page: Option<Origin<'_>>,
    ancestor: Option<Origin<'_>>,
) -> Option<NearMiss> {
    let ancestor = ancestor?;
    let of_source = |source: &str| {
        let bare = source.trim_matches(['\'', '"']);
        if bare != source && matches(bare, page, Some(ancestor)) {
            return Some(NearMiss::Quotes);
        }
        let source = HostSource::parse(source).filter(|source| source.has_host_of(ancestor))?;
        match source {
            _ if !source.has_scheme_of(page, ancestor) => Some(NearMiss::Scheme),
            _ if !source.has_port_of(ancestor) => Some(NearMiss::Port),
            _ => source.has_path().then_some(NearMiss::Path),
        }
    };
    let nearest = sources.split_ascii_whitespace().find_map(of_source);
    let after_comma = || {
        let (_, rest) = header.split_once(sources)?;
        let mut others = rest.strip_prefix(',')?.split([',', ' ', ';']);
        others.any(|one| matches(one, page, Some(ancestor))).then_some(NearMiss::Comma)
    };
    let only_self = || sources.eq_ignore_ascii_case("'self'").then_some(NearMiss::OnlySelf);
    nearest.or_else(after_comma).or_else(only_self)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "http://127.0.0.1:3000";
    const MARKETPLACE: &str = "http://localhost:8080";
    const LIVE: (&str, &str) = ("https://app.provider.example", "https://smart.onoffice.de");

    fn by(policies: &[&str], options: &[&str]) -> Framing {
        framing(PAGE, MARKETPLACE, policies.iter().copied(), options.iter().copied())
    }

    fn is_shown_live(policy: &str) -> bool {
        framing(LIVE.0, LIVE.1, [policy], []) == Framing::Shown
    }

    /// Measured with Chromium 156.
    #[test]
    fn a_page_is_shown_where_a_browser_shows_it() {
        const RIGHT: &str = "frame-ancestors http://localhost:8080";
        for (policies, options) in [
            (&[][..], &[][..]),
            (&["default-src 'none'"], &[]),
            (&[RIGHT], &["DENY"]),
            (&[RIGHT], &["SAMEORIGIN"]),
            (&["default-src 'self'; frame-ancestors 'self' http://localhost:8080/"], &[]),
            (&["FRAME-ANCESTORS HTTP://LOCALHOST:8080"], &[]),
            (&["frame-ancestors http://localhost:*"], &[]),
            (&["frame-ancestors localhost:8080"], &[]),
            (&["frame-ancestors *"], &[]),
            (&["frame-ancestors http:"], &[]),
            (&["frame-ancestors http://*:8080"], &[]),
            (&[RIGHT, "script-src 'self'"], &[]),
            (&["frame-ancestors http://localhost:8080, http://elsewhere.example"], &[]),
            (&["frame-ancestors http://localhost:8080; frame-ancestors 'none'"], &[]),
            (&[], &["ALLOW-FROM http://elsewhere.example"]),
            (&[], &["nonsense"]),
            (&[], &["ALLOWALL"]),
        ] {
            assert_eq!(by(policies, options), Framing::Shown, "{policies:?} {options:?}");
        }
    }

    #[test]
    fn a_refusal_names_its_header_and_what_was_probably_meant() {
        for (policy, sources, near_miss) in [
            ("frame-ancestors 'none'", "'none'", None),
            ("frame-ancestors", "", None),
            ("frame-ancestors 'self'", "'self'", Some(NearMiss::OnlySelf)),
            ("frame-ancestors https://other.example", "https://other.example", None),
            ("frame-ancestors http://localhost", "http://localhost", Some(NearMiss::Port)),
            (
                "frame-ancestors http://localhost:8080/smart/",
                "http://localhost:8080/smart/",
                Some(NearMiss::Path),
            ),
            (
                "frame-ancestors 'http://localhost:8080'",
                "'http://localhost:8080'",
                Some(NearMiss::Quotes),
            ),
            (
                "frame-ancestors \"http://localhost:8080\"",
                "\"http://localhost:8080\"",
                Some(NearMiss::Quotes),
            ),
            (
                "frame-ancestors https://localhost:8080",
                "https://localhost:8080",
                Some(NearMiss::Scheme),
            ),
            ("frame-ancestors 'self', http://localhost:8080", "'self'", Some(NearMiss::Comma)),
            ("frame-ancestors http://[::1]:8080", "http://[::1]:8080", None),
            (
                "frame-ancestors 'none' http://localhost:80800",
                "'none' http://localhost:80800",
                None,
            ),
        ] {
            let refusal = Refusal::Ancestors { sources: sources.to_owned(), near_miss };
            assert_eq!(by(&[policy], &[]), Framing::Refused(refusal), "{policy}");
        }
        let both = by(&["frame-ancestors http://localhost:8080", "frame-ancestors 'self'"], &[]);
        assert!(matches!(both, Framing::Refused(Refusal::Ancestors { .. })), "{both:?}");
    }

    #[test]
    fn the_old_header_refuses_where_there_is_no_list() {
        for options in [
            &["DENY"][..],
            &["deny"],
            &["SAMEORIGIN"],
            &["SAMEORIGIN", "SAMEORIGIN"],
            &["SAMEORIGIN, DENY"],
            &["ALLOWALL, nonsense"],
        ] {
            let value = options.join(", ");
            let refusal = Framing::Refused(Refusal::FrameOptions { value });
            assert_eq!(by(&["default-src 'self'"], options), refusal, "{options:?}");
        }
        assert_eq!(framing(PAGE, PAGE, [], ["SAMEORIGIN"]), Framing::Shown);
        assert_eq!(framing(PAGE, PAGE, ["frame-ancestors 'self'"], []), Framing::Shown);
    }

    #[test]
    fn schemes_hosts_and_ports_of_live_origins() {
        for shown in [
            "frame-ancestors https://smart.onoffice.de",
            "frame-ancestors http://smart.onoffice.de",
            "frame-ancestors http://smart.onoffice.de:80",
            "frame-ancestors smart.onoffice.de",
            "frame-ancestors https://smart.onoffice.de:443",
            "frame-ancestors https://*.onoffice.de",
            "frame-ancestors https:",
        ] {
            assert!(is_shown_live(shown), "{shown}");
        }
        for refused in [
            "frame-ancestors https://onoffice.de",
            "frame-ancestors https://*.smart.onoffice.de",
            "frame-ancestors https://*.office.de",
            "frame-ancestors https://smart.onoffice.de:8443",
            "frame-ancestors https://smart.onoffice.de/smart/",
            "frame-ancestors ftp:",
        ] {
            assert!(!is_shown_live(refused), "{refused}");
        }
    }

    #[test]
    fn what_is_no_origin_matches_nothing_but_is_no_panic() {
        for text in ["", "null", "://", "http://", "http://:x", "é", "http://[::1]:8080"] {
            let _ = framing(text, text, ["frame-ancestors 'self' é ' , ::: //"], ["é"]);
        }
    }
}
