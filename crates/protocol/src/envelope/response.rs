//! The response envelope, in the member order and spelling of the vendor's samples.

use super::Echo;
use crate::{
    ErrorCode,
    php::{self, Value},
};

/// An answer. The HTTP status is 200 in every case; what happened is in here.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// `status.code`: 200, 400 (not authenticated) or 500.
    pub code: u16,
    /// `status.errorcode` and `status.message`.
    pub status: Status,
    /// One result per action, in the same order; none if the request failed as a whole.
    pub results: Vec<ActionResult>,
}

/// A code with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// 0 is success.
    pub error: ErrorCode,
    /// Exactly `OK` on success: a public client compares it.
    pub message: String,
}

/// The result of one action.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionResult {
    /// What is repeated of the action.
    pub echo: Echo,
    /// Whether a client may keep the answer; false for everything that writes or fails.
    pub cacheable: bool,
    /// `data.meta.cntabsolute`: the number of matching records; null for calls without a total.
    pub count: Option<i64>,
    /// `data.records`.
    pub records: Vec<Record>,
    /// Success or failure of this action.
    pub status: Status,
}

/// One record of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// A number; 0 where there is no record behind it.
    pub id: i64,
    /// The module; empty for calls that perform something, null for settings.
    pub kind: Option<&'static str>,
    /// The fields.
    pub elements: php::Array,
}

impl Status {
    /// Success.
    pub fn ok() -> Self {
        Self::error(ErrorCode::OK, "")
    }

    /// A code with its text, `argument` in place of `%s`.
    pub fn error(error: ErrorCode, argument: &str) -> Self {
        Self { error, message: error.message(argument) }
    }

    fn encode(&self, mut fields: Vec<(&str, Value)>) -> Value {
        fields.push(("errorcode", Value::Int(i64::from(self.error.0))));
        fields.push(("message", Value::from(self.message.as_str())));
        object(fields)
    }
}

impl Response {
    /// A request that failed as a whole: 400 for a token that is not authenticated, 500 otherwise.
    pub fn failed(error: ErrorCode) -> Self {
        let code = if error == ErrorCode::NOT_AUTHENTICATED { 400 } else { 500 };
        Self { code, status: Status::error(error, ""), results: Vec::new() }
    }

    /// The results of all actions: 200/0 if every one succeeded, else 500/97 above and each
    /// action's own code in its result (apidoc.onoffice.de, "Error handling").
    pub fn from_results(results: Vec<ActionResult>) -> Self {
        let all_fine = results.iter().all(|result| result.status.error == ErrorCode::OK);
        let (code, error) =
            if all_fine { (200, ErrorCode::OK) } else { (500, ErrorCode::ERROR_IN_ACTION) };
        Self { code, status: Status::error(error, ""), results }
    }

    /// The body: compact JSON with PHP's escapes, as the vendor's samples have it.
    pub fn to_json(&self) -> String {
        let results = php::Array::list(self.results.iter().map(ActionResult::encode));
        let body = object(vec![
            ("status", self.status.encode(vec![("code", Value::Int(self.code.into()))])),
            ("response", object(vec![("results", Value::Array(results))])),
        ]);
        // Texts come from decoded JSON or from this crate and are UTF-8, and there are no floats.
        php::json::encode(&body).unwrap_or_default()
    }
}

impl ActionResult {
    /// A call that performed something: one record with id 0, type "" and the given elements.
    pub fn performed(echo: Echo, elements: php::Array) -> Self {
        let records = vec![Record { id: 0, kind: Some(""), elements }];
        Self { echo, cacheable: false, count: None, records, status: Status::ok() }
    }

    /// A call that reads: how many records there are in all, and those that were asked for.
    pub fn read(echo: Echo, cacheable: bool, count: Option<i64>, records: Vec<Record>) -> Self {
        Self { echo, cacheable, count, records, status: Status::ok() }
    }

    /// An action that failed. `data` stays an object: the official PHP SDK refuses a null there.
    pub fn failed(echo: Echo, status: Status) -> Self {
        Self { echo, cacheable: false, count: None, records: Vec::new(), status }
    }

    fn encode(&self) -> Value {
        let records = php::Array::list(self.records.iter().map(Record::encode));
        let count = self.count.map_or(Value::Null, Value::Int);
        object(vec![
            ("actionid", Value::from(self.echo.action_id.as_str())),
            ("resourceid", Value::from(self.echo.resource_id.as_str())),
            ("resourcetype", Value::from(self.echo.resource_type.as_str())),
            ("cacheable", Value::Bool(self.cacheable)),
            ("identifier", Value::from(self.echo.identifier.as_str())),
            (
                "data",
                object(vec![
                    ("meta", object(vec![("cntabsolute", count)])),
                    ("records", Value::Array(records)),
                ]),
            ),
            ("status", self.status.encode(Vec::new())),
        ])
    }
}

impl Record {
    fn encode(&self) -> Value {
        object(vec![
            ("id", Value::Int(self.id)),
            ("type", self.kind.map_or(Value::Null, Value::from)),
            ("elements", Value::Array(self.elements.clone())),
        ])
    }
}

fn object(fields: Vec<(&str, Value)>) -> Value {
    let mut array = php::Array::default();
    for (name, value) in fields {
        array.insert(name, value);
    }
    Value::Array(array)
}
