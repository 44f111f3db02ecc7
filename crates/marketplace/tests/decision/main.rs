//! The decision table: each check at its edges and with its switches, the table against the code,
//! and the document made from it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests, which only the functions marked as such are to Clippy"
)]

mod attempt;
mod authenticate;
mod claims;
mod document;
mod order;
mod permission;
mod table;
