//! The sandbox's demo data: customers, people and providers to try things with. Written once, into
//! an empty store; a second start carries on with what is there.

mod commerce;
mod content;

use freischalt_marketplace::{
    CustomerId, Group, GroupId, Language, Provider, Service, ServiceKind, ServiceSettings, Slug,
    User, UserId,
    credentials::generate_provider_secret,
    ids::NotASlug,
    service::{Module, Moment, Trigger},
};
use freischalt_protocol::{Secret, signed_url::Port};
use freischalt_store::{CreateProblem, NewCustomer, NewProvider, Store, StoreError};

use crate::random::{self, NoRandom};

/// Slug of the provider that really runs.
pub const DEMO_PROVIDER: &str = "demo";
/// Slug of the customer that examples use.
pub const DEMO_CUSTOMER: &str = "musterimmo";

/// `customerWebId` of a customer that the demo provider knew before: it activates as a regular
/// customer.
pub const REGULAR_CUSTOMER: &str = "41d7c0de-5a1b-4c55-8f0e-6b2a90c3e7f4";

/// Slug of the provider with a single webhook, which really runs as well.
pub const WEBHOOK_PROVIDER: &str = "preisradar";

/// Why the demo data cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row was refused.
    #[error(transparent)]
    Create(#[from] CreateProblem),
    /// A name of the demo data is no slug.
    #[error(transparent)]
    Slug(#[from] NotASlug),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The demo customer is missing from demo data that was just written.
    #[error("the demo data has no customer named {0}")]
    NoCustomer(&'static str),
    /// The store has other data but not this provider.
    #[error("this data folder has no provider named {0}: use another one, or an empty one")]
    NoProvider(&'static str),
}

/// Writes the demo data into an empty store; into another, only records for customers who have none.
pub async fn ensure(store: &Store) -> Result<(), SeedError> {
    if !store.customers().await?.is_empty() || !store.providers().await?.is_empty() {
        return commerce::records(store).await;
    }
    for customer in customers()? {
        store.create_customer(customer).await?;
    }
    for provider in providers()? {
        store.create_provider(provider).await?;
    }
    commerce::ensure(store).await
}

/// Gives a customer who was added to a sandbox the records that the seeded ones have.
pub(crate) async fn records(store: &Store, customer: CustomerId) -> Result<(), StoreError> {
    commerce::for_customer(store, customer).await
}

/// The secret of a seeded provider, for the process that plays it.
pub async fn secret(store: &Store, slug: &'static str) -> Result<Secret, SeedError> {
    let id = find(store, slug).await?.id;
    store.provider_secret(id).await?.ok_or(SeedError::NoProvider(slug))
}

/// The secret of any provider; `None` if there is none with this slug.
pub async fn secret_of(store: &Store, slug: &str) -> Result<Option<Secret>, StoreError> {
    let Ok(slug) = Slug::parse(slug) else { return Ok(None) };
    match store.provider(&slug).await? {
        Some(provider) => Ok(store.provider_secret(provider.id).await?),
        None => Ok(None),
    }
}

/// Tells the store where a seeded provider is reached in this run.
pub async fn place(
    store: &Store,
    slug: &'static str,
    activation_url: &str,
    service_url: &str,
) -> Result<(), SeedError> {
    let provider = find(store, slug).await?;
    Ok(store.set_urls(provider.id, activation_url, service_url).await?)
}

async fn find(store: &Store, slug: &'static str) -> Result<Provider, SeedError> {
    store.provider(&Slug::parse(slug)?).await?.ok_or(SeedError::NoProvider(slug))
}

fn customers() -> Result<Vec<NewCustomer>, SeedError> {
    Ok(vec![
        NewCustomer {
            slug: Slug::parse(DEMO_CUSTOMER)?,
            name: "Musterimmo GmbH".to_owned(),
            web_id: "8c1f0a52-7d2e-4b8e-9a5d-2f3b1c4d5e6f".to_owned(),
            groups: vec![group(1, "Vertrieb"), group(2, "Verwaltung")],
            users: vec![
                user(21, "Anna Albrecht", true, None, Language::De),
                user(22, "Bernd Brandt", false, Some(1), Language::De),
                user(23, "Clara Chen", false, Some(2), Language::En),
                user(24, "Deniz Demir", true, Some(2), Language::En),
            ],
        },
        NewCustomer {
            slug: Slug::parse("hafenblick")?,
            name: "Hafenblick Immobilien".to_owned(),
            web_id: REGULAR_CUSTOMER.to_owned(),
            groups: Vec::new(),
            users: vec![
                user(1, "Emma Ehlers", true, None, Language::De),
                user(2, "Finn Fischer", false, None, Language::De),
            ],
        },
    ])
}

fn group(id: i64, name: &str) -> Group {
    Group { id: GroupId(id), name: name.to_owned() }
}

fn user(id: i64, name: &str, administrator: bool, group: Option<i64>, language: Language) -> User {
    let group = group.map(GroupId);
    User { id: UserId(id), name: name.to_owned(), administrator, group, language, active: true }
}

/// Providers that run get their real addresses from [`place`]; `.invalid` never resolves.
fn providers() -> Result<Vec<NewProvider>, SeedError> {
    Ok(vec![
        NewProvider {
            slug: Slug::parse(DEMO_PROVIDER)?,
            name: "Grundrisswerk".to_owned(),
            activation_url: "http://demo.invalid/activate".to_owned(),
            port: Port::Dropped,
            profile: content::demo(),
            services: vec![service("floor-plan", "Grundriss zeichnen", ServiceKind::Window)?],
            secret: new_secret()?,
        },
        NewProvider {
            slug: Slug::parse(WEBHOOK_PROVIDER)?,
            name: "Preisradar".to_owned(),
            activation_url: "http://demo.invalid/activate".to_owned(),
            port: Port::Dropped,
            profile: content::webhook(),
            services: vec![Service {
                settings: prices(),
                ..service("price-check", "Preisprüfung", ServiceKind::Webhook)?
            }],
            secret: new_secret()?,
        },
        NewProvider {
            slug: Slug::parse("funkstille")?,
            name: "Funkstille".to_owned(),
            activation_url: "http://funkstille.invalid/activate".to_owned(),
            port: Port::Dropped,
            profile: content::unreachable(),
            services: vec![
                service("home-staging", "Virtuelles Home Staging", ServiceKind::Window)?,
                service("sky", "Himmel tauschen", ServiceKind::Window)?,
            ],
            secret: new_secret()?,
        },
    ])
}

fn service(slug: &str, name: &str, kind: ServiceKind) -> Result<Service, SeedError> {
    let url = "http://demo.invalid/service".to_owned();
    Ok(Service {
        slug: Slug::parse(slug)?,
        name: name.to_owned(),
        kind,
        url,
        settings: ServiceSettings::default(),
    })
}

/// Called when a property is new, or what it costs or its size has changed.
fn prices() -> ServiceSettings {
    let fields = ["kaufpreis", "kaltmiete", "wohnflaeche"].map(str::to_owned).to_vec();
    let trigger = Trigger { module: Module::Estate, on: Moment::Any, fields };
    ServiceSettings { triggers: vec![trigger], ..ServiceSettings::default() }
}

fn new_secret() -> Result<Secret, SeedError> {
    Ok(generate_provider_secret(random::bytes()?))
}
