//! The last API requests.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Problem,
    wire::{Query, rfc3339},
};
use crate::{api::LoggedRequest, state::App};

/// An API request as it was answered. Holds no secret, token, claim or parameter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownRequest {
    at: String,
    action: String,
    resource_type: String,
    customer: Option<String>,
    provider: Option<String>,
    code: u32,
    message: String,
    /// What was wrong, where, and what would be right; empty on success.
    explanation: String,
    duration_micros: u64,
}

/// Which requests to list.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct RequestFilter {
    /// Only those that failed.
    #[serde(default)]
    failed: bool,
}

/// Lists the last API requests, newest first. Kept in the sandbox only.
#[utoipa::path(get, path = "/v1/requests", operation_id = "listRequests", tag = "sandbox",
    params(RequestFilter),
    responses((status = 200, body = Vec<ShownRequest>)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(filter): Query<RequestFilter>,
) -> Result<Json<Vec<ShownRequest>>, Problem> {
    let entries = app.requests.entries();
    let wanted = entries.into_iter().filter(|entry| !filter.failed || entry.code.0 != 0);
    Ok(Json(wanted.map(ShownRequest::from).collect()))
}

impl From<LoggedRequest> for ShownRequest {
    fn from(entry: LoggedRequest) -> Self {
        Self {
            at: rfc3339(entry.at),
            action: entry.action_id,
            resource_type: entry.resource_type,
            customer: entry.customer,
            provider: entry.provider,
            code: entry.code.0,
            message: entry.message,
            explanation: entry.explanation,
            duration_micros: entry.micros,
        }
    }
}
