//! Who visits, in which language, and what surrounds the page.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, header, request::Parts},
};
use freischalt_marketplace::{Customer, Language as UserLanguage, User};
use freischalt_protocol::UnixTime;
use jiff::Timestamp;

use super::{
    Language,
    failure::Failure,
    views::{Clock, CurrentUser, Frame, Section},
};
use crate::{
    session::{self, Session},
    state::App,
};

/// Name of the cookie that keeps a chosen language.
pub(super) const LANGUAGE_COOKIE: &str = "freischalt_language";

/// A visitor of a page.
pub(super) struct Visitor {
    pub(super) app: App,
    pub(super) language: Language,
    pub(super) signed_in: Option<SignedIn>,
    path: String,
}

/// A visitor who is known.
#[derive(Clone)]
pub(super) struct SignedIn {
    pub(super) customer: Customer,
    pub(super) user: User,
}

impl Visitor {
    /// What surrounds a page of this visitor.
    pub(super) fn frame(&self, section: Section) -> Frame {
        let user = self.signed_in.as_ref().map(|who| CurrentUser {
            name: who.user.name.clone(),
            customer: who.customer.name.clone(),
            administrator: who.user.administrator,
        });
        let clock = (self.app.clock.offset_seconds() != 0)
            .then(|| Clock { shows: self.time(self.app.clock.now()) });
        Frame {
            language: self.language,
            sandbox: self.app.is_sandbox(),
            user,
            path: self.path.clone(),
            section,
            clock,
        }
    }

    /// The visitor who is signed in, or the page that says that nobody is.
    pub(super) fn who(&self) -> Result<&SignedIn, Failure> {
        self.signed_in.as_ref().ok_or_else(|| Failure::sign_in(self))
    }

    /// As [`who`](Self::who), for what only administrators may do.
    pub(super) fn administrator(&self) -> Result<&SignedIn, Failure> {
        let who = self.who()?;
        if who.user.may_activate() { Ok(who) } else { Err(Failure::forbidden(self)) }
    }

    /// A moment as people read it.
    pub(super) fn time(&self, time: UnixTime) -> String {
        let Ok(moment) = Timestamp::from_second(time.0) else { return time.to_string() };
        let format = match self.language {
            Language::De => "%d.%m.%Y, %H:%M Uhr (UTC)",
            Language::En => "%-d %B %Y, %H:%M UTC",
        };
        moment.strftime(format).to_string()
    }

    /// The text of the store in the visitor's language.
    pub(super) fn store_language(&self) -> UserLanguage {
        match self.language {
            Language::De => UserLanguage::De,
            Language::En => UserLanguage::En,
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let path = OriginalUri::from_request_parts(parts, app)
            .await
            .map(|uri| uri.0.path_and_query().map(ToString::to_string).unwrap_or_default())
            .unwrap_or_default();
        let app = app.clone();
        let mut visitor =
            Self { language: language(&parts.headers, None), app, signed_in: None, path };
        visitor.signed_in = match signed_in(&visitor.app, &parts.headers).await {
            Ok(found) => found,
            Err(error) => return Err(Failure::internal(&visitor, &error)),
        };
        visitor.language = language(&parts.headers, visitor.signed_in.as_ref());
        Ok(visitor)
    }
}

/// A session whose customer or user was switched off since is none.
async fn signed_in(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<SignedIn>, freischalt_store::StoreError> {
    let Some(session) = Session::of(app, headers) else { return Ok(None) };
    let customer = app.store.customer_by_id(session.customer).await?;
    let user = app.store.user(session.customer, session.user).await?;
    Ok(match (customer, user) {
        (Some(customer), Some(user)) if customer.active && user.active => {
            Some(SignedIn { customer, user })
        }
        _ => None,
    })
}

/// The chosen language, else the user's, else the browser's, else German.
fn language(headers: &HeaderMap, who: Option<&SignedIn>) -> Language {
    match session::cookie(headers, LANGUAGE_COOKIE).as_deref() {
        Some("de") => return Language::De,
        Some("en") => return Language::En,
        _ => {}
    }
    match who.map(|who| who.user.language) {
        Some(UserLanguage::De) => Language::De,
        Some(UserLanguage::En) => Language::En,
        None => browser_language(headers),
    }
}

/// The first of our languages in the browser's list, which has its favourites first.
fn browser_language(headers: &HeaderMap) -> Language {
    let list = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    list.unwrap_or_default()
        .split(',')
        .find_map(|entry| match entry.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "de" => Some(Language::De),
            "en" => Some(Language::En),
            _ => None,
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(list: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, list.parse().unwrap());
        browser_language(&headers)
    }

    #[test]
    fn the_first_known_language_of_the_browser_counts() {
        assert_eq!(browser("en-GB,en;q=0.9,de;q=0.8"), Language::En);
        assert_eq!(browser("fr,de;q=0.8,en;q=0.5"), Language::De);
        assert_eq!(browser("fr"), Language::De);
        assert_eq!(browser("é"), Language::De);
        assert_eq!(browser_language(&HeaderMap::new()), Language::De);
    }
}
