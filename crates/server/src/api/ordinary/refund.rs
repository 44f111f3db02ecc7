//! `do` + `transactionRefund`, made with the provider's own client.

use freischalt_marketplace::{
    Refusal,
    calls::{self, CallProblem},
};
use freischalt_protocol::{
    actions::{TransactionRefund, result_success},
    envelope::Action,
};
use freischalt_store::OrdinaryApiUser;

use super::{Answer, Failure};
use crate::{commerce::CommerceError, state::AppState};

/// Gives a payment back that went to the provider of this client.
pub(super) async fn handle(
    app: &AppState,
    user: &OrdinaryApiUser,
    action: &Action,
) -> Result<Answer, Failure> {
    let call = TransactionRefund::parse(&action.parameters);
    let id = calls::transaction_id(call.transaction).map_err(Refusal::Call)?;
    let provider = user.provider.ok_or(Refusal::Call(CallProblem::TransactionForeign(id)))?;
    match app.refund(provider, id).await {
        Ok(()) => Ok(Answer::Performed(result_success())),
        Err(error) => Err(failure(error)),
    }
}

fn failure(error: CommerceError<CallProblem>) -> Failure {
    match error {
        CommerceError::Refused(problem) => Refusal::Call(problem).into(),
        CommerceError::NotFound => Refusal::Call(CallProblem::TransactionUnknown).into(),
        CommerceError::Store(error) => error.into(),
        CommerceError::Random(error) => Failure::Random(error),
    }
}
