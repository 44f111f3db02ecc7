//! Sign-in tickets: how a system that knows its users hands one over to the web UI.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    wire::{Body, rfc3339},
};
use crate::{session::Ticket, state::App};

/// Who is to be signed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTicket {
    /// Slug of the customer.
    customer: String,
    /// The user's id.
    user: i64,
}

/// A ticket. It serves once, for 60 seconds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedTicket {
    /// To be sent as the form field `ticket`, by POST so that it never stands in a URL.
    ticket: String,
    /// Where to send it, from the user's browser.
    action: String,
    expires_at: String,
}

/// Makes a sign-in ticket for a user whom your system has authenticated.
#[utoipa::path(post, path = "/v1/sign-in-tickets", operation_id = "createSignInTicket",
    tag = "sign-in",
    request_body = CreateTicket,
    responses((status = 201, body = CreatedTicket), (status = 404, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Body(request): Body<CreateTicket>,
) -> Result<(StatusCode, Json<CreatedTicket>), Problem> {
    let customer = app.named_customer(&request.customer).await?;
    let user = app
        .store
        .user(customer.id, UserId(request.user))
        .await?
        .filter(|user| user.active && customer.active)
        .ok_or_else(|| Problem::not_found("active user", request.user))?;
    let issued = Ticket::issue(&app, customer.id, user.id).await?;
    let (ticket, expires) =
        issued.ok_or_else(|| Problem::not_found("active user", request.user))?;
    let created = CreatedTicket {
        ticket,
        action: format!("{}/session", app.public_url),
        expires_at: rfc3339(expires),
    };
    Ok((StatusCode::CREATED, Json(created)))
}
