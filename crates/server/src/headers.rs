//! Headers of answers for programs: they carry keys, tickets and claims, and what they say may be
//! another thing a moment later. Pages have theirs in `web/page.rs`.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::state::{App, AppState};

/// For two years nobody on the way can make a browser use an open connection (RFC 6797).
const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// No cache on the way keeps an answer, and no browser takes it for anything else than it is.
pub(crate) fn for_programs(app: &AppState, headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, const { HeaderValue::from_static("no-store") });
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, const { HeaderValue::from_static("nosniff") });
    only_https(app, headers);
}

/// Where people reach us by https, they never do otherwise.
pub(crate) fn only_https(app: &AppState, headers: &mut HeaderMap) {
    if app.public_url.starts_with("https://") {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
}

/// The same for every answer of a router.
pub(crate) async fn add(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for_programs(&app, response.headers_mut());
    response
}
