//! Who visits, in which language, and what surrounds the page.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, header, request::Parts},
};
use freischalt_listen::Caller;
use freischalt_marketplace::{Customer, Language as UserLanguage, User};
use freischalt_protocol::UnixTime;
use jiff::Timestamp;

use super::{
    Language,
    failure::Failure,
    views::{Clock, CurrentUser, Frame, Misplaced, Section},
};
use crate::{
    host::{Called, called},
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
    /// Who sent the request.
    pub(super) caller: Caller,
    path: String,
    /// The origin that a sandbox was opened at, if it is not its own.
    elsewhere: Option<String>,
}

/// A visitor who is known.
#[derive(Clone)]
pub(super) struct SignedIn {
    pub(super) customer: Customer,
    pub(super) user: User,
    /// Whether the customer is a provider's own client, whose sales this user sees to.
    pub(super) sells: bool,
}

impl Visitor {
    /// What surrounds a page of this visitor.
    pub(super) fn frame(&self, section: Section) -> Frame {
        let user = self.signed_in.as_ref().map(|who| CurrentUser {
            name: who.user.name.clone(),
            customer: who.customer.name.clone(),
            administrator: who.user.administrator,
            sells: who.sells,
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
            opened_at: self
                .elsewhere
                .clone()
                .map(|origin| Misplaced { origin, right: self.app.public_url.clone() }),
        }
    }

    /// The visitor who is signed in, or the page that says that nobody is.
    pub(super) fn who(&self) -> Result<&SignedIn, Failure> {
        self.signed_in.as_ref().ok_or_else(|| Failure::sign_in(self))
    }

    /// As [`who`](Self::who), for what only administrators may do. Others learn whom to ask.
    pub(super) async fn administrator(&self) -> Result<&SignedIn, Failure> {
        let who = self.who()?;
        if who.user.may_activate() {
            return Ok(who);
        }
        let users = self.app.store.users(who.customer.id).await;
        let users = users.map_err(|error| Failure::internal(self, &error))?;
        let reason = self.language.texts().problems.administrators_only;
        Err(Failure::forbidden(self, format!("{reason} {}", self.whom_to_ask(&users))))
    }

    /// The administrators by name, in a sentence.
    fn whom_to_ask(&self, users: &[User]) -> String {
        let words = &self.language.texts().provider;
        let names: Vec<_> =
            users.iter().filter(|user| user.may_activate()).map(|user| &*user.name).collect();
        if names.is_empty() {
            return words.nobody_to_ask.to_owned();
        }
        format!("{} {}", words.ask, names.join(", "))
    }

    /// A moment as people read it.
    pub(super) fn time(&self, time: UnixTime) -> String {
        let Ok(moment) = Timestamp::from_second(time.0) else { return time.to_string() };
        let format = match self.language {
            Language::De => "%d.%m.%Y, %H:%M Uhr (UTC)",
            Language::En => "%-d %b %Y, %H:%M UTC",
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
        let caller = app.security.caller(&parts.headers, &parts.extensions);
        let elsewhere = match called(&app.public_url, &parts.uri, &parts.headers) {
            Called::Elsewhere(origin) | Called::ByAnyName(origin) if app.is_sandbox() => {
                Some(origin)
            }
            _ => None,
        };
        let language_of_browser = language(&parts.headers, None);
        let mut visitor =
            Self { language: language_of_browser, app, signed_in: None, caller, path, elsewhere };
        visitor.signed_in = match signed_in(&visitor.app, &parts.headers).await {
            Ok(found) => found,
            Err(error) => return Err(Failure::internal(&visitor, &error)),
        };
        visitor.language = language(&parts.headers, visitor.signed_in.as_ref());
        Ok(visitor)
    }
}

/// A session that was ended, or whose customer or user has changed since, is none.
async fn signed_in(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<SignedIn>, freischalt_store::StoreError> {
    let Some(session) = Session::of(app, headers) else { return Ok(None) };
    let Some(holder) = session.holder(app).await? else { return Ok(None) };
    let (customer, user) = (holder.customer, holder.user);
    let sells = user.may_activate() && app.store.provider_of_client(customer.id).await?.is_some();
    Ok(Some(SignedIn { customer, user, sells }))
}

/// The chosen language, else the browser's, else the user's own, else German.
///
/// The browser's wish goes first: it belongs to whoever is looking, while a seeded user's language
/// belongs to somebody made up.
fn language(headers: &HeaderMap, who: Option<&SignedIn>) -> Language {
    let own = || match who?.user.language {
        UserLanguage::De => Some(Language::De),
        UserLanguage::En => Some(Language::En),
    };
    chosen_language(headers).or_else(|| browser_language(headers)).or_else(own).unwrap_or_default()
}

fn chosen_language(headers: &HeaderMap) -> Option<Language> {
    let tag = session::cookie(headers, LANGUAGE_COOKIE)?;
    Language::ALL.into_iter().find(|language| language.tag() == tag)
}

/// Whichever of our languages the browser wants most; of equal ones the first.
fn browser_language(headers: &HeaderMap) -> Option<Language> {
    let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let wishes = list.split(',').filter_map(wish);
    let favourite = wishes.reduce(|best, next| if next.1 > best.1 { next } else { best });
    favourite.map(|(language, _)| language)
}

/// One of our languages and how much it is wanted, above 0 and up to 1.
fn wish(entry: &str) -> Option<(Language, f32)> {
    let (range, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
    let tag = range.trim().split('-').next()?;
    let language = Language::ALL.into_iter().find(|known| known.tag().eq_ignore_ascii_case(tag))?;
    let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
    (weight > 0.0).then_some((language, weight))
}

#[cfg(test)]
mod tests {
    use freischalt_marketplace::{CustomerId, Slug, UserId};

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn browser(list: &str) -> Option<Language> {
        browser_language(&headers(&[(header::ACCEPT_LANGUAGE, list)]))
    }

    fn somebody(language: UserLanguage) -> SignedIn {
        let customer = CustomerId(1);
        SignedIn {
            customer: Customer {
                id: customer,
                slug: Slug::parse("c").unwrap(),
                name: "C".to_owned(),
                web_id: "w".to_owned(),
                active: true,
            },
            sells: false,
            user: User {
                id: UserId(1),
                name: "U".to_owned(),
                administrator: false,
                group: None,
                language,
                active: true,
            },
        }
    }

    #[test]
    fn the_language_that_the_browser_wants_most_counts() {
        assert_eq!(browser("en-GB,en;q=0.9,de;q=0.8"), Some(Language::En));
        assert_eq!(browser("fr,de;q=0.8,en;q=0.5"), Some(Language::De));
        assert_eq!(browser("de;q=0.2, EN; q=0.7"), Some(Language::En));
        assert_eq!(browser("de;q=0,en;q=0.1"), Some(Language::En));
        for unknown in ["fr", "é", "", "*", "den", "de;q=much", "eng-GB"] {
            assert_eq!(browser(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_choice_goes_before_the_browser_and_the_browser_before_the_user() {
        let german = somebody(UserLanguage::De);
        let chosen = (header::COOKIE, "freischalt_language=de");
        let wanted = (header::ACCEPT_LANGUAGE, "en");
        assert_eq!(language(&headers(&[chosen, wanted.clone()]), None), Language::De);
        assert_eq!(language(&headers(&[wanted]), Some(&german)), Language::En);
        let english = somebody(UserLanguage::En);
        let foreign = (header::ACCEPT_LANGUAGE, "fr");
        assert_eq!(language(&headers(&[foreign]), Some(&english)), Language::En);
        assert_eq!(language(&HeaderMap::new(), None), Language::De);
        let nonsense = (header::COOKIE, "freischalt_language=xx");
        assert_eq!(language(&headers(&[nonsense]), Some(&english)), Language::En);
    }
}
