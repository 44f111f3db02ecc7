//! Where a value may be that was not where it is looked for.

use std::fmt;

use freischalt_protocol::{
    envelope::Echo,
    php::{self, Value},
};

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Inside `parameters`.
    Parameters,
    /// In the action, beside `parameters`.
    Action,
    /// In `request`, beside `actions`.
    Request,
    /// At the top, beside `token`.
    Top,
    /// Inside another object of the parameters.
    Nested,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parameters => "inside parameters",
            Self::Action => "in the action, beside parameters",
            Self::Request => "in request, beside actions",
            Self::Top => "at the top, beside token",
            Self::Nested => "in an object inside parameters",
        })
    }
}

/// A member that looks like the one that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// Its name as it was spelt.
    pub name: String,
    /// Where it was found.
    pub place: Place,
}

impl fmt::Display for LookAlike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.place)
    }
}

/// Members that look like the parameter `wanted` of the action that `echo` is of, in another spelling
/// or place. `body` is read as JSON; nothing is found in one that is not, and nothing is said where
/// several actions are alike and do not agree.
pub fn look_alikes(body: &[u8], echo: &Echo, wanted: &str) -> Vec<LookAlike> {
    let Ok(Value::Array(top)) = php::json::decode(body) else { return Vec::new() };
    let request = top.get("request").and_then(Value::as_array);
    let actions = request.and_then(|request| request.get("actions")).and_then(Value::as_array);
    let actions = actions.into_iter().flat_map(php::Array::values).filter_map(Value::as_array);
    let meant = actions.filter(|action| is_of(action, echo) && !has(action, wanted)).take(ACTIONS);
    let mut found = meant.map(|action| around(&top, request, action, wanted));
    let first = found.next().unwrap_or_default();
    if found.all(|other| other == first) { first } else { Vec::new() }
}

/// How many like actions of a request are compared.
const ACTIONS: usize = 20;

fn is_of(action: &php::Array, echo: &Echo) -> bool {
    let is = |name: &str, text: &str| action.get_str(name).unwrap_or_default() == text;
    is("actionid", &echo.action_id) && is("resourcetype", &echo.resource_type)
}

fn has(action: &php::Array, wanted: &str) -> bool {
    let parameters = action.get("parameters").and_then(Value::as_array);
    parameters.and_then(|parameters| parameters.get(wanted)).is_some_and(|value| !is_nothing(value))
}

fn around(
    top: &php::Array,
    request: Option<&php::Array>,
    action: &php::Array,
    wanted: &str,
) -> Vec<LookAlike> {
    let parameters = action.get("parameters").and_then(Value::as_array);
    let mut found = Vec::new();
    let nested = parameters.into_iter().flat_map(php::Array::values).filter_map(Value::as_array);
    let places = [
        (Place::Parameters, parameters),
        (Place::Action, Some(action)),
        (Place::Request, request),
        (Place::Top, Some(top)),
    ];
    let places = places.into_iter().filter_map(|(place, array)| Some((place, array?)));
    for (place, array) in places.chain(nested.map(|array| (Place::Nested, array))) {
        for (key, value) in array {
            let name = String::from_utf8_lossy(&key.to_bytes()).into_owned();
            let itself = place == Place::Parameters && name == wanted;
            // The identifiers of an action have these names with good reason.
            let own = place == Place::Action && name == "resourceid";
            if !itself && !own && !is_nothing(value) && alike(&name, wanted) && found.len() < SHOWN
            {
                found.push(LookAlike { name: name.chars().take(LONGEST).collect(), place });
            }
        }
    }
    found
}

/// How many are named.
const SHOWN: usize = 4;
/// How much of a name is shown, in characters.
const LONGEST: usize = 60;

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Str(text) => text.is_empty(),
        Value::Array(array) => array.is_empty(),
        _ => false,
    }
}

/// Names for one and the same value.
const SAME: [&[&str]; 4] = [
    &["extendedclaim", "apiclaim", "claim", "extendedapiclaim", "xclaim"],
    &["parametercacheid", "cacheid", "parametercache", "paramcacheid", "parametercacheuuid"],
    &["transactionid", "transaction", "transactionno"],
    &["aboid", "subscriptionid", "abonnementid"],
];

fn alike(name: &str, wanted: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let (name, wanted) = (bare(name), bare(wanted));
    name == wanted
        || SAME.iter().any(|names| names.contains(&&*name) && names.contains(&&*wanted))
        || one_edit(&name, &wanted)
}

/// Whether one letter is missing, one too many, or one is another. For short names that says nothing.
fn one_edit(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() < 5 || long.len() - short.len() > 1 {
        return false;
    }
    let start = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    let rest = &short.as_bytes()[start..];
    let same_length = short.len() == long.len();
    rest.get(usize::from(same_length)..).unwrap_or_default() == &long.as_bytes()[start + 1..]
}
