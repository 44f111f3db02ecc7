//! Black-box tests of the server, over sockets. Requests are written, signed and read by code of
//! the tests alone, so that they judge what a client sees and not what our own client makes of it.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this crate is a test"
)]

mod bad_input;
mod bad_sales;
mod call_rows;
mod clients;
mod connections;
mod deliveries;
mod desk;
mod explain;
mod framed;
mod golden;
mod killed;
mod leniency;
mod lifecycle;
mod metrics;
mod names;
mod openapi;
mod orders;
mod overload;
mod problems;
mod production;
mod race;
mod reads;
mod rights;
mod rows;
mod secrets;
mod sign_in;
mod signing;
mod silent;
mod strangers;
mod targets;
mod wallet;
mod webhooks;
mod windows;
mod wire;
mod world;
