//! Reading the files of the workspace, without what is built, fetched or made while running.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Path from the root, with forward slashes, to the file's text. Binary files are empty texts.
pub(super) type Tree = BTreeMap<String, String>;

const LEFT_OUT: [&str; 7] =
    [".git", "target", "node_modules", "freischalt-data", "corpus", "artifacts", "coverage"];

/// Reads everything below `root` that a person could have written.
pub(super) fn read(root: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    read_folder(root, "", &mut tree)?;
    Ok(tree)
}

fn read_folder(folder: &Path, prefix: &str, tree: &mut Tree) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list `{prefix}`"))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list `{prefix}`"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), tree)?;
        } else {
            let bytes = fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
            tree.insert(path, text_of(bytes));
        }
    }
    Ok(())
}

fn text_of(bytes: Vec<u8>) -> String {
    if bytes.contains(&0) {
        return String::new();
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_files_have_no_text() {
        assert_eq!(text_of(b"abc".to_vec()), "abc");
        assert_eq!(text_of(b"a\0c".to_vec()), "");
        assert_eq!(text_of(vec![0xff, 0xfe]), "");
    }

    #[test]
    fn the_tree_has_sources_but_nothing_built() {
        let tree = read(&crate::shell::workspace_root()).unwrap();
        assert!(tree.contains_key("xtask/src/tidy/tree.rs"));
        assert!(tree.keys().all(|path| !path.starts_with("target/") && !path.starts_with(".git/")));
    }
}
