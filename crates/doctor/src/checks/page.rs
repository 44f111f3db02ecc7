//! What the browser makes of the page.

use crate::{
    catalogue::Surface,
    http::Answer,
    marketplace::Manner,
    page,
    report::Outcome,
    session::{Judged, Session, Trace, framed},
};

/// Opens the activation page and looks at it.
pub(super) async fn look(
    session: &Session,
    trace: &mut Trace,
    look: fn(&Session, &Answer) -> Outcome,
) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let url = session.activation(&launch).signed(session.secret());
    let answer = session.get(trace, &url).await?;
    Ok(look(session, &answer))
}

pub(super) fn framing(_: &Session, answer: &Answer) -> Outcome {
    let policy = answer.header("content-security-policy").to_ascii_lowercase();
    let ancestors = policy.split(';').find_map(|part| part.trim().strip_prefix("frame-ancestors"));
    match ancestors.map(str::trim) {
        None => Outcome::failed("any site may put the page into a frame: no frame-ancestors"),
        Some(list)
            if list.split_whitespace().any(|one| matches!(one, "*" | "https:" | "http:")) =>
        {
            Outcome::failed("any site may put the page into a frame: frame-ancestors names all")
        }
        Some("'none'") => {
            Outcome::failed("frame-ancestors 'none' keeps the marketplace out as well")
        }
        Some(_) => Outcome::Passed,
    }
}

pub(super) fn frame_options(_: &Session, answer: &Answer) -> Outcome {
    let options = answer.header("x-frame-options");
    Outcome::of(options.is_empty(), "X-Frame-Options keeps the marketplace's frame out")
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

pub(super) fn mixed_content(session: &Session, answer: &Answer) -> Outcome {
    let own = session.target.activation.host_str();
    // What comes from this machine itself goes over no network, and browsers do not mind it.
    let is_here = |url: &url::Url| {
        crate::safety::check(url, &crate::safety::Limits::default()).is_ok()
            || url.host_str() == own
    };
    let insecure = page::resources(&answer.body).into_iter().find(|resource| {
        let url = url::Url::parse(&resource.url);
        url.is_ok_and(|url| url.scheme() == "http" && !is_here(&url))
    });
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

pub(super) fn cookies(session: &Session, answer: &Answer) -> Outcome {
    let https = session.target.activation.scheme() == "https";
    for cookie in answer.headers.get_all("set-cookie") {
        let text = String::from_utf8_lossy(cookie.as_bytes()).to_ascii_lowercase();
        let name = text.split('=').next().unwrap_or_default().to_owned();
        if !text.contains("httponly") {
            return Outcome::Failed(format!("scripts can read the cookie `{name}`: no HttpOnly"));
        }
        if !text.contains("samesite=") || (https && !text.contains("secure")) {
            return Outcome::Failed(format!("the cookie `{name}` lacks SameSite or Secure"));
        }
    }
    Outcome::Passed
}

pub(super) fn tls(session: &Session, _: &Answer) -> Outcome {
    let url = &session.target.activation;
    let here = crate::safety::check(url, &crate::safety::Limits::default()).is_ok();
    if here {
        return Outcome::skipped("on this machine TLS is not needed");
    }
    Outcome::of(url.scheme() == "https", "the key travels without TLS")
}

/// The scripts of the page, those in files of the same host included.
async fn scripts(session: &Session, trace: &mut Trace) -> Result<String, crate::http::NoAnswer> {
    let launch = session.launch(Manner::Honest).await?;
    let url = session.activation(&launch).signed(session.secret());
    let answer = session.get(trace, &url).await?;
    let mut text = page::inline_scripts(&answer.body);
    for resource in page::resources(&answer.body).iter().filter(|resource| resource.is_script) {
        let Ok(address) = session.target.activation.join(&resource.url) else { continue };
        if address.origin() == session.target.activation.origin() {
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
    let answer = session.get(trace, &url).await?;
    if genuine && !session.accepts(Surface::Activation, &answer) {
        return Ok(Outcome::skipped("the page does not open for such a name"));
    }
    let raw = answer.body.contains("<fdx") || answer.body.contains("fdx onx=1>\"");
    Ok(Outcome::of(!raw, "values of the URL become markup of the page"))
}
