//! From a view to an HTTP answer, with the headers that every page has.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use freischalt_marketplace::Provider;
use url::Url;

use crate::{headers::only_https, session::Session, state::App};

/// Renders a view.
pub(super) fn page(view: &impl Template) -> Response {
    match view.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be made");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be made.\n").into_response()
        }
    }
}

/// Renders a view that frames pages of `origins`, which spaces separate, and of no other.
pub(super) fn page_with_frame(view: &impl Template, origins: &str) -> Response {
    let mut response = page(view);
    if let Ok(policy) = HeaderValue::from_str(&content_policy(origins)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The origins that a frame with a page of the provider may show, which spaces separate: of the
/// page at `shown`, and of every URL that the provider is registered with. Its page may lead to any
/// of them inside the frame, and to no other.
pub(super) fn frame_origins(provider: &Provider, shown: &str) -> String {
    let registered = provider.services.iter().map(|service| service.url.as_str());
    let urls = [shown, &provider.activation_url].into_iter().chain(registered);
    let mut known: Vec<String> = Vec::new();
    for url in urls.filter_map(|url| Url::parse(url).ok()) {
        let origin = url.origin().ascii_serialization();
        if matches!(url.scheme(), "http" | "https") && !known.contains(&origin) {
            known.push(origin);
        }
    }
    known.join(" ")
}

fn content_policy(frames: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; frame-src {frames}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// Headers of every page: nothing is framed, cached, sniffed or told to others unless a handler
/// says otherwise.
pub(super) async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    const PAIRS: [(HeaderName, &str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in PAIRS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&content_policy("'none'")) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    only_https(&app, headers);
    response
}

/// Tells the browser of a session in use that it was used, so that only an idle one ends early.
pub(super) async fn keep_session(State(app): State<App>, request: Request, next: Next) -> Response {
    let session = Session::of(&app, request.headers());
    let mut response = next.run(request).await;
    // A page that sets cookies begins a session or ends one.
    if response.status().is_client_error() || response.headers().contains_key(header::SET_COOKIE) {
        return response;
    }
    let cookie = session.and_then(|session| session.refreshed(&app).ok().flatten());
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// Refuses forms that another site's page sends in the visitor's name.
///
/// `SameSite` alone does not do it: a provider on another port of this machine is the same site.
pub(super) async fn same_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || is_same_origin(request.headers(), &app.public_url) {
        return next.run(request).await;
    }
    let text = "This form was sent from another site's page and is refused.\n";
    (StatusCode::FORBIDDEN, text).into_response()
}

/// Browsers say where a form comes from; programs that are no browsers carry nobody's cookies.
fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    let scheme = |url: &str| url.split_once("://").map(|(scheme, _)| scheme.to_owned());
    let same_scheme = scheme(origin) == scheme(public_url);
    origin == public_url || (same_scheme && host.is_some() && host == text(header::HOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        is_same_origin(&headers, "https://marketplace.example")
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        assert!(sent(&[]));
        assert!(sent(&[("sec-fetch-site", "same-origin")]));
        assert!(!sent(&[("sec-fetch-site", "same-site")]));
        assert!(!sent(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://marketplace.example")
        ]));
        assert!(sent(&[("origin", "https://marketplace.example")]));
        assert!(sent(&[("origin", "https://crm.example:8080"), ("host", "crm.example:8080")]));
        assert!(!sent(&[("origin", "https://crm.example:8082"), ("host", "crm.example:8080")]));
        assert!(!sent(&[("origin", "http://crm.example:8080"), ("host", "crm.example:8080")]));
        assert!(!sent(&[("origin", "null"), ("host", "crm.example:8080")]));
    }
}
