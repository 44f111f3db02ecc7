//! What every request passes: it is counted, and measured; where there are more than can be
//! answered soon, or more bytes than may be in memory, it is told so at once; and one that never
//! ends is ended.
//!
//! Strangers and the operator have shares of their own, so that neither gets in the other's way.
//! Health and metrics are outside: whoever looks after the server has to reach it above all when
//! there is too much to do.

use std::time::{Duration, Instant};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use freischalt_admission::{self as admission, Share, half_of_the_cores};

use crate::{
    api, management,
    metrics::Surface,
    state::{App, AppState},
    web,
};

/// After how many seconds to try again.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// How much a server takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of pages and API that are answered at the same time. The next one is refused at
    /// once, because in a queue without end everybody waits longer than they are ready to.
    pub requests: usize,
    /// Requests of the management API that are answered at the same time.
    pub management_requests: usize,
    /// The most bytes of an API request's body.
    pub largest_body: usize,
    /// Bytes of memory that the bodies of pages and API, and what is made of them, take together.
    /// Small bodies are not counted; see [`freischalt_admission::UNCOUNTED`].
    pub body_memory: usize,
    /// How long a request may take, its body included.
    pub time: Duration,
    /// How long the server waits, once it is told to stop, for clients that do not finish what
    /// they began to send.
    pub grace: Duration,
    /// A commit that takes longer is logged.
    pub slow_commit: Duration,
}

impl Limits {
    /// Bytes of memory for each byte of a body: the body itself, what is made of it, and what is
    /// answered.
    pub const FACTOR: usize = 8;
    /// Bytes of memory for the bodies of the management API together.
    pub const MANAGEMENT_MEMORY: usize = 32 * 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests: 4096,
            management_requests: 256,
            largest_body: 32 * 1024 * 1024,
            body_memory: 256 * 1024 * 1024,
            time: Duration::from_secs(30),
            grace: Duration::from_secs(35),
            slow_commit: Duration::from_millis(250),
        }
    }
}

/// What strangers and the operator may take of a server.
#[derive(Debug)]
pub struct Shares {
    /// Of pages and API.
    pub(crate) public: Share,
    management: Share,
}

impl Shares {
    /// As the limits say.
    pub fn new(limits: &Limits) -> Self {
        let share = |requests, bytes| {
            Share::new(admission::Limits { requests, bytes, large: half_of_the_cores() })
        };
        Self {
            public: share(limits.requests, limits.body_memory),
            management: share(limits.management_requests, Limits::MANAGEMENT_MEMORY),
        }
    }

    fn of(&self, surface: Surface) -> &Share {
        match surface {
            Surface::Api | Surface::Pages => &self.public,
            Surface::Management => &self.management,
        }
    }
}

/// See the module.
pub(crate) async fn guard(app: App, surface: Surface, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let answer = admit(&app, surface, request, next);
    let answer = tokio::time::timeout(app.limits.time, answer).await;
    let response = answer.unwrap_or_else(|_| too_slow(&app));
    app.metrics.requests(surface).answered(response.status(), started.elapsed());
    response
}

/// Waits for the body, and answers the request if there is a place for it then.
async fn admit(app: &App, surface: Surface, request: Request, next: Next) -> Response {
    let largest = match surface {
        Surface::Api => app.limits.largest_body,
        Surface::Pages => web::LARGEST_FORM,
        Surface::Management => management::LARGEST_BODY,
    };
    // Nobody has to send what will be refused for its announced length.
    if matches!(surface, Surface::Api) && announced(request.headers()) > largest as u64 {
        return api::too_large(app);
    }
    let share = app.shares.of(surface);
    let Ok(request) = share.receive(request, largest).await else { return overloaded(surface) };
    let Some(permit) = share.begin() else { return overloaded(surface) };
    let _in_flight = app.metrics.requests(surface).enter();
    share.answer(permit, request, next).await
}

fn announced(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
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
