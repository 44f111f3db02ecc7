//! What measures a server from outside, as processes of their own: a load generator, a store filled
//! with activations, a bare echo and a bare commit loop to compare with.
//!
//! Nothing here is shipped, and nothing here knows how a row of the benchmark is chosen or judged:
//! `cargo xtask bench` does that.
#![allow(clippy::float_arithmetic, reason = "rates and durations, no money")]

pub mod bulk;
pub mod ceiling;
pub mod credential;
pub mod drive;
pub mod echo;
pub mod fill;
pub mod histogram;
pub mod http;
pub mod linear;
pub mod memory;
pub mod process;
pub mod soak;
pub mod torture;
