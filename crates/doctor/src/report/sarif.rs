//! For code scanning: SARIF 2.1.0.

use serde_json::{Value, json};

use super::{Outcome, Report};
use crate::catalogue::Severity;

/// The report as SARIF. Findings have no file; their place is the address that was examined.
pub fn sarif(report: &Report) -> Value {
    let rules = report.findings.iter().map(|finding| {
        let check = finding.check;
        json!({
            "id": check.id,
            "name": check.id.replace('-', ""),
            "shortDescription": { "text": check.title },
            "fullDescription": { "text": check.why },
            "help": { "text": check.mend.what },
            "defaultConfiguration": { "level": level(check.severity) },
            "properties": {
                "tags": ["security", check.mend.asvs, check.mend.api_top_10],
                "security-severity": score(check.severity),
            },
        })
    });
    let results = report.findings.iter().enumerate().filter_map(|(index, finding)| {
        let Outcome::Failed(seen) = &finding.outcome else { return None };
        Some(json!({
            "ruleId": finding.check.id,
            "ruleIndex": index,
            "level": level(finding.check.severity),
            "message": { "text": format!("{}: {seen}", finding.check.title) },
            "baselineState": if finding.known { "unchanged" } else { "new" },
            "partialFingerprints": { "check": finding.check.id },
            "locations": [{
                "physicalLocation": { "artifactLocation": { "uri": report.target } },
            }],
        }))
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "freischalt doctor",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            }},
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// On the scale that code scanning sorts by.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}
