//! Who is calling, as the gateway says it: a request without that did not come through the gateway.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::App;
use crate::pages::{self, RefusedPage};

/// The header that carries the token.
const HEADER: &str = "freischalt-session";

/// The caller of one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    pub(crate) customer: String,
    #[serde(default)]
    customer_name: String,
    pub(crate) user: String,
    group: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    /// The open window, which orders and messages name.
    pub(crate) visit: String,
    /// Scheme, host and port of the marketplace's pages.
    pub(crate) marketplace: String,
    exp: i64,
    /// Not of the token: what the browser prefers.
    #[serde(skip)]
    prefers_german: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    German,
    English,
}

impl Language {
    pub(crate) fn tag(self) -> &'static str {
        self.choose("de", "en")
    }

    pub(crate) fn choose<'a>(self, german: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::German => german,
            Self::English => english,
        }
    }
}

impl Session {
    /// The user's language if the service has that macro, else what the browser prefers.
    pub(crate) fn language(&self) -> Language {
        match self.parameters.get("UserLanguage").map(String::as_str) {
            Some("DEU") => Language::German,
            None if self.prefers_german => Language::German,
            _ => Language::English,
        }
    }

    /// Whether the buyer may choose the group as circle of users.
    pub(crate) fn has_group(&self) -> bool {
        self.group.is_some()
    }

    /// What the marketplace said about the call, in its own words.
    pub(crate) fn facts(&self) -> Vec<(&'static str, &str)> {
        const PARAMETERS: [&str; 5] =
            ["estateId", "addressId", "imageIds", "language", "UserLanguage"];
        let who = [
            ("customerName", self.customer_name.as_str()),
            ("userId", &self.user),
            ("groupId", self.group.as_deref().unwrap_or_default()),
        ];
        let what =
            PARAMETERS.map(|name| (name, self.parameters.get(name).map_or("", String::as_str)));
        who.into_iter().chain(what).filter(|(_, value)| !value.is_empty()).collect()
    }
}

fn prefers_german(parts: &Parts) -> bool {
    let wanted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    wanted.is_some_and(|wanted| wanted.trim_start().to_ascii_lowercase().starts_with("de"))
}

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let prefers_german = prefers_german(parts);
        let token = parts.headers.get(HEADER).and_then(|value| value.to_str().ok());
        let session = token.and_then(|token| app.shared.claims::<Self>(token));
        match session.filter(|session| (app.clock)() <= session.exp) {
            Some(session) => Ok(Self { prefers_german, ..session }),
            None => {
                let language = if prefers_german { Language::German } else { Language::English };
                let page = RefusedPage { language, marketplace: "" };
                Err(pages::render(StatusCode::FORBIDDEN, "", &page).into_response())
            }
        }
    }
}
