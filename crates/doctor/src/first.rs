//! Before anything is judged: whether genuine URLs are accepted at all, and whether the button of the
//! page reaches the API. Where they are not, most checks would fail for one and the same reason, which
//! is as often the doctor's (another secret, another address) as the provider's. So the reason is
//! looked for, said once, and nothing that hangs on it is judged.

use freischalt_protocol::{Secret, UnixTime, signed_url::Port};
use reqwest::header::DATE;
use url::Url;

use crate::{
    catalogue::Surface,
    cookie::{Cookie, Kept},
    exchange::Exchange,
    http::{Answer, Ask, NoAnswer},
    launch::{Launch, Ticket},
    likeness::Likeness,
    marketplace::Manner,
    page,
    session::{Arrived, Session, Trace, framed, moved_to, says_active},
    unlock::{Opened, Press},
};

/// What became of the first genuine URL of a surface.
#[derive(Default)]
pub(crate) enum First {
    /// No URL was given.
    #[default]
    Absent,
    /// It lets in.
    Accepted {
        likeness: Likeness,
        /// Where it was redirected to, with its query.
        moved: Option<Url>,
    },
    /// It was refused: what was seen, and what that comes from.
    Refused { seen: String, exchanges: Vec<Exchange> },
    /// Nobody can say: why.
    Unclear(String),
}

/// What pressing the button of the activation page led to.
#[derive(Default)]
pub(crate) enum Button {
    /// A call to the API, or nobody pressed it.
    #[default]
    Works,
    /// Nothing: what was tried, and what to do.
    Fails { seen: String, exchanges: Vec<Exchange> },
}

/// Cookies that are needed and die in a frame of another site. The run goes on as if they lived.
#[derive(Default)]
pub(crate) struct Dying(pub(crate) Vec<Cookie>);

impl Dying {
    pub(crate) fn kept(&self) -> Kept {
        if self.0.is_empty() { Kept::InFrame } else { Kept::All }
    }

    /// What is wrong with them.
    pub(crate) fn seen(&self) -> String {
        let all = self.0.iter().map(|cookie| format!("`{}` lacks {}", cookie.name, cookie.lacks()));
        all.collect::<Vec<_>>().join("; ")
    }
}

/// Opens every surface with a genuine URL, and presses the button. An activation that succeeds makes a
/// customer for the services.
pub(crate) async fn learn(session: &mut Session) -> Result<(), NoAnswer> {
    session.first.activation = activation(session).await?;
    if let First::Refused { .. } = session.first.activation {
        return Ok(());
    }
    let is_active = button(session).await?;
    session.first.service = service(session, is_active).await;
    session.first.webhook = delivered(session, Surface::Webhook).await;
    session.first.callback = delivered(session, Surface::Callback).await;
    Ok(())
}

fn other(port: Port) -> Port {
    match port {
        Port::Dropped => Port::Kept,
        Port::Kept => Port::Dropped,
    }
}

async fn activation(session: &mut Session) -> Result<First, NoAnswer> {
    let mut trace = Trace::default();
    let launch = session.launch(Manner::Honest).await?;
    let ticket = session.activation(&launch);
    let arrived = session.arrive(&mut trace, &framed(&ticket.signed(session.secret()))).await?;
    if let Some((likeness, moved)) = let_in(session, &mut trace, &ticket, &arrived).await? {
        return Ok(First::Accepted { likeness, moved });
    }
    // Whether it is the port, or the way in which values are read, shows whether another URL lets in.
    let ports = [session.port, other(session.port)];
    let ports = &ports[..if session.target.activation.port().is_some() { 2 } else { 1 }];
    for is_plain in [false, true] {
        for port in ports.iter().filter(|port| is_plain || **port != session.port) {
            let ticket = ticket.clone().on(*port);
            let ticket = if is_plain { ticket.plain() } else { ticket };
            let url = ticket.signed(session.secret());
            let again = session.arrive(&mut Trace::default(), &framed(&url)).await?;
            if let Some((likeness, moved)) = let_in(session, &mut trace, &ticket, &again).await? {
                (session.port, session.is_plain) = (*port, is_plain);
                return Ok(First::Accepted { likeness, moved });
            }
        }
    }
    let seen = reasons(session, Surface::Activation, &ticket, &arrived).await?;
    Ok(First::Refused { seen, exchanges: trace.0 })
}

/// What a genuine URL is answered with, if that lets in.
async fn let_in(
    session: &Session,
    trace: &mut Trace,
    ticket: &Ticket,
    arrived: &Arrived,
) -> Result<Option<(Likeness, Option<Url>)>, NoAnswer> {
    let answer = &arrived.answer;
    if answer.status >= 400 || arrived.lost.is_some() {
        return Ok(None);
    }
    let found = || {
        let moved = (arrived.at.path() != ticket.base.path()
            || arrived.at.origin() != ticket.base.origin())
        .then(|| bare(&arrived.at));
        Some((Likeness::of(answer), moved))
    };
    let url = ticket.signed(session.secret());
    let (_, opened) = session.open_with(&mut Trace::default(), &url, Kept::All).await?;
    if opened.page.status < 400 && page::has_key_field(opened.html()) {
        return Ok(found());
    }
    // A page without the field may be made by a script. It says nothing if whoever has no signature gets
    // the same.
    let forged = ticket.with_signature(&"0".repeat(64));
    let forged = session.browse(trace, &framed(&forged)).await?;
    Ok(if Likeness::of(answer).accepts(&forged) { None } else { found() })
}

/// The address without its query.
fn bare(at: &Url) -> Url {
    let mut bare = at.clone();
    bare.set_query(None);
    bare
}

/// Why a genuine URL is refused, in sentences: what is certain, because another URL was accepted, or
/// else what to look at.
async fn reasons(
    session: &Session,
    surface: Surface,
    ticket: &Ticket,
    arrived: &Arrived,
) -> Result<String, NoAnswer> {
    let answer = &arrived.answer;
    let head = format!("a genuine URL was answered with {}", answer.status);
    if let Some((next, why)) = &arrived.lost {
        return Ok(format!(
            "a genuine URL was redirected to {}, which cannot be opened ({why}): register and examine the \
             final address",
            bare(next)
        ));
    }
    if answer.status < 400 {
        return Ok(match answer.headers.get("location") {
            Some(_) => format!(
                "{head}, a redirect to {}, as one with a made-up signature was, and no field for the key is \
                 there: does the page ask its users to sign in? It has to open by its signature alone",
                bare(&arrived.at.join(&answer.header("location")).unwrap_or(arrived.at.clone()))
            ),
            None => format!(
                "{head}, as one with a made-up signature was, and the page has no field for the key: either \
                 both are refused, then {GENERAL}; or nothing is checked before a script runs, which cannot be \
                 seen from outside"
            ),
        });
    }
    if let Some(why) = by_status(answer.status) {
        return Ok(format!("{head}: {why}"));
    }
    let found = found_out(session, surface, ticket, answer).await?;
    Ok(match found {
        Some(found) => format!("{head}. {found}"),
        None if answer.is_server_error() => {
            format!("{head}: the provider fails, and its log says why")
        }
        None => format!("{head}. No other address, port or time is accepted, so {GENERAL}"),
    })
}

const GENERAL: &str = "look at three things: does the provider have this secret (not an old one, nor that of \
                       another system)? Is this URL the address that it verifies with? Does something before \
                       it refuse, such as a sign-in or a list of addresses? Its log and `freischalt explain url` \
                       help";

fn by_status(status: u16) -> Option<&'static str> {
    Some(match status {
        404 => "there is nothing at this path; is it the address that is registered?",
        405 => "this address takes no GET; is it the address that is registered?",
        407 | 511 => "something between here and the provider asks for a sign-in",
        413 | 414 | 431 => "the URL is too long for the server; signed URLs have up to 8 KB",
        429 => "too many requests; try again with a smaller --rate",
        502..=504 => "the provider is down, or whatever stands before it does not reach it",
        _ => return None,
    })
}

/// Sends URLs that are signed in another way, until one is accepted.
async fn found_out(
    session: &Session,
    surface: Surface,
    ticket: &Ticket,
    refused: &Answer,
) -> Result<Option<String>, NoAnswer> {
    let secret = session.secret();
    let given = ticket.base.as_str();
    for (base, port) in addresses(&ticket.base, session.port) {
        let signed = Ticket { base: base.clone(), ..ticket.clone() }.on(port);
        if accepted(session, ticket, &signed, secret, refused).await? {
            let signed = address_text(&base, port);
            return Ok(Some(format!(
                "It accepts URLs that are signed as {signed}, but {given} was examined: both have to be the \
                 address that is registered. Change the provider's setting, or examine that address"
            )));
        }
    }
    // Another secret or clock shows at the first surface already.
    if surface != Surface::Activation {
        return Ok(None);
    }
    for (other, what) in secrets(secret) {
        if accepted(session, ticket, ticket, &other, refused).await? {
            return Ok(Some(format!("It accepts URLs that are signed with {what}: {SECRET}")));
        }
    }
    for (time, what) in times(session.api.now(), refused) {
        let dated = ticket.clone().with("timestamp", &time);
        if accepted(session, &dated, &dated, secret, refused).await? {
            return Ok(Some(format!("It accepts URLs that are dated {what}")));
        }
    }
    Ok(None)
}

const SECRET: &str = "what the provider reads is not the secret alone. Look at how it is set there";

/// Whether a URL at the address of `sent`, with the signature of `signed`, is answered otherwise than by
/// a refusal.
async fn accepted(
    session: &Session,
    sent: &Ticket,
    signed: &Ticket,
    secret: &Secret,
    refused: &Answer,
) -> Result<bool, NoAnswer> {
    let url = sent.with_signature(&signed.signature(secret));
    let answer = session.browse(&mut Trace::default(), &framed(&url)).await?;
    Ok(answer.status < 400 && answer.status != refused.status)
}

/// Addresses that a provider may verify with while this one is opened.
fn addresses(base: &Url, port: Port) -> Vec<(Url, Port)> {
    let mut all = Vec::new();
    let host = base.host_str().unwrap_or_default();
    let www = match host.strip_prefix("www.") {
        Some(bare) => bare.to_owned(),
        None => format!("www.{host}"),
    };
    let path = match base.path().strip_suffix('/') {
        Some(path) => path.to_owned(),
        None => format!("{}/", base.path()),
    };
    let ports: &[Port] = if base.port().is_some() { &[port, other(port)] } else { &[port] };
    for scheme in [base.scheme(), if base.scheme() == "http" { "https" } else { "http" }] {
        for host in [host, "localhost", "127.0.0.1", &www] {
            for path in [base.path(), &path] {
                let mut one = base.clone();
                // Both are http or https, and every one of them has a host.
                let fits = one.set_scheme(scheme).is_ok() && one.set_host(Some(host)).is_ok();
                one.set_path(path);
                for port in ports {
                    let pair = (one.clone(), *port);
                    if fits && one != *base && !all.contains(&pair) {
                        all.push(pair);
                    }
                }
            }
        }
    }
    all
}

fn address_text(base: &Url, port: Port) -> String {
    let mut shown = bare(base);
    if port == Port::Dropped {
        // An address with a host takes a port.
        let _ = shown.set_port(None);
    }
    shown.to_string()
}

/// What a program has for a secret that was copied, read or set otherwise than it should be.
fn secrets(right: &Secret) -> Vec<(Secret, &'static str)> {
    let text = right.expose();
    let all = [
        (String::new(), "an empty secret, as anybody can: its secret is not set"),
        (format!("{text}\n"), "the secret and a line break after it"),
        (format!("{text}\r\n"), "the secret and the line break of Windows after it"),
        (format!("{text}\r"), "the secret and a carriage return after it"),
        (format!("{text} "), "the secret and a blank after it"),
        (format!(" {text}"), "the secret and a blank before it"),
        (format!("\u{feff}{text}"), "the secret and a byte order mark before it"),
        (format!("\"{text}\""), "the secret in quotes"),
        (format!("'{text}'"), "the secret in quotes"),
        (text.trim().to_owned(), "the secret without the white space around it"),
        (text.to_lowercase(), "the secret in small letters"),
        ("undefined".to_owned(), "the word `undefined`: its secret is not set"),
        ("null".to_owned(), "the word `null`: its secret is not set"),
        ("None".to_owned(), "the word `None`: its secret is not set"),
        ("nil".to_owned(), "the word `nil`: its secret is not set"),
    ];
    let others = all.into_iter().filter(|(other, _)| other != text);
    others.map(|(other, what)| (Secret::new(other), what)).collect()
}

/// Times at which a clock may stand, by what the provider itself says, by time zones, and by units.
fn times(now: UnixTime, answer: &Answer) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some(theirs) = answer.headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?)) {
        let ahead = theirs.since(now);
        if ahead.abs() > 60 {
            let words = if ahead > 0 { "ahead of" } else { "behind" };
            all.push((theirs.to_string(), format!(
                "by its own clock, which is {} s {words} that of this run: set the one that is wrong",
                ahead.abs()
            )));
        }
    }
    for hours in [-2_i64, -1, 1, 2] {
        let words = if hours > 0 { "later" } else { "earlier" };
        all.push((
            now.plus(hours * 3600).to_string(),
            format!("{} h {words}: a time zone, or a clock, is wrong", hours.abs()),
        ));
    }
    all.push((format!("{now}000"), "in milliseconds: `timestamp` is in seconds".to_owned()));
    all
}

/// `Tue, 01 Dec 2026 00:39:38 GMT` (RFC 9110, 5.6.7: the one format that is sent).
fn http_date(text: &str) -> Option<UnixTime> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = words.as_slice() else { return None };
    let month = i64::try_from(MONTHS.iter().position(|name| name == month)?).ok()? + 1;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let mut clock = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    // Days since 1970, with years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(UnixTime(days * 86_400 + hours * 3600 + minutes * 60 + seconds))
}

/// Presses the button, as a browser does in a frame of another site. Whether the page was told of a
/// success.
async fn button(session: &mut Session) -> Result<bool, NoAnswer> {
    let first = press(session, Kept::InFrame).await?;
    if first.is_heard {
        return Ok(finished(session, first).await);
    }
    if !first.opened.dying.is_empty() {
        let again = press(session, Kept::All).await?;
        if again.is_heard {
            session.dying = Dying(first.opened.dying);
            return Ok(finished(session, again).await);
        }
    }
    let seen = why_unheard(session, &first).await;
    session.button = Button::Fails { seen, exchanges: first.trace.0 };
    Ok(false)
}

struct Pressed {
    launch: Launch,
    opened: Opened,
    press: Press,
    answer: Result<Answer, NoAnswer>,
    /// Whether a call with its token arrived.
    is_heard: bool,
    trace: Trace,
}

async fn press(session: &Session, kept: Kept) -> Result<Pressed, NoAnswer> {
    let mut trace = Trace::default();
    let launch = session.launch(Manner::Honest).await?;
    let url = session.activation(&launch).signed(session.secret());
    let (_, opened) = session.open_with(&mut trace, &url, kept).await?;
    let press = Press::of(&session.target.hop, &opened, &launch, &launch.key);
    let answer = session.press(&mut trace, &press).await;
    let is_heard = !session.calls(&launch).await?.is_empty();
    trace.0.push(session.heard(&launch).await?);
    Ok(Pressed { launch, opened, press, answer, is_heard, trace })
}

async fn finished(session: &Session, pressed: Pressed) -> bool {
    *session.customer.lock().await = Some(pressed.launch);
    pressed.answer.is_ok_and(|answer| says_active(&answer))
}

/// What to do when no call arrives: most pages have a script that makes a request of its own.
async fn why_unheard(session: &Session, pressed: &Pressed) -> String {
    let (hop, press) = (&session.target.hop, &pressed.press);
    let answered = match &pressed.answer {
        Ok(answer) => format!("was answered with {}", answer.status),
        Err(why) => format!("got {why}"),
    };
    let mut seen = format!(
        "the button was pressed by {} {}, which {answered}, and no call arrived at the API",
        press.method,
        bare(&press.url)
    );
    let is_told = hop.url.is_some() || !hop.fields.is_empty();
    if !is_told {
        let form = page::form(pressed.opened.html()).filter(|form| form.sends_key);
        seen.push_str(match form {
            Some(_) => ". The form of the page was filled in",
            None => {
                ". The page has no form that sends the key, so the documented request was tried"
            }
        });
        seen.push_str(
            "; if a script makes the request, tell the doctor how: --unlock-url, --unlock-body and \
             --unlock-field",
        );
        if let Some(url) = fetched(session, &pressed.opened).await {
            seen.push_str(&format!(
                ". The script of the page names {url}, so perhaps `--unlock-url {url} --unlock-body json \
                 --unlock-field query={{query}} --unlock-field key={{key}}`"
            ));
        }
    }
    seen.push_str(&format!(
        ". {} the provider has to call {}",
        if is_told { "While it is examined" } else { "If that is right already," },
        session.api.address()
    ));
    seen
}

/// The first address that a script of the page asks by `fetch` or `open("POST", …)`.
async fn fetched(session: &Session, opened: &Opened) -> Option<Url> {
    let mut scripts = page::inline_scripts(opened.html());
    for resource in page::resources(opened.html()).iter().filter(|resource| resource.is_script) {
        let address = opened.url.join(&resource.url).ok()?;
        if address.origin() == opened.url.origin() {
            let ask = Ask::get(address.as_str());
            let script = session.send(&mut Trace::default(), &ask).await.ok()?;
            scripts.push_str(&script.body);
        }
    }
    let text = ["fetch(", "open(\"POST\",", "open('POST',", "axios.post("]
        .iter()
        .find_map(|call| scripts.split_once(call).map(|(_, rest)| rest.trim_start()))?;
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let address = text[1..].split(quote).next()?;
    // A template with variables is no address.
    if address.contains("${") {
        return None;
    }
    opened.url.join(address).ok().map(|url| bare(&url))
}

/// A service, which may refuse whoever is not activated.
async fn service(session: &mut Session, is_active: bool) -> First {
    let first = delivered(session, Surface::Service).await;
    match first {
        First::Refused { .. } if !is_active => First::Unclear(
            "the service refuses a customer whose activation did not succeed, see FD-UNL-001 and FD-UNL-009"
                .to_owned(),
        ),
        First::Accepted { .. } => {
            if let Ok(dying) = dying_in_service(session).await {
                session.dying_in_service = dying;
            }
            first
        }
        first => first,
    }
}

/// Cookies that the pages of a service need and that die in a frame.
async fn dying_in_service(session: &Session) -> Result<Dying, NoAnswer> {
    let Some((_, ticket)) = session.ticket(Surface::Service).await? else {
        return Ok(Dying::default());
    };
    let url = ticket.signed(session.secret());
    let visit = session.visit_with(&mut Trace::default(), &url, Kept::InFrame).await?;
    let mut cookies = Cookie::all(&visit.first.headers);
    cookies.retain(|cookie| !cookie.lives_in_frames());
    if visit.last.status < 400 || cookies.is_empty() {
        return Ok(Dying::default());
    }
    // A URL may serve once, so this is another one.
    let Some((_, ticket)) = session.ticket(Surface::Service).await? else {
        return Ok(Dying::default());
    };
    let url = ticket.signed(session.secret());
    let again = session.visit_with(&mut Trace::default(), &url, Kept::All).await?;
    Ok(if again.last.status < 400 { Dying(cookies) } else { Dying::default() })
}

async fn delivered(session: &Session, surface: Surface) -> First {
    match try_delivered(session, surface).await {
        Ok(first) => first,
        Err(error) => First::Unclear(error.to_string()),
    }
}

async fn try_delivered(session: &Session, surface: Surface) -> Result<First, NoAnswer> {
    let Some((_, ticket)) = session.ticket(surface).await? else { return Ok(First::Absent) };
    let mut trace = Trace::default();
    let ask = framed(&ticket.signed(session.secret()));
    let arrived = match surface {
        // A server calls it, which follows no redirect.
        Surface::Webhook => {
            let answer = session.send(&mut trace, &ask).await?;
            if let Some(next) = Url::parse(&ask.url).ok().and_then(|at| moved_to(&at, &answer)) {
                let seen = format!(
                    "a genuine URL was redirected to {}, and a webhook is called by a server, which follows no \
                     redirect: register the final address",
                    bare(&next)
                );
                return Ok(First::Refused { seen, exchanges: trace.0 });
            }
            Arrived { answer, at: ticket.base.clone(), lost: None }
        }
        _ => session.arrive(&mut trace, &ask).await?,
    };
    if arrived.answer.status < 400 && arrived.lost.is_none() {
        let moved =
            arrived.at.path() != ticket.base.path() || arrived.at.origin() != ticket.base.origin();
        return Ok(First::Accepted {
            likeness: Likeness::of(&arrived.answer),
            moved: moved.then(|| bare(&arrived.at)),
        });
    }
    let seen = reasons(session, surface, &ticket, &arrived).await?;
    Ok(First::Refused { seen, exchanges: trace.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_servers_are_read() {
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(UnixTime(0)));
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(UnixTime(784_111_777)));
        assert_eq!(http_date("Thu, 29 Feb 2024 23:59:59 GMT"), Some(UnixTime(1_709_251_199)));
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn other_addresses_are_those_that_are_mistaken_for_each_other() {
        let base = Url::parse("http://localhost:3000/activate").unwrap();
        let all: Vec<_> = addresses(&base, Port::Dropped)
            .iter()
            .map(|(base, port)| address_text(base, *port))
            .collect();
        for address in [
            "http://127.0.0.1/activate",
            "http://127.0.0.1:3000/activate",
            "https://localhost/activate",
            "http://localhost/activate/",
            "http://www.localhost/activate",
        ] {
            assert!(all.iter().any(|one| one == address), "{address}");
        }
        assert!(!all.iter().any(|one| one == "http://localhost/activate"));
    }
}
