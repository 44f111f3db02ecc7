//! The command line itself: help, version, completions, mistakes.

use crate::support::run;

const COMMANDS: [&[&str]; 25] = [
    &[],
    &["sandbox"],
    &["serve"],
    &["provider"],
    &["provider", "add"],
    &["provider", "list"],
    &["provider", "show"],
    &["customer"],
    &["customer", "add"],
    &["customer", "list"],
    &["customer", "show"],
    &["activation"],
    &["activation", "start"],
    &["activation", "list"],
    &["activation", "show"],
    &["activation", "block"],
    &["clock"],
    &["clock", "set"],
    &["clock", "advance"],
    &["requests"],
    &["sign", "url"],
    &["verify", "order"],
    &["unlock"],
    &["error"],
    &["completions"],
];

#[test]
fn every_help_fits_into_a_hundred_columns() {
    for command in COMMANDS {
        let help = run(&[command, &["--help"]].concat());
        assert_eq!(help.code, 0, "{command:?}: {}", help.err);
        assert!(help.out.contains("Usage: freischalt"), "{command:?}");
        for line in help.out.lines() {
            assert!(line.chars().count() <= 100, "{command:?}: {line}");
        }
    }
}

#[test]
fn the_help_shows_examples_and_exit_codes() {
    let help = run(&["--help"]).out;
    for part in ["freischalt activation start --provider demo", "Exit codes:", "  3  "] {
        assert!(help.contains(part), "{part} is missing in\n{help}");
    }
}

#[test]
fn the_version_is_the_one_of_the_package() {
    let version = run(&["--version"]);
    assert_eq!(version.out, format!("freischalt {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.code, 0, "{shell}");
        assert!(script.out.contains("activation"), "{shell}");
    }
}

#[test]
fn mistakes_on_the_command_line_are_usage_errors() {
    let mistakes: [&[&str]; 7] = [
        &["nonsense"],
        &["--port", "65536"],
        &["--ephemeral", "--data", "x"],
        &["clock", "advance", "soon"],
        &["provider", "add", "--name", "A"],
        &[
            "activation",
            "start",
            "--provider",
            "a",
            "--customer",
            "b",
            "--all-users",
            "--administrators-only",
        ],
        &["provider", "add", "--name", "A", "--activation-url", "u", "--service", "A=popup=u"],
    ];
    for mistake in mistakes {
        let run = run(mistake);
        assert_eq!(run.code, 2, "{mistake:?}");
        assert!(run.err.starts_with("error: "), "{mistake:?}: {}", run.err);
        assert_eq!(run.out, "", "{mistake:?}");
    }
}

#[test]
fn a_credential_given_as_an_argument_is_never_repeated() {
    let words = ["sign", "url", "no-url", "--secret", "hunter2", "--nonsense"];
    let with_mistake = run(&words);
    let bad_url = run(&words[..5]);
    for run in [with_mistake, bad_url] {
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(!run.err.contains("hunter2") && !run.out.contains("hunter2"), "{}", run.err);
    }
}

#[test]
fn unlock_names_what_is_missing() {
    let run = run(&["unlock", "--api", "http://127.0.0.1:1", "--token", "t", "--claim", "c"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("the API key is missing") && run.err.contains("--key-file"));
}

#[test]
fn unlock_says_what_it_expects_of_an_activation() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), r#"{"apiToken":"t"}"#).unwrap();
    let path = file.path().to_str().unwrap();
    let run = run(&["unlock", "--api", "http://127.0.0.1:1", "--from-activation", path]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains(path) && run.err.contains("activation start --json"), "{}", run.err);
    assert!(run.err.contains("missing field `apiKey`"), "{}", run.err);
}
