//! Pages that only the sandbox has: adding a provider, and the last API requests.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use freischalt_marketplace::{
    Service, ServiceKind, ServiceSettings, Slug, credentials::generate_provider_secret,
    provider::Profile,
};
use freischalt_protocol::{Secret, signed_url::Port};
use freischalt_store::{CreateProblem, NewProvider};
use serde::Deserialize;

use super::{
    account::sandbox_only,
    failure::Failure,
    form::Fields,
    page::page,
    views::{
        Section, catalogue,
        sandbox::{self, Field, ProviderAdded, RequestPage, Requests},
    },
    visitor::Visitor,
};
use crate::{
    api::LoggedRequest,
    provider_url::{http_url, page_url},
    random,
};

/// `GET /providers/new`
pub(super) async fn new_provider(visitor: Visitor) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let frame = visitor.frame(Section::NewProvider);
    Ok(page(&sandbox::NewProvider { frame, ..Default::default() }))
}

/// The form as it was sent.
#[derive(Deserialize)]
pub(super) struct Sent {
    name: String,
    slug: String,
    activation_url: String,
    #[serde(default)]
    service_name: String,
    #[serde(default)]
    service_kind: String,
    #[serde(default)]
    service_url: String,
}

/// `POST /providers/new`
pub(super) async fn add_provider(
    visitor: Visitor,
    Fields(sent): Fields<Sent>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let random = random::bytes().map_err(|error| Failure::internal(&visitor, &error))?;
    let secret = generate_provider_secret(random);
    let new = match read(&visitor, &sent, &secret) {
        Ok(new) => new,
        Err(form) => return Ok(page(&*form)),
    };
    match visitor.app.store.create_provider(new).await {
        Ok(provider) => Ok(page(&ProviderAdded {
            frame: visitor.frame(Section::NewProvider),
            example: example(&provider.slug),
            slug: provider.slug.to_string(),
            name: provider.name,
            secret: secret.expose().to_owned(),
        })),
        Err(CreateProblem::Taken(_)) => {
            let mut form = form(&visitor, &sent);
            form.slug.error = Some(visitor.language.texts().new_provider.taken.to_owned());
            Ok(page(&form))
        }
        Err(CreateProblem::Store(error)) => Err(Failure::internal(&visitor, &error)),
    }
}

/// The provider that the form describes, or the form with what is wrong with it.
fn read(
    visitor: &Visitor,
    sent: &Sent,
    secret: &Secret,
) -> Result<NewProvider, Box<sandbox::NewProvider>> {
    let words = &visitor.language.texts().new_provider;
    let mut form = form(visitor, sent);
    let error = |text: &str| Some(text.to_owned());
    let name = sent.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        form.name.error = error(words.name_needed);
    }
    let slug = match sent.slug.trim() {
        "" => Slug::from_name(name),
        slug => Slug::parse(slug),
    };
    if slug.is_err() && form.name.error.is_none() {
        form.slug.error = error(words.slug_wrong);
    }
    if let Err(problem) = page_url(sent.activation_url.trim()) {
        form.activation_url.error = Some(words.url_problem(&problem));
    }
    let service_url = match sent.service_url.trim() {
        "" => sent.activation_url.trim(),
        url => url,
    };
    let checked = match form.service_kind {
        catalogue::ServiceKind::Window => page_url(service_url),
        catalogue::ServiceKind::Webhook => http_url(service_url),
    };
    if let (Err(problem), false) = (checked, sent.service_url.trim().is_empty()) {
        form.service_url.error = Some(words.url_problem(&problem));
    }
    let service_name = match sent.service_name.trim() {
        "" => name,
        service => service,
    };
    let service_slug = Slug::from_name(service_name);
    if service_slug.is_err() && form.name.error.is_none() {
        form.service_name.error = error(words.service_name_wrong);
    }
    let (true, Ok(slug), Ok(service_slug)) = (form.errors().is_empty(), slug, service_slug) else {
        return Err(Box::new(form));
    };
    let kind = match form.service_kind {
        catalogue::ServiceKind::Window => ServiceKind::Window,
        catalogue::ServiceKind::Webhook => ServiceKind::Webhook,
    };
    let service = Service {
        slug: service_slug,
        name: service_name.to_owned(),
        kind,
        url: service_url.to_owned(),
        settings: ServiceSettings::default(),
    };
    Ok(NewProvider {
        slug,
        name: name.to_owned(),
        activation_url: sent.activation_url.trim().to_owned(),
        port: Port::Dropped,
        profile: Profile::default(),
        services: vec![service],
        secret: secret.clone(),
    })
}

fn form(visitor: &Visitor, sent: &Sent) -> sandbox::NewProvider {
    let field = |value: &str| Field { value: value.to_owned(), error: None };
    sandbox::NewProvider {
        frame: visitor.frame(Section::NewProvider),
        name: field(&sent.name),
        slug: field(&sent.slug),
        activation_url: field(&sent.activation_url),
        service_name: field(&sent.service_name),
        service_kind: match sent.service_kind.as_str() {
            "webhook" => catalogue::ServiceKind::Webhook,
            _ => catalogue::ServiceKind::Window,
        },
        service_url: field(&sent.service_url),
    }
}

fn example(slug: &Slug) -> String {
    format!(
        "freischalt activation start --provider {slug} --customer {} --json",
        crate::seeds::DEMO_CUSTOMER
    )
}

/// Which requests to show.
#[derive(Deserialize)]
pub(super) struct Filter {
    failed: Option<String>,
}

/// `GET /requests`
pub(super) async fn requests(
    visitor: Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let failed_only = filter.failed.is_some();
    let entries = visitor.app.requests.entries();
    let shown = entries.iter().filter(|entry| !failed_only || entry.code.0 != 0);
    let requests = shown.map(|entry| request(&visitor, entry)).collect();
    Ok(page(&Requests { frame: visitor.frame(Section::Requests), failed_only, requests }))
}

/// `GET /requests/{number}`
pub(super) async fn one_request(
    visitor: Visitor,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let entries = visitor.app.requests.entries();
    let entry = entries.iter().find(|entry| entry.number.to_string() == number);
    let entry = entry.ok_or_else(|| Failure::not_found(&visitor))?;
    Ok(page(&RequestPage {
        frame: visitor.frame(Section::Requests),
        request: request(&visitor, entry),
        duration: format!("{} µs", entry.micros),
    }))
}

fn request(visitor: &Visitor, entry: &LoggedRequest) -> sandbox::Request {
    let action = entry.action_id.rsplit(':').next().unwrap_or_default();
    sandbox::Request {
        number: entry.number,
        at: visitor.time(entry.at),
        action: action.to_owned(),
        resource_type: entry.resource_type.clone(),
        customer: entry.customer.clone(),
        provider: entry.provider.clone(),
        code: entry.code.0,
        text: entry.message.clone(),
        explanation: entry.explanation.clone(),
    }
}
