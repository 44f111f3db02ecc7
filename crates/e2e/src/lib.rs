//! What journeys through the sandbox need: the program itself, a browser, and steps to take.
//!
//! Everything is looked at from outside. This crate must not know how the server works: it starts
//! the built command, clicks in its pages, and speaks HTTP to its public addresses.

pub mod axe;
pub mod browser;
pub mod driver;
pub mod gate;
pub mod http;
pub mod process;
pub mod provider;
pub mod sales;
pub mod sandbox;
pub mod selectors;
pub mod session;
pub mod sheet;
pub mod steps;
pub mod tour;
pub mod unlock;
