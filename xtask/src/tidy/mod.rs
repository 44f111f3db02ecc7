//! `cargo xtask tidy`: the house rules that a compiler does not know.
//!
//! Each check is a function from text to findings and knows nothing of the file system; only
//! `tree` reads files.

mod alerts;
mod crates;
mod examples;
mod fidelity;
mod links;
mod mask;
mod migrations;
mod sizes;
mod sources;
mod text;
mod tree;

use std::fmt;

use anyhow::{Result, bail};

use crate::{frameworks::document, shell::workspace_root};

/// Something that a rule objects to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// Path from the workspace root, with `:line` where there is one.
    place: String,
    /// What is wrong and what would be right.
    text: String,
}

impl Finding {
    fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into() }
    }

    fn at_line(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), text)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Runs every check; prints notices, and fails when a rule is broken.
pub(crate) fn run() -> Result<()> {
    let root = workspace_root();
    let tree = tree::read(&root)?;
    let mut findings = crates::check(&root)?;
    findings.extend(links::check(&tree));
    findings.extend(examples::check(&tree));
    findings.extend(fidelity::check(&tree));
    findings.extend(alerts::check(&tree));
    findings.extend(migrations::check(&tree));
    if let Err(error) = document::check(|path| tree.get(path).cloned()) {
        findings.push(Finding::new(document::DOCUMENT, format!("{error:#}")));
    }
    let mut notices = Vec::new();
    for (path, content) in &tree {
        findings.extend(text::check(path, content));
        if path.ends_with(".rs") {
            let code = mask::mask(content);
            findings.extend(sources::check(path, &code));
            notices.extend(sizes::check(path, &code));
        }
    }
    for notice in &notices {
        println!("notice: {notice}");
    }
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings, {} notices", tree.len(), findings.len(), notices.len());
    if !findings.is_empty() {
        bail!("{} house rules are broken", findings.len());
    }
    Ok(())
}
