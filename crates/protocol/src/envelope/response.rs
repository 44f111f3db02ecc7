//! The response envelope, in the member order and spelling of the vendor's samples.

use super::Echo;
use crate::{
    ErrorCode,
    php::{self, json},
};

/// Bytes that a result takes at least, and what is around all of them.
const ROOM: usize = 400;

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

    /// The last members of a status.
    fn write(&self, out: &mut String) {
        out.push_str(r#""errorcode":"#);
        json::write_int(out, self.error.0.into());
        out.push_str(r#","message":"#);
        json::write_text(out, &self.message);
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
        let mut out = String::with_capacity(ROOM * (1 + self.results.len()));
        out.push_str(r#"{"status":{"code":"#);
        json::write_int(&mut out, self.code.into());
        out.push(',');
        self.status.write(&mut out);
        out.push_str(r#"},"response":{"results":"#);
        json::write_list(&mut out, &self.results, |out, result| result.write(out));
        out.push_str("}}");
        out
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

    fn write(&self, out: &mut String) {
        let Echo { action_id, resource_id, resource_type, identifier } = &self.echo;
        out.push_str(r#"{"actionid":"#);
        json::write_text(out, action_id);
        out.push_str(r#","resourceid":"#);
        json::write_text(out, resource_id);
        out.push_str(r#","resourcetype":"#);
        json::write_text(out, resource_type);
        out.push_str(r#","cacheable":"#);
        out.push_str(if self.cacheable { "true" } else { "false" });
        out.push_str(r#","identifier":"#);
        json::write_text(out, identifier);
        out.push_str(r#","data":{"meta":{"cntabsolute":"#);
        match self.count {
            Some(count) => json::write_int(out, count),
            None => out.push_str("null"),
        }
        out.push_str(r#"},"records":"#);
        json::write_list(out, &self.records, |out, record| record.write(out));
        out.push_str(r#"},"status":{"#);
        self.status.write(out);
        out.push_str("}}");
    }
}

impl Record {
    fn write(&self, out: &mut String) {
        out.push_str(r#"{"id":"#);
        json::write_int(out, self.id);
        out.push_str(r#","type":"#);
        match self.kind {
            Some(kind) => json::write_text(out, kind),
            None => out.push_str("null"),
        }
        out.push_str(r#","elements":"#);
        // Texts come from decoded JSON or from this crate and are UTF-8, and there are no floats.
        out.push_str(&json::encode_array(&self.elements).unwrap_or_else(|| "[]".to_owned()));
        out.push('}');
    }
}
