//! `freischalt requests`: the actions the server answered, and why some failed.

use clap::Args;
use freischalt_client::management::{Answer, Request};
use serde_json::value::RawValue;

use super::management::ManagementArguments;
use crate::{failure::Failure, output};

/// Before what is said about a failure: the messages are too long to stand beside who called.
const INDENT: &str = "    ";

/// Which actions to show.
#[derive(Clone, Debug, Args)]
pub(crate) struct RequestsArguments {
    /// Only those that failed
    #[arg(long)]
    failed: bool,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Shows the log.
pub(crate) fn run(arguments: &RequestsArguments) -> Result<(), Failure> {
    let answer = arguments.management.answer(async |api| api.requests().await)?;
    let wanted = |request: &Request| !arguments.failed || request.code != 0;
    if arguments.management.json() {
        return output::print(&json(&answer, wanted)?);
    }
    output::print(&list(answer.value.iter().filter(|request| wanted(request))))
}

/// The wanted elements of the array, each exactly as it came.
fn json(
    answer: &Answer<Vec<Request>>,
    wanted: impl Fn(&Request) -> bool,
) -> Result<String, Failure> {
    if answer.value.iter().all(&wanted) {
        return Ok(answer.text.clone());
    }
    let elements: Vec<&RawValue> = serde_json::from_str(&answer.text).map_err(unreadable)?;
    let pairs = answer.value.iter().zip(elements);
    let kept: Vec<_> = pairs.filter(|(request, _)| wanted(request)).map(|(_, raw)| raw).collect();
    serde_json::to_string(&kept).map_err(unreadable)
}

fn list<'a>(requests: impl Iterator<Item = &'a Request>) -> String {
    let mut blocks: Vec<String> = requests.map(entry).collect();
    if blocks.is_empty() {
        blocks.push("There are none.".to_owned());
    }
    blocks.join("\n")
}

fn entry(request: &Request) -> String {
    let action = request.action.as_deref().unwrap_or("?");
    let action = action.rsplit_once(':').map_or(action, |(_, verb)| verb);
    let resource = request.resource_type.as_deref().unwrap_or("?");
    let who = [request.provider.as_deref(), request.customer.as_deref()];
    let who = who.into_iter().flatten().collect::<Vec<_>>().join(" → ");
    let micros = request.duration_micros.map(|micros| format!("{micros} µs")).unwrap_or_default();
    let head = format!("{}  {action} {resource}", output::dim(&request.at));
    let (who, micros) = (who.as_str(), output::dim(&micros));
    if request.code == 0 {
        return [&head, &output::good("OK"), who, &micros].join("  ").trim_end().to_owned();
    }
    let message = request.message.as_deref().unwrap_or("");
    let mut lines = vec![
        [&head, who, &micros].join("  ").trim_end().to_owned(),
        output::bold(&output::wrap(&format!("{} {message}", request.code), INDENT, INDENT)),
    ];
    lines.extend(request.explanation.as_deref().map(|text| output::wrap(text, INDENT, INDENT)));
    lines.join("\n")
}

fn unreadable(cause: serde_json::Error) -> Failure {
    Failure::System { what: "the request log cannot be filtered", cause: cause.into() }
}
