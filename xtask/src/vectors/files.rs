//! The committed vectors: JSON lines under `crates/protocol/vectors`, made by PHP.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    case::{Case, Kind, Outcome},
    generate,
    php::Php,
};

const SEED: u64 = 2026;
const PER_KIND: usize = 700;
/// Longer inputs would make the files large and say little more.
const MAX_LENGTH: usize = 600;

/// Writes all files anew.
pub(super) fn write() -> anyhow::Result<()> {
    for kind in Kind::ALL {
        let path = path(kind)?;
        fs::write(&path, content(kind)?)?;
        println!("wrote {PER_KIND} vectors to {}", path.display());
    }
    Ok(())
}

/// Compares the files with what PHP gives now.
pub(super) fn check() -> anyhow::Result<()> {
    for kind in Kind::ALL {
        let path = path(kind)?;
        let committed =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if committed != content(kind)? {
            bail!(
                "{} is stale: run `cargo xtask vectors` and look at the difference",
                path.display()
            );
        }
        println!("{} is what PHP gives", path.display());
    }
    Ok(())
}

fn path(kind: Kind) -> anyhow::Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace root")?;
    Ok(root.join("crates/protocol/vectors").join(kind.file_name()))
}

fn content(kind: Kind) -> anyhow::Result<String> {
    let cases: Vec<_> = generate::cases(kind, SEED)
        .filter(|case| case.input.len() <= MAX_LENGTH)
        .take(PER_KIND)
        .collect();
    let (mut php, mut questions) = Php::start()?;
    let asked = cases.clone();
    let asking = thread::spawn(move || asked.iter().try_for_each(|case| questions.ask(case)));
    let mut lines = String::new();
    for case in &cases {
        let outcome = php.answers.next()?;
        lines.push_str(&line(case, &outcome));
        lines.push('\n');
    }
    asking.join().map_err(|_| anyhow!("the asking thread panicked"))??;
    php.finish()?;
    Ok(lines)
}

/// Text where the input is text, base64 where it is not.
fn line(case: &Case, outcome: &Outcome) -> String {
    let mut line = match std::str::from_utf8(&case.input) {
        Ok(text) => json!({ "in": text }),
        Err(_) => json!({ "in64": STANDARD.encode(&case.input) }),
    };
    line["class"] = json!(outcome.class);
    line["out"] = json!(String::from_utf8_lossy(&outcome.text));
    line.to_string()
}
