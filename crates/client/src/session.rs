//! Clients that are bound to an API user, so that neither credentials nor claim can be forgotten
//! or mixed up from call to call.

use freischalt_protocol::ApiClaim;

use crate::{Action, ActionResult, CallError, Client, Credentials, Refusal};

/// Calls for one user of a customer, made with the claim of the newest signed URL. The claim is
/// added to every call here and nowhere else.
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    credentials: Credentials,
    claim: ApiClaim,
}

impl Session {
    pub(crate) fn new(client: Client, credentials: Credentials, claim: ApiClaim) -> Self {
        Self { client, credentials, claim }
    }

    /// Performs one action of any kind with the rights of the user.
    ///
    #[doc = example!("raw_call")]
    pub async fn call(&self, action: &Action) -> Result<ActionResult, CallError> {
        self.client.call(&self.credentials, action, Some(&self.claim)).await
    }

    /// Performs several actions in one request. Results stand in the order of the actions, and one
    /// that was refused does not undo the others.
    ///
    #[doc = example!("batch")]
    pub async fn batch(
        &self,
        actions: &[Action],
    ) -> Result<Vec<Result<ActionResult, Refusal>>, CallError> {
        self.client.batch(&self.credentials, actions, Some(&self.claim)).await
    }
}

/// Calls in the provider's own client: payment links and refunds, which reach across customers.
/// The API user is an ordinary one that the provider made there.
#[derive(Clone, Debug)]
pub struct ProviderAccount {
    client: Client,
    credentials: Credentials,
}

impl ProviderAccount {
    pub(crate) fn new(client: Client, credentials: Credentials) -> Self {
        Self { client, credentials }
    }

    /// Performs one action of any kind, without a claim.
    pub async fn call(&self, action: &Action) -> Result<ActionResult, CallError> {
        self.client.call(&self.credentials, action, None).await
    }
}
