//! Who in a customer may use a provider, one by one (enterprise help, user settings, "Marketplace -
//! external services"). Administrators see to it.

use std::collections::HashMap;

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::service::{UserRight, may_use};
use serde::Deserialize;

use super::{
    failure::Failure,
    form::Fields,
    marketplace::find_provider,
    page::page,
    views::{
        Section,
        rights::{Rights, UserRights},
    },
    visitor::Visitor,
};
use crate::security;

/// What the page is told by the form that led to it.
#[derive(Deserialize)]
pub(super) struct After {
    #[serde(default)]
    saved: String,
}

/// `GET /marketplace/providers/{slug}/rights`
pub(super) async fn show(
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let customer = visitor.administrator().await?.customer.id;
    let provider = find_provider(&visitor, &slug).await?;
    let internal = |error| Failure::internal(&visitor, &error);
    let store = &visitor.app.store;
    let run = store.newest_activation(customer, provider.id).await.map_err(internal)?;
    let mut users = Vec::new();
    for user in store.users(customer).await.map_err(internal)? {
        let right = store.right(customer, provider.id, user.id).await.map_err(internal)?;
        users.push(UserRights {
            id: user.id.0,
            administrator: user.administrator,
            right: name(right),
            may_use: run.as_ref().is_some_and(|run| may_use(run, &user, right).is_ok()),
            name: user.name,
        });
    }
    Ok(page(&Rights {
        frame: visitor.frame(Section::Marketplace),
        slug: provider.slug.to_string(),
        provider: provider.name,
        saved: after.saved == "1",
        users,
    }))
}

/// `POST /marketplace/providers/{slug}/rights`: what is said of a user, by the user's id.
pub(super) async fn save(
    visitor: Visitor,
    Path(slug): Path<String>,
    Fields(sent): Fields<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let by = visitor.administrator().await?;
    let customer = by.customer.id;
    let provider = find_provider(&visitor, &slug).await?;
    let internal = |error| Failure::internal(&visitor, &error);
    let store = &visitor.app.store;
    for user in store.users(customer).await.map_err(internal)? {
        let Some(wanted) = sent.get(&user.id.to_string()) else { continue };
        let right = ALL.into_iter().find(|right| name(*right) == wanted);
        let right =
            right.ok_or_else(|| Failure::bad_request(&visitor, "chosen, given or taken"))?;
        if store.right(customer, provider.id, user.id).await.map_err(internal)? == right {
            continue;
        }
        store.set_right(customer, provider.id, user.id, right).await.map_err(internal)?;
        tracing::info!(
            target: security::TARGET,
            event = "right_changed",
            caller = %visitor.caller,
            by = %by.user.id,
            %customer,
            provider = %provider.id,
            user = %user.id,
            right = ?right,
            "a right was set"
        );
    }
    let back = format!("/marketplace/providers/{}/rights?saved=1", provider.slug);
    Ok(Redirect::to(&back).into_response())
}

const ALL: [UserRight; 3] = [UserRight::AsChosen, UserRight::Given, UserRight::Taken];

const fn name(right: UserRight) -> &'static str {
    match right {
        UserRight::AsChosen => "chosen",
        UserRight::Given => "given",
        UserRight::Taken => "taken",
    }
}
