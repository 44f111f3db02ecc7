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
    /// ```
    /// use freischalt_client::provider::UrlCheck;
    /// use freischalt_client::{Credentials, Secret, UnlockProvider, system_time};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let (client, secret) = (sandbox.client(), sandbox.secret());
    /// # let (path_and_query, pasted) = sandbox.activation().await;
    /// let check = UrlCheck::new("https://provider.example", secret)?;
    /// let launch = check.launch(&path_and_query, system_time())?;
    /// let token = launch.token.ok_or("the URL is not one of an activation")?;
    /// let unlock = UnlockProvider {
    ///     parameter_cache_id: launch.parameter_cache_id,
    ///     claim: launch.claim,
    ///     is_regular_customer: false,
    /// };
    /// let cut = Credentials::new(token.expose(), Secret::new(&pasted[..60]));
    /// let error = client.unlock_provider(&cut, &unlock).await.unwrap_err();
    /// assert!(error.to_string().contains("The key has 60 characters; it should have 64."));
    ///
    /// let credentials = Credentials::new(token.expose(), Secret::new(pasted));
    /// client.unlock_provider(&credentials, &unlock).await?;
    /// # Ok(()) });
    /// ```
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
