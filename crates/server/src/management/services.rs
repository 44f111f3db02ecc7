//! Opening a service without a browser: the signed URL that a window would load.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::{UserId, service::may_open};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Problem, settings::Place, wire::Body};
use crate::{flow::ServiceAddress, state::App};

/// A service to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LaunchService {
    /// Slug of the customer.
    #[schema(example = "musterimmo")]
    customer: String,
    /// Slug of the provider.
    #[schema(example = "demo")]
    provider: String,
    /// Slug of the service; the provider's first one if absent.
    service: Option<String>,
    /// The user who opens it; the one who activated the provider if absent.
    user: Option<i64>,
    /// The menu if absent.
    #[serde(default)]
    from: Place,
    /// The records that are selected; others than the user sees are left out.
    #[serde(default)]
    records: Vec<i64>,
    /// The pictures that are selected, from the files of a property.
    #[serde(default)]
    images: Vec<i64>,
}

/// An opened service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LaunchedService {
    /// The complete signed URL.
    service_url: String,
    /// `parametercacheid` of orders and messages that the page posts.
    parameter_cache_id: Uuid,
    /// `extendedclaim` of the calls that follow.
    api_claim: String,
    customer: String,
    provider: String,
    service: String,
    user: i64,
    /// The size of the window, in CSS pixels.
    width: u16,
    height: u16,
}

/// Opens a service as a user of a customer does, with the same checks: a signed URL with a fresh
/// claim and a fresh parameter cache entry.
#[utoipa::path(post, path = "/v1/services/launch", operation_id = "launchService",
    tag = "services", request_body = LaunchService,
    responses((status = 201, body = LaunchedService), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn launch(
    State(app): State<App>,
    Body(request): Body<LaunchService>,
) -> Result<(StatusCode, Json<LaunchedService>), Problem> {
    let customer = app.named_customer(&request.customer).await?;
    let provider = app.named_provider(&request.provider).await?;
    let service = match &request.service {
        Some(name) => provider.services.iter().find(|service| service.slug.as_str() == name),
        None => provider.services.first(),
    };
    let service = service
        .ok_or_else(|| Problem::not_found("service", request.service.unwrap_or_default()))?;
    let run = app.store.newest_activation(customer.id, provider.id).await?;
    let run = run.ok_or_else(|| Problem::conflict("the provider is not active"))?;
    let user = UserId(request.user.unwrap_or(run.opened_by.0));
    let user =
        app.store.user(customer.id, user).await?.ok_or_else(|| Problem::not_found("user", user))?;
    let right = app.store.right(customer.id, provider.id, user.id).await?;
    let from = request.from.entry_point();
    let settings = &service.settings;
    may_open(service.kind, settings, &run, &user, right, from)
        .map_err(|refusal| Problem::forbidden(refusal.to_string()))?;
    let secret = app.store.provider_secret(provider.id).await?;
    let secret = secret.ok_or_else(|| Problem::not_found("provider", &provider.slug))?;
    let address = ServiceAddress { url: &service.url, port: provider.port, secret: &secret };
    let (records, images) = (&request.records, &request.images);
    let context = app.call_context(customer.id, &user, from, records, images).await?;
    let macros = settings.parameters(&user, &context);
    let call = app.service_launch(&customer, address, &run, &user, &macros).await;
    let (launch, entry) = call?;
    let launched = LaunchedService {
        service_url: launch.url,
        parameter_cache_id: entry.id.0,
        api_claim: launch.claim.expose().to_owned(),
        customer: customer.slug.to_string(),
        provider: provider.slug.to_string(),
        service: service.slug.to_string(),
        user: user.id.0,
        width: settings.window.width,
        height: settings.window.height,
    };
    Ok((StatusCode::CREATED, Json(launched)))
}
