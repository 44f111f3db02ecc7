//! The calls a provider makes to the marketplace's API, signed, sent and understood.
//!
//! This crate must not know what an activation page looks like or where credentials are kept; it
//! gets them for each call. It is the one place with an HTTP client.
//!
//! ```no_run
//! use freischalt_client::{ApiClaim, Client, Credentials, Secret, UnlockProvider};
//!
//! # async fn unlock(token: &str, key: &str, cache_id: &str, claim: &str)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("http://127.0.0.1:8080/api/stable/api.php")?;
//! let credentials = Credentials::new(token, Secret::new(key));
//! let unlock = UnlockProvider {
//!     parameter_cache_id: cache_id.to_owned(),
//!     claim: ApiClaim::new(claim),
//!     is_regular_customer: false,
//! };
//! client.unlock_provider(&credentials, &unlock).await?;
//! # Ok(())
//! # }
//! ```

mod action;
mod answer;
mod call_error;
mod client;
mod credentials;
mod hint;
#[cfg(feature = "management")]
pub mod management;
mod request;
mod retry;
pub mod transport;
mod unlock;

pub use freischalt_protocol::{ApiClaim, ErrorCode, Secret, UnixTime};

pub use action::{Action, Verb};
pub use answer::{ActionResult, Elements, Record};
pub use call_error::{BodyKind, CallError, CallErrorKind, Level, Refusal};
pub use client::{BuildError, Client, ClientBuilder, system_time};
pub use credentials::Credentials;
pub use retry::{RetryPolicy, RetryWhen};
pub use transport::{HttpRequest, HttpResponse, Transport, TransportError};
pub use unlock::UnlockProvider;
