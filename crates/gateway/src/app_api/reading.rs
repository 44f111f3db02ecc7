//! Reading what the app sends. A body may hold so many small values that they take fifty times its
//! size, so what it would take is counted before anything of it is built.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use freischalt_admission::{Held, UNCOUNTED};
use freischalt_protocol::php::json::{Counts, count};
use serde::de::DeserializeOwned;

use super::{LARGEST_BODY, Problem};
use crate::app::App;

/// Bytes of memory that the values of any body may take.
const GRANTED: usize = 1024 * 1024;
/// Bytes that they may take for each byte of the body.
const FACTOR: usize = 6;

/// A request in JSON.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Asked<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let held = parts.extensions.get::<Held>().cloned();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(|_| broken())?;
        if let Some(held) = held.filter(|_| (UNCOUNTED..=LARGEST_BODY).contains(&bytes.len())) {
            let weight = weight(&count(&bytes));
            let allowed = GRANTED.max(bytes.len().saturating_mul(FACTOR));
            if weight > allowed {
                return Err(Problem::TooLarge(format!(
                    "the {} bytes of the body hold so many values that reading them would take \
                     {weight} bytes of memory; at most {allowed} are accepted. Send fewer values, or \
                     several requests",
                    bytes.len()
                )));
            }
            if !held.add(weight) {
                return Err(Problem::Busy);
            }
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        let Json(asked) = Json::from_request(request, app).await?;
        Ok(Self(asked))
    }
}

fn broken() -> Problem {
    Problem::Unreadable("the body ended before its announced length".to_owned())
}

/// Bytes of memory that values take, as an upper estimate. The map of an object has room for eleven
/// members from the beginning.
fn weight(counts: &Counts) -> usize {
    counts.values * 40
        + counts.lists * 136
        + counts.objects * 640
        + counts.members * 96
        + counts.texts * 32
        + counts.bytes
}
