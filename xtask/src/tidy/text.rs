//! Text hygiene: line ends, blanks, and words that only mean something on one machine.

use super::Finding;

/// Folders of one machine. Split, so that this file does not find itself.
const MACHINE_PATHS: [&str; 3] =
    [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/tmp", "/wt")];

/// Hosts that packages are fetched from: which one it was is nobody's business, and may change.
const REGISTRY_HOSTS: [&str; 4] = [
    concat!("registry.", "npmjs"),
    concat!("static.", "crates.io"),
    concat!("pypi", ".org"),
    concat!("deb.", "debian.org"),
];

/// Checks one file.
pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in content.split('\n').enumerate() {
        let mut find = |text: String| findings.push(Finding::at_line(path, index + 1, text));
        if line.ends_with('\r') {
            find("line ends with CR LF; use LF".into());
        } else if line.ends_with([' ', '\t']) && !is_snapshot(path) {
            find("trailing blanks".into());
        }
        for word in MACHINE_PATHS.iter().filter(|word| line.contains(**word)) {
            find(format!("`{word}` is a path of one machine; use a relative one"));
        }
        for word in REGISTRY_HOSTS.iter().filter(|word| line.contains(**word)) {
            find(format!("`{word}…` is the host of a package registry; leave it out"));
        }
    }
    if !content.is_empty() && !content.ends_with('\n') && !is_snapshot(path) {
        findings.push(Finding::new(path, "no line end at the end of the file"));
    }
    findings
}

/// Snapshots hold what the program printed, blanks included.
fn is_snapshot(path: &str) -> bool {
    path.ends_with(".snap")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_has_no_findings() {
        assert_eq!(check("a.md", "one\n\ntwo\n"), []);
        assert_eq!(check("empty", ""), []);
    }

    #[test]
    fn blanks_and_line_ends_are_found_with_their_line() {
        assert_eq!(check("a.md", "one\ntwo \n"), [Finding::new("a.md:2", "trailing blanks")]);
        assert_eq!(check("a.md", "one\r\n").len(), 1);
        assert_eq!(check("a.md", "one").len(), 1);
        assert_eq!(check("a.snap", "one \ntwo"), []);
    }

    #[test]
    fn machine_paths_and_registries_are_found() {
        for word in MACHINE_PATHS.into_iter().chain(REGISTRY_HOSTS) {
            let findings = check("a.md", &format!("see {word}x\n"));
            assert_eq!(findings.len(), 1, "{word}");
            assert!(findings[0].text.contains(word));
        }
    }
}
