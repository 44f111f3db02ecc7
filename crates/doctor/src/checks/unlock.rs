//! From the pasted key to the answer of the API.

use freischalt_protocol::UnixTime;
use reqwest::Method;

use super::craft;
use crate::{
    api::Call,
    first::Button,
    http::NoAnswer,
    launch::Launch,
    marketplace::Manner,
    report::Outcome,
    session::{Judged, Session, Trace, says_active},
    unlock::{Opened, Press},
};

/// A whole activation, and a look at the one call that has to arrive.
pub(super) async fn call(
    session: &Session,
    trace: &mut Trace,
    right: fn(&Launch, &Call) -> Result<bool, NoAnswer>,
    wrong: &str,
) -> Judged {
    let (launch, _) = session.activate(trace, Manner::Honest).await?;
    let calls = session.calls(&launch).await?;
    let Some(call) = calls.iter().find(|call| call.resource_type == "unlockProvider") else {
        return Ok(Outcome::failed(
            "no unlockProvider arrived at the API; is the provider configured to call it?",
        ));
    };
    Ok(Outcome::of(right(&launch, call)?, wrong))
}

/// Whether pressing the button leads to a call at all.
pub(super) fn reaches(session: &Session, trace: &mut Trace) -> Outcome {
    match &session.button {
        Button::Works => Outcome::Passed,
        Button::Fails { seen, exchanges } => {
            trace.0.clone_from(exchanges);
            Outcome::Failed(seen.clone())
        }
    }
}

/// A genuine activation has to end in `active`.
pub(super) async fn succeeds(session: &Session, trace: &mut Trace) -> Judged {
    let (launch, answer) = session.activate(trace, Manner::Honest).await?;
    let arrived = session.calls(&launch).await?.iter().any(|call| call.genuine);
    if !arrived {
        return Ok(Outcome::failed("no rightly signed unlockProvider arrived at the API"));
    }
    Ok(Outcome::of(says_active(&answer), "the API said success, the page was not told `active`"))
}

/// However the API fails, the page must not be told `active`, nor see a server error of the program.
pub(super) async fn api(session: &Session, trace: &mut Trace, manner: Manner) -> Judged {
    let (launch, answer) = session.activate(trace, manner).await?;
    if session.calls(&launch).await?.is_empty() {
        return Ok(Outcome::skipped("the call never arrived at the API"));
    }
    if says_active(&answer) {
        return Ok(Outcome::failed("the page was told `active` although the provider is not"));
    }
    let crashed =
        answer.status == 500 || super::url::tells_a_trace(session, &answer.body, "").is_some();
    Ok(Outcome::of(!crashed, "the program fails with an error of its own instead of a message"))
}

/// A redirect of the API is not followed: it would carry credentials elsewhere.
pub(super) async fn redirect(session: &Session, trace: &mut Trace) -> Judged {
    let (launch, answer) = session.activate(trace, Manner::Redirect).await?;
    if session.api.followed(&launch.token) {
        return Ok(Outcome::failed("the call was repeated at the address of the redirect"));
    }
    Ok(Outcome::of(!says_active(&answer), "the page was told `active` after a redirect"))
}

/// A slow API gets its time, and the page its answer.
pub(super) async fn slow(session: &Session, trace: &mut Trace) -> Judged {
    let (launch, answer) = session.activate(trace, Manner::Slow).await?;
    let once = session.calls(&launch).await?.len() <= 2;
    let told = answer.status < 500 || answer.status == 502 || answer.status == 504;
    Ok(Outcome::of(once && told, "a slow API leads to more calls or to a crash"))
}

/// A key as people paste it. `typed` makes it of the right one.
pub(super) async fn typed(
    session: &Session,
    trace: &mut Trace,
    typed: fn(&Session, &str) -> String,
) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let key = typed(session, &launch.key);
    let press = session.ready(trace, &launch, &key).await?;
    let answer = session.press(trace, &press).await?;
    trace.0.push(session.heard(&launch).await?);
    let wrongly = session.calls(&launch).await?.iter().any(|call| !call.genuine);
    if wrongly {
        return Ok(Outcome::failed("the API was called with a key that cannot be right"));
    }
    Ok(Outcome::of(answer.status != 500, "the program fails on such a key"))
}

/// Whether a call with the launch's token arrives although it must not.
async fn must_not_call(
    session: &Session,
    trace: &mut Trace,
    launch: &Launch,
    press: &Press,
    wrong: &str,
) -> Judged {
    session.press(trace, press).await?;
    let called = !session.calls(launch).await?.is_empty();
    if called {
        trace.0.push(session.heard(launch).await?);
    }
    Ok(Outcome::of(!called, wrong))
}

/// The button is pressed for a launch whose page was never opened.
pub(super) async fn without_page(session: &Session, trace: &mut Trace) -> Judged {
    let (opened_launch, forged) =
        (session.launch(Manner::Honest).await?, session.launch(Manner::Honest).await?);
    let opened = session.open(trace, &session.activation(&opened_launch)).await?;
    let mut press = Press::of(&session.target.hop, &opened, &forged, &forged.key);
    // A hidden field that carries the signed query is replaced by one with a made-up signature.
    let ticket = session.activation(&forged);
    let query = craft::raw(&ticket, &format!("&signature={}", "0".repeat(64)));
    let query = query.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    for (name, value) in &mut press.fields {
        if value.contains("signature=") {
            value.clone_from(&query);
        } else if *name != press.key_field {
            *value = value
                .replace(&opened_launch.token, &forged.token)
                .replace(&opened_launch.claim, &forged.claim)
                .replace(&opened_launch.cache, &forged.cache);
        }
    }
    press.headers.retain(|(name, _)| name != "Cookie");
    must_not_call(
        session,
        trace,
        &forged,
        &press,
        "anybody can make the provider call the API, without a signed URL",
    )
    .await
}

/// The fields of an opened page are exchanged for those of another customer.
pub(super) async fn mixed(
    session: &Session,
    trace: &mut Trace,
    which: fn(&Launch) -> &str,
) -> Judged {
    let (mine, other) =
        (session.launch(Manner::Honest).await?, session.launch(Manner::Honest).await?);
    let opened = session.open(trace, &session.activation(&mine)).await?;
    let mut press = Press::of(&session.target.hop, &opened, &mine, &mine.key);
    let mut changed = false;
    for (name, value) in &mut press.fields {
        if *name != press.key_field && value.contains(which(&mine)) {
            *value = value.replace(which(&mine), which(&other));
            changed = true;
        }
    }
    if !changed {
        return Ok(Outcome::skipped("the page sends no such field"));
    }
    session.press(trace, &press).await?;
    let used = |call: &Call| {
        // A sandbox refuses what does not belong together; nothing else is wrong with this call.
        if call.wire.is_none() {
            return call.refused;
        }
        let values = [call.cache.as_deref(), call.claim.as_deref()];
        values.contains(&Some(other.cache.as_str())) || values.contains(&Some(other.claim.as_str()))
    };
    let mixed =
        session.calls(&mine).await?.iter().any(used) || !session.calls(&other).await?.is_empty();
    Ok(Outcome::of(!mixed, "the value of another customer was used for the call"))
}

/// An unsigned field is added that names what the signature already named.
pub(super) async fn extra_fields(session: &Session, trace: &mut Trace) -> Judged {
    let (mine, other) =
        (session.launch(Manner::Honest).await?, session.launch(Manner::Honest).await?);
    let opened = session.open(trace, &session.activation(&mine)).await?;
    let mut press = Press::of(&session.target.hop, &opened, &mine, &other.key);
    let known: Vec<_> = press.fields.iter().map(|(name, _)| name.clone()).collect();
    for (name, value) in [
        ("token", &other.token),
        ("apiToken", &other.token),
        ("parameterCacheId", &other.cache),
        ("extendedClaim", &other.claim),
        ("apiClaim", &other.claim),
    ] {
        if !known.iter().any(|known| known == name) {
            press.fields.push((name.to_owned(), value.clone()));
        }
    }
    must_not_call(
        session,
        trace,
        &other,
        &press,
        "unsigned fields replace what the signature covers",
    )
    .await
}

/// The launch of a genuine URL that is a day old.
pub(super) async fn old_launch(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let UnixTime(now) = session.api.now();
    let ticket = session.activation(&launch).with("timestamp", &(now - 86_400).to_string());
    let url = ticket.signed(session.secret());
    let (_, old) = session.open_url(trace, &url).await?;
    // The page is refused; its button is pressed all the same, as a script would.
    let fresh =
        session.open(trace, &session.activation(&session.launch(Manner::Honest).await?)).await?;
    let page = if crate::page::has_key_field(old.html()) { old.page.clone() } else { fresh.page };
    let opened = Opened { page, ..old };
    let mut press = Press::of(&session.target.hop, &opened, &launch, &launch.key);
    let query = url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    for (_, value) in press.fields.iter_mut().filter(|(_, value)| value.contains("signature=")) {
        value.clone_from(&query);
    }
    must_not_call(session, trace, &launch, &press, "a launch of yesterday still unlocks").await
}

/// The same press, once more after success.
pub(super) async fn again(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let press = session.ready(trace, &launch, &launch.key).await?;
    session.press(trace, &press).await?;
    let before = session.calls(&launch).await?.len();
    session.press(trace, &press).await?;
    let after = session.calls(&launch).await?.len();
    if before == 0 {
        return Ok(Outcome::skipped("the first unlock did not reach the API"));
    }
    Ok(Outcome::of(after == before, "a used launch unlocks again"))
}

/// Two presses at the same time.
pub(super) async fn at_once(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let press = session.ready(trace, &launch, &launch.key).await?;
    let (mut one, mut two) = (Trace::default(), Trace::default());
    let (a, b) = tokio::join!(session.press(&mut one, &press), session.press(&mut two, &press));
    trace.0.extend(one.0.into_iter().chain(two.0));
    let (a, b) = (a?, b?);
    if a.status == 500 || b.status == 500 {
        return Ok(Outcome::failed("one of two administrators at once sees a crash"));
    }
    let calls = session.calls(&launch).await?.len();
    Ok(Outcome::of(calls <= 1, "one launch was unlocked twice at the same time"))
}

/// From the page of another site.
pub(super) async fn foreign_origin(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let mut press = session.ready(trace, &launch, &launch.key).await?;
    press.header("Origin", "https://evil.example");
    press.header("Referer", "https://evil.example/");
    press.header("Sec-Fetch-Site", "cross-site");
    must_not_call(session, trace, &launch, &press, "a page of another site can press the button")
        .await
}

/// By GET, with the key in the address.
pub(super) async fn by_get(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let mut press = session.ready(trace, &launch, &launch.key).await?;
    press.method = Method::GET;
    must_not_call(session, trace, &launch, &press, "the key is accepted in the address of a GET")
        .await
}

/// A GET that claims to be a POST.
pub(super) async fn method_override(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let mut press = session.ready(trace, &launch, &launch.key).await?;
    press.method = Method::GET;
    press.header("X-HTTP-Method-Override", "POST");
    press.fields.push(("_method".to_owned(), "POST".to_owned()));
    must_not_call(session, trace, &launch, &press, "a header turns a GET into the unlock").await
}

/// Headers that let scripts of other sites read the answer.
pub(super) async fn cors(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let mut press = session.ready(trace, &launch, "x").await?;
    press.header("Origin", "https://evil.example");
    let answer = session.press(trace, &press).await?;
    let allowed = answer.header("access-control-allow-origin");
    let open = allowed == "*" || allowed.contains("evil.example");
    Ok(Outcome::of(!open, "pages of every site may read the answers"))
}

/// The answer to a success and to a failure, and what it must not hold.
pub(super) async fn echoes(session: &Session, trace: &mut Trace, manner: Manner) -> Judged {
    let (launch, answer) = session.activate(trace, manner).await?;
    let whole = answer.whole();
    let secrets =
        [(launch.key.as_str(), "the API key"), (session.secret().expose(), "the provider secret")];
    let found = secrets.into_iter().find(|(value, _)| whole.contains(value));
    match found {
        Some((_, what)) => Ok(Outcome::Failed(format!("the answer holds {what}"))),
        None => Ok(Outcome::Passed),
    }
}

/// A body far larger than any key.
pub(super) async fn large(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let mut press = session.ready(trace, &launch, &"k".repeat(300_000)).await?;
    // A server that refuses in the middle of a body hangs up afterwards; nothing else may be sent there.
    press.header("Connection", "close");
    let answer = match session.press(trace, &press).await {
        Ok(answer) => answer,
        // Closing the connection on such a body is a refusal as well.
        Err(NoAnswer::Failed(_)) => return Ok(Outcome::Passed),
        Err(error) => return Err(error),
    };
    let calls = session.calls(&launch).await?.len();
    Ok(Outcome::of(calls == 0 && answer.status != 500, "a key of 300 kB is taken for one"))
}

/// Without the key field, with an empty one, and as an array.
pub(super) async fn no_key(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let press = session.ready(trace, &launch, "").await?;
    let mut without = press.clone();
    without.fields.retain(|(name, _)| *name != without.key_field);
    let mut array = press.clone();
    for (name, _) in array.fields.iter_mut().filter(|(name, _)| *name == press.key_field) {
        name.push_str("[]");
    }
    for press in [&press, &without, &array] {
        let answer = session.press(trace, press).await?;
        let crashed =
            answer.status == 500 || super::url::tells_a_trace(session, &answer.body, "").is_some();
        if crashed || says_active(&answer) {
            return Ok(Outcome::failed("a missing key leads to a crash or to `active`"));
        }
    }
    let calls = session.calls(&launch).await?.len();
    Ok(Outcome::of(calls == 0, "the API was called without a key"))
}

/// After a wrong key the right one is accepted on the same page.
pub(super) async fn second_try(session: &Session, trace: &mut Trace) -> Judged {
    let launch = session.launch(Manner::Honest).await?;
    let wrong: String = launch.key.chars().rev().collect();
    let mut press = session.ready(trace, &launch, &wrong).await?;
    let first = session.press(trace, &press).await?;
    if says_active(&first) {
        return Ok(Outcome::failed("a wrong key is answered with `active`"));
    }
    let field = press.key_field.clone();
    press.set(&field, &launch.key);
    let second = session.press(trace, &press).await?;
    Ok(Outcome::of(says_active(&second), "after a mistyped key the right one is refused"))
}
