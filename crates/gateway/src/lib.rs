//! The provider's side as a service, for an app in any language behind it: the activation page and
//! its unlock, service calls and webhooks, calls to the API, orders, and events.
//!
//! Tokens, keys, claims and the provider secret stay here; the app gets sessions and events that
//! the gateway signed. This crate must not know how calls are signed or sent (the client does) nor
//! how signatures of URLs are made (the protocol crate does). Nothing is static, so that two
//! gateways may run in one process.

mod activation;
mod app;
mod app_api;
mod app_path;
mod behind;
mod config;
mod connection;
mod event;
mod gateway;
mod guard;
mod headers;
mod key_entry;
mod language;
mod marketplaces;
mod metrics;
mod origin;
mod pages;
mod router;
mod services;
mod session;
mod signer;
mod store;
mod texts;
mod worker;

pub use config::{
    AppConfig, Clock, ConfigError, ConfigProblem, GatewayConfig, Handover, Limits, PageConfig,
    RegularCustomer, ServiceConfig, UnknownCustomers, read_file,
};
pub use freischalt_database::{Creation, Keys, Location};
pub use freischalt_listen::Limits as ConnectionLimits;
pub use gateway::{Control, Gateway, GatewayError, ResealError};
