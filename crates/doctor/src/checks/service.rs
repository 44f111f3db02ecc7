//! Service calls, webhooks and callbacks.

use std::time::Duration;

use freischalt_protocol::ErrorCode;

use crate::{
    api::Call,
    catalogue::Surface,
    first::Dying,
    frame::Framing,
    http::NoAnswer,
    launch::Launch,
    likeness,
    marketplace::Manner,
    report::Outcome,
    session::{Judged, Session, Trace, Visit, framed},
};

const NO_CALLS: &str = "the service makes no call to the API";

async fn open(
    session: &Session,
    trace: &mut Trace,
    launch: &Launch,
) -> Result<Option<Visit>, NoAnswer> {
    let Some(base) = &session.target.service else { return Ok(None) };
    let url = session.service_ticket(base, launch).signed(session.secret());
    session.visit(trace, &url).await.map(Some)
}

/// Calls with this token that are no activation.
async fn calls(session: &Session, launch: &Launch) -> Result<Vec<Call>, NoAnswer> {
    let calls = session.calls(launch).await?.into_iter();
    Ok(calls.filter(|call| call.resource_type != "unlockProvider").collect())
}

async fn activated(session: &Session, trace: &mut Trace) -> Result<Launch, NoAnswer> {
    session.activate(trace, Manner::Honest).await.map(|(launch, _)| launch)
}

/// The claim of the service call, not that of the activation, goes to the API.
pub(super) async fn newest_claim(session: &Session, trace: &mut Trace) -> Judged {
    let customer = activated(session, trace).await?;
    let launch = session.api.again(&customer).await?;
    if open(session, trace, &launch).await?.is_none() {
        return Ok(Outcome::skipped("no service URL was given"));
    }
    let calls = calls(session, &customer).await?;
    if calls.is_empty() {
        return Ok(Outcome::skipped(NO_CALLS));
    }
    let mut right = true;
    for call in &calls {
        right &= call.claim()? == Some(launch.claim.as_str());
    }
    Ok(Outcome::of(right, "a call carries no claim, or not that of this service call"))
}

/// A customer that never activated must not be served with another's credentials.
pub(super) async fn foreign_customer(session: &Session, trace: &mut Trace) -> Judged {
    activated(session, trace).await?;
    let stranger = Launch::new();
    if open(session, trace, &stranger).await?.is_none() {
        return Ok(Outcome::skipped("no service URL was given"));
    }
    // The stranger has no credentials, so a call for it was made with somebody else's.
    let used = session.api.has_claim(&stranger.claim)?;
    Ok(Outcome::of(!used, "the credentials of one customer were used for another"))
}

/// A user of a customer that is activated is served, although another user activated it.
pub(super) async fn other_user(session: &Session, trace: &mut Trace) -> Judged {
    let customer = activated(session, trace).await?;
    let colleague = session.api.again(&Launch { user: "34".to_owned(), ..customer }).await?;
    let Some(visit) = open(session, trace, &colleague).await? else {
        return Ok(Outcome::skipped("no service URL was given"));
    };
    let served = session.accepts(Surface::Service, &visit.first) && visit.last.status < 400;
    Ok(Outcome::of(served, "only the user who activated is served"))
}

/// After activating again the new credentials are used.
pub(super) async fn reactivated(session: &Session, trace: &mut Trace) -> Judged {
    let first = activated(session, trace).await?;
    let second = session.api.relaunch(&first).await?;
    let press = session.ready(trace, &second, &second.key).await?;
    session.press(trace, &press).await?;
    let launch = session.api.again(&second).await?;
    let before = calls(session, &second).await?.len();
    let Some(visit) = open(session, trace, &launch).await? else {
        return Ok(Outcome::skipped("no service URL was given"));
    };
    if !session.accepts(Surface::Service, &visit.first) {
        return Ok(Outcome::failed("the customer is not served after activating again"));
    }
    let all = calls(session, &second).await?;
    if before == all.len() && calls(session, &first).await?.is_empty() {
        return Ok(Outcome::skipped(NO_CALLS));
    }
    // The first credentials are dead in a sandbox, so a call that succeeds was made with the second.
    let second_used = all.iter().any(|call| match call.wire {
        Some(_) => call.claim.as_deref() == Some(launch.claim.as_str()),
        None => !call.refused,
    });
    Ok(Outcome::of(second_used, "the credentials of the first activation are still used"))
}

/// A customer that blocked the provider: the API answers 22 from then on.
pub(super) async fn blocked(session: &Session, trace: &mut Trace) -> Judged {
    let customer = activated(session, trace).await?;
    let launch = session.api.again(&customer).await?;
    session.api.block(&customer).await?;
    let Some(Visit { last: answer, .. }) = open(session, trace, &launch).await? else {
        return Ok(Outcome::skipped("no service URL was given"));
    };
    let crashed =
        answer.status == 500 || super::url::tells_a_trace(session, &answer.body, "").is_some();
    Ok(Outcome::of(!crashed, "the service fails when the customer has blocked the provider"))
}

/// An API that fails during a service call.
pub(super) async fn api_fails(session: &Session, trace: &mut Trace) -> Judged {
    let customer = activated(session, trace).await?;
    for manner in
        [Manner::Html, Manner::HalfJson, Manner::Empty, Manner::Refuse(ErrorCode::CLAIM_OUTDATED)]
    {
        session.api.misbehave(&customer, manner)?;
        let launch = session.api.again(&customer).await?;
        let Some(Visit { last: answer, .. }) = open(session, trace, &launch).await? else {
            return Ok(Outcome::skipped("no service URL was given"));
        };
        if answer.status == 500 || super::url::tells_a_trace(session, &answer.body, "").is_some() {
            return Ok(Outcome::failed("the service fails when the API does"));
        }
    }
    Ok(Outcome::Passed)
}

/// Whether the pages of a service need cookies that browsers drop in a frame of another site.
pub(super) fn cookies_live(session: &Session) -> Outcome {
    if session.likeness(Surface::Service).is_none() {
        return Outcome::skipped("no service URL was given");
    }
    let Dying(cookies) = &session.dying_in_service;
    Outcome::of_seen(cookies.is_empty(), || {
        format!(
            "its page opens only with cookies that browsers drop in a frame of another site: {}",
            session.dying_in_service.seen()
        )
    })
}

/// Whether the marketplace's window shows it.
pub(super) async fn shown(session: &Session, trace: &mut Trace) -> Judged {
    let Some((_, ticket)) = session.ticket(Surface::Service).await? else {
        return Ok(Outcome::skipped("no service URL was given"));
    };
    let visit = session.visit(trace, &ticket.signed(session.secret())).await?;
    let framing = Framing::of(&visit.last, &visit.at);
    let blank = super::page::frame_options(session, &framing, &visit.last);
    Ok(match blank {
        Outcome::Passed => super::page::shown(session, &framing, &visit.last),
        blank => blank,
    })
}

/// A webhook is answered at once.
pub(super) async fn quick(session: &Session, trace: &mut Trace) -> Judged {
    let Some((_, ticket)) = session.ticket(Surface::Webhook).await? else {
        return Ok(Outcome::skipped("no webhook URL was given"));
    };
    // A server calls it, which follows no redirect.
    let answer = session.send(trace, &framed(&ticket.signed(session.secret()))).await?;
    let quick = answer.took < Duration::from_secs(5) && (200..300).contains(&answer.status);
    Ok(Outcome::of(quick, "a webhook has to be answered with 2xx at once, the work comes later"))
}

/// What a callback of this status is answered with, beside that of a success.
pub(super) async fn status(
    session: &Session,
    trace: &mut Trace,
    status: &str,
    delivers: bool,
) -> Judged {
    let Some((_, ticket)) = session.ticket(Surface::Callback).await? else {
        return Ok(Outcome::skipped("no callback URL was given"));
    };
    let answer =
        session.get(trace, &ticket.with("status", status).signed(session.secret())).await?;
    if answer.is_server_error() {
        return Ok(Outcome::failed("the callback fails with a server error"));
    }
    let mut like_success = session.accepts(Surface::Callback, &answer);
    if like_success && !delivers {
        // Where a redirect tells the page what happened, it is not what a success is told by.
        let Some((_, paid)) = session.ticket(Surface::Callback).await? else {
            return Ok(Outcome::skipped("no callback URL was given"));
        };
        let paid = session.get(trace, &paid.signed(session.secret())).await?;
        like_success = !likeness::lead_apart(&paid, &answer);
    }
    let wrong = if delivers {
        "a payment that is in process is not delivered"
    } else {
        "this status is taken for a success"
    };
    Ok(Outcome::of(like_success == delivers, wrong))
}

/// Whether the secret, or the signature that would have been right, is told by another surface.
pub(super) async fn leaks(session: &Session, trace: &mut Trace, surface: Surface) -> Judged {
    let Some((_, ticket)) = session.ticket(surface).await? else {
        return Ok(Outcome::skipped("no such URL was given"));
    };
    let right = ticket.signature(session.secret());
    let ask = super::craft::with_signature(&ticket, &"0".repeat(64));
    let whole = session.browse(trace, &ask).await?.whole();
    let found = super::url::tells_the_signature(session, &whole, &right)
        .or_else(|| super::url::tells_the_secret(session, &whole, &right))
        .or_else(|| super::url::tells_a_trace(session, &whole, &right));
    Ok(found.map_or(Outcome::Passed, Outcome::Failed))
}
