//! The parts of PHP that the protocol is defined by. The vendor's server and its reference
//! provider are PHP programs that sign what `parse_str`, `ksort`, `http_build_query` and
//! `json_encode` produce, so compatible signatures need the same bytes.
//!
//! Behaviour is that of PHP 8.2 with its default settings.

pub mod json;
pub mod query;
pub mod sort;
pub mod url;
mod value;

pub use value::{Array, Key, Value};
