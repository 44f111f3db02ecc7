//! Calls of providers' servers: webhooks, and results of orders where a provider wants them. The
//! queue is the store's; here deliveries are taken from it, called and told about.
//!
//! Where a call may go, [`egress`](crate::egress) says. Redirects are never followed.

mod shares;

use std::{collections::HashMap, sync::Arc, time::Duration};

use freischalt_marketplace::{
    Language, ProviderId, Stage,
    service::CallContext,
    webhook::{Attempt, Delivery, Subject},
};
use freischalt_protocol::retry_after;
use freischalt_store::{DealRef, StoreError};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
};

use crate::{
    egress::{NoTarget, Target},
    flow::ServiceAddress,
    metrics::CallOutcome,
    random,
    state::{App, AppState},
};
use shares::Shares;

/// Seconds for which a delivery that was taken is nobody else's.
const LEASE: i64 = 60;
/// How long the dispatcher rests when nothing is due.
const REST: Duration = Duration::from_secs(1);
/// The header with the id of a delivery, the same in every attempt.
const ID_HEADER: &str = "x-freischalt-delivery";

/// Delivers until the server stops, the next when one is done. What is under way then is finished.
pub(crate) async fn dispatcher(app: App, mut stopping: watch::Receiver<()>) {
    let mut calls = Calls::default();
    loop {
        if let Err(error) = calls.begin_due(&app).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "deliveries were not taken");
        }
        tokio::select! {
            Some(done) = calls.running.join_next_with_id() => {
                calls.note(done);
                while let Some(done) = calls.running.try_join_next_with_id() {
                    calls.note(done);
                }
            }
            () = tokio::time::sleep(REST) => {}
            _ = stopping.changed() => break,
        }
    }
    while let Some(done) = calls.running.join_next_with_id().await {
        calls.note(done);
    }
}

/// The calls that are under way.
#[derive(Default)]
struct Calls {
    running: JoinSet<Result<bool, StoreError>>,
    /// Whom each of them calls.
    called: HashMap<Id, ProviderId>,
    shares: Shares,
}

impl Calls {
    /// Takes what is due and may begin.
    async fn begin_due(&mut self, app: &App) -> Result<(), StoreError> {
        if self.shares.are_taken() {
            return Ok(());
        }
        let now = app.clock.now();
        let next = self.shares.next(&app.store.due_deliveries(now).await?);
        if next.is_empty() {
            return Ok(());
        }
        for delivery in app.store.take_deliveries(now, LEASE, next).await? {
            let (provider, app) = (delivery.provider, app.clone());
            let call = self.running.spawn(async move { deliver(&app, &delivery).await });
            self.called.insert(call.id(), provider);
            self.shares.begin(provider);
        }
        Ok(())
    }

    /// A call is over; whether its provider is in trouble.
    fn note(&mut self, done: Result<(Id, Result<bool, StoreError>), JoinError>) {
        let (id, in_trouble) = match done {
            Ok((id, Ok(in_trouble))) => (id, in_trouble),
            Ok((id, Err(error))) => {
                // It is taken again when its lease is over.
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "what came of a delivery was not kept");
                (id, false)
            }
            Err(broken) => {
                tracing::error!(error = &broken as &dyn std::error::Error, "a delivery broke off");
                (broken.id(), false)
            }
        };
        if let Some(provider) = self.called.remove(&id) {
            self.shares.end(provider, in_trouble);
        }
    }
}

/// Makes one attempt; whether the provider is in trouble, because it does not answer or asks to be left
/// alone.
async fn deliver(app: &AppState, delivery: &Delivery) -> Result<bool, StoreError> {
    let (attempt, wish) = match url(app, delivery).await? {
        Ok(url) => {
            let answer = get(app, delivery, &url).await;
            app.metrics.called(CallOutcome::of(answer.as_ref().map(|answer| answer.status).ok()));
            match answer {
                Ok(answer) => (Attempt::Answered(answer.status), answer.retry_after),
                Err(problem) => {
                    let problem = problem.to_string();
                    return keep(app, delivery, Attempt::Failed(problem), None)
                        .await
                        .map(|()| true);
                }
            }
        }
        Err(problem) => (Attempt::Failed(problem.to_owned()), None),
    };
    let in_trouble = matches!(attempt, Attempt::Answered(429 | 503));
    keep(app, delivery, attempt, wish).await?;
    Ok(in_trouble)
}

/// Keeps what came of an attempt. The provider may wish to be left alone for so many seconds.
async fn keep(
    app: &AppState,
    delivery: &Delivery,
    attempt: Attempt,
    wish: Option<i64>,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    // Without chance the next attempt is made at the same time by everybody; nothing is lost.
    let chance = random::bytes().map_or(0, u16::from_be_bytes);
    tracing::info!(
        delivery.id = %delivery.id, provider.id = %delivery.provider,
        attempt = delivery.attempts + 1, arrived = attempt.has_arrived(), "webhook called"
    );
    let rule =
        move |delivery: Delivery, attempt: &Attempt| delivery.attempted(attempt, wish, chance, now);
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

/// What a provider answered.
struct Answer {
    status: u16,
    /// Seconds for which it wants to be left alone, if it says so.
    retry_after: Option<i64>,
}

/// Why there was no answer. The text has neither URL nor claim.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallProblem {
    #[error(transparent)]
    NoTarget(#[from] NoTarget),
    #[error("the URL cannot be read")]
    Url,
    #[error("no connection, or no answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
    #[error("the HTTP client cannot be set up")]
    Client,
}

impl CallProblem {
    /// Whether it was not tried, so that nothing is known about the page.
    pub(crate) fn is_policy(&self) -> bool {
        match self {
            Self::NoTarget(problem) => !matches!(problem, NoTarget::Name(_)),
            Self::Url | Self::Client => true,
            Self::NoAnswer(_) => false,
        }
    }
}

/// One GET, without following anything.
async fn get(app: &AppState, delivery: &Delivery, url: &str) -> Result<Answer, CallProblem> {
    let (client, url) = reach(app, url).await?;
    let request = client.get(url).header(ID_HEADER, delivery.id.to_string());
    let answer = request.send().await.map_err(|_| CallProblem::NoAnswer(app.targets.timeout))?;
    let wish = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = wish.and_then(|value| retry_after(value, app.clock.now()));
    Ok(Answer { status: answer.status().as_u16(), retry_after })
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
    let answer = request.send().await.map_err(|_| CallProblem::NoAnswer(app.targets.timeout))?;
    Ok(Looked { status: answer.status().as_u16(), headers: answer.headers().clone() })
}

/// A client that connects to what was looked at, and to nothing that the name may lead to later.
async fn reach(app: &AppState, url: &str) -> Result<(reqwest::Client, url::Url), CallProblem> {
    let url = url::Url::parse(url).map_err(|_| CallProblem::Url)?;
    let target = app.target(&url).await?;
    let client = client(&target, url.scheme() == "https", app.targets.timeout)?;
    Ok((client, url))
}

fn client(
    target: &Target,
    verifies: bool,
    timeout: Duration,
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
        .resolve_to_addrs(&target.host, &target.addresses)
        .no_proxy()
        .timeout(timeout)
        .user_agent(concat!("Freischalt/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| CallProblem::Client)
}
