//! The window of a refused order whose callback goes to an origin that the service's own window
//! does not show. The browser keeps such a page out of that window, so it gets one of its own.
//!
//! The signed order has named the callback URL, so the provider vouches for it.

use axum::{extract::Query, response::Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::{
    failure::Failure,
    page::{frame_origins, page_with_frame},
    service::origin_of,
    views::{Section, service::ServiceWindow},
    visitor::Visitor,
};
use crate::{
    random::{self, NoRandom},
    state::AppState,
    window::Window,
};

const CONTEXT: &[u8] = b"refused order";

/// What is told in that window; sealed, so that it shows what this server has put into it and nothing else.
struct Told {
    window: String,
    callback: String,
    sentence: String,
}

/// The path of the window that tells a refusal.
pub(super) fn address(
    app: &AppState,
    opened: &Window,
    callback: &str,
    sentence: &str,
) -> Result<Option<String>, NoRandom> {
    let Some(origin) = origin_of(callback) else { return Ok(None) };
    let window = Window { origin, ..opened.clone() }.seal(app)?;
    // None of the three has a line break: base64, a checked URL, and a sentence of ours.
    let plain = [&window, callback, sentence].join("\n");
    let sealed = app.sessions.seal(random::nonce()?, CONTEXT, plain.as_bytes());
    let sealed = URL_SAFE_NO_PAD.encode(sealed);
    Ok(Some(format!("/services/refused?told={sealed}")))
}

/// The sealed text.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    told: String,
}

/// `GET /services/refused`
pub(super) async fn show(visitor: Visitor, Query(link): Query<Link>) -> Result<Response, Failure> {
    let who = visitor.who()?;
    let told = open(&visitor.app, &link.told).ok_or_else(|| Failure::not_found(&visitor))?;
    let opened = Window::open(&visitor.app, &told.window)
        .filter(|opened| opened.customer == who.customer.id && opened.user == who.user.id)
        .ok_or_else(|| Failure::not_found(&visitor))?;
    let provider = visitor.app.store.provider_by_id(opened.provider).await;
    let provider = provider
        .map_err(|error| Failure::internal(&visitor, &error))?
        .ok_or_else(|| Failure::not_found(&visitor))?;
    let origins = frame_origins(&provider, &told.callback);
    let size = super::orders::window_size(&provider, &told.callback);
    let view = ServiceWindow {
        frame: visitor.frame(Section::Records),
        service: visitor.language.texts().orders.title.to_owned(),
        provider: provider.name,
        frame_url: told.callback,
        origins: origins.clone(),
        width: size.width,
        height: size.height,
        window: told.window,
        back: "/records".to_owned(),
        check: None,
        unreachable: None,
        refused: Some(told.sentence),
    };
    Ok(page_with_frame(&view, &origins))
}

fn open(app: &AppState, sealed: &str) -> Option<Told> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = app.sessions.open(CONTEXT, &sealed)?;
    let plain = str::from_utf8(&plain).ok()?;
    let mut parts = plain.splitn(3, '\n').map(str::to_owned);
    Some(Told { window: parts.next()?, callback: parts.next()?, sentence: parts.next()? })
}
