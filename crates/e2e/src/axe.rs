//! Accessibility, checked by axe-core inside the page.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::session::Session;

const SCRIPT: &str = "node_modules/axe-core/axe.min.js";

#[derive(Debug, Deserialize)]
struct Violation {
    id: String,
    impact: Option<String>,
    help: String,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    target: Value,
}

/// Fails when the current page has a violation that is serious or critical.
pub async fn check(session: &Session, page: &str) -> Result<()> {
    // Once for each page, however often the page is looked at.
    if session.run("return typeof window.axe", Vec::new()).await? != "object" {
        let script = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT))
            .context("axe-core is missing: run `npm ci` in crates/e2e")?;
        session.run(&script, Vec::new()).await.context("axe-core does not start in the page")?;
    }
    let answer = session
        .run_async(
            "const done = arguments[arguments.length - 1];
             axe.run(document, {resultTypes: ['violations'], iframes: false})
                .then(result => done(result.violations), error => done(String(error)));",
        )
        .await?;
    let violations: Vec<Violation> = serde_json::from_value(answer.clone())
        .with_context(|| format!("axe-core failed on {page}: {answer}"))?;
    let grave = grave(&violations);
    ensure!(grave.is_empty(), "{page} has accessibility violations:\n{}", grave.join("\n"));
    Ok(())
}

fn grave(violations: &[Violation]) -> Vec<String> {
    let is_grave = |v: &&Violation| matches!(v.impact.as_deref(), Some("serious" | "critical"));
    let describe = |v: &Violation| {
        let places: Vec<_> = v.nodes.iter().map(|node| node.target.to_string()).collect();
        format!("  {}: {} at {}", v.id, v.help, places.join(", "))
    };
    violations.iter().filter(is_grave).map(describe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_grave_violations_count() {
        let violation = |impact: &str| json!({"id": "label", "impact": impact, "help": "Fields need labels", "nodes": [{"target": ["#x"]}]});
        let all: Vec<Violation> =
            serde_json::from_value(json!([violation("moderate"), violation("serious")])).unwrap();
        assert_eq!(grave(&all), ["  label: Fields need labels at [\"#x\"]"]);
    }
}
