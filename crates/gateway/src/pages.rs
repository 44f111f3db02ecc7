//! The pages, as typed contexts of their templates.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use freischalt_client::Credentials;

use crate::language::Language;

#[derive(Template)]
#[template(path = "activate.html")]
pub(crate) struct ActivatePage<'a> {
    pub(crate) language: Language,
    pub(crate) provider: &'a str,
    pub(crate) customer: Option<&'a str>,
    pub(crate) marketplace_origin: &'a str,
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

#[derive(Template)]
#[template(path = "refused.html")]
pub(crate) struct RefusedPage<'a> {
    pub(crate) language: Language,
    pub(crate) provider: &'a str,
    pub(crate) marketplace_origin: &'a str,
    pub(crate) message: &'a str,
}

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage<'a> {
    pub(crate) language: Language,
    pub(crate) provider: &'a str,
    pub(crate) marketplace_origin: &'a str,
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
