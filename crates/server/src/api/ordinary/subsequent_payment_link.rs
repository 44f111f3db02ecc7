//! `do` + `subsequentPaymentLink`, made with the provider's own client.

use freischalt_marketplace::{
    Refusal,
    calls::{self, CallProblem},
};
use freischalt_protocol::{
    actions::{ParameterProblem, SubsequentPaymentLink},
    envelope::Action,
};
use freischalt_store::OrdinaryApiUser;

use super::{Answer, Failure};
use crate::{commerce::CommerceError, state::AppState};

/// The longest description, in characters.
const DESCRIPTION: usize = 500;

/// Makes a link for extra costs of a payment that went to the provider of this client. No mail is
/// sent: this marketplace has no mail server, and says so in the answer.
pub(super) async fn handle(
    app: &AppState,
    user: &OrdinaryApiUser,
    action: &Action,
) -> Result<Answer, Failure> {
    let call = SubsequentPaymentLink::parse(&action.parameters).map_err(Refusal::Parameter)?;
    let id = calls::transaction_id(call.transaction).map_err(Refusal::Call)?;
    let provider = user.provider.ok_or(Refusal::Call(CallProblem::TransactionForeign(id)))?;
    let description = call.description.trim().to_owned();
    let length = description.chars().count();
    if length == 0 || length > DESCRIPTION || description.chars().any(char::is_control) {
        return Err(Refusal::Parameter(ParameterProblem {
            name: "description",
            found: format!("{length} characters"),
            expected: "a text of 1 to 500 characters without control characters",
        })
        .into());
    }
    match app.payment_link(provider, id, call.price_net, description).await {
        Ok(url) => Ok(Answer::Performed(SubsequentPaymentLink::elements(&url, false))),
        Err(CommerceError::Refused(problem)) => Err(Refusal::Call(problem).into()),
        Err(CommerceError::NotFound) => Err(Refusal::Call(CallProblem::TransactionUnknown).into()),
        Err(CommerceError::Store(error)) => Err(error.into()),
        Err(CommerceError::Random(error)) => Err(Failure::Random(error)),
    }
}
