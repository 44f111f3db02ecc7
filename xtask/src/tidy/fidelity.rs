//! Every row of the fidelity table names a test that exists.

use super::Finding;
use super::tree::Tree;

const TABLE: &str = "docs/fidelity.md";

/// Checks the table, if there is one.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(content) = tree.get(TABLE) else { return Vec::new() };
    let mut findings = Vec::new();
    for (index, line) in content.lines().enumerate() {
        let Some(cell) = last_cell(line) else { continue };
        findings.extend(complaint(tree, cell).map(|text| Finding::at_line(TABLE, index + 1, text)));
    }
    findings
}

/// The last of three cells, unless the line is a head or the rule below it.
fn last_cell(line: &str) -> Option<&str> {
    let mut cells = line.strip_prefix('|')?.trim_end().strip_suffix('|')?.split('|').map(str::trim);
    let (_, _, last) = (cells.next()?, cells.next()?, cells.next()?);
    (last != "test" && !last.starts_with("---")).then_some(last)
}

fn complaint(tree: &Tree, cell: &str) -> Option<String> {
    let mut tests = cell.split('`').skip(1).step_by(2).peekable();
    if tests.peek().is_none() {
        return Some("names no test; write `path/of/file.rs::name_of_test`".to_owned());
    }
    tests.find_map(|test| {
        let (file, name) = test.split_once("::").unwrap_or((test, ""));
        let Some(code) = tree.get(file) else {
            let folder = format!("{file}/");
            let is_folder = name.is_empty() && tree.keys().any(|path| path.starts_with(&folder));
            return (!is_folder).then(|| format!("there is no file `{file}`"));
        };
        let exists = name.is_empty() || code.contains(&format!("fn {name}("));
        (!exists).then(|| format!("`{file}` has no function `{name}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(row: &str) -> Vec<String> {
        let table = format!("| behaviour | source | test |\n|---|---|---|\n{row}\n");
        let tree = [(TABLE, table.as_str()), ("a/b.rs", "#[test]\nfn holds() {}\n")];
        let tree: Tree =
            tree.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_names_a_test_that_exists() {
        assert_eq!(findings("| a | ours | `a/b.rs::holds`, `a/b.rs`, `a` |"), [""; 0]);
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let name = findings("| a | ours | `a/b.rs::hold` |");
        assert_eq!(name, ["docs/fidelity.md:3: `a/b.rs` has no function `hold`"]);
        let file = findings("| a | ours | `b.rs` |");
        assert_eq!(file, ["docs/fidelity.md:3: there is no file `b.rs`"]);
        assert_eq!(findings("| a | ours | none |").len(), 1);
    }
}
