//! Calls of ordinary API users: those of a customer, and those of a provider's own client. They
//! are no marketplace API users, so they carry no claim and have rights of their own.

mod execute_webhooks;
mod refund;
mod subsequent_payment_link;

use std::time::Instant;

use freischalt_marketplace::{
    Refusal,
    decision::{PermittedToOthers, authenticate, find_call, permit_ordinary},
};
use freischalt_protocol::envelope::{Action, Echo, ParsedAction, Request, Response};
use freischalt_store::OrdinaryApiUser;
use futures_util::future::join_all;

use super::{
    Answer, Busy, Done, Failure,
    explain::{self, Signer},
    finish,
    request_log::Caller,
    together,
};
use crate::state::AppState;

/// Answers a request of an ordinary API user.
pub(super) async fn answer(
    app: &AppState,
    user: &OrdinaryApiUser,
    request: Request,
) -> Result<Response, Busy> {
    let results = request.actions.into_iter().map(|action| run(app, user, action));
    together(join_all(results).await)
}

async fn run(app: &AppState, user: &OrdinaryApiUser, parsed: ParsedAction) -> Done {
    let started = Instant::now();
    let ParsedAction { echo, action } = parsed;
    let outcome = match action {
        Ok(action) => {
            let outcome = dispatch(app, user, &echo, &action).await;
            explain::judged(app, Some(Signer::ordinary(user)), (&echo, &action), outcome).await
        }
        Err(problem) => Err(Failure::Refused(problem.into())),
    };
    let caller = Caller { customer: &user.customer.name, provider: &user.name };
    finish(app, echo, caller, outcome, started)
}

async fn dispatch(
    app: &AppState,
    user: &OrdinaryApiUser,
    echo: &Echo,
    action: &Action,
) -> Result<Answer, Failure> {
    let (now, policy) = (app.clock.now(), &app.policy);
    authenticate(echo, action, &user.token, &user.key, now, policy)?;
    if !user.customer.active {
        return Err(Refusal::CustomerInactive.into());
    }
    match permit_ordinary(find_call(echo, policy)?)? {
        PermittedToOthers::SubsequentPaymentLink => {
            subsequent_payment_link::handle(app, user, action).await
        }
        PermittedToOthers::TransactionRefund => refund::handle(app, user, action).await,
        PermittedToOthers::ExecuteWebhooks => {
            execute_webhooks::handle(app, user, echo, action).await
        }
    }
}
