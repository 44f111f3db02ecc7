//! The call that makes a provider active in a customer's version.

use freischalt_protocol::{ApiClaim, KnownAction};

use super::confirm;
use crate::{Action, CallError, Client, Credentials};

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
    /// element `success` is `success`. A refused call leaves the activation as it was. An answer
    /// that got lost does no harm: the same values may be sent again, and they are.
    ///
    #[doc = example!("unlock_provider")]
    pub async fn unlock_provider(
        &self,
        credentials: &Credentials,
        unlock: &UnlockProvider,
    ) -> Result<(), CallError> {
        let action = Action::known(KnownAction::UnlockProvider)
            .with_parameter("parameterCacheId", unlock.parameter_cache_id.as_str())
            .with_parameter("isRegularCustomer", u8::from(unlock.is_regular_customer))
            .harmless_to_repeat();
        let result = self.call(credentials, &action, Some(&unlock.claim)).await?;
        confirm(&result, "success")
    }
}
