//! `do` + `marketplaceCancelAbo`.

use freischalt_marketplace::{
    IssuedClaim, Refusal,
    calls::{self, CallProblem, Caller},
    deal::Cancelled,
};
use freischalt_protocol::{
    actions::{CancelAbo, result_success},
    envelope::Action,
};
use freischalt_store::{ApiUserRecord, DealRef, DealScope, DealVerdict};

use super::{Answer, Failure, read::acting_user};
use crate::state::AppState;

/// Ends a subscription of the API user's own customer with its own provider.
pub(super) async fn handle(
    app: &AppState,
    api_user: &ApiUserRecord,
    claim: Option<&IssuedClaim>,
    action: &Action,
) -> Result<Answer, Failure> {
    let acting = acting_user(app, api_user, claim).await?;
    let call = CancelAbo::parse(&action.parameters).map_err(Refusal::Parameter)?;
    let id = calls::subscription_id(call.abo).map_err(Refusal::Call)?;
    let (now, run) = (app.clock.now(), &api_user.activation);
    let user = claim.map(|claim| claim.user);
    let caller = Caller { customer: run.customer, provider: run.provider, user };
    let scope = DealScope { deal: DealRef::Subscription(id), user: Some(acting.id) };
    let cancelled = app.store.decide_deal(scope, now, move |facts| {
        let day = &call.cancelation_date;
        let change = match calls::cancel_abo(caller, Some(facts.deal), day, now)? {
            Cancelled::Now(change) => Some(*change),
            Cancelled::Before => None,
        };
        Ok::<_, Refusal>(DealVerdict { change, outcome: () })
    });
    cancelled.await?.ok_or(Refusal::Call(CallProblem::AboUnknown))?;
    Ok(Answer::Performed(result_success()))
}
