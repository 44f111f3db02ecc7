//! Which headers get through between a browser and the app.
//!
//! Not those of one connection, and not those by which a proxy tells an app who is calling, from where
//! and what: an app believes them, so no browser may choose them. Apps have headers of their own, so
//! what is not on the list gets through.

use axum::http::{HeaderMap, HeaderName, header};

/// Headers that concern one connection and no other (RFC 9110, 7.6.1), beside those that `Connection`
/// names, and what is made anew for each connection.
const OF_CONNECTION: [HeaderName; 10] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::CONTENT_LENGTH,
    header::EXPECT,
];

/// The same without a constant.
const ALSO_OF_CONNECTION: [&str; 3] = ["keep-alive", "proxy-connection", "http2-settings"];

/// What an app believes because a proxy in front of it says so: whole names.
const BELIEVED: [&str; 20] = [
    // Read by CGI programs as the variable HTTP_PROXY.
    "proxy",
    "script-name",
    "path-info",
    "client-ip",
    "true-client-ip",
    "x-true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-proxyuser-ip",
    "fastly-client-ip",
    "x-host",
    "x-http-host-override",
    "x-scheme",
    "x-url-scheme",
    "x-protocol",
    "front-end-https",
    "x-forwarded",
    "x-sendfile-type",
    "x-method-override",
    "x-webauth-user",
];

/// The same: beginnings of names.
const BELIEVED_BEGINNINGS: [&str; 34] = [
    "freischalt-",
    "webhook-",
    "forwarded",
    "x-forwarded-",
    "x-real-",
    "x-http-method",
    "x-original-",
    "x-rewrite-",
    "x-override-",
    // Who is calling, in the words of web servers and of proxies that sign people in.
    "remote-",
    "x-remote-",
    "auth-user",
    "x-auth-request-",
    "x-authenticated-",
    "x-goog-authenticated-",
    "x-goog-iap-",
    "x-amzn-oidc-",
    "x-ms-client-principal",
    "x-ms-token-",
    // Certificates that a proxy has looked at.
    "ssl-",
    "x-ssl-",
    "x-client-cert",
    "x-client-dn",
    "x-client-verify",
    "x-arr-",
    // Networks that deliver content, and platforms.
    "cf-",
    "fly-",
    "x-vercel-",
    "x-nf-",
    "x-azure-",
    "x-appengine-",
    "x-envoy-",
    // What servers and frameworks tell themselves.
    "x-accel-",
    "x-middleware-",
];

/// Those of a browser's request that the app may have.
pub(crate) fn of_request(headers: &HeaderMap) -> HeaderMap {
    passed(headers, |name| !is_believed(name))
}

/// Those of the app's answer that the browser may have.
pub(crate) fn of_answer(headers: &HeaderMap) -> HeaderMap {
    passed(headers, |_| true)
}

fn passed(headers: &HeaderMap, may: impl Fn(&HeaderName) -> bool) -> HeaderMap {
    let named = named_by_connection(headers);
    let mut passed = HeaderMap::new();
    for (name, value) in headers {
        let is_of_connection = OF_CONNECTION.contains(name)
            || ALSO_OF_CONNECTION.contains(&name.as_str())
            || named.iter().any(|named| named == name.as_str());
        if !is_of_connection && may(name) {
            passed.append(name.clone(), value.clone());
        }
    }
    passed
}

/// What `Connection` says to be for this connection only.
fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONNECTION).iter();
    let names = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    names.map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).collect()
}

/// Programs that read headers from the environment take whatever is no letter or digit for `_`, so
/// all of them are looked at alike.
fn is_believed(name: &HeaderName) -> bool {
    let plain = name.as_str().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    BELIEVED.contains(&plain.as_str())
        || BELIEVED_BEGINNINGS.iter().any(|beginning| plain.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn gets_through(name: &str) -> bool {
        let name = HeaderName::try_from(name).unwrap();
        !of_request(&HeaderMap::from_iter([(name, HeaderValue::from_static("x"))])).is_empty()
    }

    #[test]
    fn what_an_app_believes_does_not_get_through_in_any_spelling() {
        for name in [
            "Freischalt-Session",
            "Webhook-Signature",
            "Forwarded",
            "X-Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Prefix",
            "X-Forwarded-User",
            "X-Real-IP",
            "X-HTTP-Method-Override",
            "X-Original-URL",
            "X-Rewrite-URL",
            "Proxy",
            "Remote-User",
            "Remote-Addr",
            "X-Remote-User",
            "X-Remote-Addr",
            "Script-Name",
            "Path-Info",
            "X-Client-IP",
            "True-Client-IP",
            "Client-IP",
            "CF-Connecting-IP",
            "Fastly-Client-IP",
            "X-Cluster-Client-IP",
            "X-Auth-Request-Email",
            "X-SSL-Client-Cert",
        ] {
            for separator in ["-", "_", "."] {
                let spelled = name.replace('-', separator);
                assert!(!gets_through(&spelled), "{spelled}");
                assert!(!gets_through(&spelled.to_lowercase()), "{spelled}");
            }
        }
    }

    #[test]
    fn what_an_app_needs_gets_through() {
        for name in [
            "Accept",
            "Accept-Language",
            "Authorization",
            "Cookie",
            "Content-Type",
            "If-None-Match",
            "Origin",
            "Range",
            "Referer",
            "Sec-Fetch-Site",
            "User-Agent",
            "X-CSRF-Token",
            "X-Client-Version",
            "X-Requested-With",
            "HX-Request",
        ] {
            assert!(gets_through(name), "{name}");
        }
    }

    #[test]
    fn what_is_for_one_connection_ends_there_in_both_directions() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Secret-Hop"),
            ("connection", " X-Other-Hop ,"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("upgrade", "websocket"),
            ("x-secret-hop", "1"),
            ("x-other-hop", "1"),
            ("x-kept", "1"),
        ] {
            let name = HeaderName::from_static(name);
            headers.append(name, HeaderValue::from_static(value));
        }
        for passed in [of_request(&headers), of_answer(&headers)] {
            assert_eq!(passed.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-kept"]);
        }
    }
}
