//! Activations.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::{
    Activation, ActivationId, Actor, Audience, AuditKind, Customer, EndReason, Provider, Stage,
    User, UserId, activation::BlockProblem, service::CallContext,
};
use freischalt_store::{ActivationFilter, HistoryEntry};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem,
    wire::{Body, Path, Query, rfc3339},
};
use crate::{
    flow::{FlowError, ServiceAddress, Start},
    state::{App, AppState},
    trace::Wish,
};

/// Runs in one list.
const LIST: u32 = 1000;

/// Where an activation is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RunState {
    /// Begun, not unlocked yet.
    Pending,
    /// Unlocked by the provider.
    Active,
    /// Over: blocked, or replaced by a newer activation.
    Blocked,
}

impl From<&Activation> for RunState {
    fn from(activation: &Activation) -> Self {
        match activation.stage {
            Stage::TermsAccepted | Stage::Pending { .. } => Self::Pending,
            Stage::Active { .. } => Self::Active,
            Stage::Ended { .. } => Self::Blocked,
        }
    }
}

/// An activation to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StartActivation {
    /// Slug of the provider.
    #[schema(example = "demo")]
    provider: String,
    /// Slug of the customer.
    #[schema(example = "musterimmo")]
    customer: String,
    /// The administrator who activates; the customer's first one if absent.
    user: Option<i64>,
    /// Whether all users get the right (the default) or only administrators. There is no choice
    /// if a webhook is all that the provider offers: it serves all users.
    all_users: Option<bool>,
}

/// An activation at the point where the key is shown, with everything a test needs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartedActivation {
    id: Uuid,
    state: RunState,
    provider: String,
    customer: String,
    user: i64,
    /// The complete signed URL of the provider's activation page.
    activation_url: String,
    parameter_cache_id: Uuid,
    /// `extendedclaim` of the unlock call.
    api_claim: String,
    /// Token of the API user.
    api_token: String,
    /// Key of the API user: what the administrator pastes.
    api_key: String,
    /// When the parameter cache entry expires.
    expires_at: String,
    /// The activation that was ended to make room, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<Replaced>,
}

/// An activation that was ended to make room.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Replaced {
    id: Uuid,
    /// Its state before it was ended.
    state: RunState,
}

/// An activation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownActivation {
    id: Uuid,
    state: RunState,
    provider: String,
    customer: String,
    user: i64,
    /// Whether all users have the right; null before it was chosen.
    all_users: Option<bool>,
    /// The flag of the unlock call; null before it.
    is_regular_customer: Option<bool>,
    created_at: String,
    /// When the parameter cache entry expires; null before the right was chosen.
    expires_at: Option<String>,
    activated_at: Option<String>,
    blocked_at: Option<String>,
    /// Why it is over: `blocked` or `superseded`; null while it is not.
    reason: Option<EndReasonText>,
    history: Vec<HistoryItem>,
}

/// Why an activation is over.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum EndReasonText {
    Blocked,
    Superseded,
}

/// What happened to an activation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistoryItem {
    at: String,
    /// `termsAccepted`, `rightChosen`, `unlocked`, `blocked` or `superseded`.
    event: &'static str,
    /// `user 21`, `management for user 21` or `provider`.
    by: String,
}

/// Which activations to list.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListFilter {
    /// Slug of a provider.
    provider: Option<String>,
    /// Slug of a customer.
    customer: Option<String>,
}

/// Lists activations, the newest first, at most 1,000.
#[utoipa::path(get, path = "/v1/activations", operation_id = "listActivations", tag = "activations",
    params(ListFilter),
    responses((status = 200, body = Vec<ShownActivation>), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(filter): Query<ListFilter>,
) -> Result<Json<Vec<ShownActivation>>, Problem> {
    let provider = match &filter.provider {
        Some(name) => Some(app.named_provider(name).await?.id),
        None => None,
    };
    let customer = match &filter.customer {
        Some(name) => Some(app.named_customer(name).await?.id),
        None => None,
    };
    let found = app.store.activations(ActivationFilter { customer, provider }, LIST).await?;
    let mut shown = Vec::with_capacity(found.len());
    for activation in found {
        shown.push(show_with_history(&app, activation).await?);
    }
    Ok(Json(shown))
}

/// Brings an activation to the point where the key is shown.
///
/// A live activation of the same provider in the same customer is ended first, which the answer
/// says.
#[utoipa::path(post, path = "/v1/activations", operation_id = "startActivation",
    tag = "activations",
    params(("traceparent" = Option<String>, Header,
        description = "W3C Trace Context; sampled means that this activation is traced in any case")),
    request_body = StartActivation,
    responses((status = 201, body = StartedActivation), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn start(
    State(app): State<App>,
    wish: Wish,
    Body(request): Body<StartActivation>,
) -> Result<(StatusCode, Json<StartedActivation>), Problem> {
    let provider = app.named_provider(&request.provider).await?;
    let customer = app.named_customer(&request.customer).await?;
    let user = chosen_user(&app, &customer, request.user).await?;
    let audience = match request.all_users {
        Some(false) if provider.is_single_webhook() => {
            let problem = "a provider with a webhook only serves all users: leave allUsers out";
            return Err(Problem::invalid("allUsers", problem));
        }
        Some(false) => Audience::Administrators,
        _ => Audience::AllUsers,
    };
    let actor = Actor::Management(user.id);
    let start = Start { user: user.id, actor, replace_active: true, wish };
    let started = app.accept_terms(&customer, &provider, start).await?;
    let activation = app.choose_right(&started.activation, user.id, audience, actor).await?;
    let shown = show_key(&app, &customer, &provider, &activation, started.replaced).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Shows an activation with its history.
#[utoipa::path(get, path = "/v1/activations/{id}", operation_id = "showActivation",
    tag = "activations",
    params(("id" = Uuid, Path, description = "The activation")),
    responses((status = 200, body = ShownActivation), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ShownActivation>, Problem> {
    let activation = named_activation(&app, &id).await?;
    Ok(Json(show_with_history(&app, activation).await?))
}

/// Blocks the provider: token, key and claims are dead when the answer is there. Blocking what is
/// already over changes nothing.
#[utoipa::path(post, path = "/v1/activations/{id}/block", operation_id = "blockActivation",
    tag = "activations",
    params(("id" = Uuid, Path, description = "The activation")),
    responses((status = 200, body = ShownActivation), (status = 404, body = Problem)))]
pub(super) async fn block(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ShownActivation>, Problem> {
    let activation = named_activation(&app, &id).await?;
    let customer = customer_of(&app, &activation).await?;
    let over = match app.block(&customer, activation.id, None).await {
        Ok(blocked) => blocked,
        Err(FlowError::Block(BlockProblem::AlreadyEnded(_))) => named_activation(&app, &id).await?,
        Err(error) => return Err(error.into()),
    };
    Ok(Json(show_with_history(&app, over).await?))
}

/// A service to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallService {
    /// Slug of the service; the provider's first one if absent.
    service: Option<String>,
    /// The user who calls; the one who activated if absent.
    user: Option<i64>,
}

/// A called service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalledService {
    /// The complete signed URL of the service.
    service_url: String,
    parameter_cache_id: Uuid,
    /// `extendedclaim` of the calls that follow.
    api_claim: String,
    user: i64,
}

/// Calls a service of an active provider: a signed URL with a fresh claim.
#[utoipa::path(post, path = "/v1/activations/{id}/service-calls", operation_id = "callService",
    tag = "activations",
    params(("id" = Uuid, Path, description = "The activation")), request_body = CallService,
    responses((status = 201, body = CalledService), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn service_call(
    State(app): State<App>,
    Path(id): Path<String>,
    Body(request): Body<CallService>,
) -> Result<(StatusCode, Json<CalledService>), Problem> {
    let activation = named_activation(&app, &id).await?;
    let customer = customer_of(&app, &activation).await?;
    let provider = provider_of(&app, &activation).await?;
    let service = match &request.service {
        Some(name) => provider.services.iter().find(|service| service.slug.as_str() == name),
        None => provider.services.first(),
    };
    let service = service
        .ok_or_else(|| Problem::not_found("service", request.service.unwrap_or_default()))?;
    let user = UserId(request.user.unwrap_or(activation.opened_by.0));
    let user =
        app.store.user(customer.id, user).await?.ok_or_else(|| Problem::not_found("user", user))?;
    let secret = provider_secret(&app, &provider).await?;
    let address = ServiceAddress { url: &service.url, port: provider.port, secret: &secret };
    let macros = service.settings.parameters(&user, &CallContext::default());
    let call = app.service_launch(&customer, address, &activation, &user, &macros).await;
    let (launch, entry) = call?;
    let called = CalledService {
        service_url: launch.url,
        parameter_cache_id: entry.id.0,
        api_claim: launch.claim.expose().to_owned(),
        user: user.id.0,
    };
    Ok((StatusCode::CREATED, Json(called)))
}

async fn chosen_user(
    app: &AppState,
    customer: &Customer,
    id: Option<i64>,
) -> Result<User, Problem> {
    if let Some(id) = id {
        let user = app.store.user(customer.id, UserId(id)).await?;
        return user.ok_or_else(|| {
            Problem::invalid("user", format!("customer {} has no user {id}", customer.slug))
        });
    }
    let users = app.store.users(customer.id).await?;
    users.into_iter().find(User::may_activate).ok_or_else(|| {
        Problem::conflict(format!("customer {} has no active administrator", customer.slug))
    })
}

async fn named_activation(app: &AppState, id: &str) -> Result<Activation, Problem> {
    let found = match id.parse() {
        Ok(id) => app.store.activation(ActivationId(id)).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| Problem::not_found("activation", format_args!("{id:?}")))
}

async fn customer_of(app: &AppState, activation: &Activation) -> Result<Customer, Problem> {
    let found = app.store.customer_by_id(activation.customer).await?;
    found.ok_or_else(|| Problem::not_found("customer", activation.customer))
}

async fn provider_of(app: &AppState, activation: &Activation) -> Result<Provider, Problem> {
    let found = app.store.provider_by_id(activation.provider).await?;
    found.ok_or_else(|| Problem::not_found("provider", activation.provider))
}

async fn provider_secret(
    app: &AppState,
    provider: &Provider,
) -> Result<freischalt_protocol::Secret, Problem> {
    let found = app.store.provider_secret(provider.id).await?;
    found.ok_or_else(|| Problem::not_found("provider", &provider.slug))
}

async fn show_key(
    app: &AppState,
    customer: &Customer,
    provider: &Provider,
    activation: &Activation,
    replaced: Option<Activation>,
) -> Result<StartedActivation, Problem> {
    let secret = provider_secret(app, provider).await?;
    // Between choosing the right and here, somebody else may have ended the run.
    let (Some(grant), Some(key)) = (activation.grant(), activation.api_key()) else {
        return Err(Problem::conflict("the activation was ended by somebody else just now"));
    };
    let launch = app.activation_launch(customer, provider, &secret, activation, grant)?;
    Ok(StartedActivation {
        id: activation.id.0,
        state: activation.into(),
        provider: provider.slug.to_string(),
        customer: customer.slug.to_string(),
        user: activation.opened_by.0,
        activation_url: launch.url,
        parameter_cache_id: grant.entry.id.0,
        api_claim: launch.claim.expose().to_owned(),
        api_token: grant.token.as_str().to_owned(),
        api_key: key.expose().to_owned(),
        expires_at: rfc3339(grant.entry.expires),
        replaced: replaced.map(|run| Replaced { id: run.id.0, state: state_before_end(&run) }),
    })
}

fn state_before_end(run: &Activation) -> RunState {
    if run.unlock_record().is_some() { RunState::Active } else { RunState::Pending }
}

async fn show_with_history(
    app: &AppState,
    activation: Activation,
) -> Result<ShownActivation, Problem> {
    let history = app.store.history(activation.customer, activation.id).await?;
    let customer = customer_of(app, &activation).await?;
    let provider = provider_of(app, &activation).await?;
    let ended = match activation.stage {
        Stage::Ended { at, reason, .. } => Some((at, reason)),
        _ => None,
    };
    let grant = activation.grant();
    let unlock = activation.unlock_record();
    Ok(ShownActivation {
        id: activation.id.0,
        state: (&activation).into(),
        provider: provider.slug.to_string(),
        customer: customer.slug.to_string(),
        user: activation.opened_by.0,
        all_users: grant.map(|grant| grant.audience == Audience::AllUsers),
        is_regular_customer: unlock.map(|unlock| unlock.is_regular_customer),
        created_at: rfc3339(activation.opened_at),
        expires_at: grant.map(|grant| rfc3339(grant.entry.expires)),
        activated_at: unlock.map(|unlock| rfc3339(unlock.at)),
        blocked_at: ended.map(|(at, _)| rfc3339(at)),
        reason: ended.map(|(_, reason)| match reason {
            EndReason::Blocked => EndReasonText::Blocked,
            EndReason::Superseded => EndReasonText::Superseded,
        }),
        history: history.iter().map(history_item).collect(),
    })
}

fn history_item(entry: &HistoryEntry) -> HistoryItem {
    HistoryItem {
        at: rfc3339(entry.event.at),
        event: match entry.event.kind {
            AuditKind::TermsAccepted { .. } => "termsAccepted",
            AuditKind::RightChosen { .. } => "rightChosen",
            AuditKind::Unlocked { .. } => "unlocked",
            AuditKind::Blocked => "blocked",
            AuditKind::Superseded => "superseded",
        },
        by: match entry.event.actor {
            Actor::User(user) => format!("user {user}"),
            Actor::Management(user) => format!("management for user {user}"),
            Actor::Provider => "provider".to_owned(),
        },
    }
}
