//! The pages, as typed contexts of their templates.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use freischalt_client::Credentials;

use crate::app::App;
use crate::language::Language;

#[derive(Template)]
#[template(path = "activate.html")]
pub(crate) struct ActivatePage<'a> {
    pub(crate) language: Language,
    pub(crate) provider: &'a str,
    pub(crate) customer: Option<&'a str>,
    /// The one whose style sheets the page uses.
    pub(crate) marketplace: &'a str,
    /// All that may show it and hear from it, with a space between.
    pub(crate) marketplaces: &'a str,
    pub(crate) logo: Option<&'a str>,
    pub(crate) text: Option<&'a str>,
    /// The URL has done its unlock; the page only says so.
    pub(crate) is_active: bool,
}

impl ActivatePage<'_> {
    fn key_length(&self) -> usize {
        Credentials::KEY_LENGTH
    }
}

/// What a person sees instead of what was asked for.
#[derive(Template)]
#[template(path = "refused.html")]
pub(crate) struct RefusedPage<'a> {
    pub(crate) language: Language,
    pub(crate) provider: &'a str,
    pub(crate) marketplace: &'a str,
    pub(crate) message: &'a str,
    pub(crate) status: StatusCode,
    /// When it happened, so that the provider finds it in the log.
    pub(crate) at: String,
}

impl<'a> RefusedPage<'a> {
    pub(crate) fn new(
        app: &'a App,
        headers: &HeaderMap,
        status: StatusCode,
        message: &'a str,
    ) -> Self {
        Self {
            language: Language::of(headers),
            provider: &app.provider_name,
            marketplace: app.marketplaces.of_window(app.marketplaces.of_request(headers)),
            message,
            status,
            at: (app.clock)().to_string(),
        }
    }

    fn heading(&self) -> &'static str {
        match self.status {
            StatusCode::CONFLICT => self.language.choose("Nicht freigeschaltet", "Not activated"),
            StatusCode::NOT_FOUND => self.language.choose("Nicht gefunden", "Not found"),
            status if status.is_server_error() => {
                self.language.choose("Gerade nicht erreichbar", "Not available at the moment")
            }
            _ => self.language.choose("Das geht so nicht", "This cannot be done"),
        }
    }

    fn may_reload(&self) -> bool {
        self.status.is_server_error()
    }
}

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage<'a> {
    pub(crate) language: Language,
    pub(crate) provider: &'a str,
    pub(crate) marketplace: &'a str,
    pub(crate) marketplaces: Vec<&'a str>,
    pub(crate) activation_url: &'a str,
}

pub(crate) fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
