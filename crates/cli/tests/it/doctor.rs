//! `freischalt doctor`: what it refuses to do, and its list.

use serde_json::Value;

use crate::support::{Run, freischalt};

fn doctor(words: &[&str]) -> Run {
    let mut command = freischalt(["doctor", "--api-listen", "127.0.0.1:0"]);
    Run::of(command.args(words).env("FREISCHALT_PROVIDER_SECRET", "provider-secret-0123456789"))
}

#[test]
fn the_checks_are_listed_for_people_scripts_and_the_documentation() {
    let json: Value = serde_json::from_str(&doctor(&["--list", "--json"]).out).unwrap();
    assert!(json.as_array().unwrap().len() >= 80);
    let some = doctor(&["--list", "--only", "FD-ORD"]);
    assert!(some.out.contains("FD-ORD-001") && !some.out.contains("FD-ACT-001"), "{}", some.out);
    assert!(doctor(&["--list", "--markdown"]).out.starts_with("# Checks of the doctor"));
}

#[test]
fn hosts_that_were_not_named_and_the_vendor_are_not_called() {
    for (url, why) in [
        ("http://provider.example/activate", "--host provider.example"),
        ("https://smart.onoffice.de/x", "the vendor's host"),
    ] {
        let run = doctor(&[url]);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains(why), "{}", run.err);
    }
    let named = doctor(&["https://smart.onoffice.de/x", "--host", "smart.onoffice.de"]);
    assert_eq!(named.code, 2, "{}", named.err);
}

#[test]
fn a_provider_that_does_not_answer_is_unreachable() {
    // Port 9 of this machine is nobody's.
    let run = doctor(&["http://127.0.0.1:9/activate"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("does not answer"), "{}", run.err);
}

#[test]
fn a_pattern_that_means_nothing_is_a_usage_error() {
    let run = doctor(&["http://127.0.0.1:9/activate", "--only", "FD-NONE"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("--list"), "{}", run.err);
}
