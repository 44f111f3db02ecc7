//! The rules of everything after the activation: services, orders, payments.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, which only the functions marked as such are to Clippy"
)]

mod bank;
mod calls;
mod deals;
mod fixture;
mod intake;
mod model;
mod services;
mod webhooks;
mod world;
