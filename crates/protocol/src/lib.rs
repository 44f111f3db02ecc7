//! The wire of the marketplace protocol, and nothing else: the request and response envelope,
//! action signatures (HMAC version 2 and the legacy version 1), signed URLs, signed orders and
//! window messages, the PHP encodings all of these are defined by, and the error codes.
//!
//! This crate must not know what an activation is, where data lives, what time it is or where
//! random bytes come from: no I/O, no async, no system clock, no random source. Whatever depends
//! on time or chance takes it as an argument.

pub mod action_id;
pub mod actions;
pub mod claim;
pub mod envelope;
pub mod error_code;
pub mod guessable;
pub mod hmac;
pub mod outside;
pub mod php;
mod retry_after;
#[cfg(feature = "seal")]
pub mod seal;
pub mod secret;
mod signature;
pub mod signed_order;
pub mod signed_url;
pub mod time;
pub mod vendor_calls;
pub mod window_message;

pub use action_id::{KnownAction, Verb};
pub use claim::ApiClaim;
pub use error_code::ErrorCode;
pub use retry_after::retry_after;
pub use secret::Secret;
pub use time::UnixTime;
