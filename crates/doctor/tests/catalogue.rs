//! The catalogue and the ways of writing a report.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::{collections::BTreeSet, time::Duration};

use freischalt_doctor::{
    Area, CHECKS, Check, Exchange, Finding, Grade, Outcome, Report, Selection, Severity, report,
};

fn checks() -> Vec<&'static Check> {
    CHECKS.iter().copied().flatten().collect()
}

/// A report in which every third check failed, with texts that would break formats.
fn sample() -> Report {
    let nasty = "<b>\"a\" & 'b'\u{1} ]]> \u{fffe}</b>";
    let findings = checks().into_iter().enumerate().map(|(index, check)| Finding {
        check,
        outcome: match index % 3 {
            // Without these nothing is judged.
            _ if check.is_precondition() => Outcome::Passed,
            0 => Outcome::Failed(nasty.to_owned()),
            1 => Outcome::Passed,
            _ => Outcome::Skipped("no <such> URL".to_owned()),
        },
        known: false,
        exchanges: vec![Exchange { sent: format!("GET {nasty}"), received: nasty.to_owned() }],
        took: Duration::from_millis(7),
    });
    Report {
        target: "http://127.0.0.1:3000/activate?a=1&b=2".to_owned(),
        findings: findings.collect(),
        requests: 300,
        took: Duration::from_secs(3),
    }
}

#[test]
fn there_are_at_least_80_checks_and_each_has_an_id_of_its_own() {
    let checks = checks();
    let ids: BTreeSet<_> = checks.iter().map(|check| check.id).collect();
    assert_eq!(ids.len(), checks.len());
    assert!(ids.len() >= 80);
    for check in &checks {
        let (area, number) = check.id.strip_prefix("FD-").unwrap().split_once('-').unwrap();
        assert!(area.bytes().all(|c| c.is_ascii_uppercase()) && number.len() == 3, "{}", check.id);
        assert!(check.mend.how.len() >= 4, "{}: {:?}", check.id, check.mend.what);
        assert!(check.mend.asvs.starts_with('V') && !check.why.is_empty(), "{}", check.id);
    }
    for area in Area::ALL {
        assert!(checks.iter().any(|check| check.area == area), "{area:?}");
    }
}

#[test]
fn the_documentation_lists_them() {
    let committed = include_str!("../../../docs/doctor-checks.md");
    assert!(
        committed.trim_end() == report::markdown().trim_end(),
        "run `freischalt doctor --list --markdown > docs/doctor-checks.md`"
    );
}

#[test]
fn patterns_choose_checks() {
    let chosen = |only: &[&str], skip: &[&str]| {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let selection = Selection { only: words(only), skip: words(skip) };
        selection.checks().iter().map(|check| check.id).collect::<Vec<_>>()
    };
    assert_eq!(chosen(&[], &[]).len(), checks().len());
    assert_eq!(chosen(&["FD-ACT-001"], &[]), ["FD-ACT-001"]);
    assert!(chosen(&["fd-unl*"], &[]).iter().all(|id| id.starts_with("FD-UNL-")));
    assert!(chosen(&["webhook"], &["FD-HOOK-001"]).iter().all(|id| *id != "FD-HOOK-001"));
    assert!(chosen(&["nothing"], &[]).is_empty());
}

#[test]
fn a_baseline_marks_what_is_known() {
    let mut sample = sample();
    let failures = sample.failures().len();
    assert_eq!(sample.new_failures().len(), failures);
    let baseline = sample.baseline();
    sample.apply_baseline(&baseline);
    assert!(sample.new_failures().is_empty());
    assert_eq!((sample.failures().len(), sample.grade()), (failures, Some(Grade::F)));
    let one = sample.failures()[0].check.id;
    sample.apply_baseline(&format!("{one} # known\n"));
    assert_eq!(sample.new_failures().len(), failures - 1);
}

/// A run in which a genuine URL was refused: one check failed, and nothing was judged.
fn refused() -> Report {
    let mut report = sample();
    for finding in &mut report.findings {
        finding.outcome = match finding.check.id {
            "FD-ACT-019" => Outcome::Failed("does the provider have this secret?".to_owned()),
            _ => Outcome::Skipped("genuine URLs are refused, see FD-ACT-019".to_owned()),
        };
    }
    report
}

#[test]
fn without_a_genuine_url_there_is_no_grade_in_any_report() {
    let mut report = refused();
    assert_eq!(report.grade(), None);
    assert_eq!(report.obstacle().map(|finding| finding.check.id), Some("FD-ACT-019"));
    let json = report::json(&report);
    assert_eq!(
        (&json["grade"], &json["obstacle"]),
        (&serde_json::Value::Null, &"FD-ACT-019".into())
    );
    assert!(json["meaning"].as_str().unwrap().contains("a genuine URL is refused"));
    let results = report::sarif(&report)["runs"][0]["results"].clone();
    assert_eq!(results.as_array().unwrap().len(), 1);
    assert_eq!(
        (&results[0]["ruleId"], &results[0]["level"]),
        (&"FD-ACT-019".into(), &"error".into())
    );
    let junit = report::junit(&report);
    assert!(junit.contains("failures=\"1\"") && junit.contains("this secret?"), "{junit}");
    assert!(report::html(&report).contains("Not graded: a genuine URL is refused."));
    let text = report::terminal(&report, &[]);
    assert!(text.contains("Not graded") && text.matches("this secret?").count() == 1, "{text}");
    // What was not judged is not known to fail, and is not made known either.
    assert!(!report.baseline().contains("FD-"), "{}", report.baseline());
    report.apply_baseline("FD-ACT-019\n");
    assert_eq!(report.new_failures().len(), 1);
}

#[test]
fn the_worst_comes_first_for_people() {
    let text = report::terminal(&sample(), &["Go".to_owned()]);
    let at = |word: &str| text.find(word).unwrap();
    assert!(at("CRITICAL") < at("HIGH") && at("HIGH") < at("MEDIUM"));
    assert!(text.contains("hmac.Equal") && !text.contains("hash_equals"));
    assert!(report::terminal(&sample(), &[]).contains("hash_equals"));
}

/// Names of the elements that are open, checked while they close.
fn assert_well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        assert!(!text.contains("]]>") && !text.contains('\u{1}'), "{text}");
        let name = tag.split(|c: char| c.is_whitespace()).next().unwrap();
        if tag.starts_with('?') || tag.starts_with('!') || tag.ends_with('/') {
            continue;
        }
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => open.push(name),
        }
        let quotes = tag.matches('"').count();
        assert!(quotes.is_multiple_of(2), "{tag}");
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn junit_is_well_formed_and_counts_right() {
    let sample = sample();
    let xml = report::junit(&sample);
    assert_well_formed(&xml);
    let (_, failed, skipped) = sample.counts();
    assert_eq!(xml.matches("<failure ").count(), failed);
    assert_eq!(xml.matches("<skipped ").count(), skipped);
    assert_eq!(xml.matches("<testcase ").count(), sample.findings.len());
    assert!(xml.contains(&format!("failures=\"{failed}\" skipped=\"{skipped}\"")));
}

#[test]
fn sarif_names_a_rule_for_every_result() {
    let sample = sample();
    let sarif = report::sarif(&sample);
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), sample.failures().len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
}

#[test]
fn html_loads_nothing_and_escapes_what_was_seen() {
    let html = report::html(&sample());
    for word in ["<script", " src=", " href=", "url(", "<b>", "@import"] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39;"));
    assert!(html.starts_with("<!doctype html>"));
}

#[test]
fn json_has_every_finding() {
    let sample = sample();
    let json = report::json(&sample);
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), sample.findings.len());
    assert_eq!(json["grade"], "F");
    let critical = findings.iter().filter(|finding| finding["severity"] == "critical").count();
    let of = checks().iter().filter(|check| check.severity == Severity::Critical).count();
    assert_eq!(critical, of);
}
