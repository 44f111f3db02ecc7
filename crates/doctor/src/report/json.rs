//! For scripts.

use serde_json::{Value, json};

use super::{Report, seen, word};
use crate::catalogue::Check;

/// The report as JSON; a new member may come, none goes.
pub fn json(report: &Report) -> Value {
    let (passed, failed, skipped) = report.counts();
    let findings = report.findings.iter().map(|finding| {
        let check = finding.check;
        json!({
            "id": check.id,
            "title": check.title,
            "area": check.area,
            "severity": check.severity,
            "outcome": word(&finding.outcome),
            "seen": seen(&finding.outcome),
            "known": finding.known,
            "why": check.why,
            "mend": check.mend.what,
            "asvs": check.mend.asvs,
            "api_top_10": check.mend.api_top_10,
            "exchanges": finding.exchanges,
            "duration_ms": u64::try_from(finding.took.as_millis()).unwrap_or(u64::MAX),
        })
    });
    json!({
        "target": report.target,
        "grade": report.grade().map(|grade| grade.to_string()),
        "meaning": report.meaning(),
        "obstacle": report.obstacle().map(|finding| finding.check.id),
        "passed": passed,
        "failed": failed,
        "skipped": skipped,
        "requests": report.requests,
        "duration_ms": u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        "findings": findings.collect::<Vec<_>>(),
    })
}

/// The checks themselves as JSON.
pub fn catalogue(checks: &[&Check]) -> Value {
    let all = checks.iter().map(|check| {
        json!({
            "id": check.id,
            "title": check.title,
            "area": check.area,
            "severity": check.severity,
            "why": check.why,
            "mend": check.mend,
        })
    });
    Value::Array(all.collect())
}
