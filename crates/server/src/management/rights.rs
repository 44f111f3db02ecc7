//! Who in a customer may use a provider's services, one by one: on top of what was chosen at the
//! activation (enterprise help, user settings, "Marketplace - external services").

use axum::{Json, extract::State};
use freischalt_marketplace::{
    Activation, User, UserId,
    service::{UserRight, may_use},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    wire::{Body, Path},
};
use crate::{
    security::{self, CalledFrom},
    state::App,
};

/// The right of a user, apart from what was chosen at the activation.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Right {
    /// As chosen at the activation.
    AsChosen,
    /// Given.
    Given,
    /// Taken away; administrators keep it all the same.
    Taken,
}

/// A right to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetRight {
    right: Right,
}

/// A user's right.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownRight {
    user: i64,
    name: String,
    administrator: bool,
    right: Right,
    /// Whether the user may use the provider now.
    may_use: bool,
    /// Why not; null if the user may.
    refusal: Option<String>,
}

/// Lists who may use a provider.
#[utoipa::path(get, path = "/v1/customers/{slug}/rights/{provider}", operation_id = "listRights",
    tag = "rights",
    params(("slug" = String, Path, description = "The customer"),
        ("provider" = String, Path, description = "The provider")),
    responses((status = 200, body = Vec<ShownRight>), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Path((slug, provider)): Path<(String, String)>,
) -> Result<Json<Vec<ShownRight>>, Problem> {
    let customer = app.named_customer(&slug).await?;
    let provider = app.named_provider(&provider).await?;
    let run = app.store.newest_activation(customer.id, provider.id).await?;
    let mut shown = Vec::new();
    for user in app.store.users(customer.id).await? {
        let right = app.store.right(customer.id, provider.id, user.id).await?;
        shown.push(show(user, right, run.as_ref()));
    }
    Ok(Json(shown))
}

/// Gives or takes the right of a user, or leaves it as chosen at the activation.
#[utoipa::path(put, path = "/v1/customers/{slug}/rights/{provider}/{user}",
    operation_id = "setRight", tag = "rights",
    params(("slug" = String, Path, description = "The customer"),
        ("provider" = String, Path, description = "The provider"),
        ("user" = i64, Path, description = "The user's id")),
    request_body = SetRight,
    responses((status = 200, body = ShownRight), (status = 404, body = Problem)))]
pub(super) async fn set(
    State(app): State<App>,
    CalledFrom(caller): CalledFrom,
    Path((slug, provider, user)): Path<(String, String, i64)>,
    Body(request): Body<SetRight>,
) -> Result<Json<ShownRight>, Problem> {
    let customer = app.named_customer(&slug).await?;
    let provider = app.named_provider(&provider).await?;
    let user = app.store.user(customer.id, UserId(user)).await?;
    let user = user.ok_or_else(|| Problem::not_found("user", "of this id in the customer"))?;
    let right = match request.right {
        Right::AsChosen => UserRight::AsChosen,
        Right::Given => UserRight::Given,
        Right::Taken => UserRight::Taken,
    };
    app.store.set_right(customer.id, provider.id, user.id, right).await?;
    tracing::info!(
        target: security::TARGET,
        event = "right_changed",
        %caller,
        customer = %customer.id,
        provider = %provider.id,
        user = %user.id,
        right = ?right,
        "a right was set"
    );
    let run = app.store.newest_activation(customer.id, provider.id).await?;
    Ok(Json(show(user, right, run.as_ref())))
}

fn show(user: User, right: UserRight, run: Option<&Activation>) -> ShownRight {
    let refusal = match run {
        Some(run) => may_use(run, &user, right).err().map(|refusal| refusal.to_string()),
        None => Some("the provider is not active".to_owned()),
    };
    ShownRight {
        user: user.id.0,
        administrator: user.administrator,
        right: match right {
            UserRight::AsChosen => Right::AsChosen,
            UserRight::Given => Right::Given,
            UserRight::Taken => Right::Taken,
        },
        may_use: refusal.is_none(),
        refusal,
        name: user.name,
    }
}
