//! Calls to providers' servers: what became of each, and trying again.

use axum::{Json, extract::State};
use freischalt_marketplace::{
    DeliveryId,
    webhook::{Attempt, Delivery, DeliveryStage, Subject},
};
use freischalt_store::DeliveryFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem,
    wire::{Body, Path, Query, rfc3339},
};
use crate::state::{App, AppState};

/// Deliveries in one list.
const LIST: u32 = 500;

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListFilter {
    /// Slug of a customer.
    customer: Option<String>,
    /// Slug of a provider.
    provider: Option<String>,
    /// Only those that were given up.
    #[serde(default)]
    dead: bool,
}

/// Which dead deliveries are tried again; all if nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayDeliveries {
    /// Slug of a customer.
    customer: Option<String>,
    /// Slug of a provider.
    provider: Option<String>,
}

/// How many are tried again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Replayed {
    replayed: usize,
}

/// A call to a provider's server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownDelivery {
    /// The value of `X-Freischalt-Delivery`, the same in every attempt.
    id: Uuid,
    /// Slug of the customer.
    customer: String,
    /// Slug of the provider.
    provider: String,
    /// Slug of the webhook service; null for the result of an order.
    service: Option<String>,
    /// Who saved the record.
    user: Option<i64>,
    /// `estate`, `address`, `task` or `calendar`.
    module: Option<&'static str>,
    /// The record.
    record: Option<i64>,
    /// The order whose result is told.
    order: Option<Uuid>,
    /// `waiting`, `delivered` or `dead`.
    state: &'static str,
    /// Since when it is tried.
    since: String,
    /// How many attempts there have been.
    attempts: u32,
    /// When it is tried next; null if it does not wait.
    next_attempt_at: Option<String>,
    /// When it arrived or was given up; null while it waits.
    ended_at: Option<String>,
}

/// A delivery with its log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryWithLog {
    #[serde(flatten)]
    delivery: ShownDelivery,
    /// Every attempt, the first first.
    log: Vec<ShownAttempt>,
}

/// An attempt.
#[derive(Debug, Serialize, ToSchema)]
struct ShownAttempt {
    number: i64,
    at: String,
    /// The HTTP status of the answer; null if there was none.
    status: Option<u16>,
    /// Why there was no answer; null if there was one.
    problem: Option<String>,
}

/// Lists deliveries, the newest first, at most 500.
#[utoipa::path(get, path = "/v1/deliveries", operation_id = "listDeliveries", tag = "deliveries",
    params(ListFilter),
    responses((status = 200, body = Vec<ShownDelivery>), (status = 404, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(filter): Query<ListFilter>,
) -> Result<Json<Vec<ShownDelivery>>, Problem> {
    let found = read_filter(&app, filter.customer, filter.provider, filter.dead).await?;
    let mut shown = Vec::new();
    for delivery in app.store.deliveries(found, LIST).await? {
        shown.push(show_one(&app, &delivery).await?);
    }
    Ok(Json(shown))
}

/// Shows a delivery with every attempt.
#[utoipa::path(get, path = "/v1/deliveries/{id}", operation_id = "showDelivery",
    tag = "deliveries",
    params(("id" = Uuid, Path, description = "The delivery")),
    responses((status = 200, body = DeliveryWithLog), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<DeliveryWithLog>, Problem> {
    let delivery = named(&app, &id).await?;
    Ok(Json(with_log(&app, &delivery).await?))
}

/// Tries a delivery again from the beginning that has arrived or was given up.
#[utoipa::path(post, path = "/v1/deliveries/{id}/replay", operation_id = "replayDelivery",
    tag = "deliveries",
    params(("id" = Uuid, Path, description = "The delivery")),
    responses((status = 200, body = DeliveryWithLog), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn replay(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<DeliveryWithLog>, Problem> {
    let delivery = named(&app, &id).await?;
    let filter = DeliveryFilter { customer: Some(delivery.customer), ..DeliveryFilter::default() };
    let now = app.clock.now();
    if app.store.replay_deliveries(filter, Some(delivery.id), now).await? == 0 {
        return Err(Problem::conflict("the delivery waits for its next attempt already"));
    }
    let delivery = named(&app, &id).await?;
    Ok(Json(with_log(&app, &delivery).await?))
}

/// Tries all deliveries again that were given up, or those of a customer or provider.
#[utoipa::path(post, path = "/v1/deliveries/replay", operation_id = "replayDeliveries",
    tag = "deliveries", request_body = ReplayDeliveries,
    responses((status = 200, body = Replayed), (status = 404, body = Problem)))]
pub(super) async fn replay_all(
    State(app): State<App>,
    Body(request): Body<ReplayDeliveries>,
) -> Result<Json<Replayed>, Problem> {
    let filter = read_filter(&app, request.customer, request.provider, true).await?;
    let replayed = app.store.replay_deliveries(filter, None, app.clock.now()).await?;
    Ok(Json(Replayed { replayed }))
}

async fn read_filter(
    app: &AppState,
    customer: Option<String>,
    provider: Option<String>,
    dead: bool,
) -> Result<DeliveryFilter, Problem> {
    let customer = match customer {
        Some(name) => Some(app.named_customer(&name).await?.id),
        None => None,
    };
    let provider = match provider {
        Some(name) => Some(app.named_provider(&name).await?.id),
        None => None,
    };
    Ok(DeliveryFilter { customer, provider, dead })
}

async fn named(app: &AppState, text: &str) -> Result<Delivery, Problem> {
    let not_found = || Problem::not_found("delivery", format_args!("{text:?}"));
    let id = DeliveryId::parse(text).ok_or_else(not_found)?;
    app.store.delivery_by_id(id).await?.ok_or_else(not_found)
}

async fn with_log(app: &AppState, delivery: &Delivery) -> Result<DeliveryWithLog, Problem> {
    let attempts = app.store.delivery_attempts(delivery.customer, delivery.id).await?;
    let log = attempts.into_iter().map(|entry| {
        let (status, problem) = match entry.attempt {
            Attempt::Answered(status) => (Some(status), None),
            Attempt::Failed(problem) => (None, Some(problem)),
        };
        ShownAttempt { number: entry.number, at: rfc3339(entry.at), status, problem }
    });
    Ok(DeliveryWithLog { delivery: show_one(app, delivery).await?, log: log.collect() })
}

async fn show_one(app: &AppState, delivery: &Delivery) -> Result<ShownDelivery, Problem> {
    let missing = || Problem::not_found("delivery", delivery.id);
    let customer = app.store.customer_by_id(delivery.customer).await?.ok_or_else(missing)?;
    let provider = app.store.provider_by_id(delivery.provider).await?.ok_or_else(missing)?;
    let (mut service, mut user, mut module, mut record, mut order) = (None, None, None, None, None);
    match &delivery.subject {
        Subject::Record { service: of, user: by, module: in_module, record: about } => {
            service = Some(of.to_string());
            user = Some(by.0);
            module = Some(in_module.as_str());
            record = Some(*about);
        }
        Subject::Order(id) => order = Some(id.0),
    }
    let (next, ended) = match delivery.stage {
        DeliveryStage::Waiting { due } => (Some(rfc3339(due)), None),
        DeliveryStage::Delivered { at } | DeliveryStage::Dead { at } => (None, Some(rfc3339(at))),
    };
    Ok(ShownDelivery {
        id: delivery.id.0,
        customer: customer.slug.to_string(),
        provider: provider.slug.to_string(),
        service,
        user,
        module,
        record,
        order,
        state: delivery.stage.as_str(),
        since: rfc3339(delivery.since),
        attempts: delivery.attempts,
        next_attempt_at: next,
        ended_at: ended,
    })
}
