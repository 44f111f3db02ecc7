//! The gateway as a black box over sockets, against an API that says what each test wants.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod activation;
mod api;
mod fake_api;
mod fake_app;
mod http;
mod lifecycle;
mod orders;
mod page;
mod rotation;
mod services;
mod setup;
mod shop;
