//! `filter` and `sortby` of calls that read lists (apidoc.onoffice.de, "Filter" and "Sorting").
//!
//! Conditions are all to hold, across fields and inside one field's list: there is no "or".

use super::{ParameterProblem, parameter};
use crate::php::Value;

/// Which records are wanted: for each field a list of conditions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The conditions, in the order in which they were sent.
    pub conditions: Vec<Condition>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field's name, case-sensitive.
    pub field: String,
    /// How the field's value is compared.
    pub operator: Operator,
    /// What it is compared with: two values for `between`, any number for `in` and `not in`, else
    /// one.
    pub values: Vec<String>,
}

/// The operators that are documented; their names are read in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=` or `is`.
    Equal,
    /// `!=` or `<>`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    Greater,
    /// `>=`.
    AtLeast,
    /// `between`, both ends included.
    Between,
    /// `like`, where `%` stands for any text.
    Like,
    /// `not like`.
    NotLike,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
}

/// Why a filter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterProblem {
    /// No such operator.
    #[error(
        "filter compares {field:?} with op {operator:?}; the operators are =, !=, <, <=, >, >=, \
         between, like, not like, in and not in"
    )]
    Operator {
        /// The field.
        field: String,
        /// The operator that was sent.
        operator: String,
    },
    /// Another structure.
    #[error("filter is malformed at {place}: {expected}")]
    Structure {
        /// Where: `filter` or the field's name.
        place: String,
        /// What would be right.
        expected: &'static str,
    },
}

const FIELDS: &str = "it must be an object such as {\"Nr\":[{\"op\":\"in\",\"val\":[1,2]}]}";
const LIST: &str = "a field has a list of objects with op and val";
const SCALAR: &str = "val must be a text or a number";
const TWO: &str = "between wants val to be a list of two texts or numbers";
const SOME: &str = "in and not in want val to be a list of texts or numbers";

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
        Some(match words.join(" ").as_str() {
            "=" | "is" => Self::Equal,
            "!=" | "<>" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            "between" => Self::Between,
            "like" => Self::Like,
            "not like" => Self::NotLike,
            "in" => Self::In,
            "not in" => Self::NotIn,
            _ => return None,
        })
    }
}

impl Filter {
    /// Reads a filter; absent, null and an empty list want every record.
    pub fn parse(value: Option<&Value>) -> Result<Self, FilterProblem> {
        let fields = match value {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Array(fields)) if fields.is_empty() => return Ok(Self::default()),
            Some(Value::Array(fields)) if !fields.is_list() => fields,
            Some(_) => return Err(structure("filter", FIELDS)),
        };
        let mut conditions = Vec::new();
        for (key, list) in fields.iter() {
            let field = String::from_utf8_lossy(&key.to_bytes()).into_owned();
            let list = list.as_array().ok_or_else(|| structure(&field, LIST))?;
            for condition in list.values() {
                conditions.push(Condition::parse(&field, condition)?);
            }
        }
        Ok(Self { conditions })
    }
}

impl Condition {
    fn parse(field: &str, value: &Value) -> Result<Self, FilterProblem> {
        let Some(object) = value.as_array() else {
            return Err(structure(field, LIST));
        };
        let Some(name) = object.get("op").and_then(Value::as_str) else {
            return Err(structure(field, LIST));
        };
        let operator = Operator::parse(name).ok_or_else(|| FilterProblem::Operator {
            field: field.to_owned(),
            operator: name.to_owned(),
        })?;
        let value = object.get("val");
        let list = || -> Option<Vec<String>> {
            value?.as_array().filter(|list| list.is_list())?.values().map(scalar).collect()
        };
        let values = match operator {
            Operator::In | Operator::NotIn => list().ok_or_else(|| structure(field, SOME))?,
            Operator::Between => {
                list().filter(|ends| ends.len() == 2).ok_or_else(|| structure(field, TWO))?
            }
            _ => {
                let one = value.and_then(scalar).ok_or_else(|| structure(field, SCALAR))?;
                vec![one]
            }
        };
        Ok(Self { field: field.to_owned(), operator, values })
    }
}

fn structure(place: &str, expected: &'static str) -> FilterProblem {
    FilterProblem::Structure { place: place.to_owned(), expected }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        Value::Str(_) => value.as_str().map(str::to_owned),
        Value::Null | Value::Array(_) => None,
    }
}

/// A field to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortBy {
    /// The field's name, case-sensitive.
    pub field: String,
    /// The largest first.
    pub descending: bool,
}

impl SortBy {
    const NAME: &'static str = "sortby";
    const EXPECTED: &'static str = "an object such as {\"Nr\":\"DESC\"}, with ASC or DESC";

    /// Reads `sortby`, the first field counts first; absent, null and an empty list leave the order
    /// to the marketplace.
    pub fn parse(value: Option<&Value>) -> Result<Vec<Self>, ParameterProblem> {
        match value {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(fields)) if fields.is_empty() || !fields.is_list() => fields
                .iter()
                .map(|(key, direction)| {
                    let field = String::from_utf8_lossy(&key.to_bytes()).into_owned();
                    let word = direction.as_str().unwrap_or_default();
                    let descending = word.eq_ignore_ascii_case("DESC");
                    if !descending && !word.eq_ignore_ascii_case("ASC") {
                        return Err(parameter::problem(Self::NAME, direction, Self::EXPECTED));
                    }
                    Ok(Self { field, descending })
                })
                .collect(),
            Some(other) => Err(parameter::problem(Self::NAME, other, Self::EXPECTED)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::json;

    fn filter(text: &str) -> Result<Filter, FilterProblem> {
        Filter::parse(Some(&json::decode(text.as_bytes()).unwrap()))
    }

    #[test]
    fn operators_are_read_in_any_case_and_values_as_texts() {
        let read =
            filter(r#"{"Nr":[{"op":"NOT  in","val":[1,"2"]},{"op":">=","val":7}]}"#).unwrap();
        let operators: Vec<_> = read.conditions.iter().map(|c| c.operator).collect();
        assert_eq!(operators, [Operator::NotIn, Operator::AtLeast]);
        assert_eq!(read.conditions[0].values, ["1", "2"]);
        assert_eq!(read.conditions[1].values, ["7"]);
        assert_eq!(filter("[]"), Ok(Filter::default()));
        assert_eq!(Filter::parse(None), Ok(Filter::default()));
    }

    #[test]
    fn a_broken_filter_names_the_place() {
        for (text, place) in [
            (r#""Nr = 1""#, "filter"),
            (r#"[{"op":"=","val":1}]"#, "filter"),
            (r#"{"Nr":1}"#, "Nr"),
            (r#"{"Nr":[1]}"#, "Nr"),
            (r#"{"Nr":[{"val":1}]}"#, "Nr"),
            (r#"{"Nr":[{"op":"="}]}"#, "Nr"),
            (r#"{"Nr":[{"op":"=","val":[1]}]}"#, "Nr"),
            (r#"{"Nr":[{"op":"in","val":1}]}"#, "Nr"),
            (r#"{"Nr":[{"op":"between","val":[1,2,3]}]}"#, "Nr"),
        ] {
            match filter(text).unwrap_err() {
                FilterProblem::Structure { place: found, .. } => assert_eq!(found, place, "{text}"),
                other => panic!("{text}: {other}"),
            }
        }
        let unknown = filter(r#"{"Nr":[{"op":"~","val":1}]}"#).unwrap_err();
        assert!(matches!(unknown, FilterProblem::Operator { operator, .. } if operator == "~"));
    }

    #[test]
    fn sorting_says_a_direction_for_each_field() {
        let sort = |text: &str| SortBy::parse(Some(&json::decode(text.as_bytes()).unwrap()));
        let read = sort(r#"{"Nr":"DESC","Name":"asc"}"#).unwrap();
        let read: Vec<_> = read.iter().map(|by| (by.field.as_str(), by.descending)).collect();
        assert_eq!(read, [("Nr", true), ("Name", false)]);
        for text in [r#"{"Nr":"down"}"#, r#"{"Nr":1}"#, r#"["Nr"]"#, r#""Nr""#] {
            assert_eq!(sort(text).unwrap_err().name, "sortby", "{text}");
        }
    }
}
