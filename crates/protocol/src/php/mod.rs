//! The parts of PHP that the protocol is defined by. The vendor's server and its reference
//! provider are PHP programs that sign what `parse_str`, `ksort`, `http_build_query` and
//! `json_encode` produce, so compatible signatures need the same bytes.
//!
//! Behaviour is that of PHP 8.2 with its default settings, odd corners included: every corner is
//! pinned by vectors that a real PHP made. This module must not know what is signed, or why.

mod array;
mod float;
pub mod json;
mod key;
pub mod query;
pub mod sort;
pub mod url;
mod value;

pub use array::{Array, IntoIter, Iter};
pub use key::{Key, KeyRef};
pub use value::Value;
