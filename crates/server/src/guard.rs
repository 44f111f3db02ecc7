//! What every request passes: it is counted, and measured; where there are more than can be
//! answered soon it is told so at once; and one that never ends is ended.
//!
//! Health and metrics are outside: whoever looks after the server has to reach it above all when
//! there is too much to do.

use std::time::{Duration, Instant};

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;

use crate::{
    api, management,
    metrics::Surface,
    state::{App, AppState},
};

/// After how many seconds to try again.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// How much a server takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests that are answered at the same time. The next one is refused at once, because in a
    /// queue without end everybody waits longer than they are ready to.
    pub requests: usize,
    /// How long a request may take, its body included.
    pub time: Duration,
    /// How long the server waits, once it is told to stop, for clients that do not finish what
    /// they began to send.
    pub grace: Duration,
    /// A commit that takes longer is logged.
    pub slow_commit: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 4096,
            time: Duration::from_secs(30),
            grace: Duration::from_secs(35),
            slow_commit: Duration::from_millis(250),
        }
    }
}

/// Lets in as many requests as the limit says.
#[derive(Debug)]
pub struct Admission(Semaphore);

impl Admission {
    /// For that many at the same time.
    pub fn new(limits: &Limits) -> Self {
        Self(Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS)))
    }
}

/// See the module.
pub(crate) async fn guard(app: App, surface: Surface, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let metrics = app.metrics.requests(surface);
    let response = match app.admission.0.try_acquire() {
        Ok(_permit) => {
            let _in_flight = metrics.enter();
            let answer = tokio::time::timeout(app.limits.time, next.run(request));
            answer.await.unwrap_or_else(|_| too_slow(&app))
        }
        Err(_) => overloaded(surface),
    };
    metrics.answered(response.status(), started.elapsed());
    response
}

/// The refusal of a request that nothing was done for, in the words of its surface.
fn overloaded(surface: Surface) -> Response {
    match surface {
        Surface::Api => api::busy(),
        Surface::Management => management::Problem::busy().into_response(),
        Surface::Pages => {
            let text = "Gerade wird zu viel auf einmal gefragt. Bitte gleich noch einmal.\n\
                        Too much is asked at this moment. Please try again at once.\n";
            let headers = [(header::RETRY_AFTER, RETRY_AFTER)];
            (StatusCode::SERVICE_UNAVAILABLE, headers, text).into_response()
        }
    }
}

/// HTTP's own words, on every surface: whoever sends a body this slowly is no client of anybody.
fn too_slow(app: &AppState) -> Response {
    let text = format!(
        "The request was not complete within {} s. Send it again, faster.\n",
        app.limits.time.as_secs()
    );
    (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")], text).into_response()
}
