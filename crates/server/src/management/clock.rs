//! The sandbox's clock.

use std::ops::RangeInclusive;

use axum::{Json, extract::State};
use freischalt_protocol::UnixTime;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    wire::{Body, rfc3339},
};
use crate::{
    clock::{Clock, NotSettable, Setting},
    state::App,
};

/// The clock.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownClock {
    /// Now, as RFC 3339 in UTC.
    now: String,
    /// Now, in Unix seconds: what signatures use.
    unix: i64,
    /// Seconds that the clock is ahead of the machine's.
    offset_seconds: i64,
    /// Whether it stands still.
    frozen: bool,
}

/// How to set the clock: exactly one of `now`, `advance` and `reset`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetClock {
    /// A moment, as RFC 3339 or in Unix seconds.
    now: Option<Moment>,
    /// Seconds to move by, forward or back.
    advance: Option<i64>,
    /// True puts the clock back to the machine's time.
    reset: Option<bool>,
    /// With `now`: whether the clock stands still from there.
    frozen: Option<bool>,
}

/// A moment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
enum Moment {
    /// Unix seconds.
    Unix(i64),
    /// RFC 3339.
    Text(String),
}

/// Shows the clock.
#[utoipa::path(get, path = "/v1/clock", operation_id = "showClock", tag = "sandbox",
    responses((status = 200, body = ShownClock)))]
pub(super) async fn show(State(app): State<App>) -> Json<ShownClock> {
    Json(shown(&app.clock))
}

/// Sets the clock. Sandbox only.
#[utoipa::path(put, path = "/v1/clock", operation_id = "setClock", tag = "sandbox",
    request_body = SetClock,
    responses((status = 200, body = ShownClock), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn set(
    State(app): State<App>,
    Body(request): Body<SetClock>,
) -> Result<Json<ShownClock>, Problem> {
    let clock = &app.clock;
    match (request.now, request.advance, request.reset) {
        (Some(moment), None, None) => clock.set(read(&moment)?, request.frozen == Some(true))?,
        (None, Some(seconds), None) => clock.advance(in_range(seconds, clock.now())?)?,
        (None, None, Some(true)) => clock.reset()?,
        _ => return Err(Problem::invalid("now", "give exactly one of now, advance and reset")),
    }
    Ok(Json(shown(clock)))
}

impl From<NotSettable> for Problem {
    fn from(problem: NotSettable) -> Self {
        Self::forbidden(problem.to_string())
    }
}

fn read(moment: &Moment) -> Result<UnixTime, Problem> {
    let seconds = match moment {
        Moment::Unix(seconds) => *seconds,
        Moment::Text(text) => {
            let parsed: Result<Timestamp, _> = text.parse();
            let problem = || Problem::invalid("now", format!("{text:?} is not RFC 3339"));
            parsed.map_err(|_| problem())?.as_second()
        }
    };
    if !YEARS.contains(&seconds) {
        return Err(Problem::invalid("now", "must lie between the years 1970 and 9999"));
    }
    Ok(UnixTime(seconds))
}

/// 1970 to 9999: what can be written as RFC 3339 and signed as a timestamp.
const YEARS: RangeInclusive<i64> = 0..=253_402_300_799;

fn in_range(seconds: i64, now: UnixTime) -> Result<i64, Problem> {
    match now.0.checked_add(seconds) {
        Some(moment) if YEARS.contains(&moment) => Ok(seconds),
        _ => Err(Problem::invalid("advance", "must lead to the years between 1970 and 9999")),
    }
}

fn shown(clock: &Clock) -> ShownClock {
    let now = clock.now();
    ShownClock {
        now: rfc3339(now),
        unix: now.0,
        offset_seconds: clock.offset_seconds(),
        frozen: matches!(clock.setting(), Setting::Frozen { .. }),
    }
}
