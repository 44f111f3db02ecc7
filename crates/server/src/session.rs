//! Who is at the browser: a sealed cookie, put there by the sandbox's user switcher or, in
//! production, in exchange for a sign-in ticket.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite};
use freischalt_marketplace::{CustomerId, UserId};
use freischalt_protocol::UnixTime;
use freischalt_store::StoreError;
use http::{HeaderMap, header};

use crate::{
    random::{self, NoRandom},
    state::AppState,
};

const COOKIE: &str = "freischalt_session";
const SESSION_CONTEXT: &[u8] = b"session";
const TICKET_CONTEXT: &[u8] = b"sign-in ticket";
/// Seconds that a session lasts.
const SESSION_LIFETIME: i64 = 12 * 60 * 60;
/// Seconds that a ticket serves.
const TICKET_LIFETIME: i64 = 60;

/// Who is at the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The customer.
    pub customer: CustomerId,
    /// The user of that customer.
    pub user: UserId,
}

impl Session {
    /// The session of a request; `None` if there is none, it is over, or it was not made here.
    pub fn of(app: &AppState, headers: &HeaderMap) -> Option<Self> {
        let text = cookie(headers, COOKIE)?;
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = app.sessions.open(SESSION_CONTEXT, &sealed)?;
        let [customer, user, expires] = numbers(&plain)?;
        let session = Self { customer: CustomerId(customer), user: UserId(user) };
        (app.clock.now() <= UnixTime(expires)).then_some(session)
    }

    /// The cookie that carries the session.
    pub fn cookie(self, app: &AppState) -> Result<String, NoRandom> {
        let expires = app.clock.now().plus(SESSION_LIFETIME);
        let plain = plain(&[self.customer.0, self.user.0, expires.0]);
        let sealed = app.sessions.seal(random::nonce()?, SESSION_CONTEXT, &plain);
        Ok(build_cookie(app, URL_SAFE_NO_PAD.encode(sealed), SESSION_LIFETIME))
    }

    /// The cookie that ends a session.
    pub fn end_cookie(app: &AppState) -> String {
        build_cookie(app, String::new(), 0)
    }
}

/// A sealed word that a user may be signed in, once and soon.
#[derive(Clone, Copy, Debug)]
pub struct Ticket;

/// Why a ticket does not serve.
#[derive(Debug, thiserror::Error)]
pub enum TicketProblem {
    /// It was not made here, was changed, was used, or is too old.
    #[error("the sign-in ticket is not good, or not any more")]
    NotGood,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Ticket {
    /// Makes a ticket, and says until when it serves.
    pub fn issue(
        app: &AppState,
        customer: CustomerId,
        user: UserId,
    ) -> Result<(String, UnixTime), NoRandom> {
        let expires = app.clock.now().plus(TICKET_LIFETIME);
        let id: [u8; 16] = random::bytes()?;
        let plain = [plain(&[customer.0, user.0, expires.0]).as_slice(), &id].concat();
        let sealed = app.sessions.seal(random::nonce()?, TICKET_CONTEXT, &plain);
        Ok((URL_SAFE_NO_PAD.encode(sealed), expires))
    }

    /// Exchanges a ticket for a session. It serves no second time.
    pub async fn redeem(app: &AppState, ticket: &str) -> Result<Session, TicketProblem> {
        let sealed = URL_SAFE_NO_PAD.decode(ticket).map_err(|_| TicketProblem::NotGood)?;
        let plain = app.sessions.open(TICKET_CONTEXT, &sealed).ok_or(TicketProblem::NotGood)?;
        let (claims, id) = plain.split_at_checked(24).ok_or(TicketProblem::NotGood)?;
        let [customer, user, expires] = numbers(claims).ok_or(TicketProblem::NotGood)?;
        let id: [u8; 16] = id.try_into().map_err(|_| TicketProblem::NotGood)?;
        let (now, expires) = (app.clock.now(), UnixTime(expires));
        if now > expires || !app.store.use_ticket(id, expires, now).await? {
            return Err(TicketProblem::NotGood);
        }
        Ok(Session { customer: CustomerId(customer), user: UserId(user) })
    }
}

/// A cookie of a request.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

fn build_cookie(app: &AppState, value: String, lifetime: i64) -> String {
    Cookie::build((COOKIE, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.public_url.starts_with("https://"))
        .max_age(cookie::time::Duration::seconds(lifetime))
        .build()
        .to_string()
}

fn plain(numbers: &[i64; 3]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn numbers(plain: &[u8]) -> Option<[i64; 3]> {
    let (chunks, rest) = plain.as_chunks::<8>();
    let [a, b, c] = chunks else { return None };
    rest.is_empty().then(|| [a, b, c].map(|chunk| i64::from_be_bytes(*chunk)))
}
