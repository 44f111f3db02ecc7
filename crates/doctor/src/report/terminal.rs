//! For people in front of a terminal. Colours are written always; whoever prints them strips them
//! where nobody sees them.

use std::fmt::Write;

use super::{Finding, Outcome, Report, seen, severities};
use crate::catalogue::{Area, Severity};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";
const WIDTH: usize = 96;

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "\x1b[1;31m",
        Severity::Medium => "\x1b[33m",
        Severity::Low => "\x1b[36m",
        Severity::Info => DIM,
    }
}

/// The report. `languages` chooses in which terms it says how to mend things; empty means all.
pub fn terminal(report: &Report, languages: &[String]) -> String {
    let mut out = String::new();
    let (passed, failed, skipped) = report.counts();
    let grade = report.letter();
    let paint = if failed == 0 { "\x1b[1;32m" } else { "\x1b[1;31m" };
    let _ = writeln!(out, "\n  {paint}{grade}{RESET}  {BOLD}{}{RESET}", report.meaning());
    let _ = writeln!(out, "     {DIM}{}{RESET}\n", report.target);
    for area in Area::ALL {
        area_line(&mut out, report, area);
    }
    let mut failures = report.failures();
    let mut told: Vec<&Finding> = Vec::new();
    if let Some(obstacle) = report.obstacle() {
        let _ = writeln!(out, "\n  {BOLD}FIRST{RESET}");
        failure(&mut out, obstacle);
        mending(&mut out, obstacle, languages);
        failures.retain(|one| one.check.id != obstacle.check.id);
        told.push(obstacle);
    }
    for severity in severities() {
        let of: Vec<_> = failures.iter().filter(|one| one.check.severity == severity).collect();
        if !of.is_empty() {
            let _ =
                writeln!(out, "\n  {}{}{RESET}", colour(severity), severity.word().to_uppercase());
        }
        for finding in of {
            failure(&mut out, finding);
            let before = told.iter().find(|one| std::ptr::eq(one.check.mend, finding.check.mend));
            match before {
                Some(before) => wrapped(&mut out, "Mend", &format!("as for {}", before.check.id)),
                None => mending(&mut out, finding, languages),
            }
            told.push(finding);
        }
    }
    reasons(&mut out, report);
    let _ = writeln!(
        out,
        "\n  {passed} passed, {failed} failed, {skipped} not judged; {} requests in {:.1} s",
        report.requests,
        report.took.as_secs_f64(),
    );
    out
}

fn area_line(out: &mut String, report: &Report, area: Area) {
    let of: Vec<_> = report.findings.iter().filter(|one| one.check.area == area).collect();
    if of.is_empty() {
        return;
    }
    let marks: String = of
        .iter()
        .map(|finding| match finding.outcome {
            Outcome::Passed => "\x1b[32m·\x1b[0m".to_owned(),
            Outcome::Failed(_) => format!("{}✗{RESET}", colour(finding.check.severity)),
            Outcome::Skipped(_) => format!("{DIM}-{RESET}"),
        })
        .collect();
    let _ = writeln!(out, "     {:<20} {marks}", area.title());
}

fn failure(out: &mut String, finding: &Finding) {
    let check = finding.check;
    let known = if finding.known { "  (known)" } else { "" };
    let _ = writeln!(
        out,
        "\n  {}✗{RESET} {BOLD}{}{RESET}{DIM}{known}{RESET}",
        colour(check.severity),
        check.title
    );
    let _ = writeln!(
        out,
        "    {DIM}{}  {}  {}{RESET}",
        check.id, check.mend.asvs, check.mend.api_top_10
    );
    if let Some(seen) = seen(&finding.outcome) {
        wrapped(out, "Seen", seen);
    }
    for exchange in &finding.exchanges {
        let _ = writeln!(out, "      {DIM}→{RESET} {}", cut(&exchange.sent));
        let _ = writeln!(out, "      {DIM}←{RESET} {}", cut(&exchange.received));
    }
    wrapped(out, "Why ", check.why);
}

/// How to mend it. Findings with the same cure follow each other, so it is told once.
fn mending(out: &mut String, finding: &Finding, languages: &[String]) {
    let mend = finding.check.mend;
    wrapped(out, "Mend", mend.what);
    for (language, how) in mend.how {
        let wanted =
            languages.is_empty() || languages.iter().any(|one| one.eq_ignore_ascii_case(language));
        if wanted {
            let _ = writeln!(out, "      {DIM}{language:<10}{RESET} {how}");
        }
    }
}

/// Why checks were not judged, each reason once.
fn reasons(out: &mut String, report: &Report) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for finding in &report.findings {
        if let Outcome::Skipped(reason) = &finding.outcome {
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, ids)) => ids.push(finding.check.id),
                None => reasons.push((reason, vec![finding.check.id])),
            }
        }
    }
    if !reasons.is_empty() {
        let _ = writeln!(out, "\n  {DIM}NOT JUDGED{RESET}");
    }
    for (reason, ids) in reasons {
        let shown = if ids.len() > 4 {
            format!("{} and {} more", ids[0], ids.len() - 1)
        } else {
            ids.join(", ")
        };
        let _ = writeln!(out, "    {DIM}{reason}: {shown}{RESET}");
    }
}

fn wrapped(out: &mut String, name: &str, text: &str) {
    let mut line = format!("    {DIM}{name}{RESET}  ");
    let mut width = 10;
    for word in text.split_whitespace() {
        if width + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{}", line.trim_end());
            (line, width) = (" ".repeat(10), 10);
        }
        line.push_str(word);
        line.push(' ');
        width += word.chars().count() + 1;
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

fn cut(text: &str) -> String {
    let shown: String = text.chars().take(WIDTH * 2).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}
