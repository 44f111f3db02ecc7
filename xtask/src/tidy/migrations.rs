//! Every migration of one engine has its twin of the same name for the other.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::tree::Tree;

const SQLITE: &str = "/migrations/sqlite/";
const POSTGRES: &str = "/migrations/postgres/";

/// Compares the folders of both engines in each crate that has both.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let (sqlite, postgres) = (names(tree, SQLITE), names(tree, POSTGRES));
    let mut findings = Vec::new();
    for (owner, here) in &sqlite {
        let Some(there) = postgres.get(owner) else { continue };
        findings.extend(here.difference(there).map(|name| missing(owner, POSTGRES, name)));
        findings.extend(there.difference(here).map(|name| missing(owner, SQLITE, name)));
    }
    findings
}

/// The names of migrations by the crate that they are in.
fn names<'a>(tree: &'a Tree, folder: &str) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut names = BTreeMap::<_, BTreeSet<_>>::new();
    for (owner, name) in tree.keys().filter_map(|path| path.split_once(folder)) {
        names.entry(owner).or_default().insert(name);
    }
    names
}

fn missing(owner: &str, folder: &str, name: &str) -> Finding {
    let place = format!("{owner}{folder}{name}");
    Finding::new(place, "missing: the other engine has this migration")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Tree {
        paths.iter().map(|path| ((*path).to_owned(), String::new())).collect()
    }

    #[test]
    fn one_engine_alone_needs_no_twins_and_crates_are_apart() {
        assert_eq!(check(&tree(&["crates/store/migrations/sqlite/0001.sql"])), []);
        let apart = tree(&[
            "crates/store/migrations/sqlite/0001.sql",
            "crates/gateway/migrations/postgres/0002.sql",
        ]);
        assert_eq!(check(&apart), []);
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
