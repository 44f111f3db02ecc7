//! Putting a call together: sign, send, read, and try again where that is safe.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use freischalt_protocol::{ApiClaim, Secret, UnixTime};
use url::Url;

use crate::hint::{Evidence, hint};
use crate::transport::{HttpTransport, HttpTransportError};
use crate::{
    Action, ActionResult, CallError, Credentials, HttpRequest, HttpResponse, ProviderAccount,
    Refusal, Repeat, RetryPolicy, Session, Transport, answer, request, retry::is_worth_it,
};

type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

/// A client of one API address, for any number of API users. Cheap to clone.
///
/// ```
/// use freischalt_client::{Action, Client, Verb};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let api = sandbox.api();
/// # let (launch, credentials) = sandbox.launched().await;
/// let client = Client::new(api)?;
/// let session = client.session(credentials, launch.claim);
/// let action = Action::new(Verb::Read, "user").with_parameter("data", ["Vorname", "Nachname"]);
/// let users = session.call(&action).await?;
/// assert!(!users.records.is_empty());
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Client {
    url: String,
    transport: Arc<dyn Transport>,
    clock: Clock,
    retry: RetryPolicy,
    provider_secret: Option<Secret>,
}

impl Client {
    /// A client of the API at `url` with the defaults of [`ClientBuilder`].
    pub fn new(url: &str) -> Result<Self, BuildError> {
        Self::builder(url).build()
    }

    /// Starts a client of the API at `url`, such as
    /// `https://api.onoffice.de/api/stable/api.php`.
    /// See [`ClientBuilder`] for what can be set.
    pub fn builder(url: &str) -> ClientBuilder {
        ClientBuilder {
            url: url.to_owned(),
            transport: None,
            clock: Arc::new(system_time),
            retry: RetryPolicy::default(),
            timeout: Duration::from_secs(30),
            user_agent: concat!("freischalt/", env!("CARGO_PKG_VERSION")).to_owned(),
            provider_secret: None,
        }
    }

    /// Calls for one user of a customer: the claim of the newest signed URL goes into each of them.
    pub fn session(&self, credentials: Credentials, claim: ApiClaim) -> Session {
        Session::new(self.clone(), credentials, claim)
    }

    /// Calls in the provider's own client, with the API user that the provider made there. They
    /// take no claim.
    ///
    /// ```
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let client = sandbox.client();
    /// # let credentials = sandbox.account_credentials().await;
    /// # let of = sandbox.launched().await.0;
    /// # let transaction = sandbox.transaction(&of, freischalt_docs_sandbox::product()).await;
    /// let account = client.provider_account(credentials);
    /// account.refund(&transaction.transaction_id).await?;
    /// # Ok(()) });
    /// ```
    pub fn provider_account(&self, credentials: Credentials) -> ProviderAccount {
        ProviderAccount::new(self.clone(), credentials)
    }

    /// Performs one action. The claim, if there is one, is added to its parameters.
    ///
    /// ```
    /// use freischalt_client::{Action, Verb};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let client = sandbox.client();
    /// # let (launch, credentials) = sandbox.launched().await;
    /// let action = Action::new(Verb::Read, "estate").with_parameter("data", ["Id"]);
    /// let result = client.call(&credentials, &action, Some(&launch.claim)).await?;
    /// assert!(result.total > Some(0));
    /// # Ok(()) });
    /// ```
    pub async fn call(
        &self,
        credentials: &Credentials,
        action: &Action,
        claim: Option<&ApiClaim>,
    ) -> Result<ActionResult, CallError> {
        let results = self.batch(credentials, std::slice::from_ref(action), claim).await?;
        let received = results.len();
        let result = results.into_iter().next();
        Ok(result.ok_or(CallError::ResultCount { sent: 1, received })??)
    }

    /// Performs several actions in one request. The results stand in the order of the actions;
    /// one that was refused does not undo the others. The outer error concerns all of them.
    ///
    /// ```
    /// use freischalt_client::{Action, Verb};
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let client = sandbox.client();
    /// # let (launch, credentials) = sandbox.launched().await;
    /// let read = |kind| Action::new(Verb::Read, kind).with_parameter("data", ["Id"]);
    /// let actions = [read("estate"), read("no-such-thing")];
    /// let results = client.batch(&credentials, &actions, Some(&launch.claim)).await?;
    /// assert!(results[0].is_ok() && results[1].is_err());
    /// # Ok(()) });
    /// ```
    pub async fn batch(
        &self,
        credentials: &Credentials,
        actions: &[Action],
        claim: Option<&ApiClaim>,
    ) -> Result<Vec<Result<ActionResult, Refusal>>, CallError> {
        // One of them decides for all, because they travel together.
        let is_harmful = |action: &Action| action.repeat == Repeat::Harmful;
        let repeat =
            if actions.iter().any(is_harmful) { Repeat::Harmful } else { Repeat::Harmless };
        let mut pauses = self.retry.pauses();
        let (response, now) = loop {
            // Signed anew each time: a pause may outlast the window of the old timestamp.
            let now = (self.clock)();
            let body = request::signed_body(credentials, actions, claim, now);
            let sending = self.transport.send(HttpRequest { url: self.url.clone(), body });
            let outcome = sending.await;
            let pause = if is_worth_it(&outcome, repeat) { pauses.next() } else { None };
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => break (outcome?, now),
            }
        };
        let provider_secret = self.provider_secret.as_ref();
        let date = response.date.as_deref();
        let evidence = Evidence { credentials, provider_secret, now, date };
        read(&response, actions, &evidence)
    }
}

fn read(
    response: &HttpResponse,
    actions: &[Action],
    evidence: &Evidence<'_>,
) -> Result<Vec<Result<ActionResult, Refusal>>, CallError> {
    let advise = |refusal: Refusal| Refusal { hint: hint(refusal.code, evidence), ..refusal };
    match answer::parse(response, actions) {
        Ok(results) => Ok(results.into_iter().map(|result| result.map_err(advise)).collect()),
        Err(CallError::Refused(refusal)) => Err(CallError::Refused(advise(refusal))),
        Err(error) => Err(error),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Settings of a [`Client`].
///
/// ```
/// use std::time::Duration;
///
/// use freischalt_client::{Action, Client, RetryPolicy, Verb, system_time};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let (api, provider_secret) = (sandbox.api(), sandbox.secret());
/// # let (launch, credentials) = sandbox.launched().await;
/// let client = Client::builder(api)
///     .timeout(Duration::from_secs(20))
///     .user_agent("grundrisswerk/3.1")
///     .retry(RetryPolicy { attempts: 5, ..RetryPolicy::default() })
///     .provider_secret(provider_secret)
///     .clock(system_time)
///     .build()?;
/// # let session = client.session(credentials, launch.claim);
/// # session.call(&Action::new(Verb::Read, "user").with_parameter("data", ["Nachname"])).await?;
/// # Ok(()) });
/// ```
#[must_use]
pub struct ClientBuilder {
    url: String,
    transport: Option<Arc<dyn Transport>>,
    clock: Clock,
    retry: RetryPolicy,
    timeout: Duration,
    user_agent: String,
    provider_secret: Option<Secret>,
}

impl ClientBuilder {
    /// Time for one whole exchange; 30 s by default. For the default transport.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The `User-Agent` header; `freischalt/VERSION` by default. For the default transport.
    pub fn user_agent(self, user_agent: impl Into<String>) -> Self {
        Self { user_agent: user_agent.into(), ..self }
    }

    /// When a call is sent again; see [`RetryPolicy::default`].
    pub fn retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// The clock that timestamps are taken from; the system's by default.
    pub fn clock(self, clock: impl Fn() -> UnixTime + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Sends through `transport` instead of [`HttpTransport`].
    ///
    /// ```
    /// use freischalt_client::Client;
    /// use freischalt_client::transport::StubTransport;
    ///
    /// let stub = StubTransport::default();
    /// let client = Client::builder("https://api.example/api.php").transport(stub).build();
    /// assert!(client.is_ok());
    /// ```
    pub fn transport(self, transport: impl Transport) -> Self {
        Self { transport: Some(Arc::new(transport)), ..self }
    }

    /// Tells the client the provider secret, so that it can say when somebody used that as API
    /// key. It is never sent.
    pub fn provider_secret(self, secret: Secret) -> Self {
        Self { provider_secret: Some(secret), ..self }
    }

    /// Makes the client. Nothing is sent.
    pub fn build(self) -> Result<Client, BuildError> {
        let url = http_url(&self.url)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(HttpTransport::new(&url, self.timeout, &self.user_agent)?),
        };
        Ok(Client {
            url: url.into(),
            transport,
            clock: self.clock,
            retry: self.retry,
            provider_secret: self.provider_secret,
        })
    }
}

/// Why a client could not be made.
///
/// ```
/// use freischalt_client::{BuildError, Client};
///
/// let error = Client::new("api.onoffice.de").unwrap_err();
/// assert!(matches!(error, BuildError::NotAUrl { .. }));
/// assert!(error.to_string().contains("https://api.onoffice.de/api/stable/api.php"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The address is not a URL.
    #[error("the API address {url:?} is not a URL; it looks like {EXAMPLE}")]
    NotAUrl {
        /// The address as it was given.
        url: String,
        /// What is wrong with it.
        source: url::ParseError,
    },
    /// The address is a URL that no request can go to.
    #[error("the API address {url:?} is not an http or https address; it looks like {EXAMPLE}")]
    NotHttp {
        /// The address as it was given.
        url: String,
    },
    /// The default transport could not be made.
    #[error(transparent)]
    Transport(#[from] HttpTransportError),
}

const EXAMPLE: &str = "https://api.onoffice.de/api/stable/api.php";

/// An address that a request can go to.
pub(crate) fn http_url(text: &str) -> Result<Url, BuildError> {
    let url =
        Url::parse(text).map_err(|source| BuildError::NotAUrl { url: text.to_owned(), source })?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(BuildError::NotHttp { url: text.to_owned() }),
    }
}

/// The time of this machine's clock, which clients use unless they are given another one.
///
/// ```
/// let now = freischalt_client::system_time();
/// assert!(now.since(freischalt_client::UnixTime(1_700_000_000)) > 0);
/// ```
pub fn system_time() -> UnixTime {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
}
