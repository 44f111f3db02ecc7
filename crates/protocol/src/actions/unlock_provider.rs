//! `do` + `unlockProvider` (apidoc.onoffice.de, "Unlock provider").

use crate::{
    ApiClaim,
    php::{self, Value},
};

/// The parameters of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockProvider {
    /// `parameterCacheId`, as sent; empty if absent. The documentation types it as an array but
    /// shows a text, so a list of one text counts as that text.
    pub parameter_cache_id: String,
    /// `isRegularCustomer`: 1 or 0, 0 if absent.
    pub is_regular_customer: bool,
}

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

impl UnlockProvider {
    /// The element by which clients recognise success; other calls say `result` here.
    pub const SUCCESS_ELEMENT: &'static str = "success";

    /// Reads the parameters.
    pub fn parse(parameters: &php::Array) -> Result<Self, ParameterProblem> {
        Ok(Self {
            parameter_cache_id: parameter_cache_id(parameters.get("parameterCacheId"))?,
            is_regular_customer: is_regular_customer(parameters.get("isRegularCustomer"))?,
        })
    }

    /// The elements of the one record in the answer.
    pub fn success() -> php::Array {
        let mut elements = php::Array::default();
        elements.insert(Self::SUCCESS_ELEMENT, Value::from("success"));
        elements
    }
}

/// The claim that a call carries.
///
/// `Ok(None)` if the parameter is absent, null or empty; an error if it is not a text.
pub fn extended_claim(parameters: &php::Array) -> Result<Option<ApiClaim>, ParameterProblem> {
    match parameters.get(ApiClaim::ACTION_PARAMETER) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_str() {
            Some("") => Ok(None),
            Some(text) => Ok(Some(ApiClaim::new(text))),
            None => Err(ParameterProblem {
                name: ApiClaim::ACTION_PARAMETER,
                found: value.type_name().to_owned(),
                expected: "the apiClaim of the signed URL, as text",
            }),
        },
    }
}

fn parameter_cache_id(value: Option<&Value>) -> Result<String, ParameterProblem> {
    let problem = |found: &str| ParameterProblem {
        name: "parameterCacheId",
        found: found.to_owned(),
        expected: "the parameterCacheId of the signed URL, as text",
    };
    match value {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::Array(list)) => match list.values().next() {
            Some(only @ Value::Str(_)) if list.len() == 1 && list.is_list() => {
                parameter_cache_id(Some(only))
            }
            _ => Err(problem("an array")),
        },
        Some(other) => other.as_str().map(str::to_owned).ok_or_else(|| problem(other.type_name())),
    }
}

/// 1 and 0 as documented, and what PHP, JavaScript and Python programs send for them.
#[expect(clippy::float_cmp, reason = "only the exact values 1.0 and 0.0 are accepted")]
fn is_regular_customer(value: Option<&Value>) -> Result<bool, ParameterProblem> {
    match value {
        None | Some(Value::Null | Value::Bool(false) | Value::Int(0)) => Ok(false),
        Some(Value::Bool(true) | Value::Int(1)) => Ok(true),
        Some(Value::Float(number)) if *number == 0.0 => Ok(false),
        Some(Value::Float(number)) if *number == 1.0 => Ok(true),
        Some(other) => match other.as_str() {
            Some("" | "0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            _ => Err(ParameterProblem {
                name: "isRegularCustomer",
                found: other.type_name().to_owned(),
                expected: "1 or 0",
            }),
        },
    }
}
