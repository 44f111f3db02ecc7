//! `do` + `executeMarketplaceWebhooks`, for ordinary API users of a customer.

use freischalt_marketplace::{Refusal, service::Module};
use freischalt_protocol::{
    actions::{ExecuteWebhooks, ParameterProblem, result_success},
    envelope::{Action, Echo},
};
use freischalt_store::OrdinaryApiUser;

use super::{Answer, Failure};
use crate::state::AppState;

/// Queues all webhooks of a record, whatever has changed in it: it was saved before.
pub(super) async fn handle(
    app: &AppState,
    user: &OrdinaryApiUser,
    echo: &Echo,
    action: &Action,
) -> Result<Answer, Failure> {
    let call = ExecuteWebhooks::parse(&action.parameters).map_err(Refusal::Parameter)?;
    let module = Module::parse(&call.module).ok_or_else(|| {
        Refusal::Parameter(ParameterProblem {
            name: ExecuteWebhooks::MODULE,
            found: "something else".to_owned(),
            expected: ExecuteWebhooks::MODULE_EXPECTED,
        })
    })?;
    let unknown = || Refusal::RecordUnknown(echo.resource_id.clone());
    let id: i64 = echo.resource_id.parse().map_err(|_| unknown())?;
    if app.execute_webhooks(user.customer.id, module, id).await? {
        Ok(Answer::Performed(result_success()))
    } else {
        Err(unknown().into())
    }
}
