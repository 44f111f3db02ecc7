//! The shop of the sandbox's demo provider: a service window that sells, as the vendor's published
//! demo shop does. It shows a single product, one for a circle of users, a subscription and the
//! three window messages (onOfficeGmbH/marketplace-examples, `Shop`).
//!
//! It keeps nothing: what a page may have signed follows from the signed URL that opened it, which
//! the page sends back. This module must not know the gateway around it.

mod item;
mod pages;
mod visit;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{RawQuery, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use freischalt_protocol::{Secret, UnixTime, signed_order};
use serde::Deserialize;

use self::{
    item::Item,
    pages::{RefusedPage, ResultPage, ShopPage},
    visit::Visit,
};
use crate::{config::Clock, language::Language, origin, pages::render};

/// Path of the service.
pub(crate) const SERVICE: &str = "/service";
/// Path that the results of orders come to.
const RESULT: &str = "/shop/result";

/// What the shop has to know.
pub(crate) struct DemoShop {
    pub(crate) provider_name: String,
    pub(crate) provider_secret: Secret,
    /// Origin of the shop as browsers and the marketplace see it.
    pub(crate) public_origin: String,
    pub(crate) marketplace_origin: String,
    /// Longest age of a signed URL when its page is opened, in seconds.
    pub(crate) max_url_age: i64,
    /// How far in the future a URL may be signed, in seconds.
    pub(crate) max_url_ahead: i64,
    /// How long a page that was opened in time may be used, in seconds.
    pub(crate) page_lifetime: i64,
    pub(crate) clock: Clock,
}

impl DemoShop {
    /// Verifies the signed query of a request for `path`, at most `max_age` seconds old.
    fn verify(&self, path: &str, query: &str, max_age: i64) -> Option<Visit> {
        let url = format!("{}{path}?{query}", self.public_origin);
        let now = (self.clock)();
        Visit::verify(&url, &self.provider_secret, now, max_age, self.max_url_ahead)
    }
}

/// The shop's pages.
pub(crate) fn router(shop: Arc<DemoShop>) -> Router {
    Router::new()
        .route(SERVICE, get(show))
        .route("/shop/sign", post(sign))
        .route(RESULT, get(result))
        .route("/assets/shop.css", get(stylesheet))
        .route("/assets/shop.js", get(script))
        .with_state(shop)
}

/// `GET /service`: the shop in its window.
async fn show(
    State(shop): State<Arc<DemoShop>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let language = Language::of(&headers);
    let Some(visit) = shop.verify(SERVICE, &query.unwrap_or_default(), shop.max_url_age) else {
        return refused(&shop, language);
    };
    let language = visit.language().unwrap_or(language);
    render(
        StatusCode::OK,
        &ShopPage {
            language,
            provider: &shop.provider_name,
            marketplace_origin: &shop.marketplace_origin,
            visit: &visit,
            facts: visit.facts(),
        },
    )
}

fn refused(shop: &DemoShop, language: Language) -> Response {
    tracing::warn!("a call of the demo shop was not signed correctly, or too long ago");
    let page = RefusedPage {
        language,
        provider: &shop.provider_name,
        marketplace_origin: &shop.marketplace_origin,
    };
    render(StatusCode::FORBIDDEN, &page)
}

/// What the page asks to have signed: its own query, and the item that was clicked.
#[derive(Deserialize)]
struct SignRequest {
    query: String,
    item: String,
}

/// `POST /shop/sign`: the signed JSON text of an order or window message, ready to be posted to
/// the marketplace's page.
async fn sign(
    State(shop): State<Arc<DemoShop>>,
    headers: HeaderMap,
    request: Result<Json<SignRequest>, JsonRejection>,
) -> Response {
    if !origin::is_own_page(&headers, &shop.public_origin) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Ok(Json(request)) = request else { return StatusCode::BAD_REQUEST.into_response() };
    let max_age = shop.max_url_age.saturating_add(shop.page_lifetime);
    let Some(visit) = shop.verify(SERVICE, &request.query, max_age) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let Some(item) = Item::find(&request.item) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match signed_text(&shop, &visit, item, (shop.clock)()) {
        Some(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn signed_text(shop: &DemoShop, visit: &Visit, item: Item, now: UnixTime) -> Option<String> {
    let callback = format!("{}{RESULT}?item={}", shop.public_origin, item.name());
    let message = item.message(visit.parameter_cache_id(), &callback, now);
    signed_order::sign(message.as_bytes(), &shop.provider_secret).ok()
}

/// `GET /shop/result`: what became of an order.
async fn result(
    State(shop): State<Arc<DemoShop>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let language = Language::of(&headers);
    let Some(visit) = shop.verify(RESULT, &query.unwrap_or_default(), shop.max_url_age) else {
        return refused(&shop, language);
    };
    render(
        StatusCode::OK,
        &ResultPage {
            language,
            provider: &shop.provider_name,
            marketplace_origin: &shop.marketplace_origin,
            result: &visit,
        },
    )
}

async fn stylesheet() -> Response {
    asset("text/css; charset=utf-8", include_str!("../assets/shop.css"))
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../assets/shop.js"))
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    let caching = HeaderValue::from_static("no-cache");
    let content_type = HeaderValue::from_static(content_type);
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, caching)], text).into_response()
}
