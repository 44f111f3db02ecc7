//! freischalt-client

#[cfg(feature = "management")]
pub mod management;
