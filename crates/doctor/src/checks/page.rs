//! What the browser makes of the page.

use url::Url;

use crate::{
    catalogue::Surface,
    cookie::Cookie,
    first::Dying,
    frame::{Framing, Shown},
    http::Answer,
    marketplace::Manner,
    page,
    report::Outcome,
    safety,
    session::{Judged, Session, Trace, framed},
    unlock::Opened,
};

/// Opens the activation page and looks at it.
pub(super) async fn look(
    session: &Session,
    trace: &mut Trace,
    look: fn(&Session, &Answer) -> Outcome,
) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let url = session.activation(&launch).signed(session.secret());
    let (_, opened) = session.open_url(trace, &url).await?;
    Ok(look(session, &opened.page))
}

/// Opens the activation page and looks at who may frame it.
pub(super) async fn framing(
    session: &Session,
    trace: &mut Trace,
    look: fn(&Session, &Framing, &Answer) -> Outcome,
) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let url = session.activation(&launch).signed(session.secret());
    let (_, opened) = session.open_url(trace, &url).await?;
    Ok(look(session, &Framing::of(&opened.page, &opened.url), &opened.page))
}

/// Who else than the marketplace may frame it.
pub(super) fn closed(_: &Session, framing: &Framing, answer: &Answer) -> Outcome {
    if framing.is_open() {
        return Outcome::failed(
            "any site may put the page into a frame: frame-ancestors names all",
        );
    }
    // Nobody at all may, which is what another check is about.
    if framing.has_ancestors() || framing.blocking_option().is_some() {
        return Outcome::Passed;
    }
    let only_reports =
        answer.header("content-security-policy-report-only").contains("frame-ancestors");
    let seen = if only_reports {
        "any site may put the page into a frame: frame-ancestors stands in a policy that only reports"
    } else if page::has_ancestors_in_meta(&answer.body) {
        "any site may put the page into a frame: browsers ignore frame-ancestors in a meta tag"
    } else if answer.header("x-frame-options").is_empty() {
        "any site may put the page into a frame: no frame-ancestors"
    } else {
        "any site may put the page into a frame: no frame-ancestors, and browsers ignore this X-Frame-Options"
    };
    Outcome::failed(seen)
}

/// Whether the older header keeps the marketplace out.
pub(super) fn frame_options(_: &Session, framing: &Framing, _: &Answer) -> Outcome {
    match framing.blocking_option() {
        Some(value) => Outcome::Failed(format!(
            "the frame stays blank: X-Frame-Options: {value} without a frame-ancestors beside it"
        )),
        None => Outcome::Passed,
    }
}

/// Whether the marketplace may frame it.
pub(super) fn shown(session: &Session, framing: &Framing, _: &Answer) -> Outcome {
    let marketplaces = &session.target.marketplaces;
    let mut all = marketplaces.iter().map(|one| framing.shows_in(one));
    let blank = match marketplaces.is_empty() {
        true => Some(framing.shows_somewhere()).filter(|shown| *shown != Shown::Yes),
        false => all.find(|shown| *shown != Shown::Yes),
    };
    match blank {
        Some(Shown::No(why)) => Outcome::Failed(format!("the frame stays blank: {why}")),
        _ => Outcome::Passed,
    }
}

pub(super) fn no_store(_: &Session, answer: &Answer) -> Outcome {
    let caching = answer.header("cache-control").to_ascii_lowercase();
    Outcome::of(caching.contains("no-store"), "the page may be stored: no Cache-Control: no-store")
}

pub(super) fn referrer(_: &Session, answer: &Answer) -> Outcome {
    let policy = answer.header("referrer-policy").to_ascii_lowercase();
    let meta = page::forbids_referrer(&answer.body);
    let safe = ["no-referrer", "same-origin", "origin", "strict-origin"];
    let safe = meta || policy.split(',').any(|one| safe.contains(&one.trim()));
    Outcome::of(safe, "the address, with token and claim, may travel on as a referrer")
}

pub(super) fn sniffing(_: &Session, answer: &Answer) -> Outcome {
    let options = answer.header("x-content-type-options");
    Outcome::of(options.eq_ignore_ascii_case("nosniff"), "no X-Content-Type-Options: nosniff")
}

pub(super) fn charset(_: &Session, answer: &Answer) -> Outcome {
    let kind = answer.header("content-type").to_ascii_lowercase();
    Outcome::of(kind.contains("charset=utf-8"), "the content type names no charset")
}

pub(super) fn server_version(_: &Session, answer: &Answer) -> Outcome {
    let powered = answer.header("x-powered-by");
    let server = answer.header("server");
    let tells =
        !powered.is_empty() || (server.contains('/') && server.chars().any(|c| c.is_ascii_digit()));
    Outcome::of(!tells, "the headers name the software and its version")
}

/// What is loaded from this machine needs no TLS, whatever it is called there.
pub(super) fn mixed_content(session: &Session, answer: &Answer) -> Outcome {
    let own = session.target.activation.host_str().unwrap_or_default().to_owned();
    let is_here = |url: &str| {
        let url = Url::parse(url);
        url.is_ok_and(|url| url.host_str() == Some(&own) || safety::is_loopback(&url))
    };
    let insecure = page::resources(&answer.body)
        .into_iter()
        .find(|resource| resource.url.starts_with("http://") && !is_here(&resource.url));
    match insecure {
        Some(resource) => Outcome::Failed(format!("{} is loaded without TLS", resource.url)),
        None => Outcome::Passed,
    }
}

pub(super) fn foreign_scripts(_: &Session, answer: &Answer) -> Outcome {
    let foreign = page::resources(&answer.body).into_iter().find(|resource| {
        let elsewhere = resource.url.starts_with("http") || resource.url.starts_with("//");
        resource.is_script && elsewhere && !resource.has_integrity
    });
    match foreign {
        Some(resource) => {
            Outcome::Failed(format!("{} may read the key that is typed", resource.url))
        }
        None => Outcome::Passed,
    }
}

pub(super) fn form_method(_: &Session, answer: &Answer) -> Outcome {
    match page::form(&answer.body) {
        None => Outcome::skipped("the page has no form; its script sends the key"),
        // A field without a name is sent by no form; a script reads it.
        Some(form) if form.method == "post" || !form.sends_key => Outcome::Passed,
        Some(_) => Outcome::failed("the form sends the key in the address"),
    }
}

pub(super) fn autocomplete(_: &Session, answer: &Answer) -> Outcome {
    match page::form(&answer.body) {
        None => Outcome::skipped("the page has no form"),
        Some(form) => {
            let off = form.autocomplete == "off" || form.key_type == "password";
            Outcome::of(off, "browsers keep the key among the texts that were typed")
        }
    }
}

pub(super) fn documented_ids(_: &Session, answer: &Answer) -> Outcome {
    let missing: Vec<_> = ["secretDiv", "secret", "unlockButton", "successMessage", "spinner"]
        .into_iter()
        .filter(|id| !page::has(&answer.body, "id", id))
        .collect();
    if missing.is_empty() {
        return Outcome::Passed;
    }
    Outcome::Failed(format!("the marketplace's stylesheet finds no #{}", missing.join(", #")))
}

pub(super) fn secrets(session: &Session, answer: &Answer) -> Outcome {
    let found = answer.whole().contains(session.secret().expose());
    Outcome::of(!found, "the page holds the provider secret")
}

/// What holds for every cookie. Whether it lives in a frame matters only if the page needs it.
pub(super) fn cookies(session: &Session, answer: &Answer) -> Outcome {
    let https = session.target.activation.scheme() == "https";
    for cookie in Cookie::all(&answer.headers) {
        let name = &cookie.name;
        if !cookie.is_http_only && !cookie.is_token_of_forms() {
            return Outcome::Failed(format!("scripts can read the cookie `{name}`: no HttpOnly"));
        }
        if https && !cookie.is_secure {
            return Outcome::Failed(format!("the cookie `{name}` travels without TLS: no Secure"));
        }
        if cookie.same_site.as_deref() == Some("none") && !cookie.is_secure {
            return Outcome::Failed(format!(
                "browsers drop the cookie `{name}`: SameSite=None without Secure"
            ));
        }
    }
    Outcome::Passed
}

/// Whether the button works with the cookies that a browser keeps in a frame of another site.
pub(super) fn cookies_live(session: &Session) -> Outcome {
    let Dying(cookies) = &session.dying;
    Outcome::of_seen(cookies.is_empty(), || {
        format!(
            "the button works only with cookies that browsers drop in a frame of another site: {}",
            session.dying.seen()
        )
    })
}

pub(super) fn tls(session: &Session, _: &Answer) -> Outcome {
    let url = &session.target.activation;
    if safety::is_loopback(url) {
        return Outcome::skipped("on this machine TLS is not needed");
    }
    Outcome::of(url.scheme() == "https", "the key travels without TLS")
}

/// The scripts of the page, those in files of the same host included.
async fn scripts(session: &Session, trace: &mut Trace) -> Result<String, crate::http::NoAnswer> {
    let launch = session.launch(Manner::Honest).await?;
    let url = session.activation(&launch).signed(session.secret());
    let (_, Opened { page: answer, url: at, .. }) = session.open_url(trace, &url).await?;
    let mut text = page::inline_scripts(&answer.body);
    for resource in page::resources(&answer.body).iter().filter(|resource| resource.is_script) {
        let Ok(address) = at.join(&resource.url) else { continue };
        if address.origin() == at.origin() {
            let script = session.send(trace, &framed(address.as_str())).await?;
            text.push_str(&script.body);
        }
    }
    Ok(text)
}

/// Whether a message is posted to every origin.
pub(super) async fn message_target(session: &Session, trace: &mut Trace) -> Judged {
    let scripts = scripts(session, trace).await?;
    let dense: String = scripts.chars().filter(|c| !c.is_whitespace()).collect();
    let mut calls = dense.split("postMessage(").skip(1);
    let to_all = calls.any(|call| {
        let end = call.find(';').unwrap_or(call.len()).min(300);
        let arguments: String = call.chars().take(end).collect();
        [",'*'", ",\"*\"", ",`*`", "targetOrigin:'*'", "targetOrigin:\"*\""]
            .iter()
            .any(|star| arguments.contains(star))
    });
    Ok(Outcome::of(!to_all, "messages are posted to `*`: whoever frames the page reads them"))
}

/// Whether messages are received without looking where they come from.
pub(super) async fn message_source(session: &Session, trace: &mut Trace) -> Judged {
    let scripts = scripts(session, trace).await?;
    let dense: String = scripts.chars().filter(|c| !c.is_whitespace()).collect();
    let listens = ["addEventListener('message'", "addEventListener(\"message\"", "onmessage="]
        .iter()
        .any(|word| dense.contains(word));
    let checks = dense.contains(".origin");
    Ok(Outcome::of(!listens || checks, "messages are received from every origin"))
}

/// A genuine URL whose values would be markup, and one with a wrong signature.
pub(super) async fn markup(session: &Session, trace: &mut Trace, genuine: bool) -> Judged {
    const MARK: &str = "<fdx onx=1>\"'</fdx>";
    let launch = session.launch(Manner::Honest).await?;
    let ticket = session.activation(&launch).with("customerName", MARK).with("theme", MARK);
    let url = if genuine {
        ticket.signed(session.secret())
    } else {
        let zeros = "0".repeat(64);
        super::craft::raw(&ticket.with("userId", MARK), &format!("&signature={zeros}"))
    };
    let (first, Opened { page: answer, .. }) = session.open_url(trace, &url).await?;
    if genuine && !session.accepts(Surface::Activation, &first) {
        return Ok(Outcome::skipped("the page does not open for such a name"));
    }
    let raw = answer.body.contains("<fdx") || answer.body.contains("fdx onx=1>\"");
    Ok(Outcome::of(!raw, "values of the URL become markup of the page"))
}
