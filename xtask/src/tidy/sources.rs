//! Constructs that may not stand in certain files, looked for in masked code.

use super::Finding;

struct Rule {
    words: &'static [&'static str],
    /// Whether the rule looks at this file.
    covers: fn(&str) -> bool,
    /// Whether it also looks at the tests at the end of a source file.
    in_tests: bool,
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        words: &["todo!", "unimplemented!", "dbg!"],
        covers: |_| true,
        in_tests: true,
        why: "nothing half-done is committed",
    },
    Rule {
        words: &["#[ignore"],
        covers: |_| true,
        in_tests: true,
        why: "a test that does not run is no test; skip by name, and print the skip",
    },
    Rule {
        words: &["SystemTime", "Instant::now"],
        covers: is_pure,
        in_tests: false,
        why: "this crate has no clock: take the time as an argument",
    },
    Rule {
        words: &["fs::", "net::", "std::fs", "std::net", "tokio"],
        covers: is_pure,
        in_tests: false,
        why: "this crate does no I/O",
    },
    Rule {
        words: &["rand::", "getrandom", "new_v4", "now_v7"],
        covers: is_pure,
        in_tests: false,
        why: "this crate has no random source: take the bytes as an argument",
    },
    Rule {
        words: &["std::env", "env::var", "env::vars", "env::args"],
        covers: |path| !may_read_environment(path),
        in_tests: false,
        why: "only the configuration and the command line read the environment",
    },
];

/// Checks one file of masked Rust code.
pub(super) fn check(path: &str, code: &str) -> Vec<Finding> {
    let tests_from = tests_start(code);
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| (rule.covers)(path)) {
        for (index, line) in code.lines().enumerate() {
            if index >= tests_from && !rule.in_tests {
                break;
            }
            for word in rule.words.iter().filter(|word| has_word(line, word)).take(1) {
                let text = format!("`{word}`: {}", rule.why);
                findings.push(Finding::at_line(path, index + 1, text));
            }
        }
    }
    findings
}

fn is_pure(path: &str) -> bool {
    let crates = ["crates/diagnosis/src/", "crates/marketplace/src/", "crates/protocol/src/"];
    crates.iter().any(|folder| path.starts_with(folder))
}

fn may_read_environment(path: &str) -> bool {
    let allowed = [
        "crates/server/src/config/",
        "crates/cli/",
        "crates/e2e/",
        "crates/testbed/",
        "examples/",
        "xtask/",
        "fuzz/",
    ];
    path == "crates/server/src/config.rs"
        || path.ends_with("/build.rs")
        || allowed.iter().any(|folder| path.starts_with(folder))
        || matches!(path.split('/').nth(2), Some("examples" | "tests"))
}

/// The line from which on a file holds tests only; past its end when it has none.
fn tests_start(code: &str) -> usize {
    let mut previous_gates = false;
    for (index, line) in code.lines().enumerate() {
        if previous_gates && line.starts_with("mod ") {
            return index;
        }
        previous_gates = line.starts_with("#[cfg(test)]");
    }
    usize::MAX
}

/// Contains the word, not merely as the end of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURE: &str = "crates/protocol/src/x.rs";
    const SERVER: &str = "crates/server/src/x.rs";

    #[track_caller]
    fn count(path: &str, code: &str, expected: usize) {
        assert_eq!(check(path, code).len(), expected, "{path}: {code}");
    }

    #[test]
    fn half_done_code_is_found_everywhere() {
        count(SERVER, concat!("to", "do!()\n"), 1);
        count("crates/cli/tests/it.rs", concat!("db", "g!(x)\n"), 1);
        count(SERVER, concat!("#[cfg(test)]\nmod tests {\n#[ign", "ore = x]\n}"), 1);
        count(SERVER, "my_todo!()\n", 0);
    }

    #[test]
    fn pure_crates_have_no_clock_no_files_and_no_dice() {
        for code in ["SystemTime::now()", "use std::fs;", "fs::read(x)", "rand::random()"] {
            count(PURE, code, 1);
            count(SERVER, code, 0);
        }
        count(PURE, "use crate::prefs::x;", 0);
        count(PURE, "#[cfg(test)]\nmod tests { fn x() { fs::read(y) } }", 0);
    }

    #[test]
    fn the_environment_is_read_in_few_places() {
        let code = "let x = std::env::var(y);\n";
        count(SERVER, code, 1);
        count("crates/server/src/config/file.rs", code, 0);
        count("crates/store/tests/conformance/main.rs", code, 0);
        count("crates/doctor/examples/corpus.rs", code, 0);
        count("xtask/src/main.rs", code, 0);
        count(SERVER, "env!(x)", 0);
    }

    #[test]
    fn a_finding_names_line_word_and_reason() {
        let findings = check(SERVER, "\nuse std::env;\n");
        assert_eq!(findings[0].place, "crates/server/src/x.rs:2");
        assert!(findings[0].text.starts_with("`std::env`: only the configuration"));
    }
}
