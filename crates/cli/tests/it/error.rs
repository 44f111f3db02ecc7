//! `freischalt error`.

use serde_json::Value;

use crate::support::{Run, freischalt, run};

#[test]
fn a_code_is_explained() {
    let run = run(&["error", "137"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("137  The HMAC is invalid.\n"), "{}", run.out);
    for part in ["Likely causes\n  - ", "What to do\n  - ", "64 characters"] {
        assert!(run.out.contains(part), "{part} is missing in\n{}", run.out);
    }
    assert!(run.out.lines().all(|line| line.chars().count() <= 100));
    assert!(!run.out.contains('\u{1b}'), "no colours when nobody looks");
}

#[test]
fn conclusions_are_marked_as_such() {
    assert!(run(&["error", "248"]).out.contains("no source says it"));
    assert!(!run(&["error", "9"]).out.contains("no source says it"));
}

#[test]
fn a_code_that_is_known_by_its_text_alone_is_explained_too() {
    let run = run(&["error", "264"]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("Too many items in worklist") && run.out.contains("What to do"));
}

#[test]
fn json_has_the_whole_explanation() {
    let run = run(&["error", "177", "--json"]);
    let page: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(page["code"], 177);
    assert_eq!(page["level"], "result");
    assert_eq!(page["topic"], "marketplace");
    assert!(page["causes"].as_array().unwrap().len() > 1);
}

#[test]
fn a_code_without_a_known_meaning_is_a_no() {
    let run = run(&["error", "303303"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("303303") && run.err.contains("304"), "{}", run.err);
}

#[test]
fn words_find_codes_wherever_they_are_said() {
    let found = run(&["error", "hmac"]);
    assert!(found.out.contains("\n137 ") && found.out.contains("\n243 "), "{}", found.out);
    let only = run(&["error", "unsynchronised", "clock"]);
    assert_eq!(only.code, 1, "{}", only.out);
    let one = run(&["error", "half", "surrogate"]);
    assert!(one.out.starts_with("8  "), "{}", one.out);
}

#[test]
fn the_list_holds_every_code_and_can_be_searched() {
    let all: Value = serde_json::from_str(&run(&["error", "--list", "--json"]).out).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 287);
    let words = ["error", "--list", "--search", "EXTENDEDCLAIM", "--json"];
    let some: Value = serde_json::from_str(&run(&words).out).unwrap();
    let codes: Vec<_> = some.as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert!([193, 201, 248].iter().all(|code| codes.iter().any(|found| *found == code)));
    assert!(codes.len() < 20);
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = Run::of_to(&mut freischalt(["error", "--list"]), writer.into());
    assert_eq!((run.code, run.err.as_str()), (0, ""));
}

#[test]
fn colours_are_there_for_those_who_ask_and_not_for_those_who_refuse() {
    let coloured = Run::of(freischalt(["error", "137"]).env("CLICOLOR_FORCE", "1"));
    assert!(coloured.out.contains('\u{1b}'), "{}", coloured.out);
    let refused = freischalt(["error", "137"]).env("NO_COLOR", "1").output().unwrap();
    assert!(!refused.stdout.contains(&0x1b));
}
