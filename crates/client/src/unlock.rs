//! The call that makes a provider active in a customer's version.

use freischalt_protocol::ApiClaim;
use serde_json::Value;

use crate::{Action, ActionResult, CallError, Client, Credentials, Verb};

/// What `do`/`unlockProvider` takes; all of it from one activation URL
/// (apidoc.onoffice.de, "Unlock provider").
#[derive(Clone, Debug)]
pub struct UnlockProvider {
    /// `parameterCacheId` of the activation URL.
    pub parameter_cache_id: String,
    /// `apiClaim` of the activation URL. It serves this one call.
    pub claim: ApiClaim,
    /// Whether the customer was one before and may settle payments outside the marketplace.
    pub is_regular_customer: bool,
}

impl Client {
    /// Makes the provider active, with the token of the activation URL and the key that the
    /// administrator pasted. It is the only call allowed during an activation.
    ///
    /// `Ok` means that the API confirmed it: no error at the top nor in the result, and the
    /// element `success` is `success`. A refused call leaves the activation as it was.
    pub async fn unlock_provider(
        &self,
        credentials: &Credentials,
        unlock: &UnlockProvider,
    ) -> Result<(), CallError> {
        let action = Action::new(Verb::Do, "unlockProvider")
            .with_parameter("parameterCacheId", unlock.parameter_cache_id.as_str())
            .with_parameter("isRegularCustomer", u8::from(unlock.is_regular_customer));
        let result = self.call(credentials, &action, Some(&unlock.claim)).await?;
        if confirms(&result) { Ok(()) } else { Err(CallError::NotConfirmed) }
    }
}

fn confirms(result: &ActionResult) -> bool {
    let answer = result.records.first().and_then(|record| record.elements.get("success"));
    answer.and_then(Value::as_str) == Some("success")
}
