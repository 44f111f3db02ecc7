//! Every migration of one engine has its twin of the same name for the other.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::Tree;

const SQLITE: &str = "crates/store/migrations/sqlite/";
const POSTGRES: &str = "crates/store/migrations/postgres/";

/// Compares the folders of both engines, once both exist.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let (sqlite, postgres) = (names(tree, SQLITE), names(tree, POSTGRES));
    if sqlite.is_empty() || postgres.is_empty() {
        return Vec::new();
    }
    let missing_there = sqlite.difference(&postgres).map(|name| missing(POSTGRES, name));
    let missing_here = postgres.difference(&sqlite).map(|name| missing(SQLITE, name));
    missing_there.chain(missing_here).collect()
}

fn names<'a>(tree: &'a Tree, folder: &str) -> BTreeSet<&'a str> {
    tree.keys().filter_map(|path| path.strip_prefix(folder)).collect()
}

fn missing(folder: &str, name: &str) -> Finding {
    Finding::new(format!("{folder}{name}"), "missing: the other engine has this migration")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Tree {
        paths.iter().map(|path| ((*path).to_owned(), String::new())).collect()
    }

    #[test]
    fn one_engine_alone_needs_no_twins() {
        assert_eq!(check(&tree(&["crates/store/migrations/sqlite/0001.sql"])), []);
    }

    #[test]
    fn a_missing_twin_is_named_on_either_side() {
        let findings = check(&tree(&[
            "crates/store/migrations/sqlite/0001.sql",
            "crates/store/migrations/sqlite/0002.sql",
            "crates/store/migrations/postgres/0001.sql",
            "crates/store/migrations/postgres/0003.sql",
        ]));
        let places: Vec<_> = findings.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "crates/store/migrations/postgres/0002.sql",
                "crates/store/migrations/sqlite/0003.sql"
            ]
        );
    }
}
