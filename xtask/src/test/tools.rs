//! The programs that suites need, and how to get each. A new one is one constant.

use std::collections::HashMap;
use std::process::Command;

use crate::shell::{find_program, run, succeeds};

/// A program that cargo does not bring along.
pub(crate) struct Tool {
    /// What people call it.
    pub(crate) name: &'static str,
    /// How to see that it is here.
    pub(crate) probe: Probe,
    /// Where it comes from.
    pub(crate) source: Source,
}

/// How to see that a tool is here.
pub(crate) enum Probe {
    /// Of each row, one program is in `PATH`.
    Programs(&'static [&'static [&'static str]]),
    /// The command succeeds.
    Runs(&'static [&'static str]),
}

/// Where a tool comes from.
pub(crate) enum Source {
    /// Packages of Debian or Ubuntu; rows are tried in turn, since the two name some differently.
    Apt(&'static [&'static [&'static str]]),
    /// A component of the Rust toolchain.
    RustComponent(&'static str),
    /// A crate to be built, which takes minutes and is left to people.
    Crate(&'static str),
}

/// A browser and the program that steers it.
pub(crate) const BROWSER: Tool = Tool {
    name: "chromium with chromedriver",
    probe: Probe::Programs(&[
        &["chromium", "chromium-browser", "google-chrome"],
        &["chromedriver"],
    ]),
    source: Source::Apt(&[
        &["chromium", "chromium-driver", "fonts-dejavu-core"],
        &["chromium-browser", "chromium-chromedriver", "fonts-dejavu-core"],
    ]),
};

/// PHP, the judge of every encoding.
pub(crate) const PHP: Tool =
    Tool { name: "php", probe: Probe::Programs(&[&["php"]]), source: Source::Apt(&[&["php-cli"]]) };

/// PHP with libcurl, which the official SDK uses.
pub(crate) const PHP_CURL: Tool = Tool {
    name: "php with curl",
    probe: Probe::Runs(&["php", "-r", "exit(function_exists('curl_init') ? 0 : 1);"]),
    source: Source::Apt(&[&["php-cli", "php-curl"]]),
};

/// Ruby, for a client in it.
pub(crate) const RUBY: Tool =
    Tool { name: "ruby", probe: Probe::Programs(&[&["ruby"]]), source: Source::Apt(&[&["ruby"]]) };

/// Python that can make an environment of its own, for a client in it.
pub(crate) const PYTHON: Tool = Tool {
    name: "python3 with venv",
    probe: Probe::Runs(&["python3", "-c", "import ensurepip, venv"]),
    source: Source::Apt(&[&["python3", "python3-venv"]]),
};

/// PostgreSQL, of which the tests start servers of their own, and a pooler for them. Debian keeps
/// the programs outside of `PATH`.
pub(crate) const POSTGRES: Tool = Tool {
    name: "postgresql with pgbouncer",
    probe: Probe::Runs(&[
        "sh",
        "-c",
        "(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb) && \
         (command -v pgbouncer || ls /usr/sbin/pgbouncer)",
    ]),
    source: Source::Apt(&[&["postgresql", "pgbouncer"]]),
};

/// A proxy of `docs/proxies.md`; Debian keeps its program outside of `PATH`.
pub(crate) const NGINX: Tool = Tool {
    name: "nginx",
    probe: Probe::Runs(&["sh", "-c", "command -v nginx || ls /usr/sbin/nginx"]),
    source: Source::Apt(&[&["nginx-light"]]),
};

/// A proxy of `docs/proxies.md`; Debian keeps its program outside of `PATH`.
pub(crate) const APACHE: Tool = Tool {
    name: "apache2",
    probe: Probe::Runs(&["sh", "-c", "command -v apache2 || ls /usr/sbin/apache2"]),
    source: Source::Apt(&[&["apache2"]]),
};

/// A proxy of `docs/proxies.md`; Debian keeps its program outside of `PATH`.
pub(crate) const HAPROXY: Tool = Tool {
    name: "haproxy",
    probe: Probe::Runs(&["sh", "-c", "command -v haproxy || ls /usr/sbin/haproxy"]),
    source: Source::Apt(&[&["haproxy"]]),
};

/// A proxy of `docs/proxies.md`; Debian keeps its program outside of `PATH`.
pub(crate) const CADDY: Tool = Tool {
    name: "caddy",
    probe: Probe::Runs(&["sh", "-c", "command -v caddy || ls /usr/sbin/caddy"]),
    source: Source::Apt(&[&["caddy"]]),
};

/// npm, which fetches axe-core for the accessibility check and axios for clients that use it.
pub(crate) const NODE: Tool = Tool {
    name: "npm",
    probe: Probe::Programs(&[&["node"], &["npm"]]),
    source: Source::Apt(&[&["nodejs", "npm"]]),
};

/// The formatter; a minimal toolchain lacks it, although its name is in `PATH`.
pub(crate) const RUSTFMT: Tool = Tool {
    name: "rustfmt",
    probe: Probe::Runs(&["cargo", "fmt", "--version"]),
    source: Source::RustComponent("rustfmt"),
};

/// The linter; as with the formatter.
pub(crate) const CLIPPY: Tool = Tool {
    name: "clippy",
    probe: Probe::Runs(&["cargo", "clippy", "--version"]),
    source: Source::RustComponent("clippy"),
};

/// The checker of licences and sources.
pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    probe: Probe::Programs(&[&["cargo-deny"]]),
    source: Source::Crate("cargo-deny"),
};

/// Looks for tools and installs missing ones, each at most once in a run.
pub(crate) struct Installer {
    allowed: bool,
    index_refreshed: bool,
    known: HashMap<&'static str, Result<(), String>>,
}

impl Installer {
    /// `allowed`: whether anything may be installed at all.
    pub(crate) fn new(allowed: bool) -> Self {
        Self { allowed, index_refreshed: false, known: HashMap::new() }
    }

    /// Makes sure that the tool is here; the error says why it is not.
    pub(crate) fn ensure(&mut self, tool: &Tool) -> Result<(), String> {
        if let Some(known) = self.known.get(tool.name) {
            return known.clone();
        }
        let result = if present(&tool.probe) { Ok(()) } else { self.install(tool) };
        self.known.insert(tool.name, result.clone());
        result
    }

    fn install(&mut self, tool: &Tool) -> Result<(), String> {
        if !self.allowed || matches!(tool.source, Source::Crate(_)) {
            return Err(format!("{} is missing; {}", tool.name, advice(&tool.source)));
        }
        println!("    {} is missing: trying to install it", tool.name);
        match tool.source {
            Source::Apt(choices) => self.apt(tool, choices),
            Source::RustComponent(name) => {
                let _ = run(Command::new("rustup").args(["component", "add", name]));
                arrived(tool)
            }
            Source::Crate(_) => arrived(tool),
        }
    }

    fn apt(&mut self, tool: &Tool, choices: &[&[&str]]) -> Result<(), String> {
        let Some(become_root) = way_to_root() else {
            let advice = advice(&tool.source);
            return Err(format!(
                "{} is missing and may not be installed here; {advice}",
                tool.name
            ));
        };
        if !self.index_refreshed {
            let _ = run(apt_get(become_root).arg("update"));
            self.index_refreshed = true;
        }
        for packages in choices {
            let mut command = apt_get(become_root);
            command.args(["install", "-y", "--no-install-recommends"]).args(*packages);
            if run(&mut command).is_ok() && present(&tool.probe) {
                return Ok(());
            }
        }
        arrived(tool)
    }
}

fn present(probe: &Probe) -> bool {
    match probe {
        Probe::Programs(rows) => {
            rows.iter().all(|names| names.iter().any(|name| find_program(name).is_some()))
        }
        Probe::Runs(words) => {
            words.split_first().is_some_and(|(name, args)| succeeds(Command::new(name).args(args)))
        }
    }
}

/// An installation is believed when the program is there, not when the installer says so.
fn arrived(tool: &Tool) -> Result<(), String> {
    if present(&tool.probe) {
        return Ok(());
    }
    Err(format!("{} could not be installed; {}", tool.name, advice(&tool.source)))
}

fn advice(source: &Source) -> String {
    match source {
        Source::Apt(choices) => {
            let packages = choices.first().map(|names| names.join(" ")).unwrap_or_default();
            format!("install it with `apt-get install {packages}`")
        }
        Source::RustComponent(name) => format!("install it with `rustup component add {name}`"),
        Source::Crate(name) => format!("install it with `cargo install --locked {name}`"),
    }
}

/// Words before `apt-get` that make it run as root without a question, if there are any.
fn way_to_root() -> Option<&'static [&'static str]> {
    find_program("apt-get")?;
    if is_root() {
        return Some(&[]);
    }
    succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn apt_get(become_root: &[&str]) -> Command {
    let words = [become_root, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("-q").stdin(std::process::Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_programs_needs_one_of_its_names() {
        assert!(present(&Probe::Programs(&[&["no-such-program-here", "sh"]])));
        assert!(!present(&Probe::Programs(&[&["sh"], &["no-such-program-here"]])));
    }

    #[test]
    fn a_probe_that_runs_must_succeed() {
        assert!(present(&Probe::Runs(&["true"])));
        assert!(!present(&Probe::Runs(&["false"])));
        assert!(!present(&Probe::Runs(&["no-such-program-here"])));
    }

    #[test]
    fn where_nothing_may_be_installed_the_reason_says_how_to() {
        let tool = Tool {
            name: "thing",
            probe: Probe::Runs(&["false"]),
            source: Source::Apt(&[&["thing-cli", "thing-data"]]),
        };
        let reason = Installer::new(false).ensure(&tool).unwrap_err();
        assert_eq!(
            reason,
            "thing is missing; install it with `apt-get install thing-cli thing-data`"
        );
    }
}
