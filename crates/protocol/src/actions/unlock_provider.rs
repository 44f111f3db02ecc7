//! `do` + `unlockProvider` (apidoc.onoffice.de, "Unlock provider").

use super::{ParameterProblem, parameter};
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

impl UnlockProvider {
    /// The element by which clients recognise success; other calls say `result` here.
    pub const SUCCESS_ELEMENT: &'static str = "success";

    /// Reads the parameters.
    pub fn parse(parameters: &php::Array) -> Result<Self, ParameterProblem> {
        Ok(Self {
            parameter_cache_id: parameter_cache_id(parameters.get("parameterCacheId"))?,
            is_regular_customer: parameter::flag(parameters, "isRegularCustomer", "1 or 0")?,
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
