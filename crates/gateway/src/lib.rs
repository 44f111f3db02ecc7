//! The provider's side as a service: the page inside the marketplace's activation dialog, and
//! the unlock call behind it.
//!
//! This crate must not know how calls are signed or sent (the client does) nor how signatures of
//! URLs are made (the protocol crate does). It keeps no state beyond the memory of a running
//! [`Gateway`], so that two may run in one process.

mod activation;
mod app;
mod config;
mod demo_shop;
mod gateway;
mod key_entry;
mod language;
mod launch;
mod launches;
mod origin;
mod pages;
mod router;
mod texts;

pub use config::{Clock, ConfigError, GatewayConfig};
pub use gateway::{Gateway, GatewayError};
