//! Calls of providers' servers: webhooks, and results of orders where a provider wants them. The
//! queue is the store's; here deliveries are taken from it, called and told about.
//!
//! In production no address is called that only a machine inside could reach, whatever name it was
//! registered under and whatever that name resolves to now. Redirects are never followed.

mod address;
mod targets;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use freischalt_marketplace::{
    Language, Stage,
    service::CallContext,
    webhook::{Attempt, Delivery, Subject},
};
use freischalt_store::{DealRef, StoreError};
use futures_util::future::join_all;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::sync::watch;

pub use targets::{Resolved, Resolver, Targets};

use crate::{
    flow::ServiceAddress,
    random,
    state::{App, AppState},
};

/// How long a provider may take to answer: it should answer at once and work later.
const PATIENCE: Duration = Duration::from_secs(10);
/// Seconds for which a delivery that was taken is nobody else's.
const LEASE: i64 = 60;
/// Deliveries that are under way at the same time.
const AT_ONCE: u32 = 32;
/// How long the dispatcher rests when nothing is due.
const REST: Duration = Duration::from_secs(1);
/// The header with the id of a delivery, the same in every attempt.
const ID_HEADER: &str = "x-freischalt-delivery";

/// Delivers until the server stops.
pub(crate) async fn dispatcher(app: App, mut stopping: watch::Receiver<()>) {
    loop {
        let rest = match deliver_due(&app).await {
            Ok(0) => REST,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "deliveries were not taken"
                );
                REST
            }
        };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            _ = stopping.changed() => return,
        }
    }
}

/// Makes one attempt of every delivery that is due; how many.
async fn deliver_due(app: &AppState) -> Result<usize, StoreError> {
    let due = app.store.take_deliveries(app.clock.now(), LEASE, AT_ONCE).await?;
    let outcomes = join_all(due.iter().map(|delivery| deliver(app, delivery))).await;
    outcomes.into_iter().collect::<Result<(), _>>()?;
    Ok(due.len())
}

async fn deliver(app: &AppState, delivery: &Delivery) -> Result<(), StoreError> {
    let attempt = match url(app, delivery).await? {
        Ok(url) => call(app, delivery, &url).await,
        Err(problem) => Attempt::Failed(problem.to_owned()),
    };
    let now = app.clock.now();
    // Without chance the next attempt is made at the same time by everybody; nothing is lost.
    let chance = random::bytes().map_or(0, u16::from_be_bytes);
    tracing::info!(
        delivery.id = %delivery.id, provider.id = %delivery.provider,
        attempt = delivery.attempts + 1, arrived = attempt.has_arrived(), "webhook called"
    );
    let rule =
        move |delivery: Delivery, attempt: &Attempt| delivery.attempted(attempt, chance, now);
    app.store.record_attempt(delivery.customer, delivery.id, attempt, now, rule).await?;
    Ok(())
}

/// The signed URL of an attempt, with a fresh claim; or why there is none now.
async fn url(
    app: &AppState,
    delivery: &Delivery,
) -> Result<Result<String, &'static str>, StoreError> {
    const GONE: &str = "the provider, customer, user or service does not exist any more";
    let store = &app.store;
    let provider = store.provider_by_id(delivery.provider).await?;
    let secret = store.provider_secret(delivery.provider).await?;
    let (Some(provider), Some(secret)) = (provider, secret) else { return Ok(Err(GONE)) };
    let (service, user, module, record) = match &delivery.subject {
        Subject::Order(order) => {
            let deal = store.deal(DealRef::Order(delivery.customer, *order)).await?;
            let signed =
                deal.and_then(|deal| app.callback_of(&deal, &provider, &secret, Language::De));
            return Ok(match signed {
                Some(Ok(url)) => Ok(url),
                Some(Err(_)) => Err("the callback URL cannot be signed"),
                None => Err("the order has no result to tell now"),
            });
        }
        Subject::Record { service, user, module, record } => (service, *user, *module, *record),
    };
    let customer = store.customer_by_id(delivery.customer).await?;
    let user = store.user(delivery.customer, user).await?;
    let service = provider.services.iter().find(|known| known.slug == *service);
    let (Some(customer), Some(user), Some(service)) = (customer, user, service) else {
        return Ok(Err(GONE));
    };
    let run = store.newest_activation(delivery.customer, delivery.provider).await?;
    let Some(run) = run.filter(|run| matches!(run.stage, Stage::Active { .. })) else {
        return Ok(Err("the provider is not active in this customer any more"));
    };
    let context = CallContext { records: Some((module, vec![record])), ..CallContext::default() };
    let macros = service.settings.parameters(&user, &context);
    let address = ServiceAddress { url: &service.url, port: provider.port, secret: &secret };
    // Webhooks serve all users, whoever has the right to the windows.
    Ok(match app.webhook_launch(&customer, address, &run, &user, &macros).await {
        Ok((launch, _)) => Ok(launch.url),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a webhook was not called");
            Err("the call could not be made; the server's log says why")
        }
    })
}

/// One GET, without following anything.
async fn call(app: &AppState, delivery: &Delivery, url: &str) -> Attempt {
    match get(app, delivery, url).await {
        Ok(status) => Attempt::Answered(status),
        Err(problem) => Attempt::Failed(problem.to_string()),
    }
}

/// Why there was no answer. The text has neither URL nor claim.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallProblem {
    #[error("the URL cannot be read")]
    Url,
    #[error("the name {0:?} cannot be resolved")]
    Name(String),
    #[error("{0:?} leads to {1}, which is not an address of the public network")]
    Private(String, SocketAddr),
    #[error("no connection, or no answer within {} s", PATIENCE.as_secs())]
    NoAnswer,
    #[error("the HTTP client cannot be set up")]
    Client,
}

impl CallProblem {
    /// Whether it was not tried, so that nothing is known about the page.
    pub(crate) fn is_policy(&self) -> bool {
        matches!(self, Self::Private(..) | Self::Url | Self::Client)
    }
}

async fn get(app: &AppState, delivery: &Delivery, url: &str) -> Result<u16, CallProblem> {
    let (client, url) = reach(app, url).await?;
    let request = client.get(url).header(ID_HEADER, delivery.id.to_string());
    let answer = request.send().await.map_err(|_| CallProblem::NoAnswer)?;
    Ok(answer.status().as_u16())
}

/// What a provider's page answered, without its body.
pub(crate) struct Looked {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
}

/// Asks for a page of a provider as a frame would, without following anything.
pub(crate) async fn look(app: &AppState, url: &str) -> Result<Looked, CallProblem> {
    let (client, url) = reach(app, url).await?;
    let request = client.get(url).header("accept", "text/html").header("sec-fetch-dest", "iframe");
    let answer = request.send().await.map_err(|_| CallProblem::NoAnswer)?;
    Ok(Looked { status: answer.status().as_u16(), headers: answer.headers().clone() })
}

/// A client that connects to what was checked, and to nothing that the name may lead to later.
async fn reach(app: &AppState, url: &str) -> Result<(reqwest::Client, url::Url), CallProblem> {
    let url = url::Url::parse(url).map_err(|_| CallProblem::Url)?;
    let (host, port) = url.host_str().zip(url.port_or_known_default()).ok_or(CallProblem::Url)?;
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let found = tokio::time::timeout(PATIENCE, app.targets.resolver.resolve(&bare, port)).await;
    let addresses = found.ok().and_then(Result::ok);
    let addresses = addresses.ok_or_else(|| CallProblem::Name(bare.clone()))?;
    if !app.is_sandbox()
        && let Some(private) = addresses.iter().find(|one| !(app.targets.is_public)(one.ip()))
    {
        return Err(CallProblem::Private(bare, *private));
    }
    let client = client(&bare, &addresses, url.scheme() == "https")?;
    Ok((client, url))
}

fn client(
    host: &str,
    addresses: &[SocketAddr],
    verifies: bool,
) -> Result<reqwest::Client, CallProblem> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| CallProblem::Client)?;
    let tls = if verifies {
        tls.with_platform_verifier().map_err(|_| CallProblem::Client)?.with_no_client_auth()
    } else {
        tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
    };
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .resolve_to_addrs(host, addresses)
        .no_proxy()
        .timeout(PATIENCE)
        .user_agent(concat!("Freischalt/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| CallProblem::Client)
}
