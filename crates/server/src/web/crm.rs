//! The sandbox's customer view: records, and the services that can be opened from them.

mod record;

use axum::{
    extract::{Path, Query},
    response::Response,
};
use freischalt_marketplace::{
    Activation, Provider, User,
    service::{EntryPoint, Module, UserRight, may_open},
};
use freischalt_store::StoreError;
use serde::Deserialize;

pub(super) use record::{create, edit, new, save};

use super::{
    account::sandbox_only,
    failure::Failure,
    page::page,
    views::{
        Section,
        crm::{Estate, List, Records, Row, ServiceButton},
    },
    visitor::Visitor,
};
use crate::crm::{self, ESTATE_FIELDS};

/// What a page is told by the form that led to it.
#[derive(Deserialize)]
pub(super) struct After {
    /// A record was saved, and this many webhooks are called about it.
    saved: Option<usize>,
}

/// `GET /records`
pub(super) async fn records(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let internal = |error| Failure::internal(&visitor, &error);
    let offer = Offer::of(&visitor).await?;
    let (app, customer) = (&visitor.app, visitor.who()?.customer.id);
    let list = async |module, from| {
        let entries = app.entries(customer, &offer.user, module).await?;
        let rows = entries.iter().map(|entry| Row {
            id: entry.id,
            title: entry.title(),
            detail: entry.detail().to_owned(),
            page: Some(match module {
                Module::Estate => format!("/records/estates/{}", entry.id),
                module => record::edit_path(module, entry.id),
            }),
        });
        Ok::<_, StoreError>(List {
            rows: rows.collect(),
            services: offer.from(from),
            new: Some(record::new_path(module)),
        })
    };
    Ok(page(&Records {
        frame: visitor.frame(Section::Records),
        saved: after.saved,
        estates: list(Module::Estate, EntryPoint::Estates).await.map_err(internal)?,
        addresses: list(Module::Address, EntryPoint::Addresses).await.map_err(internal)?,
        appointments: list(Module::Calendar, EntryPoint::Calendar).await.map_err(internal)?,
        menu: List { services: offer.from(EntryPoint::Menu), ..List::default() },
    }))
}

/// `GET /records/estates/{id}`
pub(super) async fn estate(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let offer = Offer::of(&visitor).await?;
    let estate = record::named(&visitor, Module::Estate, &id).await?;
    let fields = ESTATE_FIELDS.iter().filter_map(|field| {
        let value = estate.value(field).filter(|value| !value.is_empty())?;
        Some(((*field).to_owned(), value))
    });
    let images = estate.images();
    let images = images.into_iter().map(|crm::Image { id, title }| Row {
        id,
        title,
        detail: format!("{id}.jpg"),
        page: None,
    });
    Ok(page(&Estate {
        frame: visitor.frame(Section::Records),
        saved: after.saved,
        id: estate.id,
        title: estate.title(),
        edit: record::edit_path(Module::Estate, estate.id),
        fields: fields.collect(),
        images: images.collect(),
        services: offer.from(EntryPoint::Estates),
        file_services: offer.from(EntryPoint::Files),
    }))
}

/// The services that a user may open now.
struct Offer {
    user: User,
    providers: Vec<(Provider, Activation, UserRight)>,
}

impl Offer {
    async fn of(visitor: &Visitor) -> Result<Self, Failure> {
        let who = visitor.who()?;
        let internal = |error| Failure::internal(visitor, &error);
        let store = &visitor.app.store;
        let runs = store.newest_activations(who.customer.id).await.map_err(internal)?;
        let mut providers = Vec::new();
        for provider in store.providers().await.map_err(internal)? {
            let Some(run) = runs.iter().find(|run| run.provider == provider.id) else { continue };
            let right = store.right(who.customer.id, provider.id, who.user.id).await;
            providers.push((provider, run.clone(), right.map_err(internal)?));
        }
        Ok(Self { user: who.user.clone(), providers })
    }

    fn from(&self, from: EntryPoint) -> Vec<ServiceButton> {
        let mut buttons = Vec::new();
        for (provider, run, right) in &self.providers {
            for service in &provider.services {
                let settings = &service.settings;
                if may_open(service.kind, settings, run, &self.user, *right, from).is_ok() {
                    buttons.push(ServiceButton {
                        value: format!("{}/{}", provider.slug, service.slug),
                        name: service.name.clone(),
                        provider: provider.name.clone(),
                    });
                }
            }
        }
        buttons
    }
}
