//! The gateway as a black box over sockets, against an API that says what each test wants.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod activation;
mod fake_api;
mod http;
mod lifecycle;
mod page;
mod setup;
mod shop;
