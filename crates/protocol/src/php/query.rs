//! `parse_str` and `http_build_query`.

mod build;
mod parse;

pub(crate) use build::encode_component;
pub use build::{Encoding, build_query};
pub use parse::{MAX_VARIABLES, parse_str};
pub(crate) use parse::{names_variable, variable_count};
