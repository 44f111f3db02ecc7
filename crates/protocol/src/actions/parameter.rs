//! Single parameters, as the public clients send them.

use crate::php::{self, Value};

/// Why a parameter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {found}; it must be {expected}")]
pub struct ParameterProblem {
    /// The parameter's name.
    pub name: &'static str,
    /// What was found, in words.
    pub found: String,
    /// What would be right, in words.
    pub expected: &'static str,
}

/// A parameter that should be a whole number. What it means if it is none differs from call to
/// call, so that is for the caller to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Absent, null or an empty text.
    Missing,
    /// Something else than a whole number.
    Malformed,
    /// A whole number, sent as such or as a text of its digits.
    Is(i64),
}

impl Number {
    /// The number, if it is one.
    pub const fn value(self) -> Option<i64> {
        match self {
            Self::Is(number) => Some(number),
            Self::Missing | Self::Malformed => None,
        }
    }

    pub(super) fn read(parameters: &php::Array, name: &str) -> Self {
        match parameters.get(name) {
            None | Some(Value::Null) => Self::Missing,
            Some(Value::Int(number)) => Self::Is(*number),
            Some(Value::Str(text)) if text.is_empty() => Self::Missing,
            Some(Value::Str(text)) => {
                let digits = text.strip_prefix(b"-").unwrap_or(text);
                let plain = digits.iter().all(u8::is_ascii_digit);
                let number = std::str::from_utf8(text).ok().filter(|_| plain);
                number.and_then(|text| text.parse().ok()).map_or(Self::Malformed, Self::Is)
            }
            Some(_) => Self::Malformed,
        }
    }
}

/// A text; a number is taken as its digits. Empty if it is absent or null.
pub(super) fn text(
    parameters: &php::Array,
    name: &'static str,
    expected: &'static str,
) -> Result<String, ParameterProblem> {
    match parameters.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::Int(number)) => Ok(number.to_string()),
        Some(value) => match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(problem(name, value, expected)),
        },
    }
}

/// Yes or no, as PHP, JavaScript and Python programs send it; no if it is absent.
#[expect(clippy::float_cmp, reason = "only the exact values 1.0 and 0.0 are accepted")]
pub(super) fn flag(
    parameters: &php::Array,
    name: &'static str,
    expected: &'static str,
) -> Result<bool, ParameterProblem> {
    match parameters.get(name) {
        None | Some(Value::Null | Value::Bool(false) | Value::Int(0)) => Ok(false),
        Some(Value::Bool(true) | Value::Int(1)) => Ok(true),
        Some(Value::Float(number)) if *number == 0.0 => Ok(false),
        Some(Value::Float(number)) if *number == 1.0 => Ok(true),
        Some(other) => match other.as_str() {
            Some("" | "0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            _ => Err(problem(name, other, expected)),
        },
    }
}

pub(super) fn problem(
    name: &'static str,
    found: &Value,
    expected: &'static str,
) -> ParameterProblem {
    ParameterProblem { name, found: found.type_name().to_owned(), expected }
}
