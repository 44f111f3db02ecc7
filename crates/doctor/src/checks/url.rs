//! What holds for every signed URL, beyond being refused or accepted.

use freischalt_protocol::signed_url::Port;

use super::craft;
use crate::{
    catalogue::Surface,
    first::First,
    launch::Launch,
    marketplace::Manner,
    report::Outcome,
    session::{Judged, Session, Trace},
    unlock::Press,
};

/// Whether the first genuine URL was accepted; see [`First`].
pub(super) fn genuine(session: &Session, trace: &mut Trace, surface: Surface) -> Outcome {
    match session.first(surface) {
        First::Absent => Outcome::Skipped(format!("no {} URL was given", surface.word())),
        First::Unclear(why) => Outcome::Skipped(why.clone()),
        First::Accepted { .. } => Outcome::Passed,
        First::Refused { seen, exchanges } => {
            trace.0.clone_from(exchanges);
            Outcome::Failed(seen.clone())
        }
    }
}

/// Whether a genuine URL was answered where it is, and not at the end of a redirect.
pub(super) fn stays(session: &Session, surface: Surface) -> Outcome {
    match session.first(surface) {
        First::Accepted { moved: Some(to), .. } => Outcome::Failed(format!(
            "the page is at {to}, and browsers are redirected there: register that address"
        )),
        First::Accepted { moved: None, .. } => Outcome::Passed,
        _ => Outcome::Skipped(format!("no {} URL was given", surface.word())),
    }
}

/// A genuine URL whose port is signed in the way that this run does not use.
pub(super) async fn other_port(session: &Session, trace: &mut Trace) -> Judged {
    if session.target.activation.port().is_none() {
        return Ok(Outcome::skipped("the URL has no port, so both ways of signing it are one"));
    }
    let launch = session.launch(Manner::Honest).await?;
    let (port, seen) = match session.port {
        Port::Dropped => (
            Port::Kept,
            "accepted if it is signed without its port, refused if it is signed with it, as the vendor's newer \
             verifier does",
        ),
        Port::Kept => (
            Port::Dropped,
            "accepted if it is signed with its port, refused if it is signed without it, as the vendor's older \
             verifier does",
        ),
    };
    let url = session.activation(&launch).on(port).signed(session.secret());
    let answer = session.get(trace, &url).await?;
    Ok(Outcome::of(session.accepts(Surface::Activation, &answer), seen))
}

/// Opens a URL that carries two tokens, presses the button if there is one, and looks which token
/// arrives at the API. `url` gets the genuine URL and the token of somebody else.
pub(super) async fn two_tokens(
    session: &Session,
    trace: &mut Trace,
    url: fn(&str, &str) -> String,
) -> Judged {
    let (mine, other) =
        (session.launch(Manner::Honest).await?, session.launch(Manner::Honest).await?);
    let genuine = session.activation(&mine).signed(session.secret());
    let url = url(&genuine, &other.token);
    let (answer, opened) = session.open_url(trace, &url).await?;
    if answer.is_server_error() {
        return Ok(Outcome::failed("the page fails with a server error"));
    }
    if !session.accepts(Surface::Activation, &answer) {
        return Ok(Outcome::Passed);
    }
    let press = Press::of(&session.target.hop, &opened, &mine, &other.key);
    session.press(trace, &press).await?;
    if session.calls(&other).await?.is_empty() {
        return Ok(Outcome::Passed);
    }
    trace.0.push(session.heard(&other).await?);
    Ok(Outcome::failed("the unsigned token was used for the call to the API"))
}

/// A refusal of the activation page, and what it must not hold.
pub(super) async fn refusal(
    session: &Session,
    trace: &mut Trace,
    look: fn(&Session, &str, &str) -> Option<String>,
) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let ticket = session.activation(&launch);
    let right = ticket.signature(session.secret());
    for ask in [
        craft::with_signature(&ticket, &"0".repeat(64)),
        craft::with_signature(&ticket, ""),
        crate::session::framed(&craft::raw(&ticket, "")),
        crate::session::framed(&craft::raw(&ticket, "&signature[]=a&signature[b][c]=d")),
        crate::session::framed(&craft::raw(
            &ticket.clone().without("timestamp"),
            "&timestamp[]=1&signature=%FF%00",
        )),
    ] {
        let answer = session.browse(trace, &ask).await?;
        if let Some(found) = look(session, &answer.whole(), &right) {
            return Ok(Outcome::Failed(found));
        }
    }
    Ok(Outcome::Passed)
}

pub(super) fn tells_the_signature(_: &Session, whole: &str, right: &str) -> Option<String> {
    let lower = whole.to_ascii_lowercase();
    let found = lower.contains(right) || lower.contains(&right[..32]);
    found.then(|| "the answer to a wrong signature holds the right one".to_owned())
}

pub(super) fn tells_the_secret(session: &Session, whole: &str, _: &str) -> Option<String> {
    let found = whole.contains(session.secret().expose());
    found.then(|| "the answer holds the provider secret".to_owned())
}

const TRACES: [&str; 14] = [
    "Traceback (most recent call last)",
    "Stack trace:",
    "Fatal error</b>",
    "Fatal error:",
    "Warning</b>:",
    "Uncaught ",
    "node:internal/",
    "    at ",
    "panicked at",
    "goroutine 1 [",
    ".rb:",
    ".php on line",
    ".php:",
    "java.lang.",
];

pub(super) fn tells_a_trace(_: &Session, whole: &str, _: &str) -> Option<String> {
    let found = TRACES.iter().find(|mark| whole.contains(**mark))?;
    Some(format!("the answer shows the inside of the program: `{}`", found.trim()))
}

/// A genuine URL under odd circumstances must never end in a server error.
pub(super) async fn survives(
    session: &Session,
    trace: &mut Trace,
    urls: fn(&Session, &Launch) -> Vec<String>,
) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    for url in urls(session, &launch) {
        let answer = session.get(trace, &url).await?;
        if answer.is_server_error() {
            return Ok(Outcome::Failed(format!("answered {}", answer.status)));
        }
    }
    Ok(Outcome::Passed)
}

/// The status of a refusal.
pub(super) async fn refuses_with_4xx(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let ask = craft::with_signature(&session.activation(&launch), &"0".repeat(64));
    let answer = session.browse(trace, &ask).await?;
    match answer.status {
        400..=499 => Ok(Outcome::Passed),
        status => Ok(Outcome::Failed(format!("a wrong signature is answered with {status}"))),
    }
}

/// A header that names another host or scheme is sent; the answer must not repeat it.
pub(super) async fn repeats_host(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let url = session.activation(&launch).signed(session.secret());
    let mut ask = crate::session::framed(&url);
    for (name, value) in [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Original-Host", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
    ] {
        ask = ask.with_header(name, value);
    }
    let answer = session.browse(trace, &ask).await?;
    let repeats = answer.whole().contains("evil.example");
    Ok(Outcome::of(!repeats, "the answer repeats the host of a header that anybody can send"))
}

/// Headers that rewrite the path must not open the page without a signature.
pub(super) async fn rewriting_headers(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let ticket = session.activation(&launch);
    let genuine = ticket.signed(session.secret());
    let path = genuine
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
    let forged = craft::with_signature(&ticket.with("userId", "999"), &"0".repeat(64));
    for name in ["X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"] {
        let value = if name.ends_with("Override") {
            "POST".to_owned()
        } else {
            path.clone().unwrap_or_default()
        };
        let answer = session.browse(trace, &forged.clone().with_header(name, value)).await?;
        if session.accepts(Surface::Activation, &answer) {
            return Ok(Outcome::Failed(format!("{name} opens the page with a wrong signature")));
        }
    }
    Ok(Outcome::Passed)
}

/// A method that no page has; any answer but a crash will do.
pub(super) async fn unknown_method(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let mut ask = crate::session::framed(&session.activation(&launch).signed(session.secret()));
    ask.method = reqwest::Method::from_bytes(b"PROPFIND").unwrap_or(reqwest::Method::OPTIONS);
    let answer = session.browse(trace, &ask).await?;
    Ok(Outcome::of(answer.status != 500, "PROPFIND is answered with 500"))
}
