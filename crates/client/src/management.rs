//! Calls to the management API of a marketplace server: register providers and customers, start
//! and block activations, place and pay orders, look after deliveries, set the clock of a sandbox,
//! read the request log.
//!
//! This is a tool's side of the server, not a provider's: nothing here signs anything, and
//! nothing here may be needed to make a call of the marketplace protocol.
//!
//! Connections are direct, whatever proxy the environment names: the API listens on the loopback
//! interface unless it was told otherwise, and a proxy would not reach it there.

mod commerce;
mod error;
mod methods;
mod received;
mod sent;

use std::time::Duration;

use freischalt_protocol::Secret;
use reqwest::{Method, Url, redirect::Policy};
use serde::{Serialize, de::DeserializeOwned};

pub use commerce::{
    Balance, Delivery, DeliveryAttempt, Launched, NewLaunch, NewOrder, Order, OrderSubscription,
    OrderTransaction, Payment, PaymentLink, Record, Replayed, Right, Subscription, Transaction,
};
pub use error::{ManagementError, Problem};
pub use methods::{NewPaymentMethod, PaymentMethod};
pub use received::{
    Activation, ApiUser, CalledService, Clock, Customer, Event, Provider, Replaced, Request,
    Service, SignInTicket, Started, User,
};
pub use sent::{
    ClockChange, ClockSetting, NewActivation, NewCustomer, NewGroup, NewProvider, NewService,
    NewUser, ProviderChange, ServiceCall,
};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection to one management API.
///
/// ```
/// use freischalt_client::management::{Management, NewActivation};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let address = sandbox.management();
/// let management = Management::new(address)?;
/// let new = NewActivation {
///     provider: "demo".to_owned(),
///     customer: "musterimmo".to_owned(),
///     user: None,
///     all_users: None,
/// };
/// let started = management.start_activation(&new).await?.value;
/// assert_eq!(started.state, "pending");
/// let ticket = management.sign_in_ticket("musterimmo", 21).await?.value;
/// assert!(ticket.action.ends_with("/session"));
/// # Ok(()) });
/// ```
#[derive(Clone, Debug)]
pub struct Management {
    http: reqwest::Client,
    base: Url,
    token: Option<Secret>,
}

/// An answer: the text as it came and what was read from it.
///
/// A server may say more than this version knows, so whoever passes an answer on passes on the
/// text.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The JSON text of the body, byte for byte.
    pub text: String,
    /// The part of it that this version understands.
    pub value: T,
}

impl Management {
    /// Prepares calls to the API at `base`, for example `http://127.0.0.1:8081`. Nothing is sent.
    ///
    /// # Errors
    /// [`ManagementError::Address`] if `base` is not an absolute `http` or `https` URL, and
    /// [`ManagementError::Setup`] if the TLS library cannot be set up.
    pub fn new(base: &str) -> Result<Self, ManagementError> {
        let base = parse_base(base)?;
        // The HTTP library takes its cryptography from a setting of the process. An error means
        // that somebody chose one already, and theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .build()
            .map_err(ManagementError::Setup)?;
        Ok(Self { http, base, token: None })
    }

    /// The same connection, sending `token` as bearer token with every call.
    #[must_use]
    pub fn with_token(mut self, token: Secret) -> Self {
        self.token = Some(token);
        self
    }

    /// Registers a provider. The answer is the only one that holds its secret.
    ///
    /// # Errors
    /// See [`ManagementError`]; a slug in use or an unusable URL is `Refused`.
    pub async fn add_provider(
        &self,
        new: &NewProvider,
    ) -> Result<Answer<Provider>, ManagementError> {
        self.send(Method::POST, self.url(&["providers"]), new).await
    }

    /// All providers, without their secrets.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn providers(&self) -> Result<Answer<Vec<Provider>>, ManagementError> {
        self.get(self.url(&["providers"])).await
    }

    /// One provider, without its secret.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown slug is `Refused`.
    pub async fn provider(&self, slug: &str) -> Result<Answer<Provider>, ManagementError> {
        self.get(self.url(&["providers", slug])).await
    }

    /// Changes how a provider sells.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown slug is `Refused`.
    pub async fn change_provider(
        &self,
        slug: &str,
        change: &ProviderChange,
    ) -> Result<Answer<Provider>, ManagementError> {
        self.send(Method::PATCH, self.url(&["providers", slug]), change).await
    }

    /// Registers a customer with its groups and users.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn add_customer(
        &self,
        new: &NewCustomer,
    ) -> Result<Answer<Customer>, ManagementError> {
        self.send(Method::POST, self.url(&["customers"]), new).await
    }

    /// All customers.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn customers(&self) -> Result<Answer<Vec<Customer>>, ManagementError> {
        self.get(self.url(&["customers"])).await
    }

    /// One customer.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown slug is `Refused`.
    pub async fn customer(&self, slug: &str) -> Result<Answer<Customer>, ManagementError> {
        self.get(self.url(&["customers", slug])).await
    }

    /// Makes an ordinary API user of a customer. That of a provider's own client makes refunds and
    /// payment links. The answer is the only one that holds its key.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown slug is `Refused`.
    pub async fn add_api_user(
        &self,
        customer: &str,
        name: &str,
    ) -> Result<Answer<ApiUser>, ManagementError> {
        let body = serde_json::json!({ "name": name });
        self.send(Method::POST, self.url(&["customers", customer, "api-users"]), &body).await
    }

    /// Makes a ticket that signs a user in to the web UI, within a minute and once.
    ///
    /// # Errors
    /// See [`ManagementError`]; a user who is not active is `Refused`.
    pub async fn sign_in_ticket(
        &self,
        customer: &str,
        user: i64,
    ) -> Result<Answer<SignInTicket>, ManagementError> {
        let body = serde_json::json!({ "customer": customer, "user": user });
        self.send(Method::POST, self.url(&["sign-in-tickets"]), &body).await
    }

    /// Brings an activation to the point where the API key is shown, ending an earlier one of the
    /// same provider and customer.
    ///
    /// # Errors
    /// See [`ManagementError`]; a user without the right to activate is `Refused`.
    pub async fn start_activation(
        &self,
        new: &NewActivation,
    ) -> Result<Answer<Started>, ManagementError> {
        self.send(Method::POST, self.url(&["activations"]), new).await
    }

    /// Activations, of one provider and of one customer if they are named.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn activations(
        &self,
        provider: Option<&str>,
        customer: Option<&str>,
    ) -> Result<Answer<Vec<Activation>>, ManagementError> {
        let mut url = self.url(&["activations"]);
        for (name, value) in [("provider", provider), ("customer", customer)] {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        self.get(url).await
    }

    /// One activation with its history.
    ///
    /// # Errors
    /// See [`ManagementError`]; an unknown id is `Refused`.
    pub async fn activation(&self, id: &str) -> Result<Answer<Activation>, ManagementError> {
        self.get(self.url(&["activations", id])).await
    }

    /// Blocks an activation: its token and key die at once.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn block_activation(&self, id: &str) -> Result<Answer<Activation>, ManagementError> {
        let url = self.url(&["activations", id, "block"]);
        self.call(self.http.request(Method::POST, url)).await
    }

    /// Calls a service of an active provider: a signed URL with a fresh claim.
    ///
    /// # Errors
    /// See [`ManagementError`]; an activation that is not active is `Refused`.
    pub async fn call_service(
        &self,
        id: &str,
        call: &ServiceCall,
    ) -> Result<Answer<CalledService>, ManagementError> {
        self.send(Method::POST, self.url(&["activations", id, "service-calls"]), call).await
    }

    /// The server's clock.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn clock(&self) -> Result<Answer<Clock>, ManagementError> {
        self.get(self.url(&["clock"])).await
    }

    /// Sets the server's clock, which only a sandbox allows.
    ///
    /// # Errors
    /// See [`ManagementError`]; a production server answers `Refused`.
    pub async fn set_clock(
        &self,
        setting: &ClockSetting,
    ) -> Result<Answer<Clock>, ManagementError> {
        self.send(Method::PUT, self.url(&["clock"]), setting).await
    }

    /// The request log, in the server's order.
    ///
    /// # Errors
    /// See [`ManagementError`].
    pub async fn requests(&self) -> Result<Answer<Vec<Request>>, ManagementError> {
        self.get(self.url(&["requests"])).await
    }

    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        // An `http` URL always has a path; the error is for URLs such as `mailto:`.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(segments);
        }
        url
    }

    async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<Answer<T>, ManagementError> {
        self.call(self.http.request(Method::GET, url)).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        body: &impl Serialize,
    ) -> Result<Answer<T>, ManagementError> {
        let body = serde_json::to_vec(body).map_err(ManagementError::Encode)?;
        let request = self.http.request(method, url).header("content-type", "application/json");
        self.call(request.body(body)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        mut request: reqwest::RequestBuilder,
    ) -> Result<Answer<T>, ManagementError> {
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose());
        }
        let response = request.send().await.map_err(|cause| self.lost(cause))?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(|cause| self.lost(cause))?;
        if !(200..300).contains(&status) {
            return Err(self.refusal(status, &text));
        }
        match serde_json::from_str(&text) {
            Ok(value) => Ok(Answer { text, value }),
            Err(cause) => Err(ManagementError::Answer { address: self.address(), cause }),
        }
    }

    fn lost(&self, cause: reqwest::Error) -> ManagementError {
        ManagementError::Unreachable { address: self.address(), cause: cause.without_url() }
    }

    fn refusal(&self, status: u16, text: &str) -> ManagementError {
        let address = self.address();
        if status == 401 {
            return ManagementError::Unauthorised { address, token_sent: self.token.is_some() };
        }
        match serde_json::from_str::<Problem>(text) {
            Ok(problem) if status < 500 => ManagementError::Refused { status, problem },
            Ok(problem) => ManagementError::Server { status, problem },
            Err(_) => ManagementError::NotTheApi { address, status },
        }
    }

    fn address(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }
}

fn parse_base(given: &str) -> Result<Url, ManagementError> {
    let wrong = |why| ManagementError::Address { given: given.to_owned(), why };
    let mut base = Url::parse(given).map_err(|_| wrong("it is not an absolute URL"))?;
    if !matches!(base.scheme(), "http" | "https") {
        return Err(wrong("its scheme is neither http nor https"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(ManagementError::CredentialsInAddress);
    }
    base.set_query(None);
    base.set_fragment(None);
    Ok(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_paths_are_encoded() {
        let management = Management::new("http://127.0.0.1:8081/behind/").unwrap();
        let url = management.url(&["activations", "a/b?c", "block"]);
        assert_eq!(url.as_str(), "http://127.0.0.1:8081/behind/v1/activations/a%2Fb%3Fc/block");
    }

    #[test]
    fn a_base_that_cannot_be_called_is_refused() {
        for wrong in ["127.0.0.1:8081", "localhost:8081", "ftp://h", "http://", ""] {
            let error = Management::new(wrong).unwrap_err();
            assert!(matches!(error, ManagementError::Address { .. }), "{wrong}: {error}");
        }
    }

    #[test]
    fn credentials_in_the_address_are_refused_and_not_repeated() {
        let error = Management::new("http://me:hunter2@127.0.0.1:8081").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn the_token_is_not_in_the_debug_text() {
        let management = Management::new("http://127.0.0.1:8081").unwrap();
        let text = format!("{:?}", management.with_token(Secret::new("hunter2")));
        assert!(!text.contains("hunter2"), "{text}");
    }
}
