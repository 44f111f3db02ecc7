//! The shop: what browsers ask for, always through the gateway.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::App;
use crate::gateway::Problem;
use crate::item::{self, Item};
use crate::pages::{RefusedPage, ResultPage, ShopPage, render};
use crate::session::Session;

/// Path that the results of orders come to.
pub(crate) const RESULT: &str = "/result";
/// Earlier orders that the shop shows.
const SHOWN: usize = 5;

/// `GET /shop`: the shop in its window.
pub(crate) async fn show(State(app): State<Arc<App>>, session: Session) -> Response {
    let page = ShopPage {
        language: session.language(),
        marketplace: &session.marketplace,
        session: &session,
        sales: app.ledger.of(&session.customer, SHOWN),
    };
    render(StatusCode::OK, &session.marketplace, &page)
}

/// What was clicked.
#[derive(Deserialize)]
pub(crate) struct Clicked {
    item: String,
}

type Click = Result<Json<Clicked>, JsonRejection>;

/// `POST /order`: the signed order, ready to be posted to the marketplace's page.
pub(crate) async fn order(
    State(app): State<Arc<App>>,
    session: Session,
    clicked: Click,
) -> Response {
    let Ok(Json(clicked)) = clicked else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(item) = Item::find(&clicked.item) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    signed(&app, "/api/orders", &item.order(&session.visit, RESULT)).await
}

/// `POST /message`: the signed window message, ready to be posted.
pub(crate) async fn message(
    State(app): State<Arc<App>>,
    session: Session,
    clicked: Click,
) -> Response {
    let Ok(Json(clicked)) = clicked else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(message) = item::message(&clicked.item) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let wish = json!({"visit": session.visit, "message": message});
    signed(&app, "/api/messages", &wish).await
}

async fn signed(app: &App, path: &str, wish: &Value) -> Response {
    match app.gateway.sign(path, wish).await {
        Ok(signed) => Json(signed).into_response(),
        Err(problem) => failed(&problem).into_response(),
    }
}

fn failed(problem: &Problem) -> StatusCode {
    tracing::warn!(%problem, "the demo app got no help from its gateway");
    match problem {
        // The window is over while its page is still open.
        Problem::Refused { .. } => StatusCode::CONFLICT,
        _ => StatusCode::BAD_GATEWAY,
    }
}

/// What the gateway adds to the address that the browser comes back to.
#[derive(Deserialize)]
pub(crate) struct Returned {
    #[serde(default)]
    order: String,
}

/// `GET /result`: what became of an order. The address says so too, but whoever looks at it can
/// change it; the gateway knows.
pub(crate) async fn result(
    State(app): State<Arc<App>>,
    session: Session,
    Query(returned): Query<Returned>,
) -> Response {
    let order = match app.gateway.order(&returned.order).await {
        Ok(order) => order,
        Err(problem) => return failed(&problem).into_response(),
    };
    let own = order.filter(|o| o.customer == session.customer && o.user == session.user);
    let (language, marketplace) = (session.language(), session.marketplace.as_str());
    match own {
        Some(order) => {
            let page = ResultPage { language, marketplace, order: &order };
            render(StatusCode::OK, marketplace, &page)
        }
        None => render(StatusCode::NOT_FOUND, marketplace, &RefusedPage { language, marketplace }),
    }
}

pub(crate) async fn stylesheet() -> Response {
    asset("text/css; charset=utf-8", include_str!("../assets/shop.css"))
}

pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../assets/shop.js"))
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    let caching = HeaderValue::from_static("no-cache");
    let content_type = HeaderValue::from_static(content_type);
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, caching)], text).into_response()
}
