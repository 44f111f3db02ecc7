//! `do` + `unlockProvider`.

use freischalt_marketplace::{
    ParameterCacheId, Refusal,
    activation::{UnlockCall, UnlockFacts, Unlocked, unlock},
};
use freischalt_protocol::{actions::UnlockProvider, envelope::Action, php};
use freischalt_store::{ApiUserRecord, Decided, Facts, Scope, Target, Verdict};

use super::Failure;
use crate::state::AppState;

/// Unlocks the provider of the API user's own run, whatever the parameters say.
pub(super) async fn handle(
    app: &AppState,
    user: &ApiUserRecord,
    action: &Action,
) -> Result<php::Array, Failure> {
    let call = call(action)?;
    let scope = Scope {
        customer: user.activation.customer,
        target: Target::Run(user.activation.id),
        user: None,
        entry: ParameterCacheId::parse(&call.parameter_cache_id),
    };
    let now = app.clock.now();
    app.decide(scope, move |facts| decide(facts, &call, now)).await.map_err(
        |decided| match decided {
            Decided::Refused(refusal) => Failure::Refused(refusal),
            Decided::Store(error) => Failure::Store(error),
        },
    )?;
    Ok(UnlockProvider::success())
}

/// The call that an action is, as far as the rules need it.
pub(super) fn call(action: &Action) -> Result<UnlockCall, Refusal> {
    let UnlockProvider { parameter_cache_id, is_regular_customer } =
        UnlockProvider::parse(&action.parameters).map_err(Refusal::Parameter)?;
    Ok(UnlockCall { parameter_cache_id, is_regular_customer })
}

/// Lets the rules decide.
pub(super) fn decide(
    facts: Facts,
    call: &UnlockCall,
    now: freischalt_protocol::UnixTime,
) -> Result<Verdict<()>, Refusal> {
    let facts = UnlockFacts {
        activation: facts.activation.ok_or(Refusal::ApiUserInactive)?,
        customer_active: facts.customer_active,
        user: facts.user,
        entry_of_a_service_call: facts.entry_of_a_service_call,
    };
    let writes = match unlock(facts, call, now)? {
        Unlocked::Now(transition) => vec![*transition],
        Unlocked::Before => Vec::new(),
    };
    Ok(Verdict { writes, outcome: () })
}
