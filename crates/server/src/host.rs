//! By which name a sandbox is called, and what follows from it.
//!
//! Frames and messages work under one address only: pages of providers name the origin that may frame
//! them. And a page of the web must not reach a sandbox through a name of its own that leads here (DNS
//! rebinding), because nobody needs a password in it. Production has a public URL and credentials.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::{Host, Url};

use crate::{management::Problem, state::App};

/// Names that no page of the web can have: reserved for a machine itself, for tests (RFC 6761) and
/// for inner networks, as in `host.docker.internal`.
const INNER: [&str; 3] = ["localhost", "test", "internal"];

/// By which name somebody calls, in a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Called {
    /// By its own, or nobody said.
    ByItsName,
    /// By another name of this machine, on the same port: its own leads to the same pages.
    ByLoopback,
    /// By another name or port, which a page of the web cannot have; this origin.
    Elsewhere(String),
    /// By a name that anybody may have.
    ByAnyName(String),
}

/// By which name this request calls. A proxy may say which name the browser used.
pub(crate) fn called(public_url: &str, uri: &Uri, headers: &HeaderMap) -> Called {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or_else(|| uri.authority().map(|authority| authority.as_str()));
    let (Some(host), Ok(own)) = (host, Url::parse(public_url)) else { return Called::ByItsName };
    let sent = judge(host, &own, "http");
    // A page of the web could say this, too, so it makes nothing allowed that would not be.
    let forwarded = text(HeaderName::from_static("x-forwarded-host"));
    match (&sent, forwarded) {
        (Called::ByAnyName(_), _) | (_, None) => sent,
        (_, Some(forwarded)) => {
            let scheme = text(HeaderName::from_static("x-forwarded-proto"));
            match judge(forwarded, &own, scheme.unwrap_or("http")) {
                Called::ByAnyName(origin) => Called::Elsewhere(origin),
                known => known,
            }
        }
    }
}

fn judge(host: &str, own: &Url, scheme: &str) -> Called {
    let scheme = if scheme.eq_ignore_ascii_case("https") { "https" } else { "http" };
    let found = Url::parse(&format!("{scheme}://{host}/"));
    let Some(found) = found.ok().filter(|_| !host.contains(['/', '\\', '?', '#', '@'])) else {
        return Called::ByAnyName(host.to_owned());
    };
    let is_port = |url: &Url| url.port_or_known_default() == own.port_or_known_default();
    // Behind a proxy that ends TLS the scheme is not known, and the port is the usual one of either.
    let has_no_port = found.port().is_none() && own.port().is_none();
    if found.host() == own.host() && (is_port(&found) || has_no_port) {
        return Called::ByItsName;
    }
    let origin = found.origin().ascii_serialization();
    if is_loopback(&found) && is_loopback(own) && is_port(&found) {
        return Called::ByLoopback;
    }
    if found.host() == own.host() || is_inner(&found) {
        return Called::Elsewhere(origin);
    }
    Called::ByAnyName(origin)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether no page of the web can have this name. The origin of a page at an address is that address,
/// and public names have a dot.
fn is_inner(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
            !name.contains('.') || INNER.contains(&last)
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

/// Keeps pages of the web away from the management API of a sandbox, which wants no token.
pub(crate) async fn guard_management(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if app.management_token.is_some() {
        return next.run(request).await;
    }
    if let Called::ByAnyName(name) = called(&app.public_url, request.uri(), request.headers()) {
        return Problem::misdirected(&name).into_response();
    }
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_safe && is_from_elsewhere(request.headers()) {
        return Problem::forbidden(
            "this request was sent by a page of another site; the management API is for programs",
        )
        .into_response();
    }
    next.run(request).await
}

/// Whether a browser says that a page sent this which is not of the same origin. Programs say
/// nothing about it.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text(header::ORIGIN).is_some_and(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_none() || host != text(header::HOST)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(public_url: &str, pairs: &[(&'static str, &'static str)]) -> Called {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        called(public_url, &Uri::from_static("/"), &pairs.collect())
    }

    fn host(host: &'static str) -> Called {
        by("http://127.0.0.1:8080", &[("host", host)])
    }

    #[test]
    fn other_names_of_the_machine_lead_to_the_one_that_frames_work_under() {
        assert_eq!(host("127.0.0.1:8080"), Called::ByItsName);
        assert_eq!(by("http://127.0.0.1:8080", &[]), Called::ByItsName);
        for name in ["localhost:8080", "LOCALHOST:8080", "[::1]:8080", "127.0.0.2:8080"] {
            assert_eq!(host(name), Called::ByLoopback, "{name}");
        }
        for (name, origin) in [
            ("localhost:9000", "http://localhost:9000"),
            ("127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("192.168.1.7:8080", "http://192.168.1.7:8080"),
            ("box:8080", "http://box:8080"),
            ("host.docker.internal:8080", "http://host.docker.internal:8080"),
        ] {
            assert_eq!(host(name), Called::Elsewhere(origin.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_name_that_a_page_of_the_web_can_have_is_not_ours() {
        for name in [
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
        ] {
            assert!(matches!(host(name), Called::ByAnyName(_)), "{name}");
        }
        for nonsense in ["a b", "", "x@", "evil.example/", "a#b"] {
            let found = host(nonsense);
            assert!(matches!(found, Called::ByAnyName(_)), "{nonsense:?}: {found:?}");
        }
        let trick = [("host", "evil.example"), ("x-forwarded-host", "127.0.0.1:8080")];
        assert!(matches!(by("http://127.0.0.1:8080", &trick), Called::ByAnyName(_)));
        let named = by("http://box.example:8080", &[("host", "box.example:8081")]);
        assert_eq!(named, Called::Elsewhere("http://box.example:8081".to_owned()));
    }

    #[test]
    fn a_proxy_says_which_name_the_browser_used() {
        const WORKSPACE: &str = "https://8080-box.workspace.example";
        let through =
            [("host", "localhost:8080"), ("x-forwarded-host", "8080-box.workspace.example")];
        assert_eq!(by(WORKSPACE, &through), Called::ByItsName);
        assert_eq!(by(WORKSPACE, &[("host", "8080-box.workspace.example")]), Called::ByItsName);
        let unknown = by("http://127.0.0.1:8080", &through);
        assert_eq!(unknown, Called::Elsewhere("http://8080-box.workspace.example".to_owned()));
    }

    #[test]
    fn browsers_say_when_a_page_of_another_site_sends() {
        let is = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
            is_from_elsewhere(&pairs.collect())
        };
        const HOST: (&str, &str) = ("host", "127.0.0.1:8081");
        assert!(!is(&[HOST]));
        assert!(!is(&[HOST, ("sec-fetch-site", "none")]));
        assert!(!is(&[HOST, ("origin", "http://127.0.0.1:8081")]));
        for site in ["cross-site", "same-site", "", "nonsense"] {
            assert!(is(&[HOST, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["http://127.0.0.1:3000", "null", "https://evil.example"] {
            assert!(is(&[HOST, ("origin", origin)]), "{origin}");
        }
    }
}
