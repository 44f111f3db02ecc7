//! Service windows: opening a service, and what its page asks for.

use axum::{
    Json,
    extract::{RawQuery, rejection::JsonRejection},
    response::Response,
};
use freischalt_marketplace::{
    Activation, Provider, Service, Slug,
    order::SignedOrder,
    service::{EntryPoint, UseRefusal, may_open},
};
use freischalt_protocol::{Secret, window_message::WindowRequest};
use serde::{Deserialize, Serialize};

use super::{
    account::sandbox_only,
    failure::Failure,
    framed::{self, Checked, Found},
    marketplace::find_provider,
    page::{frame_origins, page, page_with_frame},
    reach, refused,
    views::{
        Section,
        service::{Message, MessageOutcome, Messages, ServiceWindow},
    },
    visitor::{SignedIn, Visitor},
};
use crate::{
    commerce::{Buyer, CommerceError},
    flow::ServiceAddress,
    messages::{LoggedMessage, Outcome},
    state::AppState,
    window::{Meaning, MessageProblem, NoText, Window},
};

/// `GET /services/open`: calls a service. Every load is a call of its own, with a fresh claim and a
/// fresh parameter cache entry.
pub(super) async fn open(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let opening = Opening::find(&visitor, &query).await?;
    let (url, opened) = opening.call(&visitor).await?;
    let sealed = opened.seal(&visitor.app).map_err(|error| Failure::internal(&visitor, &error))?;
    let Opening { asked, provider, service, .. } = opening;
    let origins = frame_origins(&provider, &service.url);
    let view = ServiceWindow {
        frame: visitor.frame(Section::Records),
        unreachable: reach::problem(&visitor.app, &service.url, visitor.language).await,
        service: service.name,
        provider: provider.name,
        frame_url: url,
        origins: origins.clone(),
        width: service.settings.window.width,
        height: service.settings.window.height,
        window: sealed,
        back: asked.back(),
        check: Some(format!("/services/check?{query}")),
        refused: None,
    };
    Ok(page_with_frame(&view, &origins))
}

/// `POST /services/check`: what keeps the service's page out of the frame, asked when no message
/// comes from it, which is no fault by itself. A call means something to a provider, so its address
/// is asked for without being signed first; only if that refuses frames, a call of its own, as when
/// the page is loaded again, says whether all of its answers do.
pub(super) async fn check(
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Json<Checked>, Failure> {
    let opening = Opening::find(&visitor, &query.unwrap_or_default()).await?;
    let address = &opening.service.url;
    let origins = frame_origins(&opening.provider, address);
    if !matches!(framed::look(&visitor.app, address, &origins).await, Found::Refused(_)) {
        return Ok(Json(Checked::default()));
    }
    let (url, _) = opening.call(&visitor).await?;
    let found = framed::look(&visitor.app, &url, &origins).await;
    Ok(Json(Checked::of(found, &visitor.app.public_url, visitor.language)))
}

/// A service that somebody may open.
struct Opening<'a> {
    who: &'a SignedIn,
    asked: Asked,
    provider: Provider,
    service: Service,
    run: Activation,
}

impl<'a> Opening<'a> {
    async fn find(visitor: &'a Visitor, query: &str) -> Result<Self, Failure> {
        let who = visitor.who()?;
        let asked = Asked::read(query).ok_or_else(|| Failure::not_found(visitor))?;
        let provider = find_provider(visitor, &asked.provider).await?;
        let mut services = provider.services.iter();
        let service = services.find(|service| service.slug.as_str() == asked.service).cloned();
        let service = service.ok_or_else(|| Failure::not_found(visitor))?;
        let internal = |error| Failure::internal(visitor, &error);
        let run = visitor.app.store.newest_activation(who.customer.id, provider.id).await;
        let run =
            run.map_err(internal)?.ok_or_else(|| not_allowed(visitor, UseRefusal::NotActive))?;
        let right = visitor.app.store.right(who.customer.id, provider.id, who.user.id).await;
        let right = right.map_err(internal)?;
        may_open(service.kind, &service.settings, &run, &who.user, right, asked.from)
            .map_err(|refusal| not_allowed(visitor, refusal))?;
        Ok(Self { who, asked, provider, service, run })
    }

    /// Calls it: the signed URL, and the window that its page is shown in.
    async fn call(&self, visitor: &Visitor) -> Result<(String, Window), Failure> {
        let Self { who, asked, provider, service, run } = self;
        let secret = secret_of(visitor, provider).await?;
        let address = ServiceAddress { url: &service.url, port: provider.port, secret: &secret };
        let (customer, app) = (who.customer.id, &visitor.app);
        let context = app.call_context(customer, &who.user, asked.from, &asked.ids, &asked.images);
        let context = context.await.map_err(|error| Failure::internal(visitor, &error))?;
        let macros = service.settings.parameters(&who.user, &context);
        let call = app.service_launch(&who.customer, address, run, &who.user, &macros).await;
        let (launch, entry) = call.map_err(|error| Failure::flow(visitor, &error))?;
        let opened = Window {
            customer: who.customer.id,
            user: who.user.id,
            provider: provider.id,
            activation: run.id,
            entry: entry.id,
            expires: entry.expires,
            origin: origin_of(&service.url).ok_or_else(|| Failure::not_found(visitor))?,
        };
        Ok((launch.url, opened))
    }
}

/// What the link of a record says.
struct Asked {
    provider: String,
    service: String,
    from: EntryPoint,
    ids: Vec<i64>,
    images: Vec<i64>,
}

impl Asked {
    fn read(query: &str) -> Option<Self> {
        let (mut from, mut service, mut ids, mut images) = (None, None, Vec::new(), Vec::new());
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "from" => from = entry_point(&value),
                "service" => {
                    service = value.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned()))
                }
                "id" => ids.push(value.parse().ok()?),
                "image" => images.push(value.parse().ok()?),
                _ => {}
            }
        }
        let (provider, service) = service?;
        Slug::parse(&service).ok()?;
        Some(Self { provider, service, from: from?, ids, images })
    }

    fn back(&self) -> String {
        match (self.from, self.ids.as_slice()) {
            (EntryPoint::Estates | EntryPoint::Files, [only]) => format!("/records/estates/{only}"),
            _ => "/records".to_owned(),
        }
    }
}

fn entry_point(name: &str) -> Option<EntryPoint> {
    match name {
        "menu" => Some(EntryPoint::Menu),
        "estates" => Some(EntryPoint::Estates),
        "addresses" => Some(EntryPoint::Addresses),
        "files" => Some(EntryPoint::Files),
        "calendar" => Some(EntryPoint::Calendar),
        _ => None,
    }
}

fn not_allowed(visitor: &Visitor, refusal: UseRefusal) -> Failure {
    let words = &visitor.language.texts().commerce;
    let detail = match refusal {
        UseRefusal::NotActive => words.not_active,
        UseRefusal::NoRight => words.no_right,
        UseRefusal::AdministratorsOnly => words.for_administrators,
        UseRefusal::UserInactive => words.switched_off,
        UseRefusal::NoWindow | UseRefusal::NotHere => words.not_here,
    };
    Failure::forbidden(visitor, detail.to_owned())
}

pub(super) async fn secret_of(visitor: &Visitor, provider: &Provider) -> Result<Secret, Failure> {
    let secret = visitor.app.store.provider_secret(provider.id).await;
    secret
        .map_err(|error| Failure::internal(visitor, &error))?
        .ok_or_else(|| Failure::not_found(visitor))
}

pub(super) fn origin_of(url: &str) -> Option<String> {
    url::Url::parse(url).ok().map(|url| url.origin().ascii_serialization())
}

/// A message from the frame of a service window, as the page around it sends it on.
#[derive(Deserialize)]
pub(super) struct Received {
    window: String,
    origin: String,
    #[serde(flatten)]
    content: Content,
}

/// What was sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Content {
    Text(String),
    NoText(NoText),
}

/// What the page around the frame does about it.
#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "camelCase")]
pub(super) enum Effect {
    Ignored,
    Refresh,
    RefreshAndClose,
    Close,
    /// To the confirmation of an order.
    Order {
        url: String,
    },
    /// The person is told why; and the provider, by its callback, if it can be trusted so far. A
    /// callback that this window does not show has a window of its own.
    Refused {
        sentence: &'static str,
        callback: Option<String>,
        elsewhere: Option<String>,
    },
}

/// `POST /services/messages`
pub(super) async fn message(
    visitor: Visitor,
    received: Result<Json<Received>, JsonRejection>,
) -> Result<Json<Effect>, Failure> {
    let who = visitor.who()?;
    let Ok(Json(received)) = received else {
        return Err(Failure::bad_request(&visitor, "JSON with window, origin and text or noText"));
    };
    let opened = Window::open(&visitor.app, &received.window)
        .filter(|opened| opened.customer == who.customer.id && opened.user == who.user.id)
        .ok_or_else(|| Failure::not_found(&visitor))?;
    let provider = visitor.app.store.provider_by_id(opened.provider).await;
    let provider = provider
        .map_err(|error| Failure::internal(&visitor, &error))?
        .ok_or_else(|| Failure::not_found(&visitor))?;
    let secret = secret_of(&visitor, &provider).await?;
    let (outcome, effect) = match judge(&visitor, &opened, &secret, &received).await? {
        Ok(Judged::Request(request)) => (Outcome::Followed(request.as_str()), Effect::of(request)),
        Ok(Judged::Order(text)) => order(&visitor, &opened, &provider, &secret, text).await?,
        Err(problem) => (Outcome::Ignored(problem.to_string()), Effect::Ignored),
    };
    log(&visitor.app, who, &provider, outcome);
    Ok(Json(effect))
}

impl Effect {
    const fn of(request: WindowRequest) -> Self {
        match request {
            WindowRequest::RefreshParent => Self::Refresh,
            WindowRequest::RefreshParentAndClose => Self::RefreshAndClose,
            WindowRequest::Close => Self::Close,
        }
    }
}

async fn judge<'a>(
    visitor: &Visitor,
    opened: &Window,
    secret: &Secret,
    received: &'a Received,
) -> Result<Result<Judged<'a>, MessageProblem>, Failure> {
    let app = &visitor.app;
    let now = app.clock.now();
    let newest = app.store.newest_activation(opened.customer, opened.provider).await;
    let newest = newest.map_err(|error| Failure::internal(visitor, &error))?;
    if let Err(problem) = opened.check_origin(&received.origin) {
        return Ok(Err(problem));
    }
    let text = match &received.content {
        Content::Text(text) => text,
        Content::NoText(kind) => return Ok(Err(MessageProblem::NoText(*kind))),
    };
    // An order has checks of its own, whose outcome the person is told.
    let meaning = Meaning::of(text);
    if meaning == Meaning::Order {
        return Ok(Ok(Judged::Order(text)));
    }
    if let Err(problem) = opened.check_life(newest.as_ref(), now) {
        return Ok(Err(problem));
    }
    Ok(match meaning {
        Meaning::Request => {
            opened.request(text, secret, app.policy.order_age, now).map(Judged::Request)
        }
        Meaning::Order | Meaning::Nothing => Err(MessageProblem::of_unknown(text)),
    })
}

/// What a message from the right page asks for.
enum Judged<'a> {
    Request(WindowRequest),
    Order(&'a str),
}

/// Takes in an order. The same text again leads to the same order.
async fn order(
    visitor: &Visitor,
    opened: &Window,
    provider: &Provider,
    secret: &Secret,
    text: &str,
) -> Result<(Outcome, Effect), Failure> {
    let Window { customer, provider: from, user, .. } = *opened;
    let placed = match SignedOrder::verify(text.as_bytes(), secret) {
        Ok(signed) => {
            visitor.app.place_order(Buyer { customer, provider: from, user }, signed).await
        }
        Err(problem) => Err(CommerceError::unsigned(problem)),
    };
    let refusal = match placed {
        Ok(order) => {
            let url = format!("/orders/{}", order.id);
            return Ok((Outcome::Followed("order"), Effect::Order { url }));
        }
        Err(CommerceError::Refused(refusal)) => refusal,
        Err(error) => return Err(Failure::internal(visitor, &error)),
    };
    let told = visitor.app.tell_refusal(&refusal, provider, secret, visitor.store_language());
    let (sentence, signed) = (told.sentence, told.callback);
    let shown = frame_origins(provider, &opened.origin);
    let is_shown = |url: &String| {
        origin_of(url).is_some_and(|origin| shown.split(' ').any(|known| known == origin))
    };
    let (callback, elsewhere) = match signed {
        Some(url) if !is_shown(&url) => {
            let address = refused::address(&visitor.app, opened, &url, sentence);
            (None, address.map_err(|error| Failure::internal(visitor, &error))?)
        }
        signed => (signed, None),
    };
    let effect = Effect::Refused { sentence, callback, elsewhere };
    Ok((Outcome::Refused(refusal.to_string()), effect))
}

fn log(app: &AppState, who: &SignedIn, provider: &Provider, outcome: Outcome) {
    if let Outcome::Ignored(reason) | Outcome::Refused(reason) = &outcome {
        tracing::info!(provider = %provider.slug, reason, "message of a service window not followed");
    }
    app.messages.push(LoggedMessage {
        at: app.clock.now(),
        customer: who.customer.name.clone(),
        provider: provider.name.clone(),
        outcome,
    });
}

/// `GET /messages`: the last messages, in the sandbox.
pub(super) async fn messages(visitor: Visitor) -> Result<Response, Failure> {
    sandbox_only(&visitor)?;
    let entries = visitor.app.messages.entries();
    let shown = entries.into_iter().map(|entry| {
        let (outcome, detail) = match entry.outcome {
            Outcome::Followed(what) => (MessageOutcome::Followed, what.to_owned()),
            Outcome::Refused(reason) => (MessageOutcome::Refused, reason),
            Outcome::Ignored(reason) => (MessageOutcome::Ignored, reason),
        };
        Message {
            at: visitor.time(entry.at),
            customer: entry.customer,
            provider: entry.provider,
            outcome,
            detail,
        }
    });
    Ok(page(&Messages { frame: visitor.frame(Section::Messages), messages: shown.collect() }))
}
