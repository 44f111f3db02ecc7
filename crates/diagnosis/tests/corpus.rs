//! A corpus of wrong signatures, each made from first principles: the generator has its own
//! encoders, sorting and hashing, and shares nothing with the code that is tested but the names of
//! the causes.
#![allow(clippy::unwrap_used, reason = "a generator that cannot go on has to stop the test")]

mod generator;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use freischalt_diagnosis::{ALL, Hints, Verdict, explain_order, explain_request, explain_url};
use freischalt_protocol::Secret;

use generator::{Case, Input};

const CASES: usize = 3200;

fn explain(case: &Case) -> freischalt_diagnosis::Explanation {
    let secret = Secret::new(case.secret.as_str());
    let others: Vec<_> = case.others.iter().map(|other| Secret::new(other.as_str())).collect();
    let hints = Hints { others: &others, ..Hints::default() };
    match &case.input {
        Input::Url(url) => explain_url(url, &secret, &hints),
        Input::Order(json) => explain_order(json.as_bytes(), &secret, &hints),
        Input::Request(json) => explain_request(json.as_bytes(), 0, &secret, &hints, None),
    }
}

#[test]
fn at_least_99_percent_are_attributed_to_the_right_cause() {
    let cases = generator::cases(CASES);
    assert_eq!(cases.len(), CASES);
    let mut wrong: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut first, mut slowest) = (0, (Duration::ZERO, ""));
    for case in &cases {
        let started = Instant::now();
        let explanation = explain(case);
        slowest = slowest.max((started.elapsed(), case.cause));
        if let (Some(text), false) = (&explanation.right_text, case.right_text.is_empty()) {
            assert_eq!(*text, case.right_text, "{}: {:?}", case.cause, case.input);
        }
        let named = explanation.names(case.cause);
        let foremost = explanation.found.first().and_then(|found| found.causes.first());
        first += usize::from(foremost.is_some_and(|cause| cause.id == case.cause));
        if !named {
            *wrong.entry(case.cause).or_default() += 1;
            let found: Vec<_> =
                explanation.found.iter().flat_map(|found| &found.causes).map(|c| c.id).collect();
            println!("{}: {:?} {found:?}\n  {:?}", case.cause, explanation.verdict, case.input);
        }
    }
    let missed: usize = wrong.values().sum();
    let kinds: std::collections::BTreeSet<_> = cases.iter().map(|case| case.cause).collect();
    println!("{CASES} cases of {} causes: {missed} missed, {first} named first", kinds.len());
    println!("the slowest took {:?}: {}", slowest.0, slowest.1);
    assert!(missed * 100 <= CASES, "{missed} of {CASES} missed: {wrong:?}");
    // Where two mistakes do the same to an input, either may come first.
    assert!(first * 100 >= CASES * 97, "only {first} of {CASES} named first");
    assert!(kinds.len() >= 60);
}

#[test]
fn genuine_signatures_are_called_genuine() {
    for case in generator::genuine(150) {
        let explanation = explain(&case);
        assert_eq!(explanation.verdict, Verdict::Genuine, "{:?}", case.input);
        assert!(explanation.found.is_empty());
    }
}

#[test]
fn a_signature_of_something_else_is_not_explained() {
    for case in generator::unrelated(12) {
        let explanation = explain(&case);
        assert_eq!(explanation.verdict, Verdict::Unexplained, "{explanation:?}\n{:?}", case.input);
    }
}

#[test]
fn two_mistakes_at_once_are_both_named() {
    for (case, second) in generator::pairs() {
        let explanation = explain(&case);
        assert!(
            explanation.names(case.cause) && explanation.names(second),
            "{} and {second}: {explanation:?}",
            case.cause
        );
    }
}

#[test]
fn no_secret_and_no_right_signature_is_told() {
    for case in generator::cases(200) {
        let told = serde_json::to_string(&explain(&case)).unwrap();
        assert!(!told.contains(&case.secret), "{}: {told}", case.cause);
        assert!(!told.contains(&case.right), "{}: {told}", case.cause);
        assert!(!told.contains("cl4im-value"), "{}: {told}", case.cause);
    }
}

#[test]
fn every_cause_has_a_name_of_its_own_and_says_what_would_be_right() {
    for (at, cause) in ALL.iter().enumerate() {
        assert!(ALL[..at].iter().all(|other| other.id != cause.id), "{}", cause.id);
        assert!(
            cause.id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
        );
        assert!(!cause.mend.is_empty() && !cause.idioms.is_empty(), "{}", cause.id);
    }
    assert!(ALL.len() >= 25);
}
