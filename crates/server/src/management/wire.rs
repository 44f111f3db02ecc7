//! Reading requests so that every mistake becomes a problem document, and writing times.

use std::{fmt, marker::PhantomData};

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::request::Parts,
};
use freischalt_marketplace::{Customer, Language, Provider, Slug};
use freischalt_protocol::{UnixTime, outside};
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Problem, texts};
use crate::state::AppState;

/// A JSON body that is an object.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(request, state).await.map_err(JsonRejection::from)?;
        let request = Request::from_parts(parts, axum::body::Body::from(bytes.clone()));
        let Json(Object(body)) = Json::<Object<T>>::from_request(request, state).await?;
        texts::check(&bytes)?;
        Ok(Self(body))
    }
}

/// A JSON object with the members of `T`. Serde would take a list of their values for it, too.
#[derive(Debug, Clone)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// Parts of the path.
pub(super) struct Path<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        texts::check_path(parts.uri.path())?;
        let axum::extract::Path(path) =
            axum::extract::Path::from_request_parts(parts, state).await?;
        Ok(Self(path))
    }
}

/// The query.
pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        texts::check_query(parts.uri.query().unwrap_or_default())?;
        let axum::extract::Query(query) =
            axum::extract::Query::from_request_parts(parts, state).await?;
        Ok(Self(query))
    }
}

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
    outside::line(trimmed).map_err(|control| Problem::invalid(field, control.to_string()))?;
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
