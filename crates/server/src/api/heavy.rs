//! Requests that take more memory than nearly all do once their actions are read. Whose they are is
//! asked first, and what they take is taken from the budget of all bodies; a token that nobody has
//! costs no more than its look-up.

use std::time::Instant;

use axum::body::Bytes;
use freischalt_marketplace::Refusal;
use freischalt_protocol::envelope::{Outline, Response};
use freischalt_store::StoreError;

use super::{NoAnswer, answer_caller, look_up, refuse_all, refuse_unknown, store_failed};
use crate::state::AppState;

/// Bytes of memory that the actions of a request take, of which any stranger may make us take them.
/// One action takes about 2,000.
const LIGHT: usize = 16 * 1024;
/// Bytes that they may always take.
const GRANTED: usize = 1024 * 1024;
/// Bytes that they may take for each byte of the body. The body itself and the answer take the rest
/// of [`crate::Limits::FACTOR`].
const FACTOR: usize = 6;

/// Whether this is such a request.
pub(super) fn is_heavy(outline: &Outline<'_>) -> bool {
    outline.weight() > LIGHT
}

/// Answers one.
pub(super) async fn answer(
    app: &AppState,
    body: &Bytes,
    outline: Outline<'_>,
    started: Instant,
) -> Result<Response, NoAnswer> {
    let caller = match look_up(app, outline.token()).await {
        Ok(Some(caller)) => caller,
        Ok(None) => return Ok(refuse_unknown(app, outline.token(), started)),
        Err(StoreError::Busy) => return Err(NoAnswer::Busy),
        Err(error) => return Ok(store_failed(error, outline.actions())),
    };
    let (weight, allowed) = (outline.weight(), GRANTED.max(body.len().saturating_mul(FACTOR)));
    if weight > allowed {
        return Err(NoAnswer::TooManyValues(format!(
            "The {} bytes of the body hold so many values that reading them would take {weight} bytes \
             of memory; at most {allowed} are accepted. Send fewer values, or several requests.\n",
            body.len()
        )));
    }
    let _taken = app.shares.public.bytes().reserve(weight).ok_or(NoAnswer::Busy)?;
    match outline.decode() {
        Ok(request) => Ok(answer_caller(app, caller, request, started).await?),
        Err(problem) => Ok(refuse_all(app, &Refusal::Envelope(problem), None, started)),
    }
}
