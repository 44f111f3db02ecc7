//! The calls a provider makes to the marketplace's API, signed, sent and understood; and, in
//! [`provider`], its side of what travels through the browser.
//!
//! This crate must not know what an activation page looks like or where credentials are kept; it
//! gets them for each call. It is the one place with an HTTP client.
//!
//! | to | use |
//! |---|---|
//! | check a URL that the marketplace signed | [`provider::UrlCheck`] |
//! | make it work once | [`provider::Launch::use_once`] |
//! | activate | [`Client::unlock_provider`] |
//! | call the API for a user | [`Client::session`], [`Session::call`], [`Session::batch`] |
//! | know whom to write an invoice to | [`Session::invoice_recipient`] |
//! | report the end of a subscription | [`Session::cancel_subscription`] |
//! | ask for more money, give some back | [`ProviderAccount::payment_link`], [`ProviderAccount::refund`] |
//! | sell something | [`provider::Order`], [`provider::UrlCheck::callback`] |
//! | reload or close the service window | [`provider::WindowMessage`] |
//! | test without a network | [`transport::StubTransport`] |
//!
//! `examples/provider.rs` is a complete provider in less than a hundred lines. The examples of this
//! documentation are run by the tests, against a sandbox where they make calls.
//!
//! | feature, off unless asked for | for |
//! |---|---|
//! | `http2` | many calls at once over one connection; HTTP/1.1 otherwise |
//! | `management` | the client of the management API: tools and tests |
//! | `forward` | passing requests on to an app, as the gateway does |
//!
//! A fifth of the dependency tree are tables for host names with letters outside ASCII. Whoever calls
//! none does without: `cargo update -p idna_adapter --precise 1.0.0`.

mod action;
mod answer;
mod call_error;
mod calls;
mod client;
mod credentials;
mod hint;
#[cfg(feature = "management")]
pub mod management;
pub mod provider;
mod request;
mod retry;
mod session;
pub mod transport;

pub use freischalt_protocol::{ApiClaim, ErrorCode, Secret, UnixTime, Verb};

pub use action::{Action, Repeat};
pub use answer::{ActionResult, Elements, Record};
pub use call_error::{BodyKind, CallError, CallErrorKind, Level, Refusal};
pub use calls::{
    CalendarDate, CancelSubscription, InvoiceRecipient, InvoiceRecipientOf, NewPaymentLink,
    NoSuchDate, PaymentLink, UnlockProvider,
};
pub use client::{BuildError, Client, ClientBuilder, system_time};
pub use credentials::Credentials;
pub use provider::Price;
pub use retry::RetryPolicy;
pub use session::{ProviderAccount, Session};
pub use transport::{HttpRequest, HttpResponse, Transport, TransportError};
