//! How a provider sells, and to whom: settings in the provider's own client.

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::provider::{Accepted, Commerce, RegularCustomers};
use serde::Deserialize;

use super::{
    failure::Failure,
    form::Fields,
    page::page,
    seller::own_provider,
    views::{
        Section,
        selling::{Client, Selling},
    },
    visitor::Visitor,
};

/// Customers that are listed.
const LIST: u32 = 1000;
const PATH: &str = "/provider/settings";

/// Whether the page follows a change.
#[derive(Deserialize)]
pub(super) struct After {
    saved: Option<String>,
}

/// `GET /provider/settings`
pub(super) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let provider = own_provider(&visitor).await?;
    let customers = visitor.app.store.provider_customers(provider.id, LIST).await;
    let customers = customers.map_err(|error| Failure::internal(&visitor, &error))?;
    let client = |customer: freischalt_store::ProviderCustomer| Client {
        name: customer.name,
        since: visitor.time(customer.since),
        is_regular: customer.is_regular,
    };
    Ok(page(&Selling {
        frame: visitor.frame(Section::Elsewhere),
        provider: provider.name,
        settles_directly: provider.commerce.regular_customers == RegularCustomers::SettleDirectly,
        notifies: provider.commerce.notify_results,
        accepted: match provider.commerce.accepted {
            Accepted::All => "all",
            Accepted::Cards => "cards",
            Accepted::DirectDebit => "directDebit",
        },
        saved: after.saved.is_some(),
        customers: customers.into_iter().map(client).collect(),
    }))
}

/// The boxes, of which one that is not ticked is not sent, and what is taken.
#[derive(Deserialize)]
pub(super) struct Chosen {
    settle_directly: Option<String>,
    notify_results: Option<String>,
    #[serde(default)]
    accepted: String,
}

/// `POST /provider/settings`
pub(super) async fn save(
    visitor: Visitor,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, Failure> {
    let provider = own_provider(&visitor).await?;
    let regular_customers = RegularCustomers::settling(chosen.settle_directly.is_some());
    let notify_results = chosen.notify_results.is_some();
    let accepted = match chosen.accepted.as_str() {
        "all" => Accepted::All,
        "cards" => Accepted::Cards,
        "directDebit" => Accepted::DirectDebit,
        _ => return Err(Failure::bad_request(&visitor, "all, cards or directDebit")),
    };
    let change = move |mut commerce: Commerce| {
        commerce.accepted = accepted;
        commerce.regular_customers = regular_customers;
        commerce.notify_results = notify_results;
        commerce
    };
    let changed = visitor.app.store.change_commerce(provider.id, change).await;
    let changed = changed.map_err(|error| Failure::internal(&visitor, &error))?;
    changed.ok_or_else(|| Failure::not_found(&visitor))?;
    Ok(Redirect::to(&format!("{PATH}?saved=1")).into_response())
}
