//! The calls themselves: what their parameters mean and what they answer.

mod unlock_provider;

pub use unlock_provider::{ParameterProblem, UnlockProvider, extended_claim};
