//! What the gateway tells and asks by itself: events, and whether a customer is a regular one.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::App;
use crate::ledger::{Sale, SaleState};

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: Value,
}

/// `POST /freischalt/events`.
pub(crate) async fn receive(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    if !app.shared.is_genuine(&headers, &body, (app.clock)()) {
        return StatusCode::FORBIDDEN;
    }
    let Ok(event) = serde_json::from_slice::<Event>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let state = match event.kind.as_str() {
        "order.paid" => Some(SaleState::Paid),
        "order.in_process" => Some(SaleState::InProcess),
        "order.failed" => Some(SaleState::Failed),
        _ => None,
    };
    let text = |name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
    if let Some(state) = state {
        let (order, customer, item) = (text("orderId"), text("customer"), text("reference"));
        app.ledger.note(Sale { order, customer, item, state });
    }
    tracing::info!(kind = event.kind, customer = text("customer"), "the demo app was told");
    StatusCode::NO_CONTENT
}

/// About whom the gateway asks.
#[derive(Deserialize)]
struct Question {
    customer: String,
}

/// `POST /freischalt/regular-customer`.
pub(crate) async fn is_regular(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !app.shared.is_genuine(&headers, &body, (app.clock)()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Ok(Question { customer }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let is_regular = app.regular_customers.contains(&customer);
    Json(json!({"isRegularCustomer": is_regular})).into_response()
}
