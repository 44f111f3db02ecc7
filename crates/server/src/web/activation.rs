//! The activation dialog, one page per step. Which step it is follows from the run alone, so that
//! a page can be reloaded, left and come back to.

use axum::{
    Json,
    extract::{Path, RawQuery},
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::{
    Activation, Actor, Audience, EndReason, Provider, Stage,
    activation::{Grant, StartProblem},
};
use freischalt_store::ActivationFilter;
use serde::{Deserialize, Serialize};

use super::{
    failure::Failure,
    form::Fields,
    framed::{self, Checked},
    marketplace::{audience, document_links, find_provider, user_name},
    page::{frame_origins, page, page_with_frame},
    reach,
    views::{
        Section,
        activation::{End, Ending, Key, Legal, Right, SentLegal, Subject},
        catalogue,
    },
    visitor::{SignedIn, Visitor},
};
use crate::{
    flow::{FlowError, Start},
    trace::Wish,
};

/// `GET …/activation`: the step that comes next.
///
/// The script of the step before says when the page in the frame did not announce the activation.
pub(super) async fn show(
    visitor: Visitor,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let who = visitor.administrator().await?;
    let provider = find_provider(&visitor, &slug).await?;
    let unannounced = visitor.app.is_sandbox() && query.as_deref() == Some("unannounced");
    match standing(&visitor, who, &provider).await? {
        Standing::Offered { under_way } => Ok(legal(&visitor, &provider, None, under_way)),
        Standing::Superseded { by } => Ok(end(&visitor, &provider, Ending::Superseded { by })),
        Standing::Mine(run) => step(&visitor, who, &provider, run, unannounced).await,
    }
}

/// `GET` and `POST …/activation/start`: begins anew, whatever went before.
pub(super) async fn start(visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Failure> {
    visitor.administrator().await?;
    let provider = find_provider(&visitor, &slug).await?;
    Ok(legal(&visitor, &provider, None, None))
}

/// What was accepted.
#[derive(Deserialize)]
pub(super) struct Accepted {
    terms: Option<String>,
    dpa: Option<String>,
}

/// `POST …/activation/terms`: terms and data-processing agreement are accepted.
pub(super) async fn accept_terms(
    visitor: Visitor,
    wish: Wish,
    Path(slug): Path<String>,
    Fields(accepted): Fields<Accepted>,
) -> Result<Response, Failure> {
    let SignedIn { customer, user, .. } = visitor.administrator().await?;
    let provider = find_provider(&visitor, &slug).await?;
    let sent = SentLegal { terms: accepted.terms.is_some(), dpa: accepted.dpa.is_some() };
    if !(sent.terms && sent.dpa) {
        return Ok(legal(&visitor, &provider, Some(sent), None));
    }
    let actor = Actor::User(user.id);
    let start = Start { user: user.id, actor, replace_active: false, wish };
    let begun = visitor.app.accept_terms(customer, &provider, start).await;
    match begun {
        Ok(_) | Err(FlowError::Start(StartProblem::AlreadyActive)) => Ok(back(&provider)),
        Err(error) => Err(Failure::flow(&visitor, &error)),
    }
}

/// Who gets the right.
#[derive(Deserialize)]
pub(super) struct Chosen {
    audience: Option<String>,
}

/// `POST …/activation/right`: it is chosen who gets the right.
pub(super) async fn choose_right(
    visitor: Visitor,
    Path(slug): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, Failure> {
    let who = visitor.administrator().await?;
    let provider = find_provider(&visitor, &slug).await?;
    let audience = match chosen.audience.as_deref() {
        // It is no choice then.
        Some(_) if provider.is_single_webhook() => Audience::AllUsers,
        Some("all") => Audience::AllUsers,
        Some("administrators") => Audience::Administrators,
        _ => return Ok(right(&visitor, &provider, true)),
    };
    if let Standing::Mine(run) = standing(&visitor, who, &provider).await? {
        choose(&visitor, who, &run, audience).await?;
    }
    Ok(back(&provider))
}

/// How an activation stands, for the page that waits for it.
#[derive(Serialize)]
pub(super) struct Status {
    state: &'static str,
}

/// `GET …/activation/status`
pub(super) async fn status(
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Json<Status>, Failure> {
    let who = visitor.administrator().await?;
    let provider = find_provider(&visitor, &slug).await?;
    let now = visitor.app.clock.now();
    let state = match standing(&visitor, who, &provider).await? {
        Standing::Superseded { .. } => "superseded",
        Standing::Offered { .. } => "blocked",
        Standing::Mine(run) => match run.stage {
            Stage::Active { .. } => "active",
            Stage::Pending { grant, .. } if grant.entry.is_expired(now) => "expired",
            Stage::Pending { .. } | Stage::TermsAccepted => "pending",
            Stage::Ended { .. } => "blocked",
        },
    };
    Ok(Json(Status { state }))
}

/// `POST …/activation/check`: what keeps the provider's page out of the frame, asked when no message
/// comes from it. The URL is signed anew, as it is when the page is loaded again.
pub(super) async fn check(
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Json<Checked>, Failure> {
    let who = visitor.administrator().await?;
    let provider = find_provider(&visitor, &slug).await?;
    let Standing::Mine(run) = standing(&visitor, who, &provider).await? else {
        return Ok(Json(Checked::default()));
    };
    let Stage::Pending { grant, .. } = &run.stage else { return Ok(Json(Checked::default())) };
    let (url, _) = launch(&visitor, who, &provider, &run, grant).await?;
    let found = framed::look(&visitor.app, &url, &frame_origins(&provider, &url)).await;
    Ok(Json(Checked::of(found, &visitor.app.public_url, visitor.language)))
}

/// How the provider stands for this administrator.
enum Standing {
    /// Nothing of this administrator's is under way, so terms come first; perhaps something of
    /// another one's is, who is named.
    Offered { under_way: Option<String> },
    /// Another administrator's run took the place of this one's.
    Superseded { by: String },
    /// The administrator's own unfinished run, or an active one of whoever.
    Mine(Activation),
}

async fn standing(
    visitor: &Visitor,
    who: &SignedIn,
    provider: &Provider,
) -> Result<Standing, Failure> {
    let internal = |error| Failure::internal(visitor, &error);
    let filter = ActivationFilter { customer: Some(who.customer.id), provider: Some(provider.id) };
    let store = &visitor.app.store;
    let mut runs = store.activations(filter, 2).await.map_err(internal)?.into_iter();
    let nothing = Standing::Offered { under_way: None };
    let Some(newest) = runs.next() else { return Ok(nothing) };
    let is_mine = newest.opened_by == who.user.id;
    match newest.stage {
        Stage::Ended { .. } => Ok(nothing),
        Stage::Active { .. } => Ok(Standing::Mine(newest)),
        Stage::TermsAccepted | Stage::Pending { .. } if is_mine => Ok(Standing::Mine(newest)),
        Stage::TermsAccepted | Stage::Pending { .. } => {
            let mine_was_superseded = runs.next().is_some_and(|earlier| {
                earlier.opened_by == who.user.id
                    && matches!(earlier.stage, Stage::Ended { reason: EndReason::Superseded, .. })
            });
            let users = store.users(who.customer.id).await.map_err(internal)?;
            let by = user_name(&users, newest.opened_by);
            Ok(match mine_was_superseded {
                true => Standing::Superseded { by },
                false => Standing::Offered { under_way: Some(by) },
            })
        }
    }
}

async fn step(
    visitor: &Visitor,
    who: &SignedIn,
    provider: &Provider,
    run: Activation,
    unannounced: bool,
) -> Result<Response, Failure> {
    match &run.stage {
        Stage::TermsAccepted if provider.is_single_webhook() => {
            let run = choose(visitor, who, &run, Audience::AllUsers).await?;
            key(visitor, who, provider, &run).await
        }
        Stage::TermsAccepted => Ok(right(visitor, provider, false)),
        Stage::Pending { grant, .. } if grant.entry.is_expired(visitor.app.clock.now()) => {
            Ok(end(visitor, provider, Ending::Expired))
        }
        Stage::Pending { .. } => key(visitor, who, provider, &run).await,
        Stage::Active { grant, unlock, .. } => {
            let ending = Ending::Active {
                audience: audience(grant.audience),
                regular_customer: unlock.is_regular_customer,
                webhook_only: provider.is_single_webhook(),
                unannounced: unannounced.then(|| visitor.app.public_url.clone()),
            };
            Ok(end(visitor, provider, ending))
        }
        Stage::Ended { .. } => Ok(legal(visitor, provider, None, None)),
    }
}

async fn choose(
    visitor: &Visitor,
    who: &SignedIn,
    run: &Activation,
    audience: Audience,
) -> Result<Activation, Failure> {
    let actor = Actor::User(who.user.id);
    let chosen = visitor.app.choose_right(run, who.user.id, audience, actor).await;
    chosen.map_err(|error| Failure::flow(visitor, &error))
}

fn legal(
    visitor: &Visitor,
    provider: &Provider,
    sent: Option<SentLegal>,
    under_way: Option<String>,
) -> Response {
    page(&Legal {
        frame: visitor.frame(Section::Marketplace),
        subject: subject(provider),
        documents: document_links(provider),
        sent,
        under_way,
    })
}

fn right(visitor: &Visitor, provider: &Provider, missing: bool) -> Response {
    let language = visitor.store_language();
    page(&Right {
        frame: visitor.frame(Section::Marketplace),
        subject: subject(provider),
        description: provider.profile.description.get(language).to_owned(),
        rights: provider.profile.rights.get(language).to_owned(),
        missing,
    })
}

async fn key(
    visitor: &Visitor,
    who: &SignedIn,
    provider: &Provider,
    run: &Activation,
) -> Result<Response, Failure> {
    let (Some(grant), Some(key)) = (run.grant(), run.api_key()) else {
        return Ok(back(provider));
    };
    let (frame_url, provider_origin) = launch(visitor, who, provider, run, grant).await?;
    let origins = frame_origins(provider, &frame_url);
    let unreachable =
        reach::problem(&visitor.app, &provider.activation_url, visitor.language).await;
    let view = Key {
        frame: visitor.frame(Section::Marketplace),
        subject: subject(provider),
        audience: audience(grant.audience),
        webhook_only: provider.is_single_webhook(),
        api_key: key.expose().to_owned(),
        expires: visitor.time(grant.entry.expires),
        frame_url,
        privacy: document_links(provider)
            .iter()
            .any(|document| document.kind == catalogue::DocumentKind::Privacy),
        unreachable,
        other_site: visitor
            .app
            .is_sandbox()
            .then(|| other_site(&provider_origin, &visitor.app.public_url))
            .flatten(),
        provider_origin,
        origins: origins.clone(),
        host: visitor.app.public_url.clone(),
    };
    Ok(page_with_frame(&view, &origins))
}

/// What to register in place of an origin on this machine that is the same site as the marketplace, by
/// whose cookies nothing of production can be told.
fn other_site(provider: &str, marketplace: &str) -> Option<String> {
    let host = |url: &str| url::Url::parse(url).ok()?.host_str().map(str::to_owned);
    let (same, other) = match host(provider)?.as_str() {
        "localhost" => ("localhost", "127.0.0.1"),
        "127.0.0.1" => ("127.0.0.1", "localhost"),
        _ => return None,
    };
    (host(marketplace)? == same).then(|| provider.replacen(same, other, 1))
}

/// The signed URL of the provider's page, and its origin.
async fn launch(
    visitor: &Visitor,
    who: &SignedIn,
    provider: &Provider,
    run: &Activation,
    grant: &Grant,
) -> Result<(String, String), Failure> {
    let secret = visitor.app.store.provider_secret(provider.id).await;
    let secret = secret
        .map_err(|error| Failure::internal(visitor, &error))?
        .ok_or_else(|| Failure::not_found(visitor))?;
    let launch = visitor
        .app
        .activation_launch(&who.customer, provider, &secret, run, grant)
        .map_err(|error| Failure::flow(visitor, &error))?;
    let url = url::Url::parse(&launch.url);
    let url = url.map_err(|error| Failure::internal(visitor, &error))?;
    Ok((launch.url, url.origin().ascii_serialization()))
}

fn end(visitor: &Visitor, provider: &Provider, ending: Ending) -> Response {
    let frame = visitor.frame(Section::Marketplace);
    page(&End { frame, subject: subject(provider), ending })
}

fn subject(provider: &Provider) -> Subject {
    Subject { slug: provider.slug.to_string(), name: provider.name.clone() }
}

fn back(provider: &Provider) -> Response {
    Redirect::to(&format!("/marketplace/providers/{}/activation", provider.slug)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_of_the_same_site_is_told_the_other_name() {
        const OWN: &str = "http://127.0.0.1:8080";
        assert_eq!(
            other_site("http://127.0.0.1:3000", OWN).as_deref(),
            Some("http://localhost:3000")
        );
        let swapped = other_site("http://localhost:3000", "http://localhost:8080");
        assert_eq!(swapped.as_deref(), Some("http://127.0.0.1:3000"));
        for other in ["http://localhost:3000", "https://provider.example"] {
            assert_eq!(other_site(other, OWN), None, "{other}");
        }
    }
}
