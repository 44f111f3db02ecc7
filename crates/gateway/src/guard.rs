//! How much is taken on of whom: browsers and the marketplace have one share, the app another, so
//! that neither keeps the other waiting. Health and metrics are outside.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use freischalt_admission::{self as admission, Share};

use crate::app::App;
use crate::app_api::{self, Problem};
use crate::config::Limits;
use crate::router::LARGEST_FORM;
use crate::services::{Refused, refusal};

/// Large requests that are answered at the same time: as many as the memory for bodies lets in by
/// default. They wait for the marketplace most of the time, and so should not wait for one another.
const LARGE_AT_A_TIME: usize = 8;

pub(crate) fn share(limits: &Limits) -> Share {
    Share::new(admission::Limits {
        requests: limits.requests,
        bytes: limits.body_memory,
        large: LARGE_AT_A_TIME,
    })
}

/// Pages, service calls and callbacks: the body is a form or none.
pub(crate) async fn browsers(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let share = &app.public_share;
    let Ok(request) = share.receive(request, LARGEST_FORM).await else {
        return refusal(&app, &headers, Refused::Busy);
    };
    match share.begin() {
        Some(permit) => share.answer(permit, request, next).await,
        None => refusal(&app, &headers, Refused::Busy),
    }
}

/// Windows of the app: whose body it is has to be known before it is read, so the handler does that.
pub(crate) async fn windows(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    match app.public_share.begin() {
        Some(_permit) => next.run(request).await,
        None => refusal(&app, &headers, Refused::Busy),
    }
}

/// What the app asks for.
pub(crate) async fn app(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let share = &app.app_share;
    let Ok(request) = share.receive(request, app_api::LARGEST_BODY).await else {
        return Problem::Busy.into_response();
    };
    match share.begin() {
        Some(permit) => share.answer(permit, request, next).await,
        None => Problem::Busy.into_response(),
    }
}

/// Tells when to try again.
pub(crate) fn try_again(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
