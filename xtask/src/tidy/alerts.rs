//! Every alert has a section in the runbook, and every section an alert.

use super::Finding;
use super::tree::Tree;

const RULES: &str = "ops/alerts.yml";
const RUNBOOK: &str = "docs/runbook.md";

/// Compares the two, if there are any.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let (Some(rules), Some(runbook)) = (tree.get(RULES), tree.get(RUNBOOK)) else {
        return Vec::new();
    };
    let alerts = named(rules, "- alert:");
    let sections = named(runbook, "## ");
    let mut findings = Vec::new();
    for (line, alert) in &alerts {
        if !sections.iter().any(|(_, section)| section == alert) {
            let text = format!("`{alert}` has no section in {RUNBOOK}");
            findings.push(Finding::at_line(RULES, *line, text));
        }
        let runbook = format!("runbook: {RUNBOOK}#{}", alert.to_lowercase());
        if !rules.contains(&runbook) {
            let text = format!("`{alert}` does not lead there: `{runbook}`");
            findings.push(Finding::at_line(RULES, *line, text));
        }
    }
    for (line, section) in &sections {
        if !alerts.iter().any(|(_, alert)| alert == section) {
            let text = format!("`{section}` is no alert of {RULES}");
            findings.push(Finding::at_line(RUNBOOK, *line, text));
        }
    }
    findings
}

/// What follows a word at the beginning of a line, with the number of the line.
fn named<'a>(text: &'a str, word: &str) -> Vec<(usize, &'a str)> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(index, line)| Some((index + 1, line.trim_start().strip_prefix(word)?.trim())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(rules: &str, runbook: &str) -> Vec<String> {
        let tree = [(RULES, rules), (RUNBOOK, runbook)];
        let tree: Tree =
            tree.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_alert_and_its_section_belong_together() {
        let rule = "  - alert: Down\n    runbook: docs/runbook.md#down\n";
        assert_eq!(findings(rule, "# Runbook\n\n## Down\n"), [""; 0]);
        let alone = findings(rule, "# Runbook\n");
        assert_eq!(alone, ["ops/alerts.yml:1: `Down` has no section in docs/runbook.md"]);
        let other = findings(rule, "## Down\n## Up\n");
        assert_eq!(other, ["docs/runbook.md:2: `Up` is no alert of ops/alerts.yml"]);
        let astray = findings("- alert: Down\n", "## Down\n");
        assert!(astray[0].contains("docs/runbook.md#down"), "{astray:?}");
    }
}
