//! `read` + `estate` and `read` + `user`: which fields of which records
//! (apidoc.onoffice.de, "Read estates" and "Read users").

use super::{Number, ParameterProblem, parameter};
use crate::php::{self, Value};

/// The parameters of the call, as far as they are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRecords {
    /// `data`: the wanted fields, case-sensitive.
    pub fields: Vec<String>,
    /// The most records to answer with; 0 only counts.
    pub limit: usize,
    /// How many records to skip.
    pub offset: usize,
}

impl ReadRecords {
    /// The limit of a call without `listlimit`, and of one that asks for too many.
    pub const DEFAULT_LIMIT: usize = 20;
    /// The largest limit. **Whoever asks for more gets [`DEFAULT_LIMIT`](Self::DEFAULT_LIMIT)**,
    /// neither an error nor as many as possible: confirmed by the vendor in
    /// onOffice-Web-Org/oo-wp-plugin, issue 307.
    pub const MAX_LIMIT: usize = 500;

    /// Parameters that would change the answer and are not served by every call yet. Leaving them unheard would
    /// answer with other records than were asked for.
    const UNSERVED: [&'static str; 10] = [
        "filter",
        "filterid",
        "georangesearch",
        "sortby",
        "formatoutput",
        "estatelanguage",
        "addestatelanguage",
        "addMainLangId",
        "addMobileUrl",
        "countryIsoCodeType",
    ];

    /// Reads the parameters. `served` names those of the parameters that are not served everywhere
    /// which this call reads by itself.
    pub fn parse(parameters: &php::Array, served: &[&str]) -> Result<Self, ParameterProblem> {
        for name in Self::UNSERVED {
            if served.contains(&name) {
                continue;
            }
            if parameters.get(name).is_some_and(|value| !is_nothing(value)) {
                return Err(ParameterProblem {
                    name,
                    found: "given".to_owned(),
                    expected: "absent: this marketplace does not serve it yet",
                });
            }
        }
        Ok(Self {
            fields: fields(parameters.get("data"))?,
            limit: limit(whole(parameters, "listlimit")?),
            offset: whole(parameters, "listoffset")?.unwrap_or_default(),
        })
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Str(text) => matches!(text.as_slice(), b"" | b"0" | b"false"),
        Value::Array(array) => array.is_empty(),
        Value::Bool(true) | Value::Int(_) | Value::Float(_) => false,
    }
}

/// A list of texts; one text alone counts as a list of one.
fn fields(data: Option<&Value>) -> Result<Vec<String>, ParameterProblem> {
    const EXPECTED: &str = "a list of field names";
    match data {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(value @ Value::Str(_)) => {
            let name = value.as_str().ok_or_else(|| parameter::problem("data", value, EXPECTED));
            name.map(|name| vec![name.to_owned()])
        }
        Some(value @ Value::Array(list)) if list.is_empty() || list.is_list() => {
            let name = |name: &Value| name.as_str().map(str::to_owned);
            let names: Option<Vec<String>> = list.values().map(name).collect();
            names.ok_or_else(|| parameter::problem("data", value, EXPECTED))
        }
        Some(other) => Err(parameter::problem("data", other, EXPECTED)),
    }
}

fn whole(parameters: &php::Array, name: &'static str) -> Result<Option<usize>, ParameterProblem> {
    let number = match Number::read(parameters, name) {
        Number::Missing => return Ok(None),
        Number::Is(number) => usize::try_from(number).ok(),
        Number::Malformed => None,
    };
    number.map(Some).ok_or(ParameterProblem {
        name,
        found: "something else".to_owned(),
        expected: "a whole number, 0 or more",
    })
}

fn limit(asked: Option<usize>) -> usize {
    match asked {
        Some(limit) if limit <= ReadRecords::MAX_LIMIT => limit,
        _ => ReadRecords::DEFAULT_LIMIT,
    }
}
