//! Service calls, webhooks and callbacks.

use std::time::Duration;

use freischalt_protocol::ErrorCode;

use crate::{
    catalogue::Surface,
    launch::{Launch, Ticket},
    marketplace::{Call, Manner, now},
    report::Outcome,
    session::{Judged, Session, Trace},
};

const NO_CALLS: &str = "the service makes no call to the API";

async fn open(
    session: &Session,
    trace: &mut Trace,
    launch: &Launch,
) -> Result<Option<crate::http::Answer>, crate::http::NoAnswer> {
    let Some(base) = &session.target.service else { return Ok(None) };
    let url = Ticket::service(base, launch, now()).signed(session.secret());
    session.get(trace, &url).await.map(Some)
}

/// Calls with this token that are no activation.
fn calls(session: &Session, launch: &Launch) -> Vec<Call> {
    let calls = session.api.calls(&launch.token).into_iter();
    calls.filter(|call| call.resource_type != "unlockProvider").collect()
}

async fn activated(session: &Session, trace: &mut Trace) -> Result<Launch, crate::http::NoAnswer> {
    session.activate(trace, Manner::Honest).await.map(|(launch, _)| launch)
}

/// The claim of the service call, not that of the activation, goes to the API.
pub(super) async fn newest_claim(session: &Session, trace: &mut Trace) -> Judged {
    let customer = activated(session, trace).await?;
    let launch = customer.again();
    if open(session, trace, &launch).await?.is_none() {
        return Ok(Outcome::skipped("no service URL was given"));
    }
    let calls = calls(session, &customer);
    if calls.is_empty() {
        return Ok(Outcome::skipped(NO_CALLS));
    }
    let right = calls.iter().all(|call| call.claim.as_deref() == Some(launch.claim.as_str()));
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
    let used = session.api.has_claim(&stranger.claim);
    Ok(Outcome::of(!used, "the credentials of one customer were used for another"))
}

/// A user of a customer that is activated is served, although another user activated it.
pub(super) async fn other_user(session: &Session, trace: &mut Trace) -> Judged {
    let customer = activated(session, trace).await?;
    let colleague = Launch { user: "34".to_owned(), ..customer.again() };
    let Some(answer) = open(session, trace, &colleague).await? else {
        return Ok(Outcome::skipped("no service URL was given"));
    };
    let served = session.accepts(Surface::Service, &answer);
    Ok(Outcome::of(served, "only the user who activated is served"))
}

/// After activating again the new credentials are used.
pub(super) async fn reactivated(session: &Session, trace: &mut Trace) -> Judged {
    let first = activated(session, trace).await?;
    let second = Launch { customer: first.customer.clone(), ..session.launch(Manner::Honest) };
    let press = session.ready(trace, &second, &second.key).await?;
    session.press(trace, &press).await?;
    let launch = second.again();
    if open(session, trace, &launch).await?.is_none() {
        return Ok(Outcome::skipped("no service URL was given"));
    }
    let with = |one: &Launch| {
        calls(session, one).iter().any(|call| call.claim.as_deref() == Some(launch.claim.as_str()))
    };
    match (with(&first), with(&second)) {
        (true, _) => Ok(Outcome::failed("the credentials of the first activation are still used")),
        (false, true) => Ok(Outcome::Passed),
        (false, false) => Ok(Outcome::skipped(NO_CALLS)),
    }
}

/// A customer that blocked the provider: the API answers 22 from then on.
pub(super) async fn blocked(session: &Session, trace: &mut Trace) -> Judged {
    let customer = activated(session, trace).await?;
    session.api.expect(&customer.token, &customer.key, Manner::NotAuthenticated);
    let Some(answer) = open(session, trace, &customer.again()).await? else {
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
        session.api.expect(&customer.token, &customer.key, manner);
        let Some(answer) = open(session, trace, &customer.again()).await? else {
            return Ok(Outcome::skipped("no service URL was given"));
        };
        if answer.status == 500 || super::url::tells_a_trace(session, &answer.body, "").is_some() {
            return Ok(Outcome::failed("the service fails when the API does"));
        }
    }
    Ok(Outcome::Passed)
}

/// A webhook is answered at once.
pub(super) async fn quick(session: &Session, trace: &mut Trace) -> Judged {
    let Some((_, ticket)) = session.ticket(Surface::Webhook).await else {
        return Ok(Outcome::skipped("no webhook URL was given"));
    };
    let answer = session.get(trace, &ticket.signed(session.secret())).await?;
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
    let Some((_, ticket)) = session.ticket(Surface::Callback).await else {
        return Ok(Outcome::skipped("no callback URL was given"));
    };
    let answer =
        session.get(trace, &ticket.with("status", status).signed(session.secret())).await?;
    if answer.is_server_error() {
        return Ok(Outcome::failed("the callback fails with a server error"));
    }
    let like_success = session.accepts(Surface::Callback, &answer);
    let wrong = if delivers {
        "a payment that is in process is not delivered"
    } else {
        "this status is taken for a success"
    };
    Ok(Outcome::of(like_success == delivers, wrong))
}

/// Whether the secret, or the signature that would have been right, is told by another surface.
pub(super) async fn leaks(session: &Session, trace: &mut Trace, surface: Surface) -> Judged {
    let Some((_, ticket)) = session.ticket(surface).await else {
        return Ok(Outcome::skipped("no such URL was given"));
    };
    let right = ticket.signature(session.secret());
    let ask = super::craft::with_signature(&ticket, &"0".repeat(64));
    let whole = session.send(trace, &ask).await?.whole();
    let found = super::url::tells_the_signature(session, &whole, &right)
        .or_else(|| super::url::tells_the_secret(session, &whole, &right))
        .or_else(|| super::url::tells_a_trace(session, &whole, &right));
    Ok(found.map_or(Outcome::Passed, Outcome::Failed))
}
