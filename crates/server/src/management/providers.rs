//! Providers.

use axum::{Json, extract::State, http::StatusCode};
use freischalt_marketplace::{
    Provider, Service, ServiceKind, ServiceSettings, Slug,
    credentials::generate_provider_secret,
    provider::{Accepted, Commerce, Localized, Profile, RegularCustomers},
};
use freischalt_protocol::{
    secret::{Secret, SecretKind},
    signed_url::Port,
};
use freischalt_store::NewProvider;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    settings::{Agreed, On, Parameter, Place, ShownSettings, Window},
    wire::{self, Body, Object, Path, filled},
};
use crate::{
    provider_url::{http_url, page_url},
    random,
    state::{App, AppState},
};

/// A provider to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateProvider {
    /// The name in addresses and commands; made out of the name if absent.
    slug: Option<String>,
    /// The name shown to people.
    name: String,
    /// Where the activation page is; may have its own query.
    #[schema(example = "http://localhost:3000/activate")]
    activation_url: String,
    /// Whether a port in the provider's URLs is part of what is signed. False if absent, as in
    /// most versions of the vendor's sample verifier; one version wants it.
    #[serde(default)]
    keep_port: bool,
    /// What it offers; one service in a window at the activation URL if absent.
    #[schema(value_type = Option<Vec<CreateService>>)]
    services: Option<Vec<Object<CreateService>>>,
    /// The provider secret, at least 16 characters; made if absent.
    secret: Option<String>,
    /// A line for the overview.
    slogan: Option<String>,
    /// A paragraph about the provider.
    description: Option<String>,
}

/// A service to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateService {
    /// Made out of the name if absent.
    slug: Option<String>,
    name: String,
    #[serde(default)]
    kind: Kind,
    url: String,
    /// The size of its window; 1000 by 700 if absent.
    #[schema(value_type = Option<Window>)]
    window: Option<Object<Window>>,
    /// Where it can be opened; everywhere if absent.
    entry_points: Option<Vec<Place>>,
    /// Whether only administrators may use it, whatever is chosen at the activation.
    #[serde(default)]
    administrators_only: bool,
    /// Parameters that are filled in when it is called; if absent `estateId`, `addressId`,
    /// `language`, `UserLanguage` and `imageIds`, as live providers have them.
    #[schema(value_type = Option<Vec<Parameter>>)]
    parameters: Option<Vec<Object<Parameter>>>,
    /// When it is called, if it is a webhook; whenever a property is created or saved if absent.
    #[schema(value_type = Option<Vec<On>>)]
    triggers: Option<Vec<Object<On>>>,
}

/// How a service is called.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// In a window, by a person.
    #[default]
    Window,
    /// In the background, when a record is saved.
    Webhook,
}

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownProvider {
    slug: String,
    name: String,
    activation_url: String,
    keep_port: bool,
    services: Vec<ShownService>,
    /// Whether orders of regular customers are recorded without payment.
    settle_directly: bool,
    /// Whether results of orders are told from server to server, too.
    notify_results: bool,
    /// The payment methods that it takes.
    accepted: AcceptedMethods,
    /// Slug of its own client: the customer whose administrators see what it has sold, and whose
    /// API users make refunds and payment links; null if it has none.
    client: Option<String>,
}

/// Changes of a provider. What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ChangeProvider {
    /// Whether orders of regular customers, those activated with `isRegularCustomer`, are recorded
    /// without payment. False when a provider is made.
    settle_directly: Option<bool>,
    /// Whether results of orders are told from server to server, too: a signed GET of the callback
    /// URL with the header `X-Freischalt-Delivery`, tried until it is answered. False when a
    /// provider is made.
    notify_results: Option<bool>,
    /// The payment methods that it takes, from the next payment on. All when a provider is made.
    accepted: Option<AcceptedMethods>,
    /// Slug of the customer that becomes its own client; the one before is none any more.
    client: Option<String>,
}

/// The payment methods that a provider takes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum AcceptedMethods {
    /// Cards and direct debit.
    All,
    /// Cards.
    Cards,
    /// SEPA direct debit.
    DirectDebit,
}

impl From<Accepted> for AcceptedMethods {
    fn from(accepted: Accepted) -> Self {
        match accepted {
            Accepted::All => Self::All,
            Accepted::Cards => Self::Cards,
            Accepted::DirectDebit => Self::DirectDebit,
        }
    }
}

impl From<AcceptedMethods> for Accepted {
    fn from(accepted: AcceptedMethods) -> Self {
        match accepted {
            AcceptedMethods::All => Self::All,
            AcceptedMethods::Cards => Self::Cards,
            AcceptedMethods::DirectDebit => Self::DirectDebit,
        }
    }
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
struct ShownService {
    slug: String,
    name: String,
    kind: Kind,
    url: String,
    #[serde(flatten)]
    settings: ShownSettings,
}

/// A provider that was made. The secret is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedProvider {
    #[serde(flatten)]
    provider: ShownProvider,
    /// The provider secret: signs URLs and orders. Not an API key.
    secret: String,
}

/// Lists providers by name.
#[utoipa::path(get, path = "/v1/providers", operation_id = "listProviders", tag = "providers",
    responses((status = 200, body = Vec<ShownProvider>)))]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Vec<ShownProvider>>, Problem> {
    let mut shown = Vec::new();
    for provider in app.store.providers().await? {
        shown.push(show_provider(&app, &provider).await?);
    }
    Ok(Json(shown))
}

/// Makes a provider and gives it a secret.
#[utoipa::path(post, path = "/v1/providers", operation_id = "createProvider", tag = "providers",
    request_body = CreateProvider,
    responses((status = 201, body = CreatedProvider), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create(
    State(app): State<App>,
    Body(request): Body<CreateProvider>,
) -> Result<(StatusCode, Json<CreatedProvider>), Problem> {
    let name = filled("name", request.name)?;
    let slug = slug_or_name("slug", request.slug.as_deref(), &name)?;
    page_url(&request.activation_url)
        .map_err(|problem| Problem::invalid("activationUrl", problem.to_string()))?;
    let secret = secret(request.secret)?;
    let services = match request.services {
        Some(services) => {
            services.into_iter().map(|Object(new)| service(new)).collect::<Result<_, _>>()?
        }
        None => vec![Service {
            slug: slug.clone(),
            name: name.clone(),
            kind: ServiceKind::Window,
            url: request.activation_url.clone(),
            settings: ServiceSettings::default(),
        }],
    };
    let profile = Profile {
        slogan: Localized::same(request.slogan.as_deref().unwrap_or_default()),
        description: Localized::same(request.description.as_deref().unwrap_or_default()),
        ..Profile::default()
    };
    let new = NewProvider {
        slug,
        name,
        activation_url: request.activation_url,
        port: if request.keep_port { Port::Kept } else { Port::Dropped },
        profile,
        services,
        secret: secret.clone(),
    };
    let provider = app.store.create_provider(new).await?;
    let created = CreatedProvider {
        provider: show_provider(&app, &provider).await?,
        secret: secret.expose().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Shows a provider.
#[utoipa::path(get, path = "/v1/providers/{slug}", operation_id = "showProvider", tag = "providers",
    params(("slug" = String, Path, description = "The provider")),
    responses((status = 200, body = ShownProvider), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Json<ShownProvider>, Problem> {
    Ok(Json(show_provider(&app, &app.named_provider(&slug).await?).await?))
}

/// Changes how a provider sells, and which client is its own.
#[utoipa::path(patch, path = "/v1/providers/{slug}", operation_id = "changeProvider",
    tag = "providers",
    params(("slug" = String, Path, description = "The provider")), request_body = ChangeProvider,
    responses((status = 200, body = ShownProvider), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    Path(slug): Path<String>,
    Body(request): Body<ChangeProvider>,
) -> Result<Json<ShownProvider>, Problem> {
    let provider = app.named_provider(&slug).await?;
    let ChangeProvider { settle_directly, notify_results, accepted, client } = request;
    if let Some(client) = client {
        let customer = app.named_customer(&client).await?;
        if !app.store.set_provider_client(provider.id, customer.id).await? {
            let problem = format!("{client} is the client of another provider");
            return Err(Problem::conflict(problem));
        }
    }
    let change = move |mut commerce: Commerce| {
        if let Some(directly) = settle_directly {
            commerce.regular_customers = RegularCustomers::settling(directly);
        }
        commerce.notify_results = notify_results.unwrap_or(commerce.notify_results);
        commerce.accepted = accepted.map_or(commerce.accepted, Accepted::from);
        commerce
    };
    app.store.change_commerce(provider.id, change).await?;
    Ok(Json(show_provider(&app, &app.named_provider(&slug).await?).await?))
}

fn slug_or_name(field: &'static str, slug: Option<&str>, name: &str) -> Result<Slug, Problem> {
    match slug {
        Some(slug) => wire::slug(field, slug),
        None => Slug::from_name(name)
            .map_err(|_| Problem::invalid(field, "cannot be made out of the name; give one")),
    }
}

/// A secret of somebody's own is taken as it stands or not at all: what is changed on the way would
/// be another one than the provider has.
fn secret(given: Option<String>) -> Result<Secret, Problem> {
    const LEAST: usize = 16;
    let Some(text) = given else {
        return Ok(generate_provider_secret(random::bytes()?));
    };
    let problem = match Secret::read(&text, SecretKind::Text) {
        Err(problem) => problem.to_string(),
        Ok(secret) if secret.expose() != text => {
            "has white space or something invisible at its ends; send it without".to_owned()
        }
        Ok(secret) if secret.expose().chars().count() < LEAST => {
            format!("must have at least {LEAST} characters")
        }
        Ok(secret) => return Ok(secret),
    };
    Err(Problem::invalid("secret", problem))
}

fn service(request: CreateService) -> Result<Service, Problem> {
    let name = filled("services.name", request.name)?;
    let (kind, checked) = match request.kind {
        Kind::Window => (ServiceKind::Window, page_url(&request.url)),
        Kind::Webhook => (ServiceKind::Webhook, http_url(&request.url)),
    };
    checked.map_err(|problem| Problem::invalid("services.url", problem.to_string()))?;
    let agreed = Agreed {
        window: request.window,
        entry_points: request.entry_points,
        administrators_only: request.administrators_only,
        parameters: request.parameters,
        triggers: request.triggers,
    };
    Ok(Service {
        slug: slug_or_name("services.slug", request.slug.as_deref(), &name)?,
        name,
        kind,
        url: request.url,
        settings: agreed.settings(kind)?,
    })
}

async fn show_provider(app: &AppState, provider: &Provider) -> Result<ShownProvider, Problem> {
    let client = app.store.client_of_provider(provider.id).await?;
    let services = provider.services.iter().map(|service| ShownService {
        slug: service.slug.to_string(),
        name: service.name.clone(),
        kind: match service.kind {
            ServiceKind::Window => Kind::Window,
            ServiceKind::Webhook => Kind::Webhook,
        },
        url: service.url.clone(),
        settings: ShownSettings::of(service.kind, &service.settings),
    });
    let commerce = &provider.commerce;
    Ok(ShownProvider {
        slug: provider.slug.to_string(),
        name: provider.name.clone(),
        activation_url: provider.activation_url.clone(),
        keep_port: provider.port == Port::Kept,
        services: services.collect(),
        settle_directly: commerce.regular_customers == RegularCustomers::SettleDirectly,
        notify_results: commerce.notify_results,
        accepted: commerce.accepted.into(),
        client: client.map(|customer| customer.slug.to_string()),
    })
}
