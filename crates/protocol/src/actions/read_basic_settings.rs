//! `read` + `basicsettings` (apidoc.onoffice.de, "Read basic settings").

use super::{ParameterProblem, elements, parameter};
use crate::php::{self, Value};

/// The parameters of the call: `{"data": {"basicData": {"characteristicsCi": […]}}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBasicSettings {
    /// The wanted keys of `characteristicsCi`.
    pub characteristics: Vec<String>,
    /// Names elsewhere in the tree, which this marketplace does not know.
    pub unknown: Vec<String>,
}

const EXPECTED: &str = "an object such as {\"basicData\":{\"characteristicsCi\":[\"color\"]}}";
const BASIC_DATA: &str = "basicData";
const CHARACTERISTICS: &str = "characteristicsCi";

impl ReadBasicSettings {
    /// Reads the parameters.
    pub fn parse(parameters: &php::Array) -> Result<Self, ParameterProblem> {
        let mut wanted = Self { characteristics: Vec::new(), unknown: Vec::new() };
        for (name, value) in members(parameters.get("data"))? {
            if name != BASIC_DATA {
                wanted.unknown.push(name);
                continue;
            }
            for (name, value) in members(Some(value))? {
                if name == CHARACTERISTICS {
                    wanted.characteristics = names(value)?;
                } else {
                    wanted.unknown.push(name);
                }
            }
        }
        Ok(wanted)
    }

    /// The elements of the one record in the answer, whose id is 0 and whose type is null: the tree
    /// of the request with values.
    pub fn elements(values: php::Array) -> php::Array {
        let characteristics = elements([(CHARACTERISTICS, Value::Array(values))]);
        elements([(BASIC_DATA, Value::Array(characteristics))])
    }
}

fn members(value: Option<&Value>) -> Result<Vec<(String, &Value)>, ParameterProblem> {
    match value {
        None | Some(Value::Null) => {
            Err(ParameterProblem { name: "data", found: "missing".to_owned(), expected: EXPECTED })
        }
        Some(Value::Array(object)) if object.is_empty() || !object.is_list() => {
            let name = |key: php::KeyRef<'_>| String::from_utf8_lossy(&key.to_bytes()).into_owned();
            Ok(object.iter().map(|(key, value)| (name(key), value)).collect())
        }
        Some(other) => Err(parameter::problem("data", other, EXPECTED)),
    }
}

fn names(value: &Value) -> Result<Vec<String>, ParameterProblem> {
    let list = value.as_array().filter(|list| list.is_empty() || list.is_list());
    let names: Option<Vec<String>> =
        list.and_then(|list| list.values().map(|name| name.as_str().map(str::to_owned)).collect());
    names.ok_or_else(|| parameter::problem("data", value, EXPECTED))
}
