//! The sandbox's customer view: records, and the services that can be opened from them.

use axum::{extract::Path, response::Response};
use freischalt_marketplace::{
    Activation, Provider, User,
    service::{EntryPoint, UserRight, may_open},
};

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
use crate::crm::{self, ADDRESSES, APPOINTMENTS, ESTATE_FIELDS};

/// `GET /records`
pub(super) async fn records(visitor: Visitor) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let offer = Offer::of(&visitor).await?;
    let row = |id, title: &str, detail: &str, page| Row {
        id,
        title: title.to_owned(),
        detail: detail.to_owned(),
        page,
    };
    let estates = crm::estates(&offer.user).map(|estate| {
        row(estate.id, estate.title, estate.city, Some(format!("/records/estates/{}", estate.id)))
    });
    let addresses = ADDRESSES.iter().map(|one| row(one.id, one.name, one.city, None));
    let appointments = APPOINTMENTS.iter().map(|one| row(one.id, one.subject, one.when, None));
    let list = |rows, from| List { rows, services: offer.from(from) };
    Ok(page(&Records {
        frame: visitor.frame(Section::Records),
        estates: list(estates.collect(), EntryPoint::Estates),
        addresses: list(addresses.collect(), EntryPoint::Addresses),
        appointments: list(appointments.collect(), EntryPoint::Calendar),
        menu: list(Vec::new(), EntryPoint::Menu),
    }))
}

/// `GET /records/estates/{id}`
pub(super) async fn estate(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let offer = Offer::of(&visitor).await?;
    let estate = crm::estates(&offer.user).find(|estate| estate.id.to_string() == id);
    let estate = estate.ok_or_else(|| Failure::not_found(&visitor))?;
    let fields = ESTATE_FIELDS.iter().filter_map(|field| {
        let value = estate.value(field).filter(|value| !value.is_empty())?;
        Some(((*field).to_owned(), value))
    });
    let images = estate.images.iter().map(|image| Row {
        id: image.id,
        title: image.title.to_owned(),
        detail: format!("{}.jpg", image.id),
        page: None,
    });
    Ok(page(&Estate {
        frame: visitor.frame(Section::Records),
        id: estate.id,
        title: estate.title.to_owned(),
        fields: fields.collect(),
        images: images.collect(),
        services: offer.from(EntryPoint::Estates),
        file_services: offer.from(EntryPoint::Files),
    }))
}

/// The services that a user may open now.
struct Offer {
    user: User,
    providers: Vec<(Provider, Activation)>,
}

impl Offer {
    async fn of(visitor: &Visitor) -> Result<Self, Failure> {
        let who = visitor.who()?;
        let internal = |error| Failure::internal(visitor, &error);
        let store = &visitor.app.store;
        let runs = store.newest_activations(who.customer.id).await.map_err(internal)?;
        let providers = store.providers().await.map_err(internal)?;
        let providers = providers.into_iter().filter_map(|provider| {
            let run = runs.iter().find(|run| run.provider == provider.id)?.clone();
            Some((provider, run))
        });
        Ok(Self { user: who.user.clone(), providers: providers.collect() })
    }

    fn from(&self, from: EntryPoint) -> Vec<ServiceButton> {
        let mut buttons = Vec::new();
        for (provider, run) in &self.providers {
            for service in &provider.services {
                let settings = &service.settings;
                let right = UserRight::AsChosen;
                if may_open(service.kind, settings, run, &self.user, right, from).is_ok() {
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
