//! `docs/frameworks.md`: the tables hold what was measured, the lines come from the files that were run.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::{Context, Result, bail};

use super::{
    install::DJANGO6,
    list::{FRAMEWORKS, Framework, Kind},
    measure::Row,
};

pub(crate) const DOCUMENT: &str = "docs/frameworks.md";
const FOLDER: &str = "examples/frameworks";
const CHANGE: &str = "<!-- `cargo xtask frameworks` writes what follows. -->";

/// The three parts that are not written by hand.
#[derive(Clone, Copy)]
enum Part {
    Verify,
    Avoid,
    Lines,
}

impl Part {
    const fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::Verify => ("<!-- verify -->", "<!-- /verify -->"),
            Self::Avoid => ("<!-- avoid -->", "<!-- /avoid -->"),
            Self::Lines => ("<!-- lines -->", "<!-- /lines -->"),
        }
    }

    fn of(self, document: &str) -> Result<&str> {
        let (start, end) = self.marks();
        let rest =
            document.split_once(start).with_context(|| format!("{DOCUMENT} has no {start}"))?.1;
        Ok(rest.split_once(end).with_context(|| format!("{DOCUMENT} has no {end}"))?.0)
    }

    fn replace(self, document: &str, content: &str) -> Result<String> {
        let (start, end) = self.marks();
        let old = self.of(document)?;
        let content = format!("\n{CHANGE}\n\n{}\n\n", content.trim());
        Ok(document.replacen(&format!("{start}{old}{end}"), &format!("{start}{content}{end}"), 1))
    }
}

/// Writes new rows into the document, keeps the others, and takes the lines from the sources again.
/// `version` says what is installed.
pub(super) fn renew(
    document: &str,
    read: impl Fn(&str) -> Option<String>,
    version: impl Fn(&Framework) -> Result<String>,
    rows: &BTreeMap<&'static str, Row>,
) -> Result<String> {
    let (mut verify, mut avoid) = (
        "| framework | version | raw query | it verifies | of the names to avoid | longest target | framing header by itself | cookie |\n\
         |---|---|---|---|---|---|---|---|\n"
            .to_owned(),
        "| framework | full URL | usual parameters | same name twice |\n|---|---|---|---|\n".to_owned(),
    );
    let (old_verify, old_avoid) = (Part::Verify.of(document)?, Part::Avoid.of(document)?);
    for framework in FRAMEWORKS {
        let Some(row) = rows.get(framework.name) else {
            for (old, new) in [(old_verify, &mut verify), (old_avoid, &mut avoid)] {
                if let Some(line) = row_of(old, framework) {
                    writeln!(new, "{line}")?;
                }
            }
            continue;
        };
        let source =
            read(&format!("{FOLDER}/{}", framework.file)).context("its file is missing")?;
        writeln!(
            verify,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            framework.title,
            version(framework)?,
            raw_query(framework),
            cell(&row.verifies),
            cell(&row.names),
            row.longest,
            cell(&row.framing),
            cookie(framework, &source),
        )?;
        writeln!(
            avoid,
            "| {} | {} | {} | {} |",
            framework.title,
            cell(&row.full),
            cell(&row.reads),
            row.twice
        )?;
    }
    let document = Part::Verify.replace(document, &verify)?;
    let document = Part::Avoid.replace(&document, &avoid)?;
    Part::Lines.replace(&document, &lines(read)?)
}

/// Where the raw query is, as people would say it.
fn raw_query(framework: &Framework) -> String {
    let text = framework.raw_query.trim_end_matches(".decode(");
    if let Some(target) = text.strip_prefix("queryOf(") {
        return format!("`{}` after `?`", target.trim_end_matches(')'));
    }
    let open = text.matches('(').count() - text.matches(')').count();
    format!("`{text}{}`", ")".repeat(open))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn row_of<'d>(table: &'d str, framework: &Framework) -> Option<&'d str> {
    table.lines().find(|line| line.starts_with(&format!("| {} |", framework.title)))
}

/// Whether the framework's own call makes the cookie, or a header does.
fn cookie(framework: &Framework, source: &str) -> &'static str {
    let own = matches!(framework.kind, Kind::Node | Kind::Next)
        || source.to_lowercase().contains("partitioned=true");
    let commented = source
        .lines()
        .any(|line| line.trim_start().starts_with('#') && line.contains("partitioned=True"));
    if own && !commented { "its own" } else { "as a header" }
}

/// Of each language what its files share, of each framework the paragraph with the raw query.
fn lines(read: impl Fn(&str) -> Option<String>) -> Result<String> {
    let mut text = String::new();
    let mut language = "";
    for framework in FRAMEWORKS {
        let (folder, title, shared, fence) = language_of(framework);
        if folder != language {
            let path = format!("{FOLDER}/{folder}/{shared}");
            let source = read(&path).with_context(|| format!("{path} is missing"))?;
            let verified =
                after(&source, "verified").with_context(|| format!("{path} does not verify"))?;
            write!(
                text,
                "\n### {title}\n\nShared by the files below, from [{shared}](../{path}):\n\n```{fence}\n{verified}\n```\n"
            )?;
            language = folder;
        }
        let path = format!("{FOLDER}/{}", framework.file);
        let source = read(&path).with_context(|| format!("{path} is missing"))?;
        if text.contains(&format!("](../{path})")) {
            continue; // two versions of one framework
        }
        let paragraph = paragraph(&source, framework.raw_query)
            .with_context(|| format!("{path} does not have `{}`", framework.raw_query))?;
        let titles: Vec<_> = FRAMEWORKS
            .iter()
            .filter(|one| one.file == framework.file)
            .map(|one| one.title)
            .collect();
        let titles = titles.join(" and ");
        let link = format!("[{}](../{path})", framework.file);
        write!(text, "\n**{titles}**, from {link}:\n\n```{fence}\n{paragraph}\n```\n")?;
    }
    Ok(text)
}

fn language_of(framework: &Framework) -> (&'static str, &'static str, &'static str, &'static str) {
    match framework.kind {
        Kind::Wsgi | Kind::Asgi | Kind::Python | Kind::Django => {
            ("python", "Python", "marketplace.py", "python")
        }
        Kind::Node | Kind::Next => ("node", "Node", "marketplace.mjs", "js"),
        Kind::Php | Kind::WordPress => ("php", "PHP", "marketplace.php", "php"),
        Kind::Rack => ("ruby", "Ruby", "marketplace.rb", "ruby"),
        Kind::Tomcat | Kind::Jetty => ("java", "Java", "Marketplace.java", "java"),
        Kind::Rust => ("rust", "Rust", "src/lib.rs", "rust"),
    }
}

/// The block of lines without an empty one between them in which this text stands, moved to the left.
fn paragraph(source: &str, text: &str) -> Option<String> {
    let paragraph = source.split("\n\n").find(|paragraph| paragraph.contains(text))?;
    let lines: Vec<_> = paragraph.lines().skip_while(|line| line.is_empty()).collect();
    let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min()?;
    Some(lines.iter().map(|line| &line[indent..]).collect::<Vec<_>>().join("\n"))
}

/// The function of this name, with its comment: the paragraph that defines it.
fn after(source: &str, name: &str) -> Option<String> {
    let defines = ["def ", "function ", "fn ", "String> "];
    let forms: Vec<_> = ["", "self."]
        .iter()
        .flat_map(|p| defines.iter().map(move |d| format!("{d}{p}{name}(")))
        .collect();
    let start = forms.iter().find_map(|form| source.find(form.as_str()))?;
    let begin = source[..start].rfind("\n\n").map_or(0, |at| at + 2);
    let rest = source[begin..].trim_start_matches('\n');
    let indent = rest.len() - rest.trim_start().len();
    // It ends where something begins that is not further in, after its first line of code.
    let closes = |line: &str| !line.is_empty() && line.len() - line.trim_start().len() <= indent;
    let mut taken = Vec::new();
    let mut inside = false;
    for line in rest.lines() {
        let is_start = forms.iter().any(|form| line.contains(form.as_str()));
        if inside && closes(line) && !matches!(line.trim(), "{" | "}" | "end") {
            break;
        }
        taken.push(line.get(indent..).unwrap_or_default());
        if inside && matches!(line.trim(), "}" | "end") && closes(line) {
            break;
        }
        inside |= is_start;
    }
    while taken.last().is_some_and(|line| line.is_empty()) {
        taken.pop();
    }
    Some(taken.join("\n"))
}

/// What is wrong with the document: other lines than in the files, a framework without rows, another version
/// than is pinned. Nothing is run for it.
pub(crate) fn check(read: impl Fn(&str) -> Option<String> + Copy) -> Result<()> {
    let document = read(DOCUMENT).with_context(|| format!("there is no {DOCUMENT}"))?;
    let fresh = Part::Lines.replace(&document, &lines(read)?)?;
    if fresh != document {
        bail!(
            "its lines are not those of {FOLDER}; `cargo xtask frameworks --lines` writes them again"
        );
    }
    for framework in FRAMEWORKS {
        let row = row_of(Part::Verify.of(&document)?, framework)
            .with_context(|| format!("{} has not been measured", framework.title))?;
        row_of(Part::Avoid.of(&document)?, framework)
            .with_context(|| format!("{} has no full URL", framework.title))?;
        if let Some(version) = pinned(framework, read)
            && !row.contains(&format!("| {version} |"))
        {
            bail!(
                "{} is pinned to {version}, its row is of another version: measure again",
                framework.title
            );
        }
    }
    Ok(())
}

/// The version that a list of packages names; Debian's packages have whatever Debian has.
pub(super) fn pinned(
    framework: &Framework,
    read: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    if framework.name == "django6" {
        return Some(DJANGO6.to_owned());
    }
    let (folder, ..) = language_of(framework);
    let package = framework.package;
    let (file, start) = match folder {
        "python" => ("python/requirements.txt", format!("{package}==")),
        "node" => ("node/package.json", format!("\"{package}\": \"")),
        "rust" => ("rust/Cargo.toml", format!("{package} = {{ version = \"=")),
        _ => return None,
    };
    let list = read(&format!("{FOLDER}/{file}"))?;
    let line = list.lines().find_map(|line| line.trim().strip_prefix(&start))?;
    let version = line.trim_start_matches("npm:express@");
    Some(version.split('"').next().unwrap_or_default().trim_end_matches(',').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_what_stands_between_empty_lines() {
        let source = "one\n\n    two {\n        three\n    }\n\nfour\n";
        assert_eq!(paragraph(source, "three").as_deref(), Some("two {\n    three\n}"));
        assert_eq!(paragraph(source, "five"), None);
    }

    #[test]
    fn a_function_comes_with_its_comment_and_ends_with_itself() {
        let source =
            "x = 1\n\n# why\ndef verified(query):\n    a\n\n    b\n\n\ndef next():\n    c\n";
        assert_eq!(
            after(source, "verified").as_deref(),
            Some("# why\ndef verified(query):\n    a\n\n    b")
        );
        let source = "class A {\n\n    /** why */\n    int verified() {\n    }\n}\n";
        assert_eq!(after(source, "verified"), None);
        let source = "/// Why.\npub fn verified() {\n    a\n}\n\nfn b() {}\n";
        assert_eq!(
            after(source, "verified").as_deref(),
            Some("/// Why.\npub fn verified() {\n    a\n}")
        );
    }

    #[test]
    fn a_changed_line_is_found() {
        let root = crate::shell::workspace_root();
        let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
        check(read).unwrap();
        let changed = |path: &str| {
            let text = read(path)?;
            Some(if path.ends_with("flask_app.py") {
                text.replace("abort(403", "abort(404")
            } else {
                text
            })
        };
        assert!(check(changed).unwrap_err().to_string().contains("its lines"));
        let newer = |path: &str| Some(read(path)?.replace("flask==", "flask==9."));
        assert!(check(newer).unwrap_err().to_string().contains("Flask is pinned to 9."));
    }
}
