//! The web UI: pages, their words and their assets.
//!
//! Pages must not know the store or the rules: they show the contexts in [`views`], which are
//! plain values.

pub mod assets;
mod texts;
pub mod views;

pub use texts::Language;
