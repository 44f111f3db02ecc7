//! Reading requests so that every mistake becomes a problem document, and writing times.

use axum::extract::{FromRequest, FromRequestParts};
use freischalt_marketplace::{Customer, Language, Provider, Slug};
use freischalt_protocol::UnixTime;
use jiff::Timestamp;

use super::Problem;
use crate::state::AppState;

/// A JSON body.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(super) struct Body<T>(pub(super) T);

/// Parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(super) struct Path<T>(pub(super) T);

/// The query.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct Query<T>(pub(super) T);

/// A moment as RFC 3339, in UTC.
pub(crate) fn rfc3339(time: UnixTime) -> String {
    Timestamp::from_second(time.0).map_or_else(|_| time.to_string(), |time| time.to_string())
}

/// Reads a slug.
pub(super) fn slug(field: &'static str, text: &str) -> Result<Slug, Problem> {
    Slug::parse(text).map_err(|problem| Problem::invalid(field, format!("{text:?}: {problem}")))
}

/// Reads a text that must not be empty, and may have at most 200 characters.
pub(super) fn filled(field: &'static str, text: String) -> Result<String, Problem> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.chars().count() > 200 {
        return Err(Problem::invalid(field, "must have 1 to 200 characters"));
    }
    Ok(trimmed.to_owned())
}

/// `de`, `en`, and the wire's `DEU` and `ENG`.
pub(super) fn language(text: Option<&str>) -> Result<Language, Problem> {
    match text {
        None | Some("de" | "DEU") => Ok(Language::De),
        Some("en" | "ENG") => Ok(Language::En),
        Some(other) => {
            Err(Problem::invalid("language", format!("{other:?} is not a language: de or en")))
        }
    }
}

impl AppState {
    pub(super) async fn named_provider(&self, text: &str) -> Result<Provider, Problem> {
        let found = match Slug::parse(text) {
            Ok(slug) => self.store.provider(&slug).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| Problem::not_found("provider", format_args!("{text:?}")))
    }

    pub(super) async fn named_customer(&self, text: &str) -> Result<Customer, Problem> {
        let found = match Slug::parse(text) {
            Ok(slug) => self.store.customer(&slug).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| Problem::not_found("customer", format_args!("{text:?}")))
    }
}
