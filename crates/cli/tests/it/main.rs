//! The built command, from outside: what it prints, where, and with which exit code.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod support;

mod arguments;
mod client_examples;
mod error;
mod management;
mod signatures;
mod unlock;
