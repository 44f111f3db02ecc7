//! Whether every public item of the client library is shown at work: in an example of its own, or in
//! another one of the same file. The examples themselves are run by the `doctests` suite.
//!
//! Not a parser: it reads code as rustfmt writes it, line by line.

use super::{Finding, mask::mask, tree::Tree};

/// Where the rule holds: the client, and what it has from the protocol's crate.
const PLACES: [&str; 4] = [
    "crates/client/src/",
    "crates/protocol/src/claim.rs",
    "crates/protocol/src/secret.rs",
    "crates/protocol/src/time.rs",
];

/// What it leaves out, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    // A provider has no use for it: tools and tests register providers and customers with it.
    (
        "crates/client/src/management/",
        "the management API is described by /openapi.json, one example shows the way",
    ),
    ("crates/client/src/management.rs", "as above"),
    // The gateway is its only user, and its tests run it.
    (
        "crates/client/src/transport/forward.rs",
        "for services that stand between a browser and an app",
    ),
];

/// Marks of an example that does not run.
const NOT_RUN: [&str; 3] = ["no_run", "ignore", "compile_fail"];

/// Looks at the client library.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let is_meant = |path: &str| PLACES.iter().any(|place| path.starts_with(place));
    let files = tree.iter().filter(|(path, _)| path.ends_with(".rs") && is_meant(path));
    files.flat_map(|(path, content)| check_file(path, content)).collect()
}

fn check_file(path: &str, content: &str) -> Vec<Finding> {
    let source = Source::read(content);
    let mut findings: Vec<_> = source
        .not_run
        .iter()
        .map(|line| {
            let text = "this example does not run: let it, against a sandbox if it makes calls";
            Finding::at_line(path, *line, text)
        })
        .collect();
    if EXCEPTIONS.iter().any(|(start, _)| path.starts_with(start)) {
        return findings;
    }
    for item in source.items.iter().filter(|item| !item.has_example) {
        if !item.is_used_in(&source.examples) {
            let text = format!(
                "public `{}` has no example, and no other example of this file uses it as `{}`",
                item.name, item.use_form,
            );
            findings.push(Finding::at_line(path, item.line, text));
        }
    }
    findings
}

/// What matters of a file.
#[derive(Default)]
struct Source {
    items: Vec<Item>,
    /// The code of all examples.
    examples: String,
    /// Lines of examples that do not run.
    not_run: Vec<usize>,
}

struct Item {
    name: String,
    /// What stands in the code of whoever uses it.
    use_form: String,
    line: usize,
    has_example: bool,
}

impl Item {
    fn is_used_in(&self, examples: &str) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        examples.match_indices(&self.use_form).any(|(at, _)| {
            let after = examples[at + self.use_form.len()..].chars().next();
            let before = examples[..at].chars().next_back();
            let begins = !self.use_form.starts_with(is_word) || !before.is_some_and(is_word);
            let ends = !self.use_form.ends_with(is_word) || !after.is_some_and(is_word);
            begins && ends
        })
    }
}

impl Source {
    fn read(content: &str) -> Self {
        let code = mask(content);
        let mut source = Self::default();
        // Whether the comment above the next item has one.
        let (mut in_example, mut has_example) = (false, false);
        for (index, (line, code)) in content.lines().zip(code.lines()).enumerate() {
            let line = line.trim_start();
            if line == "#[cfg(test)]" {
                break;
            }
            if let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
                let text = text.trim_start();
                if let Some(marks) = text.strip_prefix("```") {
                    in_example = !in_example;
                    has_example |= in_example;
                    if in_example && NOT_RUN.iter().any(|mark| marks.contains(mark)) {
                        source.not_run.push(index + 1);
                    }
                } else if in_example {
                    source.examples.push_str(text.strip_prefix("# ").unwrap_or(text));
                    source.examples.push('\n');
                }
                continue;
            }
            let code = code.trim();
            if let Some((name, use_form)) = public_item(code) {
                source.items.push(Item { name, use_form, line: index + 1, has_example });
            }
            if !code.is_empty() && !code.starts_with("#[") {
                has_example = false;
            }
        }
        source
    }
}

/// Name and form of use of the public item that begins in this line. Modules and re-exports are
/// places, not items.
fn public_item(code: &str) -> Option<(String, String)> {
    let rest = code.strip_prefix("pub ")?;
    let rest = rest.strip_prefix("async ").unwrap_or(rest);
    let rest =
        rest.strip_prefix("const fn ").map_or_else(|| rest.to_owned(), |f| format!("fn {f}"));
    let (kind, rest) = rest.split_once(' ')?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = rest[..end].to_owned();
    let use_form = match kind {
        "struct" | "enum" | "trait" | "type" | "const" => name.clone(),
        "fn" => format!("{name}("),
        _ => return None,
    };
    Some((name, use_form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(content: &str) -> Vec<String> {
        let found = check_file("crates/client/src/x.rs", content);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_item_without_an_example_is_named_with_its_line() {
        let found = texts("/// Text.\npub struct Lonely;\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/client/src/x.rs:2: public `Lonely`"), "{found:?}");
    }

    #[test]
    fn an_example_of_its_own_or_one_that_uses_it_will_do() {
        let shown = "/// ```\n/// let x = One.two();\n/// ```\n#[must_use]\npub struct One;\n\
                     impl One {\n    pub fn two(self) {}\n    pub async fn three(&self) {}\n}\n";
        let found = texts(shown);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`three`") && found[0].contains("`three(`"), "{found:?}");
    }

    #[test]
    fn part_of_another_name_is_no_use() {
        let found = texts("/// ```\n/// Ones(one_two());\n/// ```\nmod x {}\npub struct One;\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(texts("pub(crate) struct Mine;\npub use x::Y;\npub mod z;\n").is_empty());
    }

    #[test]
    fn an_example_that_does_not_run_is_found() {
        let found = texts("/// ```no_run\n/// One;\n/// ```\npub struct One;\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("x.rs:1: this example does not run"), "{found:?}");
    }

    #[test]
    fn the_client_is_looked_at() {
        let tree = super::super::tree::read(&crate::shell::workspace_root()).unwrap();
        let client = Source::read(&tree["crates/client/src/client.rs"]);
        assert!(client.items.len() > 10, "{}", client.items.len());
    }
}
