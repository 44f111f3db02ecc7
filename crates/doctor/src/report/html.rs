//! For people who get the report by mail: one file, no script, nothing loaded.

use std::fmt::Write;

use super::{Finding, Outcome, Report, escaped, seen};
use crate::catalogue::Area;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2430;--paper:#fff;--line:#d8dee6;--soft:#5b6675;--bad:#b3261e;--good:#1b6e3c;--box:#f5f7f9}\
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--paper:#14181e;--line:#343c47;--soft:#a4afbd;--bad:#ff8a80;--good:#7ddc9f;--box:#1c222a}}\
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}\
.grade{font-size:4rem;font-weight:700;line-height:1;margin:0}.soft{color:var(--soft)}.bad{color:var(--bad)}.good{color:var(--good)}\
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.5rem .75rem}summary{cursor:pointer}\
code,pre{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}\
pre{background:var(--box);padding:.5rem;border-radius:4px}dt{font-weight:600}dd{margin:0 0 .5rem}\
.tag{border:1px solid currentColor;border-radius:99px;font-size:.75rem;padding:0 .5rem;margin-right:.5rem}";

/// The report as an HTML document of its own.
pub fn html(report: &Report) -> String {
    let (passed, failed, skipped) = report.counts();
    let grade = report.letter();
    let tone = if failed == 0 { "good" } else { "bad" };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Grade {grade}: {target}</title><style>{STYLE}</style></head><body><main>\n\
         <h1><span class=\"grade {tone}\">{grade}</span><br>{meaning}</h1>\n\
         <p class=\"soft\">{target}<br>{passed} passed, {failed} failed, {skipped} not judged; {} requests in {:.1} s</p>\n",
        report.requests,
        report.took.as_secs_f64(),
        target = escaped(&report.target),
        meaning = report.meaning(),
    );
    if failed > 0 {
        out.push_str("<h2>What to mend, the worst first</h2>\n");
    }
    for finding in report.failures() {
        failure(&mut out, finding);
    }
    out.push_str("<h2>All checks</h2>\n");
    for area in Area::ALL {
        area_list(&mut out, report, area);
    }
    out.push_str("</main></body></html>\n");
    out
}

fn failure(out: &mut String, finding: &Finding) {
    let check = finding.check;
    let _ = write!(
        out,
        "<details open><summary><span class=\"tag bad\">{}</span><strong>{}</strong> <span class=\"soft\">{}{}</span></summary><dl>",
        check.severity.word(),
        escaped(check.title),
        check.id,
        if finding.known { ", known" } else { "" },
    );
    let _ = write!(
        out,
        "<dt>Seen</dt><dd>{}</dd>",
        escaped(seen(&finding.outcome).unwrap_or_default())
    );
    if !finding.exchanges.is_empty() {
        out.push_str("<dt>Sent and received</dt><dd><pre>");
        for exchange in &finding.exchanges {
            let _ =
                writeln!(out, "→ {}\n← {}", escaped(&exchange.sent), escaped(&exchange.received));
        }
        out.push_str("</pre></dd>");
    }
    let _ = write!(
        out,
        "<dt>Why it matters</dt><dd>{}</dd><dt>How to mend it</dt><dd>{}</dd>",
        escaped(check.why),
        escaped(check.mend.what)
    );
    for (language, how) in check.mend.how {
        let _ =
            write!(out, "<dt class=\"soft\">{language}</dt><dd><code>{}</code></dd>", escaped(how));
    }
    let _ = writeln!(
        out,
        "</dl><p class=\"soft\">OWASP ASVS 5.0: {}; API Security Top 10: {}</p></details>",
        check.mend.asvs, check.mend.api_top_10
    );
}

fn area_list(out: &mut String, report: &Report, area: Area) {
    let of: Vec<_> = report.findings.iter().filter(|one| one.check.area == area).collect();
    if of.is_empty() {
        return;
    }
    let failed = of.iter().filter(|one| matches!(one.outcome, Outcome::Failed(_))).count();
    let _ = writeln!(
        out,
        "<details><summary>{}: {} checks, {failed} failed</summary><ul>",
        area.title(),
        of.len()
    );
    for finding in of {
        let (tone, mark) = match finding.outcome {
            Outcome::Passed => ("good", "passed"),
            Outcome::Failed(_) => ("bad", "failed"),
            Outcome::Skipped(_) => ("soft", "not judged"),
        };
        let _ = writeln!(
            out,
            "<li><span class=\"{tone}\">{mark}</span> <code>{}</code> {}</li>",
            finding.check.id,
            escaped(finding.check.title),
        );
    }
    out.push_str("</ul></details>\n");
}
