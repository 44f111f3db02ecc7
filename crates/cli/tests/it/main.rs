//! The built command, from outside: what it prints, where, and with which exit code.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod http;
mod process;
mod store;
mod support;

mod arguments;
mod client_examples;
mod crash;
mod databases;
mod demo_shop;
mod doctor;
mod doctor_live;
mod error;
mod every_command;
mod explain;
mod first_steps;
mod gateway;
mod management;
mod sandbox;
mod serve;
mod signatures;
#[cfg(feature = "otlp")]
mod traces;
mod unlock;
mod unread_log;
