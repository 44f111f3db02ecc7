//! Every relative link of a Markdown file leads to a file, and its anchor to a heading; every
//! document that a comment names exists.

use super::Finding;
use super::tree::Tree;

/// Checks the Markdown files and the comments of the tree.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, content) in tree.iter().filter(|(path, _)| path.ends_with(".rs")) {
        findings.extend(check_comments(tree, path, content));
    }
    for (path, content) in tree.iter().filter(|(path, _)| path.ends_with(".md")) {
        for (line, link) in links(content) {
            if let Some(text) = complaint(tree, path, &link) {
                findings.push(Finding::at_line(path, line, text));
            }
        }
    }
    findings
}

fn check_comments(tree: &Tree, path: &str, content: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in content.lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
        for name in documents(comment).filter(|name| !exists(tree, name)) {
            let text = format!("names `{name}`, and there is no such document here");
            findings.push(Finding::at_line(path, index + 1, text));
        }
    }
    findings
}

fn documents(comment: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let words = comment.split(move |c: char| !is_name(c)).map(|word| word.trim_end_matches('.'));
    words.filter(|word| word.strip_suffix(".md").is_some_and(|stem| !stem.is_empty()))
}

/// A name is enough; it may leave out folders.
fn exists(tree: &Tree, name: &str) -> bool {
    tree.keys().any(|path| {
        path.strip_suffix(name).is_some_and(|folders| folders.is_empty() || folders.ends_with('/'))
    })
}

fn complaint(tree: &Tree, from: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { from.to_owned() } else { resolve(from, file) };
    let Some(content) = tree.get(&target) else {
        let folder = format!("{}/", target.trim_end_matches('/'));
        let is_folder = target.is_empty() || tree.keys().any(|path| path.starts_with(&folder));
        return (!is_folder).then(|| format!("link to `{link}`: there is no file `{target}`"));
    };
    let known = anchor.is_empty() || !target.ends_with(".md") || has_heading(content, anchor);
    (!known).then(|| format!("link to `{link}`: `{target}` has no such heading"))
}

/// The path that a link means, seen from the file that it stands in.
fn resolve(from: &str, file: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let start = if file.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn has_heading(content: &str, anchor: &str) -> bool {
    prose(content).any(|(_, line)| {
        line.starts_with('#') && slug(line.trim_start_matches('#').trim()) == anchor
    })
}

/// How a heading becomes an anchor where the pages are read.
fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Link targets with their line numbers: `[text](target)` and `[name]: target`.
fn links(content: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(content) {
        let line = without_code(line);
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            found.push((number, target.trim_matches(['<', '>']).to_owned()));
        }
        let definition = line.strip_prefix('[').and_then(|rest| rest.split_once("]: "));
        found.extend(definition.map(|(_, target)| (number, target.trim().to_owned())));
    }
    found
}

/// The lines outside of fenced code, numbered from 1.
fn prose(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    content.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((index + 1, line))
    })
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(content: &str) -> Vec<Finding> {
        let files = [("docs/a.md", content), ("docs/b.md", "# Two Words!\n"), ("README.md", "")];
        check(&files.iter().map(|(p, c)| ((*p).to_owned(), (*c).to_owned())).collect())
    }

    #[test]
    fn good_links_pass() {
        let good = "[b](b.md) ![up](../README.md) [r](/README.md) [d](../docs/) [h](b.md#two-words)\n\
                    [x](https://example.org/no) [m](mailto:a@b.example)\n[ref]: b.md\n# Me\n[s](#me)\n";
        assert_eq!(findings(good), []);
    }

    #[test]
    fn a_broken_link_names_line_and_target() {
        let found = findings("text\n[b](c.md)\n");
        assert_eq!(
            found,
            [Finding::new("docs/a.md:2", "link to `c.md`: there is no file `docs/c.md`")]
        );
        assert_eq!(findings("[ref]: gone.md\n").len(), 1);
        assert_eq!(findings("[h](b.md#three)\n").len(), 1);
    }

    #[test]
    fn a_comment_names_documents_that_exist() {
        let check = |comment: &str| {
            let files = [("src/a.rs", comment), ("docs/b.md", ""), ("README.md", "")];
            check(&files.iter().map(|(p, c)| ((*p).to_owned(), (*c).to_owned())).collect())
        };
        assert_eq!(check("// See `docs/b.md`, b.md and README.md.\nlet x = \"c.md\";"), []);
        let found = check("\n//! As c.md 2 says.\n");
        let text = "names `c.md`, and there is no such document here";
        assert_eq!(found, [Finding::new("src/a.rs:2", text)]);
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(findings("```\n[b](c.md)\n```\n`[b](c.md)`\n"), []);
    }
}
