//! Reading the API's answer, with the tolerance that its PHP origin asks for: empty maps arrive
//! as `[]`, ids as numbers or text, and members may be missing.

use freischalt_protocol::ErrorCode;
use serde_json::{Map, Value};

use crate::call_error::{BodyKind, CallError, Level, Refusal};
use crate::{Action, HttpResponse};

/// What one action brought.
///
/// ```
/// use freischalt_client::{Action, ActionResult, Elements, Record, Verb};
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let session = sandbox.session().await;
/// let action = Action::new(Verb::Read, "estate")
///     .with_parameter("data", ["Id", "kaufpreis"])
///     .with_parameter("listlimit", 1);
/// let ActionResult { total, records, .. } = session.call(&action).await?;
/// println!("{total:?} properties, one of them:");
/// let Record { id, elements, .. } = &records[0];
/// println!("{id} costs {:?}", elements.get("kaufpreis"));
/// assert!(matches!(elements, Elements::Map(fields) if fields.contains_key("kaufpreis")));
/// # Ok(()) });
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ActionResult {
    /// The label that the action was sent with.
    pub identifier: String,
    /// Whether the vendor allows the answer to be cached.
    pub cacheable: bool,
    /// Records that match in all, however many were asked for; absent where the call has no total.
    pub total: Option<u64>,
    /// The records.
    pub records: Vec<Record>,
}

/// One record of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id as text; the wire has numbers and text. `0` where there is no record.
    pub id: String,
    /// Its type, empty where the call has none.
    pub kind: String,
    /// Its fields.
    pub elements: Elements,
}

/// The fields of a record: nearly always a map, a list in a few calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// Fields by name; empty for the `[]` that PHP sends for an empty map.
    Map(Map<String, Value>),
    /// A list that is not empty.
    List(Vec<Value>),
}

impl Elements {
    /// The field of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Map(map) => map.get(name),
            Self::List(_) => None,
        }
    }
}

/// `status` at the top and in a result.
struct Status {
    /// `status.code`; 200 where it is missing, as it is in results.
    code: u64,
    error: ErrorCode,
    message: String,
}

/// The results of a request for `actions`, one for each, in their order; the outer error is one
/// that concerns them all. Hints are not filled in.
pub(crate) fn parse(
    response: &HttpResponse,
    actions: &[Action],
) -> Result<Vec<Result<ActionResult, Refusal>>, CallError> {
    let not_an_answer = || CallError::NotAnAnswer {
        status: response.status,
        content_type: response.content_type.clone(),
        body: BodyKind::of(&response.body),
    };
    let body: Value = serde_json::from_slice(&response.body).map_err(|_| not_an_answer())?;
    let top = body.get("status").and_then(read_status).ok_or_else(not_an_answer)?;
    let results = body.pointer("/response/results").and_then(Value::as_array);
    let results = results.map_or(&[][..], Vec::as_slice);

    // 97 only says that some result carries the error; any other one stands for all of them.
    let concerns_all = top.code != 200 || top.error != ErrorCode::OK;
    let parsed: Vec<_> = results.iter().map(read_result).collect();
    if concerns_all && parsed.iter().all(Result::is_ok) {
        return Err(CallError::Refused(refusal(top, Level::Request)));
    }
    if parsed.len() != actions.len() {
        return Err(CallError::ResultCount { sent: actions.len(), received: parsed.len() });
    }
    Ok(parsed)
}

fn read_result(result: &Value) -> Result<ActionResult, Refusal> {
    let status = result.get("status").and_then(read_status).unwrap_or_else(|| Status {
        code: 500,
        error: ErrorCode::UNKNOWN,
        message: "the result has no status".to_owned(),
    });
    if status.error != ErrorCode::OK {
        return Err(refusal(status, Level::Action));
    }
    let records = result.pointer("/data/records").and_then(Value::as_array);
    Ok(ActionResult {
        identifier: text(result.get("identifier")),
        cacheable: result.get("cacheable").and_then(Value::as_bool).unwrap_or(false),
        total: result.pointer("/data/meta/cntabsolute").and_then(number),
        records: records.map_or_else(Vec::new, |records| records.iter().map(read_record).collect()),
    })
}

fn read_record(record: &Value) -> Record {
    let elements = match record.get("elements") {
        Some(Value::Object(map)) => Elements::Map(map.clone()),
        Some(Value::Array(list)) if !list.is_empty() => Elements::List(list.clone()),
        _ => Elements::Map(Map::new()),
    };
    Record { id: text(record.get("id")), kind: text(record.get("type")), elements }
}

/// A result's code is called `errorcode` in every sample and `code` on one page of the vendor's
/// documentation; at the top both exist and mean different things.
fn read_status(status: &Value) -> Option<Status> {
    let status = status.as_object()?;
    let code = status.get("code");
    let error = status.get("errorcode").or(code)?;
    let error = match number(error) {
        Some(number) => ErrorCode(u32::try_from(number).unwrap_or(ErrorCode::UNKNOWN.0)),
        None => ErrorCode::UNKNOWN,
    };
    let code = status.get("errorcode").and(code).and_then(number).unwrap_or(200);
    Some(Status { code, error, message: text(status.get("message")) })
}

fn refusal(status: Status, level: Level) -> Refusal {
    const LONGEST: usize = 500;
    let message = status.message.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    Refusal { code: status.error, message, level, hint: None }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
