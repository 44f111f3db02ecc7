//! The request that nearly all are: one `unlockProvider` and nothing else. It is looked up, checked
//! and decided in one transaction, so that it goes to the store once instead of twice. What is
//! checked, in which order and with which result, is the same as for any other request.

use std::{sync::Arc, time::Instant};

use freischalt_marketplace::{ApiToken, ParameterCacheId, Refusal, decision::find_call};
use freischalt_protocol::{
    KnownAction, UnixTime,
    actions::UnlockProvider,
    envelope::{Action, Echo, ParsedAction, Request, Response},
};
use freischalt_store::{ApiUserRecord, Decided, Facts, StoreError, Verdict};
use tracing::Span;

use super::{
    Answer, Busy, Failure, answer_ordinary, check,
    explain::{self, Signer},
    finish, refuse_inactive,
    request_log::Caller,
    store_failed, together, unlock_provider,
};
use crate::{
    state::{App, AppState},
    trace,
};

/// The one call of a request, if it is an unlock.
pub(super) fn find(app: &AppState, mut request: Request) -> Result<Unlock, Request> {
    let is_unlock = match request.actions.as_slice() {
        [ParsedAction { echo, action: Ok(_) }] => {
            matches!(find_call(echo, &app.policy), Ok(KnownAction::UnlockProvider))
        }
        _ => false,
    };
    match request.actions.pop() {
        Some(ParsedAction { echo, action: Ok(action) }) if is_unlock => {
            Ok(Unlock { token: request.token, echo, action })
        }
        last => {
            request.actions.extend(last);
            Err(request)
        }
    }
}

/// An unlock with the token it came with.
pub(super) struct Unlock {
    token: String,
    echo: Echo,
    action: Action,
}

impl Unlock {
    /// The request, for the rare answers that are made of it.
    fn request(&self) -> Request {
        let action = ParsedAction { echo: self.echo.clone(), action: Ok(self.action.clone()) };
        Request { token: self.token.clone(), actions: vec![action] }
    }
}

/// What a decision says about an API user that was found.
struct Decision {
    user: ApiUserRecord,
    outcome: Outcome,
}

enum Outcome {
    /// It is unlocked. The span ends when the caller hears of the commit.
    Unlocked(#[expect(dead_code, reason = "kept until the commit is on disk")] Span),
    /// The API user is switched off, and nothing further was looked at.
    Inactive,
    Refused(Refusal),
}

/// Answers it.
pub(super) async fn answer(app: &App, unlock: Unlock, started: Instant) -> Result<Response, Busy> {
    let token = ApiToken::from_wire(&unlock.token);
    let parameters = UnlockProvider::parse(&unlock.action.parameters);
    let entry = parameters
        .as_ref()
        .ok()
        .and_then(|parameters| ParameterCacheId::parse(&parameters.parameter_cache_id));
    let step = app.traces.call(&unlock.token);
    let unlock = Arc::new(unlock);
    let rule = {
        let (app, unlock, step, now) =
            (Arc::clone(app), Arc::clone(&unlock), step.clone(), app.clock.now());
        move |user: ApiUserRecord, facts: Facts| {
            trace::join_to(&step, user.activation.id);
            step.in_scope(|| rule(&app, &unlock, user, facts, now))
        }
    };
    let decided = app.store.decide_call(token, entry, rule).await;
    drop(step);
    let decision = match decided {
        Ok(Some(decision)) | Err(Decided::Refused(decision)) => decision,
        Ok(None) => return answer_ordinary(app, unlock.request(), started).await,
        Err(Decided::Store(StoreError::Busy)) => return Err(Busy),
        Err(Decided::Store(error)) => return Ok(store_failed(error, 1)),
    };
    let Decision { user, outcome } = *decision;
    let outcome = match outcome {
        Outcome::Unlocked(_) => Ok(Answer::Performed(UnlockProvider::success())),
        Outcome::Inactive => {
            return Ok(refuse_inactive(app, &user, unlock.request(), started));
        }
        Outcome::Refused(refusal) => {
            let call = (&unlock.echo, &unlock.action);
            let refused = Err(Failure::Refused(refusal));
            explain::judged(app, Signer::of(&user), call, refused).await
        }
    };
    together(vec![finish(app, unlock.echo.clone(), Caller::of(&user), outcome, started)])
}

fn rule(
    app: &AppState,
    unlock: &Unlock,
    user: ApiUserRecord,
    facts: Facts,
    now: UnixTime,
) -> Result<Verdict<Box<Decision>>, Box<Decision>> {
    if user.activation.api_key().is_none() {
        return Err(Box::new(Decision { user, outcome: Outcome::Inactive }));
    }
    let judged = check(app, &user, &unlock.echo, &unlock.action, now)
        .and_then(|_| unlock_provider::call(&unlock.action))
        .and_then(|call| {
            trace::part("rule").in_scope(|| unlock_provider::decide(facts, &call, now))
        });
    match judged {
        Ok(Verdict { writes, outcome: () }) => {
            let outcome = Outcome::Unlocked(trace::part("commit"));
            Ok(Verdict { writes, outcome: Box::new(Decision { user, outcome }) })
        }
        Err(refusal) => Err(Box::new(Decision { user, outcome: Outcome::Refused(refusal) })),
    }
}
