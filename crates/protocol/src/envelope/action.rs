//! One action of a request.

use super::outline::Keys;
use crate::{
    ErrorCode, UnixTime,
    php::{
        self, Value,
        json::{DecodeError, Event, Reader},
    },
};

/// The member that holds an array.
pub(super) const PARAMETERS: &[u8] = b"parameters";
/// The members that hold none. Any other is not looked at.
const SCALARS: [&[u8]; 7] = [
    b"actionid",
    b"resourceid",
    b"resourcetype",
    b"identifier",
    b"timestamp",
    b"hmac",
    b"hmac_version",
];

/// An action as far as it could be read. What is echoed in its result is kept even when the rest
/// of the action is broken, so that results stay aligned with actions.
#[derive(Debug)]
pub struct ParsedAction {
    /// What the result repeats.
    pub echo: Echo,
    /// The action, or why it is none.
    pub action: Result<Action, ActionProblem>,
}

/// What a result repeats of its action.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Echo {
    /// `actionid` as sent.
    pub action_id: String,
    /// `resourceid` as sent, as text; empty for null or absent.
    pub resource_id: String,
    /// `resourcetype` as sent.
    pub resource_type: String,
    /// `identifier` as sent, as text; empty for null or absent.
    pub identifier: String,
}

/// The part of an action that is not echoed.
#[derive(Clone, Debug)]
pub struct Action {
    /// When the client says it made the call.
    pub timestamp: Timestamp,
    /// What the client says proves it.
    pub signature: Signature,
    /// The parameters; empty for `[]`, `{}`, null and absent.
    pub parameters: php::Array,
}

/// The timestamp, in the spelling that the signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    /// The text as sent, or the decimal digits of a JSON number.
    pub text: String,
    /// Its meaning; `None` if it is absent or not a whole number.
    pub value: Option<UnixTime>,
}

/// The signature and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// `hmac_version` 2.
    V2(String),
    /// `hmac_version` absent, null, empty or 1.
    V1(String),
    /// No `hmac`, or one that is not a text.
    Missing,
    /// A version that does not exist.
    UnknownVersion,
}

/// Why an element of `actions` is not an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionProblem {
    /// It is not an object.
    #[error("the action is {0}; it must be an object")]
    NotAnObject(&'static str),
    /// `actionid` is absent or not a text.
    #[error(
        "actionid is {0}; it must be a text such as urn:onoffice-de-ns:smart:2.5:smartml:action:do"
    )]
    ActionId(&'static str),
    /// `actionid` is empty.
    #[error(
        "actionid is empty; it must be a text such as urn:onoffice-de-ns:smart:2.5:smartml:action:do"
    )]
    ActionIdEmpty,
    /// `resourceid` is neither a text nor a number nor null.
    #[error("resourceid is {0}; it must be a text, a whole number or null")]
    ResourceId(&'static str),
    /// `resourcetype` is absent or not a text.
    #[error("resourcetype is {0}; it must be a text such as unlockProvider")]
    ResourceType(&'static str),
    /// `parameters` is a filled list or a scalar.
    #[error("parameters is {0}; it must be an object, or an empty list")]
    Parameters(&'static str),
    /// A parameter's name is the empty string.
    #[error("a parameter has an empty name")]
    ParameterName,
}

impl ActionProblem {
    /// The code in the action's result.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotAnObject(_) => ErrorCode::ACTION_INVALID,
            Self::ActionId(_) => ErrorCode::ACTION_ID_MISSING,
            Self::ActionIdEmpty => ErrorCode::ACTION_ID_EMPTY,
            Self::ResourceId(_) => ErrorCode::RESOURCE_ID_INVALID,
            Self::ResourceType(_) => ErrorCode::RESOURCE_TYPE_MISSING,
            Self::Parameters(_) => ErrorCode::PARAMETERS_INVALID,
            Self::ParameterName => ErrorCode::PARAMETER_NAME_EMPTY,
        }
    }
}

impl ParsedAction {
    /// Reads an element of `actions`.
    pub(super) fn read(text: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(text);
        let first = reader.next()?;
        if !matches!(first, Event::Open(_)) {
            return Ok(Self::broken(ActionProblem::NotAnObject(first.type_name())));
        }
        let (mut keys, mut fields) = (Keys::default(), php::Array::new());
        while let Some((name, value)) = reader.member()? {
            match keys.add(name) {
                Some(name) if *name == *PARAMETERS => {
                    fields.insert(name.into_owned(), reader.build(value)?);
                }
                Some(name) if SCALARS.contains(&&*name) => {
                    let is_array = matches!(value, Event::Open(_));
                    let value = if is_array {
                        // None of these may be one, whatever is in it.
                        reader.skip(&value, |_| {})?;
                        php::Array::new().into()
                    } else {
                        reader.build(value)?
                    };
                    fields.insert(name.into_owned(), value);
                }
                _ => reader.skip(&value, |_| {})?,
            }
        }
        if keys.are_of_filled_list() {
            return Ok(Self::broken(ActionProblem::NotAnObject("a list")));
        }
        Ok(Self::of_fields(fields))
    }

    fn of_fields(mut fields: php::Array) -> Self {
        let problem = check_names(&fields).err();
        let echo = Echo {
            action_id: text(fields.remove("actionid")).unwrap_or_default(),
            resource_id: text(fields.remove("resourceid")).unwrap_or_default(),
            resource_type: text(fields.remove("resourcetype")).unwrap_or_default(),
            identifier: text(fields.remove("identifier")).unwrap_or_default(),
        };
        let action = match problem {
            Some(problem) => Err(problem),
            None => parameters(fields.remove("parameters")).map(|parameters| Action {
                timestamp: timestamp(fields.remove("timestamp")),
                signature: signature(fields.remove("hmac"), fields.remove("hmac_version")),
                parameters,
            }),
        };
        Self { echo, action }
    }

    fn broken(problem: ActionProblem) -> Self {
        Self { echo: Echo::default(), action: Err(problem) }
    }
}

fn check_names(fields: &php::Array) -> Result<(), ActionProblem> {
    match fields.get("actionid") {
        Some(Value::Str(text)) if text.is_empty() => return Err(ActionProblem::ActionIdEmpty),
        Some(Value::Str(_)) => {}
        other => return Err(ActionProblem::ActionId(describe(other))),
    }
    match fields.get("resourceid") {
        None | Some(Value::Null | Value::Str(_) | Value::Int(_)) => {}
        other => return Err(ActionProblem::ResourceId(describe(other))),
    }
    match fields.get("resourcetype") {
        Some(Value::Str(_)) => Ok(()),
        other => Err(ActionProblem::ResourceType(describe(other))),
    }
}

fn describe(value: Option<&Value>) -> &'static str {
    value.map_or("missing", Value::type_name)
}

/// A scalar as PHP would join it into a text; `None` for arrays.
fn text(value: Option<Value>) -> Option<String> {
    match value? {
        Value::Str(bytes) => String::from_utf8(bytes).ok(),
        Value::Int(number) => Some(number.to_string()),
        Value::Bool(true) => Some("1".to_owned()),
        Value::Null | Value::Bool(false) => Some(String::new()),
        Value::Float(_) | Value::Array(_) => None,
    }
}

fn timestamp(value: Option<Value>) -> Timestamp {
    if !matches!(value, Some(Value::Int(_) | Value::Str(_))) {
        return Timestamp { text: String::new(), value: None };
    }
    let text = text(value).unwrap_or_default();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let value = if is_number { text.parse().ok().map(UnixTime) } else { None };
    Timestamp { text, value }
}

fn signature(hmac: Option<Value>, version: Option<Value>) -> Signature {
    let hmac = match hmac {
        Some(hmac @ Value::Str(_)) => text(Some(hmac)).filter(|text| !text.is_empty()),
        _ => None,
    };
    let Some(hmac) = hmac else { return Signature::Missing };
    match text(Some(version.unwrap_or(Value::Null))).as_deref() {
        Some("2") => Signature::V2(hmac),
        Some("" | "1") => Signature::V1(hmac),
        _ => Signature::UnknownVersion,
    }
}

fn parameters(value: Option<Value>) -> Result<php::Array, ActionProblem> {
    let parameters = match value {
        None | Some(Value::Null) => return Ok(php::Array::default()),
        Some(Value::Array(parameters)) => parameters,
        Some(other) => return Err(ActionProblem::Parameters(other.type_name())),
    };
    if !parameters.is_empty() && parameters.is_list() {
        return Err(ActionProblem::Parameters("a list"));
    }
    if parameters.contains_key("") {
        return Err(ActionProblem::ParameterName);
    }
    Ok(parameters)
}
