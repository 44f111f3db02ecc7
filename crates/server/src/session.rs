//! Who is at the browser: a sealed cookie, put there by the sandbox's user switcher or, in
//! production, in exchange for a sign-in ticket.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite};
use freischalt_marketplace::{CustomerId, UserId};
use freischalt_protocol::UnixTime;
use freischalt_store::{SessionHolder, StoreError};
use http::{HeaderMap, header};

use crate::{
    random::{self, NoRandom},
    state::AppState,
};

/// The cookie's name. Where browsers come by https it has the prefix with which they take it from
/// this host alone, and over https alone (RFC 6265bis, "Cookie Name Prefixes").
const COOKIE: &str = "freischalt_session";
const COOKIE_OF_HOST: &str = "__Host-freischalt_session";
const SESSION_CONTEXT: &[u8] = b"session";
const TICKET_CONTEXT: &[u8] = b"sign-in ticket";
/// Seconds that a session lasts, however busy it is.
const SESSION_LIFETIME: i64 = 12 * 60 * 60;
/// A session in use gets a new cookie after so many seconds, which says when it was last used.
const REFRESH_AFTER: i64 = 60;
/// Seconds that a ticket serves.
const TICKET_LIFETIME: i64 = 60;

/// Who is at the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The customer.
    pub customer: CustomerId,
    /// The user of that customer.
    pub user: UserId,
    /// How often the user had changed when the session began.
    epoch: i64,
    /// When it ends at the latest.
    expires: UnixTime,
    /// When it was last used.
    seen: UnixTime,
    id: [u8; ID_BYTES],
}

impl Session {
    /// A session of a user that begins now; `None` if there is no such user.
    pub async fn begin(
        app: &AppState,
        customer: CustomerId,
        user: UserId,
    ) -> Result<Option<Self>, BeginError> {
        let Some(epoch) = app.store.session_epoch(customer, user).await? else { return Ok(None) };
        let now = app.clock.now();
        let expires = now.plus(SESSION_LIFETIME);
        Ok(Some(Self { customer, user, epoch, expires, seen: now, id: random::bytes()? }))
    }

    /// The session of a request; `None` if there is none, it is over, or it was not made here.
    /// Whether it was ended or its user has changed is for [`holder`](Self::holder).
    pub fn of(app: &AppState, headers: &HeaderMap) -> Option<Self> {
        let text = cookie(headers, cookie_name(app))?;
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = app.sessions.open(SESSION_CONTEXT, &sealed)?;
        let ([customer, user, epoch, expires, seen], id) = numbers(&plain)?;
        let session = Self {
            customer: CustomerId(customer),
            user: UserId(user),
            epoch,
            expires: UnixTime(expires),
            seen: UnixTime(seen),
            id,
        };
        let now = app.clock.now();
        let idle = app.session_idle.is_some_and(|limit| now.since(session.seen) > limit);
        (now <= session.expires && !idle).then_some(session)
    }

    /// Who holds it; `None` if it was signed out of, or something about the user has changed since
    /// it began.
    pub async fn holder(&self, app: &AppState) -> Result<Option<SessionHolder>, StoreError> {
        let holder = app.store.session_holder(self.customer, self.user, self.id).await?;
        Ok(holder.filter(|holder| {
            let same = holder.epoch == self.epoch && !holder.ended;
            same && holder.customer.active && holder.user.active
        }))
    }

    /// Ends it, on every process.
    pub async fn end(&self, app: &AppState) -> Result<(), StoreError> {
        app.store.end_session(self.id, self.expires).await
    }

    /// The cookie that carries the session.
    pub fn cookie(&self, app: &AppState) -> Result<String, NoRandom> {
        let numbers = [self.customer.0, self.user.0, self.epoch, self.expires.0, app.clock.now().0];
        let plain = plain(&numbers, &self.id);
        let sealed = app.sessions.seal(random::nonce()?, SESSION_CONTEXT, &plain);
        let left = self.expires.since(app.clock.now());
        Ok(build_cookie(app, URL_SAFE_NO_PAD.encode(sealed), left))
    }

    /// A cookie that says that it was used now; `None` as long as that is hardly news.
    pub fn refreshed(&self, app: &AppState) -> Result<Option<String>, NoRandom> {
        let due = app.session_idle.is_some() && app.clock.now().since(self.seen) >= REFRESH_AFTER;
        due.then(|| self.cookie(app)).transpose()
    }

    /// The cookie that takes the session from the browser.
    pub fn end_cookie(app: &AppState) -> String {
        build_cookie(app, String::new(), 0)
    }
}

/// Why no session begins.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
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
    /// No session can begin.
    #[error(transparent)]
    Begin(#[from] BeginError),
}

impl Ticket {
    /// Makes a ticket, and says until when it serves; `None` if there is no such user.
    pub async fn issue(
        app: &AppState,
        customer: CustomerId,
        user: UserId,
    ) -> Result<Option<(String, UnixTime)>, BeginError> {
        let Some(epoch) = app.store.session_epoch(customer, user).await? else { return Ok(None) };
        let expires = app.clock.now().plus(TICKET_LIFETIME);
        let plain = plain(&[customer.0, user.0, epoch, expires.0], &random::bytes()?);
        let sealed = app.sessions.seal(random::nonce()?, TICKET_CONTEXT, &plain);
        Ok(Some((URL_SAFE_NO_PAD.encode(sealed), expires)))
    }

    /// Exchanges a ticket for a session. It serves no second time, and not after a change of its
    /// user.
    pub async fn redeem(app: &AppState, ticket: &str) -> Result<Session, TicketProblem> {
        let sealed = URL_SAFE_NO_PAD.decode(ticket).map_err(|_| TicketProblem::NotGood)?;
        let plain = app.sessions.open(TICKET_CONTEXT, &sealed).ok_or(TicketProblem::NotGood)?;
        let ([customer, user, epoch, expires], id) =
            numbers(&plain).ok_or(TicketProblem::NotGood)?;
        let (now, expires) = (app.clock.now(), UnixTime(expires));
        if now > expires || !app.store.use_ticket(id, expires, now).await? {
            return Err(TicketProblem::NotGood);
        }
        let session = Session::begin(app, CustomerId(customer), UserId(user)).await?;
        session.filter(|session| session.epoch == epoch).ok_or(TicketProblem::NotGood)
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

/// A cookie under the name that fits how browsers come here.
fn cookie_name(app: &AppState) -> &'static str {
    if app.is_reached_by_https() { COOKIE_OF_HOST } else { COOKIE }
}

fn build_cookie(app: &AppState, value: String, lifetime: i64) -> String {
    Cookie::build((cookie_name(app), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.is_reached_by_https())
        .max_age(cookie::time::Duration::seconds(lifetime))
        .build()
        .to_string()
}

const ID_BYTES: usize = 16;

fn plain<const N: usize>(numbers: &[i64; N], id: &[u8; ID_BYTES]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).chain(*id).collect()
}

fn numbers<const N: usize>(plain: &[u8]) -> Option<([i64; N], [u8; ID_BYTES])> {
    let (numbers, id) = plain.split_at_checked(N * 8)?;
    let numbers: Vec<i64> =
        numbers.as_chunks::<8>().0.iter().map(|chunk| i64::from_be_bytes(*chunk)).collect();
    Some((numbers.try_into().ok()?, id.try_into().ok()?))
}
