//! What a run found, and the ways of writing it down.

mod html;
mod json;
mod junit;
mod markdown;
mod sarif;
mod terminal;

use std::time::Duration;

use crate::{
    catalogue::{Check, Severity},
    exchange::Exchange,
    grade::Grade,
};

pub use html::html;
pub use json::{catalogue, json};
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use terminal::terminal;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be: what was seen.
    Failed(String),
    /// Could not be judged: why.
    Skipped(String),
}

impl Outcome {
    pub(crate) fn failed(seen: &str) -> Self {
        Self::Failed(seen.to_owned())
    }

    pub(crate) fn skipped(why: &str) -> Self {
        Self::Skipped(why.to_owned())
    }

    /// As [`Self::of`], with a text that is made only if it is needed.
    pub(crate) fn of_seen(holds: bool, otherwise: impl FnOnce() -> String) -> Self {
        if holds { Self::Passed } else { Self::Failed(otherwise()) }
    }

    /// Passed if it `holds`.
    pub(crate) fn of(holds: bool, otherwise: &str) -> Self {
        if holds { Self::Passed } else { Self::failed(otherwise) }
    }
}

/// A check and what came of it.
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether a baseline says that it is known to fail.
    pub known: bool,
    /// What was sent and what came back.
    pub exchanges: Vec<Exchange>,
    /// How long it took.
    pub took: Duration,
}

/// A run.
pub struct Report {
    /// The activation URL that was examined.
    pub target: String,
    /// All checks that were chosen, in the order of the table.
    pub findings: Vec<Finding>,
    /// Requests that were made.
    pub requests: usize,
    /// How long the run took.
    pub took: Duration,
}

impl Report {
    /// The findings that failed, the worst first.
    pub fn failures(&self) -> Vec<&Finding> {
        let failed = |finding: &&Finding| matches!(finding.outcome, Outcome::Failed(_));
        let mut failures: Vec<_> = self.findings.iter().filter(failed).collect();
        failures.sort_by_key(|finding| {
            (!finding.check.is_precondition(), std::cmp::Reverse(finding.check.severity))
        });
        failures
    }

    /// The failures that no baseline knows.
    pub fn new_failures(&self) -> Vec<&Finding> {
        self.failures().into_iter().filter(|finding| !finding.known).collect()
    }

    /// What has to be mended before anything can be judged, the first of them first: see
    /// [`Check::is_precondition`].
    pub fn obstacle(&self) -> Option<&Finding> {
        let failed = |finding: &&Finding| matches!(finding.outcome, Outcome::Failed(_));
        self.findings.iter().filter(failed).find(|finding| finding.check.is_precondition())
    }

    /// The grade; none if there is an [`Self::obstacle`]. What a baseline knows counts as well: it is
    /// known, not mended.
    pub fn grade(&self) -> Option<Grade> {
        if self.obstacle().is_some() {
            return None;
        }
        let severities = self.failures().into_iter().map(|finding| finding.check.severity);
        Some(Grade::of(&severities.collect::<Vec<_>>()))
    }

    /// One sentence about the run as a whole.
    pub fn meaning(&self) -> &'static str {
        match (self.grade(), self.obstacle()) {
            (Some(grade), _) => grade.meaning(),
            (None, Some(finding)) if finding.check.id == crate::catalogue::GENUINE => {
                "Not graded: a genuine URL is refused."
            }
            (None, _) => "Not graded: the button of the page reaches no API.",
        }
    }

    /// The letter of the grade, or a dash.
    fn letter(&self) -> String {
        self.grade().map_or_else(|| "–".to_owned(), |grade| grade.to_string())
    }

    /// Passed, failed, skipped.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |kind: fn(&Outcome) -> bool| {
            self.findings.iter().filter(|finding| kind(&finding.outcome)).count()
        };
        (
            count(|outcome| *outcome == Outcome::Passed),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
            count(|outcome| matches!(outcome, Outcome::Skipped(_))),
        )
    }

    /// Marks what a baseline knows: one id a line, `#` begins a remark.
    pub fn apply_baseline(&mut self, baseline: &str) {
        let known: Vec<&str> =
            baseline.lines().filter_map(|line| line.split('#').next()).map(str::trim).collect();
        for finding in &mut self.findings {
            // What was not judged is not known either.
            let id = finding.check.id;
            finding.known = known.contains(&id) && !finding.check.is_precondition();
        }
    }

    /// A baseline of this run.
    pub fn baseline(&self) -> String {
        let failures = self.failures().into_iter().filter(|one| !one.check.is_precondition());
        let lines = failures.map(|finding| {
            format!(
                "{}  # {}: {}\n",
                finding.check.id,
                finding.check.severity.word(),
                finding.check.title
            )
        });
        let head =
            "# Checks that are known to fail. They count for the grade, not for the exit code.\n";
        std::iter::once(head.to_owned()).chain(lines).collect()
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped(_) => "skipped",
    }
}

fn seen(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Passed => None,
        Outcome::Failed(text) | Outcome::Skipped(text) => Some(text),
    }
}

/// The worst severity first.
fn severities() -> [Severity; 5] {
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info]
}

/// Text for HTML and XML. Control characters, which XML forbids, become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
