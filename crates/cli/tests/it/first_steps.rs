//! The addresses of the documented first steps: one for everybody, and one that works.

use crate::support::run;

/// As everything registers a provider of one's own: by another name than the marketplace's.
const OWN: &str = "http://localhost:3000/activate";

const DOCUMENTS: [(&str, &str); 4] = [
    ("README.md", include_str!("../../../../README.md")),
    ("docs/providers.md", include_str!("../../../../docs/providers.md")),
    ("docs/sandbox.md", include_str!("../../../../docs/sandbox.md")),
    ("examples/README.md", include_str!("../../../../examples/README.md")),
];

const EXAMPLES: [(&str, &str); 4] = [
    ("php", include_str!("../../../../examples/provider.php")),
    ("mjs", include_str!("../../../../examples/provider.mjs")),
    ("py", include_str!("../../../../examples/provider.py")),
    ("rb", include_str!("../../../../examples/provider.rb")),
];

/// What follows the option in a text.
fn registered(text: &str) -> Vec<&str> {
    let parts = text.split("--activation-url ").skip(1);
    parts.filter_map(|part| part.split_whitespace().next()).collect()
}

#[test]
fn documents_help_and_examples_name_one_address() {
    for (name, text) in DOCUMENTS {
        let found = registered(text);
        assert!(!found.is_empty() && found.iter().all(|url| *url == OWN), "{name}: {found:?}");
    }
    for words in [&["--help"][..], &["provider", "add", "--help"]] {
        let found = run(words).out;
        let found = registered(&found);
        assert!(found.contains(&OWN), "{words:?}: {found:?}");
    }
    // A signature does not cover the port.
    for (language, text) in EXAMPLES {
        assert!(
            text.contains("\"http://localhost/activate\"")
                || text.contains("'http://localhost/activate'"),
            "{language}"
        );
    }
}
