//! What each page shows: plain values, and the templates they go into.
//!
//! A view must not know the store, the rules or the protocol. Times, names and explanations come
//! as text, ready to read; templates escape all of it.

pub mod activation;
pub mod catalogue;
pub mod crm;
pub mod deliveries;
pub mod explain;
pub mod frame;
pub mod order;
pub mod pay_account;
pub mod problem;
pub mod rights;
pub mod sandbox;
pub mod selling;
pub mod service;
#[cfg(test)]
mod tests;
mod tile;

pub use frame::{Clock, CurrentUser, Frame, Misplaced, Section};
