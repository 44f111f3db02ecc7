//! Providers: the overview, one provider, its documents, and blocking it.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use freischalt_marketplace::{
    Activation, Actor, Audience, AuditKind, DocumentKind, EndReason, Provider, ServiceKind, Slug,
    Stage, User, deal::settles_directly, provider::Commerce, service::may_use,
};

use super::{
    failure::Failure,
    page::page,
    views::{Section, catalogue},
    visitor::{SignedIn, Visitor},
};

/// `GET /marketplace`
pub(super) async fn overview(visitor: Visitor) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let internal = |error| Failure::internal(&visitor, &error);
    let store = &visitor.app.store;
    let newest = store.newest_activations(who.customer.id).await.map_err(internal)?;
    let providers = store.providers().await.map_err(internal)?;
    let tiles = providers.iter().map(|provider| {
        let run = newest.iter().find(|run| run.provider == provider.id);
        tile(&visitor, provider, run)
    });
    let view = catalogue::Overview {
        frame: visitor.frame(Section::Marketplace),
        providers: tiles.collect(),
    };
    Ok(page(&view))
}

/// `GET /marketplace/providers/{slug}`
pub(super) async fn provider(
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let provider = find_provider(&visitor, &slug).await?;
    let internal = |error| Failure::internal(&visitor, &error);
    let store = &visitor.app.store;
    let run = store.newest_activation(who.customer.id, provider.id).await.map_err(internal)?;
    let users = store.users(who.customer.id).await.map_err(internal)?;
    let history = match &run {
        Some(run) => store.history(run.customer, run.id).await.map_err(internal)?,
        None => Vec::new(),
    };
    let right = store.right(who.customer.id, provider.id, who.user.id).await.map_err(internal)?;
    let may_use = run.as_ref().is_some_and(|run| may_use(run, &who.user, right).is_ok());
    let history = history.iter().rev().map(|entry| catalogue::HistoryEntry {
        at: visitor.time(entry.event.at),
        event: history_event(&entry.event.kind),
        by: actor_name(entry.event.actor, &users, &provider),
    });
    let language = visitor.store_language();
    let view = catalogue::ProviderPage {
        frame: visitor.frame(Section::Marketplace),
        may_use,
        provider: tile(&visitor, &provider, run.as_ref()),
        description: paragraphs(provider.profile.description.get(language)),
        services: provider.services.iter().map(service).collect(),
        contact: catalogue::Contact {
            address: provider.profile.address.clone(),
            email: provider.profile.email.clone(),
            phone: provider.profile.phone.clone(),
        },
        documents: document_links(&provider),
        active: run
            .as_ref()
            .and_then(|run| active_summary(&visitor, &provider.commerce, run, &users)),
        history: history.collect(),
        administrators: users
            .iter()
            .filter(|user| user.may_activate())
            .map(|user| user.name.clone())
            .collect(),
    };
    Ok(page(&view))
}

/// `GET /marketplace/providers/{slug}/documents/{kind}`
pub(super) async fn document(
    visitor: Visitor,
    Path((slug, kind)): Path<(String, String)>,
) -> Result<Response, Failure> {
    visitor.who()?;
    let provider = find_provider(&visitor, &slug).await?;
    let wanted = DocumentKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let document = provider.profile.documents.iter().find(|document| Some(document.kind) == wanted);
    let document = document.ok_or_else(|| Failure::not_found(&visitor))?;
    let view = catalogue::DocumentPage {
        frame: visitor.frame(Section::Marketplace),
        slug: provider.slug.to_string(),
        provider: provider.name.clone(),
        document: document_link(document.kind, &document.version),
        paragraphs: paragraphs(document.text.get(visitor.store_language())),
    };
    Ok(page(&view))
}

/// `POST /marketplace/providers/{slug}/block`
pub(super) async fn block(visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Failure> {
    let SignedIn { customer, user, .. } = visitor.administrator().await?;
    let provider = find_provider(&visitor, &slug).await?;
    let run = visitor.app.store.newest_activation(customer.id, provider.id).await;
    let run = run.map_err(|error| Failure::internal(&visitor, &error))?;
    // Blocked by somebody else in the meantime: that is what was wanted.
    if let Some(run) = run.filter(Activation::is_live) {
        let blocked = visitor.app.block(customer, run.id, Some(user.id)).await;
        blocked.map_err(|error| Failure::flow(&visitor, &error))?;
    }
    Ok(Redirect::to(&format!("/marketplace/providers/{}", provider.slug)).into_response())
}

/// The provider that a path names.
pub(super) async fn find_provider(visitor: &Visitor, slug: &str) -> Result<Provider, Failure> {
    let Ok(slug) = Slug::parse(slug) else { return Err(Failure::not_found(visitor)) };
    let found = visitor.app.store.provider(&slug).await;
    found
        .map_err(|error| Failure::internal(visitor, &error))?
        .ok_or_else(|| Failure::not_found(visitor))
}

/// Links to the documents that a provider has.
pub(super) fn document_links(provider: &Provider) -> Vec<catalogue::DocumentLink> {
    let documents = provider.profile.documents.iter();
    documents.map(|document| document_link(document.kind, &document.version)).collect()
}

pub(super) fn audience(audience: Audience) -> catalogue::Audience {
    match audience {
        Audience::AllUsers => catalogue::Audience::AllUsers,
        Audience::Administrators => catalogue::Audience::Administrators,
    }
}

/// The name of a user, or the id of one who is gone.
pub(super) fn user_name(users: &[User], id: freischalt_marketplace::UserId) -> String {
    users.iter().find(|user| user.id == id).map_or_else(|| id.to_string(), |user| user.name.clone())
}

fn document_link(kind: DocumentKind, version: &str) -> catalogue::DocumentLink {
    let kind = match kind {
        DocumentKind::Terms => catalogue::DocumentKind::Terms,
        DocumentKind::Dpa => catalogue::DocumentKind::Dpa,
        DocumentKind::Privacy => catalogue::DocumentKind::Privacy,
    };
    catalogue::DocumentLink { kind, version: version.to_owned() }
}

fn tile(
    visitor: &Visitor,
    provider: &Provider,
    run: Option<&Activation>,
) -> catalogue::ProviderTile {
    catalogue::ProviderTile {
        slug: provider.slug.to_string(),
        name: provider.name.clone(),
        slogan: provider.profile.slogan.get(visitor.store_language()).to_owned(),
        state: state(run),
        services: provider.services.len(),
    }
}

fn state(run: Option<&Activation>) -> catalogue::ProviderState {
    match run.map(|run| &run.stage) {
        None | Some(Stage::Ended { reason: EndReason::Superseded, .. }) => {
            catalogue::ProviderState::Inactive
        }
        Some(Stage::TermsAccepted | Stage::Pending { .. }) => catalogue::ProviderState::Pending,
        Some(Stage::Active { .. }) => catalogue::ProviderState::Active,
        Some(Stage::Ended { reason: EndReason::Blocked, .. }) => catalogue::ProviderState::Blocked,
    }
}

fn active_summary(
    visitor: &Visitor,
    commerce: &Commerce,
    run: &Activation,
    users: &[User],
) -> Option<catalogue::ActiveSummary> {
    let Stage::Active { grant, unlock, .. } = &run.stage else { return None };
    Some(catalogue::ActiveSummary {
        since: visitor.time(unlock.at),
        by: user_name(users, run.opened_by),
        audience: audience(grant.audience),
        regular_customer: unlock.is_regular_customer,
        settles_directly: settles_directly(commerce, run),
    })
}

fn service(service: &freischalt_marketplace::Service) -> catalogue::Service {
    catalogue::Service {
        name: service.name.clone(),
        kind: match service.kind {
            ServiceKind::Window => catalogue::ServiceKind::Window,
            ServiceKind::Webhook => catalogue::ServiceKind::Webhook,
        },
    }
}

fn history_event(kind: &AuditKind) -> catalogue::HistoryEvent {
    match kind {
        AuditKind::TermsAccepted { .. } => catalogue::HistoryEvent::TermsAccepted,
        AuditKind::RightChosen { .. } => catalogue::HistoryEvent::RightChosen,
        AuditKind::Unlocked { .. } => catalogue::HistoryEvent::Unlocked,
        AuditKind::Blocked => catalogue::HistoryEvent::Blocked,
        AuditKind::Superseded => catalogue::HistoryEvent::Superseded,
    }
}

fn actor_name(actor: Actor, users: &[User], provider: &Provider) -> String {
    match actor {
        Actor::User(id) | Actor::Management(id) => user_name(users, id),
        Actor::Provider => provider.name.clone(),
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}
