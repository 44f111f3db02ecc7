//! Clients that are bound to an API user, so that neither credentials nor claim can be forgotten
//! or mixed up from call to call.

use freischalt_protocol::ApiClaim;

use crate::{Action, ActionResult, CallError, Client, Credentials, Refusal};

/// Calls for one user of a customer, made with the claim of the newest signed URL. The claim is
/// added to every call here and nowhere else.
///
/// ```
/// use freischalt_client::provider::UrlCheck;
/// use freischalt_client::{Action, Verb, system_time};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let (client, secret) = (sandbox.client(), sandbox.secret());
/// # let (path_and_query, credentials) = sandbox.service().await;
/// let check = UrlCheck::new("https://provider.example", secret)?;
/// let launch = check.launch(&path_and_query, system_time())?;
/// let session = client.session(credentials, launch.claim);
/// session.call(&Action::new(Verb::Read, "user").with_parameter("data", ["Nachname"])).await?;
/// # Ok(()) });
/// ```
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
    /// ```
    /// use freischalt_client::{Action, Verb};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let session = sandbox.session().await;
    /// let action = Action::new(Verb::Read, "user")
    ///     .with_resource_id("21")
    ///     .with_parameter("data", ["Vorname", "Nachname"]);
    /// let user = &session.call(&action).await?.records[0];
    /// assert_eq!(user.elements.get("Nachname"), Some(&"Albrecht".into()));
    /// # Ok(()) });
    /// ```
    pub async fn call(&self, action: &Action) -> Result<ActionResult, CallError> {
        self.client.call(&self.credentials, action, Some(&self.claim)).await
    }

    /// Performs several actions in one request. Results stand in the order of the actions, and one
    /// that was refused does not undo the others.
    ///
    /// ```
    /// use freischalt_client::{Action, Verb};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let session = sandbox.session().await;
    /// let modules = ["estate", "address"];
    /// let count = |module| Action::new(Verb::Read, module).with_parameter("data", ["Id"]);
    /// let results = session.batch(&modules.map(count)).await?;
    /// for (module, result) in modules.into_iter().zip(results) {
    ///     match result {
    ///         Ok(result) => println!("{module}: {:?}", result.total),
    ///         Err(refusal) => println!("{module}: {refusal}"),
    ///     }
    /// }
    /// # Ok(()) });
    /// ```
    pub async fn batch(
        &self,
        actions: &[Action],
    ) -> Result<Vec<Result<ActionResult, Refusal>>, CallError> {
        self.client.batch(&self.credentials, actions, Some(&self.claim)).await
    }
}

/// Calls in the provider's own client: payment links and refunds, which reach across customers.
/// The API user is an ordinary one that the provider made there.
///
/// ```
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let client = sandbox.client();
/// # let credentials = sandbox.account_credentials().await;
/// let account = client.provider_account(credentials);
/// let unknown = account.refund("1").await.unwrap_err();
/// println!("{unknown}");
/// # Ok(()) });
/// ```
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
    ///
    /// ```
    /// use freischalt_client::{Action, Verb};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let (account, launch) = (sandbox.account().await, sandbox.launched().await.0);
    /// # let payment = sandbox.transaction(&launch, freischalt_docs_sandbox::product()).await;
    /// let action = Action::new(Verb::Do, "transactionRefund")
    ///     .with_parameter("transactionid", payment.transaction_id);
    /// let result = account.call(&action).await?;
    /// assert_eq!(result.records[0].elements.get("result"), Some(&"success".into()));
    /// # Ok(()) });
    /// ```
    pub async fn call(&self, action: &Action) -> Result<ActionResult, CallError> {
        self.client.call(&self.credentials, action, None).await
    }
}
