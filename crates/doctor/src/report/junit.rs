//! For build servers: JUnit's XML, one suite for each area.

use std::fmt::Write;

use super::{Outcome, Report, escaped};
use crate::catalogue::Area;

/// The report as JUnit XML.
pub fn junit(report: &Report) -> String {
    let (_, failed, skipped) = report.counts();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"freischalt doctor\" tests=\"{}\" failures=\"{failed}\" skipped=\"{skipped}\" time=\"{:.3}\">",
        report.findings.len(),
        report.took.as_secs_f64(),
    );
    for area in Area::ALL {
        suite(&mut out, report, area);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, report: &Report, area: Area) {
    let of: Vec<_> = report.findings.iter().filter(|one| one.check.area == area).collect();
    if of.is_empty() {
        return;
    }
    let count = |kind: fn(&Outcome) -> bool| of.iter().filter(|one| kind(&one.outcome)).count();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
        area.title(),
        of.len(),
        count(|outcome| matches!(outcome, Outcome::Failed(_))),
        count(|outcome| matches!(outcome, Outcome::Skipped(_))),
    );
    for finding in of {
        let check = finding.check;
        let _ = write!(
            out,
            "    <testcase classname=\"{}\" name=\"{} {}\" time=\"{:.3}\"",
            area.title(),
            check.id,
            escaped(check.title),
            finding.took.as_secs_f64(),
        );
        match &finding.outcome {
            Outcome::Passed => out.push_str("/>\n"),
            Outcome::Skipped(why) => {
                let _ = writeln!(out, "><skipped message=\"{}\"/></testcase>", escaped(why));
            }
            Outcome::Failed(seen) => {
                let mut text = format!("{}\n{}\n", check.why, check.mend.what);
                for exchange in &finding.exchanges {
                    let _ =
                        writeln!(text, "sent: {}\nreceived: {}", exchange.sent, exchange.received);
                }
                let _ = writeln!(
                    out,
                    "><failure type=\"{}\" message=\"{}\">{}</failure></testcase>",
                    check.severity.word(),
                    escaped(seen),
                    escaped(&text),
                );
            }
        }
    }
    out.push_str("  </testsuite>\n");
}
