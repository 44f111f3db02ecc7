//! The arrows between crates and what each may depend on, compared with `xtask/tidy.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Finding;
use crate::shell::cargo;

const LIST: &str = "xtask/tidy.toml";

/// The committed list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// Crates that only certain crates of ours may ship with.
    only: BTreeMap<String, BTreeSet<String>>,
    /// What each crate of ours may use.
    crates: BTreeMap<String, Allowed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Allowed {
    /// Crates of ours: the arrows.
    uses: BTreeSet<String>,
    dependencies: BTreeSet<String>,
    #[serde(default)]
    dev_dependencies: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Asks cargo for the dependencies of the workspace and compares.
pub(super) fn check(root: &Path) -> Result<Vec<Finding>> {
    let text =
        fs::read_to_string(root.join(LIST)).with_context(|| format!("cannot read {LIST}"))?;
    let rules = toml::from_str(&text).with_context(|| format!("{LIST} is not as expected"))?;
    Ok(compare(&rules, &metadata()?.packages))
}

fn metadata() -> Result<Metadata> {
    let mut command = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let output = command.output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("`cargo metadata` printed something unexpected")
}

fn compare(rules: &Rules, packages: &[Package]) -> Vec<Finding> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut findings = stale_crates(rules, &ours);
    for package in packages {
        let Some(allowed) = rules.crates.get(&package.name) else {
            findings.push(Finding::new(LIST, format!("has no [crates.{}]", package.name)));
            continue;
        };
        findings.extend(compare_package(package, allowed, &ours));
        findings.extend(exclusive(package, &rules.only));
    }
    findings
}

fn stale_crates(rules: &Rules, ours: &BTreeSet<&str>) -> Vec<Finding> {
    let gone = rules.crates.keys().filter(|name| !ours.contains(name.as_str()));
    gone.map(|name| Finding::new(LIST, format!("[crates.{name}]: no such crate"))).collect()
}

fn compare_package(package: &Package, allowed: &Allowed, ours: &BTreeSet<&str>) -> Vec<Finding> {
    let names = |wanted: &dyn Fn(&Dependency) -> bool| -> BTreeSet<String> {
        package.dependencies.iter().filter(|d| wanted(d)).map(|d| d.name.clone()).collect()
    };
    let is_ours = |d: &Dependency| ours.contains(d.name.as_str());
    let uses = names(&|d| is_ours(d) && d.ships());
    let dependencies = names(&|d| !is_ours(d) && d.ships());
    let dev_dependencies = names(&|d| !d.ships());
    [
        differences(&package.name, "uses", &uses, &allowed.uses),
        differences(&package.name, "dependencies", &dependencies, &allowed.dependencies),
        differences(
            &package.name,
            "dev-dependencies",
            &dev_dependencies,
            &allowed.dev_dependencies,
        ),
    ]
    .concat()
}

/// The list is exact: what nobody uses any more has to leave it, or it would allow it for ever.
fn differences(
    package: &str,
    field: &str,
    actual: &BTreeSet<String>,
    listed: &BTreeSet<String>,
) -> Vec<Finding> {
    let place = || format!("{LIST} [crates.{package}] {field}");
    let new = actual.difference(listed).map(|name| {
        Finding::new(place(), format!("`{name}` is not listed; if it is wanted, add it there"))
    });
    let stale = listed
        .difference(actual)
        .map(|name| Finding::new(place(), format!("`{name}` is listed but not used; take it out")));
    new.chain(stale).collect()
}

fn exclusive(package: &Package, only: &BTreeMap<String, BTreeSet<String>>) -> Vec<Finding> {
    let shipped = package.dependencies.iter().filter(|dependency| dependency.ships());
    let broken = shipped.filter_map(|dependency| {
        let holders = only.get(&dependency.name)?;
        (!holders.contains(&package.name)).then(|| {
            let holders = holders.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let text = format!("may not depend on `{}`: only {holders} may", dependency.name);
            Finding::new(&package.name, text)
        })
    });
    broken.collect()
}

impl Dependency {
    fn ships(&self) -> bool {
        self.kind.as_deref() != Some("dev")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        [only]
        axum = ["server"]
        [crates.protocol]
        uses = []
        dependencies = ["serde"]
        [crates.server]
        uses = ["protocol"]
        dependencies = ["axum"]
        dev-dependencies = ["insta"]
    "#;

    fn package(name: &str, dependencies: &[&str], dev: &[&str]) -> Package {
        let make = |kind: Option<&str>, name: &&str| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
        };
        let shipped = dependencies.iter().map(|name| make(None, name));
        let dev = dev.iter().map(|name| make(Some("dev"), name));
        Package { name: name.to_owned(), dependencies: shipped.chain(dev).collect() }
    }

    fn texts(packages: &[Package]) -> Vec<String> {
        let rules = toml::from_str(RULES).unwrap();
        compare(&rules, packages).iter().map(ToString::to_string).collect()
    }

    fn server() -> Package {
        package("server", &["protocol", "axum"], &["insta"])
    }

    #[test]
    fn what_is_listed_passes() {
        assert_eq!(texts(&[package("protocol", &["serde"], &[]), server()]), [""; 0]);
    }

    #[test]
    fn an_arrow_in_the_wrong_direction_is_found() {
        let found = texts(&[package("protocol", &["serde", "server"], &[]), server()]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("[crates.protocol] uses: `server` is not listed"), "{found:?}");
    }

    #[test]
    fn new_and_stale_dependencies_are_found() {
        let found = texts(&[package("protocol", &["regex"], &["serde"]), server()]);
        assert!(found[0].contains("dependencies: `regex` is not listed"), "{found:?}");
        assert!(found[1].contains("dependencies: `serde` is listed but not used"), "{found:?}");
        assert!(found[2].contains("dev-dependencies: `serde` is not listed"), "{found:?}");
    }

    #[test]
    fn an_exclusive_crate_ships_only_with_its_holders_but_tests_may_use_it() {
        let found = texts(&[package("protocol", &["serde", "axum"], &[]), server()]);
        assert!(found.iter().any(|text| text.contains("only server may")), "{found:?}");
        let found = texts(&[package("protocol", &["serde"], &["axum"]), server()]);
        assert!(!found.iter().any(|text| text.contains("only server may")), "{found:?}");
    }

    #[test]
    fn crates_and_list_must_match() {
        let found = texts(&[server(), package("new", &[], &[])]).join("\n");
        assert!(found.contains("[crates.protocol]: no such crate"), "{found}");
        assert!(found.contains("has no [crates.new]"), "{found}");
    }
}
