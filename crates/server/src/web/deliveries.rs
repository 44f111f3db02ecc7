//! Calls to providers' servers: the sandbox shows all of them, a provider's own client its own.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::{
    DeliveryId,
    webhook::{self, DeliveryStage, Subject},
};
use freischalt_store::DeliveryFilter;
use serde::Deserialize;

use super::{
    account::sandbox_only,
    failure::Failure,
    form::Fields,
    page::page,
    seller::own_provider,
    views::{
        Section,
        deliveries::{Attempt, Deliveries, Delivery, DeliveryPage, DeliveryState},
    },
    visitor::Visitor,
};

/// Rows in a list.
const LIST: u32 = 200;

/// Whose deliveries are looked at.
#[derive(Clone, Copy)]
struct Scope {
    list: &'static str,
    section: Section,
    filter: DeliveryFilter,
}

impl Scope {
    fn sandbox(visitor: &Visitor) -> Result<Self, Failure> {
        sandbox_only(visitor)?;
        let filter = DeliveryFilter::default();
        Ok(Self { list: "/deliveries", section: Section::Requests, filter })
    }

    async fn provider(visitor: &Visitor) -> Result<Self, Failure> {
        let provider = Some(own_provider(visitor).await?.id);
        let filter = DeliveryFilter { provider, ..DeliveryFilter::default() };
        Ok(Self { list: "/provider/deliveries", section: Section::Elsewhere, filter })
    }

    fn has(&self, delivery: &webhook::Delivery) -> bool {
        self.filter.provider.is_none_or(|provider| provider == delivery.provider)
    }
}

/// Which are listed.
#[derive(Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    dead: String,
}

/// One to be tried again; without an id, all that were given up.
#[derive(Deserialize)]
pub(super) struct Replay {
    #[serde(default)]
    id: String,
}

/// `GET /deliveries`
pub(super) async fn list(visitor: Visitor, filter: Query<Filter>) -> Result<Response, Failure> {
    let scope = Scope::sandbox(&visitor)?;
    show_list(&visitor, scope, filter.0.dead == "1").await
}

/// `GET /provider/deliveries`
pub(super) async fn own_list(visitor: Visitor, filter: Query<Filter>) -> Result<Response, Failure> {
    let scope = Scope::provider(&visitor).await?;
    show_list(&visitor, scope, filter.0.dead == "1").await
}

/// `GET /deliveries/{id}`
pub(super) async fn one(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let scope = Scope::sandbox(&visitor)?;
    show_one(&visitor, scope, &id).await
}

/// `GET /provider/deliveries/{id}`
pub(super) async fn own_one(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    let scope = Scope::provider(&visitor).await?;
    show_one(&visitor, scope, &id).await
}

/// `POST /deliveries/replay`
pub(super) async fn replay(
    visitor: Visitor,
    Fields(sent): Fields<Replay>,
) -> Result<Response, Failure> {
    let scope = Scope::sandbox(&visitor)?;
    try_again(&visitor, scope, &sent.id).await
}

/// `POST /provider/deliveries/replay`
pub(super) async fn replay_own(
    visitor: Visitor,
    Fields(sent): Fields<Replay>,
) -> Result<Response, Failure> {
    let scope = Scope::provider(&visitor).await?;
    try_again(&visitor, scope, &sent.id).await
}

async fn show_list(visitor: &Visitor, scope: Scope, dead: bool) -> Result<Response, Failure> {
    let internal = |error| Failure::internal(visitor, &error);
    let store = &visitor.app.store;
    let of = |dead| DeliveryFilter { dead, ..scope.filter };
    let any_dead = !store.deliveries(of(true), 1).await.map_err(internal)?.is_empty();
    let mut deliveries = Vec::new();
    for found in store.deliveries(of(dead), LIST).await.map_err(internal)? {
        deliveries.push(row(visitor, &found).await?);
    }
    Ok(page(&Deliveries {
        frame: visitor.frame(scope.section),
        list: scope.list,
        dead_only: dead,
        any_dead,
        deliveries,
    }))
}

async fn show_one(visitor: &Visitor, scope: Scope, id: &str) -> Result<Response, Failure> {
    let delivery = find(visitor, scope, id).await?;
    let log = visitor.app.store.delivery_attempts(delivery.customer, delivery.id).await;
    let log = log.map_err(|error| Failure::internal(visitor, &error))?.into_iter().map(|entry| {
        let (status, problem) = match entry.attempt {
            webhook::Attempt::Answered(status) => (Some(status), None),
            webhook::Attempt::Failed(problem) => (None, Some(problem)),
        };
        Attempt { number: entry.number, at: visitor.time(entry.at), status, problem }
    });
    Ok(page(&DeliveryPage {
        frame: visitor.frame(scope.section),
        list: scope.list,
        delivery: row(visitor, &delivery).await?,
        log: log.collect(),
    }))
}

async fn try_again(visitor: &Visitor, scope: Scope, id: &str) -> Result<Response, Failure> {
    let (one, back) = if id.is_empty() {
        (None, scope.list.to_owned())
    } else {
        let delivery = find(visitor, scope, id).await?;
        (Some(delivery.id), format!("{}/{}", scope.list, delivery.id))
    };
    // One that waits again already is where it should be.
    let now = visitor.app.clock.now();
    let replayed = visitor.app.store.replay_deliveries(scope.filter, one, now).await;
    replayed.map_err(|error| Failure::internal(visitor, &error))?;
    Ok(Redirect::to(&back).into_response())
}

async fn find(visitor: &Visitor, scope: Scope, id: &str) -> Result<webhook::Delivery, Failure> {
    let not_found = || Failure::not_found(visitor);
    let id = DeliveryId::parse(id).ok_or_else(not_found)?;
    let found = visitor.app.store.delivery_by_id(id).await;
    let found = found.map_err(|error| Failure::internal(visitor, &error))?;
    found.filter(|delivery| scope.has(delivery)).ok_or_else(not_found)
}

async fn row(visitor: &Visitor, delivery: &webhook::Delivery) -> Result<Delivery, Failure> {
    let internal = |error| Failure::internal(visitor, &error);
    let store = &visitor.app.store;
    let customer = store.customer_by_id(delivery.customer).await.map_err(internal)?;
    let provider = store.provider_by_id(delivery.provider).await.map_err(internal)?;
    let about = match &delivery.subject {
        Subject::Record { service, module, record, .. } => {
            let known = provider
                .as_ref()
                .and_then(|provider| provider.services.iter().find(|known| known.slug == *service));
            let name = known.map_or_else(|| service.to_string(), |known| known.name.clone());
            format!("{name}: {} {record}", module.as_str())
        }
        Subject::Order(id) => visitor.language.texts().deliveries.order.with(id),
    };
    let (state, next) = match delivery.stage {
        DeliveryStage::Waiting { due } => (DeliveryState::Waiting, Some(visitor.time(due))),
        DeliveryStage::Delivered { .. } => (DeliveryState::Delivered, None),
        DeliveryStage::Dead { .. } => (DeliveryState::Dead, None),
    };
    Ok(Delivery {
        id: delivery.id.to_string(),
        since: visitor.time(delivery.since),
        customer: customer.map(|known| known.name).unwrap_or_default(),
        provider: provider.map(|known| known.name).unwrap_or_default(),
        about,
        state,
        attempts: delivery.attempts,
        next,
    })
}
