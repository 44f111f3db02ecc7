//! `freischalt error`: explain an error code, or search the codes.

use clap::Args;
use freischalt_protocol::{
    ErrorCode,
    error_code::{ALL, Entry, Explanation, Level},
};
use serde::Serialize;

use crate::{arguments::Format, failure::Failure, output};

/// Which codes.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt error 137
  freischalt error hmac
  freischalt error --search claim")]
pub(crate) struct ErrorArguments {
    /// A code, or words to search for
    #[arg(value_name = "CODE|TEXT", required_unless_present_any = ["list", "search"])]
    subject: Vec<String>,
    /// List the codes, all of them or those found
    #[arg(long)]
    list: bool,
    /// List the codes whose text or explanation holds all these words
    #[arg(long, value_name = "TEXT", conflicts_with = "subject")]
    search: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// A line of the list, for scripts.
#[derive(Serialize)]
struct Row {
    code: ErrorCode,
    message: String,
    level: Level,
}

impl From<&Entry> for Row {
    fn from(entry: &Entry) -> Self {
        let message = entry.code.explain().message;
        Self { code: entry.code, message, level: entry.level }
    }
}

/// Explains or lists.
pub(crate) fn run(arguments: &ErrorArguments) -> Result<(), Failure> {
    let subject = arguments.subject.join(" ");
    if let (Ok(number), false) = (subject.parse(), arguments.list) {
        return one(ErrorCode(number), arguments.format);
    }
    let words = arguments.search.as_deref().unwrap_or(&subject);
    let as_list = arguments.list || arguments.search.is_some();
    let found = search(words);
    match found.as_slice() {
        [] => Err(Failure::No(format!(
            "no error code has to do with `{words}`; `freischalt error --list` shows all"
        ))),
        [only] if !as_list => one(only.code, arguments.format),
        _ => list(&found, arguments.format),
    }
}

fn one(code: ErrorCode, format: Format) -> Result<(), Failure> {
    if code.entry().is_none() {
        return Err(Failure::No(unknown(code)));
    }
    let explanation = code.explain();
    if format.json {
        return output::print_json(&explanation);
    }
    output::print(&page(&explanation))
}

fn unknown(code: ErrorCode) -> String {
    let next = ALL.iter().map(|entry| entry.code).min_by_key(|known| known.0.abs_diff(code.0));
    let next = next.map(|next| format!(", the closest one that is known is {next}"));
    format!(
        "no meaning is known for error code {code}{}; `freischalt error --list` shows all",
        next.unwrap_or_default()
    )
}

fn page(explanation: &Explanation) -> String {
    let title = format!("{}  {}", explanation.code, explanation.message);
    let mut blocks = vec![
        output::bold(&title),
        output::dim(&output::wrap(explanation.place, "", "")),
        output::wrap(&explanation.meaning, "", ""),
    ];
    blocks.extend(section("Likely causes", &explanation.causes));
    blocks.extend(section("What to do", &explanation.remedies));
    let mut points = explanation.causes.iter().chain(&explanation.remedies);
    if points.any(|point| point.ends_with("(inferred)")) {
        blocks.push(output::dim("(inferred): a conclusion; no source says it."));
    }
    blocks.join("\n\n")
}

fn section(title: &str, points: &[String]) -> Option<String> {
    let points = points.iter().map(|point| output::wrap(point, "  - ", "    "));
    let points: Vec<String> = points.collect();
    (!points.is_empty()).then(|| format!("{}\n{}", output::bold(title), points.join("\n")))
}

/// The codes whose number, text or explanation holds all the words.
fn search(words: &str) -> Vec<&'static Entry> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let matches = |entry: &&Entry| {
        let text = entry.code.explain().full_text().to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    ALL.iter().filter(matches).collect()
}

fn list(entries: &[&Entry], format: Format) -> Result<(), Failure> {
    if format.json {
        let rows = entries.iter().map(|entry| Row::from(*entry));
        return output::print_json(&rows.collect::<Vec<_>>());
    }
    let rows = entries.iter().map(|entry| Row::from(*entry));
    let rows = rows.map(|row| [row.code.to_string(), row.message]);
    output::print(&output::table(["CODE", "MESSAGE"], rows))
}
