//! How a request gets to the API and its answer back. Users can put their own transport here:
//! a stub in tests, or another HTTP client.

#[cfg(feature = "forward")]
mod forward;
mod http;
mod stub;

use std::error::Error;
use std::fmt;
use std::pin::Pin;

#[cfg(feature = "forward")]
pub use forward::{Body, Forwarded, Forwarder};
pub use http::{HttpTransport, HttpTransportError};
pub use stub::StubTransport;

/// What [`Transport::send`] returns.
pub type Sending<'a> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'a>>;

/// Sends one request and waits for its complete answer, without following redirects: a redirect
/// turns a POST into a GET and would lose the call.
///
/// ```
/// use std::time::Instant;
///
/// use freischalt_client::transport::{HttpTransport, Sending};
/// use freischalt_client::{Action, Client, HttpRequest, HttpResponse, Transport, Verb};
/// # use std::time::Duration;
///
/// /// Tells how long each exchange took.
/// struct Timed(HttpTransport);
///
/// impl Transport for Timed {
///     fn send(&self, request: HttpRequest) -> Sending<'_> {
///         let begun = Instant::now();
///         Box::pin(async move {
///             let answer: HttpResponse = self.0.send(request).await?;
///             println!("{} after {:?}", answer.status, begun.elapsed());
///             Ok(answer)
///         })
///     }
/// }
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let api = sandbox.api();
/// # let (launch, credentials) = sandbox.launched().await;
/// let http = HttpTransport::new(&api.parse()?, Duration::from_secs(20), "grundrisswerk/3.1")?;
/// let client = Client::builder(api).transport(Timed(http)).build()?;
/// let action = Action::new(Verb::Read, "user").with_parameter("data", ["Nachname"]);
/// client.call(&credentials, &action, Some(&launch.claim)).await?;
/// # Ok(()) });
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends `request`.
    fn send(&self, request: HttpRequest) -> Sending<'_>;
}

/// A POST of a JSON body. The body holds the token and the claim, so `Debug` shows its size only.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Address of the API.
    pub url: String,
    /// The JSON document.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("url", &self.url)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// An answer of any status. `Debug` shows the size of the body only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status; the vendor sends 200 even for errors.
    pub status: u16,
    /// The `Date` header, which tells how far the server's clock is from ours.
    pub date: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The body, as it was sent.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("date", &self.date)
            .field("content_type", &self.content_type)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// The cause of a transport error.
///
/// ```
/// use freischalt_client::transport::{Cause, TransportError};
///
/// let cause: Cause = "no route".into();
/// assert!(TransportError::Connect(cause).never_sent());
/// ```
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why there is no answer.
///
/// ```
/// use freischalt_client::{Action, CallError, Client, Credentials, Secret, TransportError, Verb};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let nobody = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
/// let client = Client::new(&format!("http://{nobody}/api.php"))?;
/// let credentials = Credentials::new("t".repeat(32), Secret::new("k".repeat(64)));
/// let lost = client.call(&credentials, &Action::new(Verb::Do, "something"), None).await;
/// let Err(CallError::Transport(error)) = lost else { return Err("it was answered".into()) };
/// assert!(matches!(error, TransportError::Connect(_)));
/// assert!(error.never_sent(), "sending it again is safe");
/// # Ok(()) });
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The host name cannot be resolved.
    #[error("the host name of the API cannot be resolved; check the address")]
    UnknownHost(#[source] Cause),
    /// Nobody listens there, or no route leads there.
    #[error("no connection to the API; check that it runs, its address and the firewall")]
    Connect(#[source] Cause),
    /// The server's certificate or TLS version is not acceptable.
    #[error("no secure connection to the API; check its certificate and the system's clock")]
    Tls(#[source] Cause),
    /// The connection was there, but the complete answer did not come in time.
    #[error("the API did not answer in time; whether it acted on the request is not known")]
    Timeout(#[source] Cause),
    /// The connection broke before the complete answer was there.
    #[error("the connection to the API broke; whether it acted on the request is not known")]
    Interrupted(#[source] Cause),
    /// The answer is larger than anything this library accepts.
    #[error("the answer of the API is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl TransportError {
    /// Whether the request certainly never reached the API, so that sending it again is safe
    /// whatever it asks for.
    pub fn never_sent(&self) -> bool {
        matches!(self, Self::UnknownHost(_) | Self::Connect(_) | Self::Tls(_))
    }
}
