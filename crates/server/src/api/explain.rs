//! What the sandbox's log says of a refused call beyond the refusal: which mistake makes exactly the
//! signature that was sent, and where a parameter stands that was not found. The signature is judged
//! by `freischalt-diagnosis`, as by `freischalt explain`.
//!
//! Sandbox only: to whoever does not hold the key, 137 must say nothing more. It costs little even
//! there: a few actions of a request, one at a time, on a thread for blocking work, with a bound for
//! the work and for the wait.

use std::{cell::Cell, time::Duration};

use axum::body::Bytes;
use freischalt_diagnosis::{Hints, Work, body_problem, explain_action, look_alikes};
use freischalt_marketplace::{ProviderId, Refusal, calls::CallProblem};
use freischalt_protocol::{
    Secret,
    envelope::{Action, Echo, EnvelopeProblem},
};
use freischalt_store::{ApiUserRecord, OrdinaryApiUser};
use tokio::sync::Semaphore;

use super::{Answer, Failure};
use crate::state::AppState;

/// How many actions of one request are explained.
const ACTIONS: usize = 3;
/// How long an answer waits for its explanation.
const WAIT: Duration = Duration::from_secs(2);
/// The largest body in which a misplaced parameter is looked for, in bytes.
const LARGEST: usize = 256 << 10;

/// One explanation at a time: whoever waits too long goes without.
static TURN: Semaphore = Semaphore::const_new(1);

/// A request while it is answered in a sandbox.
struct Sent {
    body: Bytes,
    left: Cell<usize>,
}

tokio::task_local! {
    static SENT: Sent;
}

/// Answers a request so that its refusals can be explained.
pub(super) async fn knowing<F: Future>(app: &AppState, body: Bytes, answer: F) -> F::Output {
    if !app.is_sandbox() {
        return answer.await;
    }
    SENT.scope(Sent { body, left: Cell::new(ACTIONS) }, answer).await
}

/// Who is said to have made a call.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    token: &'a str,
    key: &'a Secret,
    provider: Option<ProviderId>,
}

impl<'a> Signer<'a> {
    /// The API user of an activation, while it has a key.
    pub(super) fn of(user: &'a ApiUserRecord) -> Option<Self> {
        Some(Self {
            token: user.activation.grant()?.token.as_str(),
            key: user.activation.api_key()?,
            provider: Some(user.activation.provider),
        })
    }

    /// An API user of a customer or of a provider's own client.
    pub(super) fn ordinary(user: &'a OrdinaryApiUser) -> Self {
        Self { token: user.token.as_str(), key: &user.key, provider: user.provider }
    }
}

/// The outcome of an action, and in the sandbox with the cause of a refusal.
pub(super) async fn judged(
    app: &AppState,
    signer: Option<Signer<'_>>,
    (echo, action): (&Echo, &Action),
    outcome: Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    let Err(Failure::Refused(refusal)) = outcome else { return outcome };
    if !app.is_sandbox() {
        return Err(Failure::Refused(refusal));
    }
    let cause = match (&refusal, missing(&refusal, action)) {
        (Refusal::SignatureWrong | Refusal::SignatureWrongFloat { .. }, _) => match signer {
            Some(signer) => in_time(wrong_signature(app, signer, echo, action)).await,
            None => None,
        },
        (_, Some(name)) => in_time(misplaced(echo, name)).await,
        _ => None,
    };
    Err(match cause {
        Some(cause) => Failure::Explained(refusal, cause),
        None => Failure::Refused(refusal),
    })
}

/// Waits for an explanation, but not for long.
async fn in_time(explanation: impl Future<Output = Option<String>>) -> Option<String> {
    let left = SENT.try_with(|sent| sent.left.replace(sent.left.get().saturating_sub(1))).ok()?;
    if left == 0 {
        return None;
    }
    tokio::time::timeout(WAIT, explanation).await.ok().flatten()
}

async fn wrong_signature(
    app: &AppState,
    signer: Signer<'_>,
    echo: &Echo,
    action: &Action,
) -> Option<String> {
    let turn = TURN.acquire().await.ok()?;
    let mut others = Vec::new();
    if let Some(provider) = signer.provider {
        others.extend(app.store.provider_secret(provider).await.ok()?);
    }
    let (token, key) = (signer.token.to_owned(), signer.key.clone());
    let (echo, action, now) = (echo.clone(), action.clone(), app.clock.now());
    let work = move || {
        // The turn ends with the work, which goes on when nobody waits for it any more.
        let _turn = turn;
        let hints = Hints { others: &others, work: Work::QUICK, ..Hints::default() };
        explain_action(&token, &echo, &action, &key, &hints, Some(now)).summary()
    };
    tokio::task::spawn_blocking(work).await.ok().flatten()
}

/// The parameter that a refusal misses and that is not where it belongs.
fn missing(refusal: &Refusal, action: &Action) -> Option<&'static str> {
    let name = match refusal {
        Refusal::ClaimMissing | Refusal::Call(CallProblem::TooLate { .. }) => "extendedclaim",
        Refusal::EntryNotGiven => "parameterCacheId",
        Refusal::Parameter(problem) => problem.name,
        Refusal::Call(CallProblem::TransactionUnknown) => "transactionid",
        Refusal::Call(CallProblem::UserNotBuyer | CallProblem::UserNotInteger) => "userid",
        Refusal::Call(CallProblem::AboUnknown) => "aboid",
        Refusal::Call(CallProblem::Price) => "priceNet",
        Refusal::Call(CallProblem::Day) => "cancelationDate",
        _ => return None,
    };
    let is_there = action.parameters.get(name).is_some_and(|value| value.as_str() != Some(""));
    (!is_there).then_some(name)
}

async fn misplaced(echo: &Echo, name: &'static str) -> Option<String> {
    let body = SENT.try_with(|sent| sent.body.clone()).ok()?;
    if body.len() > LARGEST {
        return None;
    }
    let turn = TURN.acquire().await.ok()?;
    let echo = echo.clone();
    let look = move || {
        let _turn = turn;
        look_alikes(&body, &echo, name)
    };
    let found = tokio::task::spawn_blocking(look).await.ok()?;
    let places: Vec<_> = found.iter().map(ToString::to_string).collect();
    let places = places.join(" and ");
    (!found.is_empty())
        .then(|| format!("found {places}; {name} stands inside parameters, spelt so"))
}

/// What was done to a body that is no JSON.
pub(super) fn unreadable(problem: &EnvelopeProblem, body: &[u8]) -> Option<String> {
    match problem {
        EnvelopeProblem::Json(_) | EnvelopeProblem::NotAnObject(_) => {
            body_problem(body).map(|cause| format!("{} {}", cause.what, cause.mend))
        }
        _ => None,
    }
}
