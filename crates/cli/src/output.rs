//! Writing to the terminal: lines, aligned details, tables, errors. Colours go to terminals only
//! and honour `NO_COLOR`, both of which the stream sees to.

use std::{error::Error, fmt::Write as _, io::Write as _};

use anstream::{stderr, stdout};
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const RESET: &str = "\x1b[0m";
const OWN: [&str; 6] = [BOLD, DIM, RED, GREEN, YELLOW, RESET];

/// The most columns of running text and tables; longer lines read badly.
const WIDEST: u16 = 100;
/// The fewest columns; what has to be narrower is left to the terminal.
const NARROWEST: u16 = 40;

/// Columns of the terminal, where there is one.
fn terminal() -> Option<u16> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size()?;
    Some(columns.clamp(NARROWEST, WIDEST))
}

/// Writes a text and a line break to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    writeln!(out, "{}", visible(text.trim_end_matches('\n')))
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// The text as a terminal may have it: names and texts of others may hold characters that command
/// a terminal or turn the direction of writing, which are shown as `\u{1b}`. Left as they are: line
/// breaks, tabs, and the few colours that this command uses.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let own = OWN.into_iter().find(|colour| rest.starts_with(colour));
        let length = own.map_or(next.len_utf8(), str::len);
        match own {
            Some(colour) => out.push_str(colour),
            None if commands(next) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(next));
            }
            None => out.push(next),
        }
        rest = &rest[length..];
    }
    out
}

/// Whether a character commands a terminal, or turns the direction of what follows.
fn commands(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
}

/// The text without colours, for a file.
pub(crate) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Writes a document and a line break to standard output, as JSON on one line.
pub(crate) fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    print(&json(document)?)
}

/// A document as JSON on one line. What commands a terminal is spelled in JSON's own way, with the
/// same meaning.
pub(crate) fn json(document: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(document).map_err(|cause| Failure::Output(cause.into()))?;
    let mut spelled = String::with_capacity(text.len());
    for c in text.chars() {
        match commands(c) {
            true => drop(write!(spelled, "\\u{:04x}", u32::from(c))),
            false => spelled.push(c),
        }
    }
    Ok(spelled)
}

/// Writes a failure and what caused it in the first place to standard error.
pub(crate) fn error(failure: &Failure) {
    let mut text = match failure {
        Failure::AnsweredNo => return,
        _ => format!("{RED}error:{RESET} {failure}"),
    };
    // A transparent error is its own cause: once is enough.
    let cause = root_cause(failure).map(ToString::to_string);
    if let Some(cause) = cause.filter(|cause| !text.contains(cause)) {
        let _ = write!(text, "\n  {DIM}cause:{RESET} {cause}");
    }
    let _ = writeln!(stderr().lock(), "{}", visible(&text));
}

fn root_cause(failure: &Failure) -> Option<&dyn Error> {
    let mut cause = failure.source()?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause)
}

/// A heading.
pub(crate) fn bold(text: &str) -> String {
    format!("{BOLD}{text}{RESET}")
}

/// Something less important than its neighbours.
pub(crate) fn dim(text: &str) -> String {
    format!("{DIM}{text}{RESET}")
}

/// Good news.
pub(crate) fn good(text: &str) -> String {
    format!("{GREEN}{text}{RESET}")
}

/// The state of an activation in its colour.
pub(crate) fn state(state: &str) -> String {
    match state {
        "active" => good(state),
        "pending" => format!("{YELLOW}{state}{RESET}"),
        _ => dim(state),
    }
}

/// Names and values under each other, the values aligned. Pairs without a value are left out.
#[derive(Default)]
pub(crate) struct Details(Vec<(&'static str, String)>);

impl Details {
    /// Adds a pair.
    pub(crate) fn add(&mut self, name: &'static str, value: impl Into<String>) -> &mut Self {
        self.0.push((name, value.into()));
        self
    }

    /// Adds a pair if there is a value.
    pub(crate) fn add_some(&mut self, name: &'static str, value: Option<&String>) -> &mut Self {
        match value {
            Some(value) => self.add(name, value.clone()),
            None => self,
        }
    }

    /// The lines.
    pub(crate) fn lines(&self) -> String {
        let width = self.0.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (name, value) in &self.0 {
            let gap = " ".repeat(width - name.chars().count() + 2);
            let _ = writeln!(text, "{}{gap}{value}", dim(name));
        }
        text
    }
}

/// A table without borders, wrapped to the terminal's width; in a pipe each row is one line.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header).add_rows(rows);
    if let Some(columns) = terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let text = table.trim_fmt();
    match text.split_once('\n') {
        Some((head, body)) => format!("{}\n{body}", bold(head)),
        None => bold(&text),
    }
}

/// Wraps running text, indenting all lines by `indent` and the first by `first` instead.
pub(crate) fn wrap(text: &str, first: &str, indent: &str) -> String {
    let width = usize::from(terminal().unwrap_or(WIDEST));
    let mut lines = vec![first.to_owned()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or("", String::as_str);
        let full = line.chars().count() + 1 + word.chars().count() > width;
        if full {
            lines.push(format!("{indent}{word}"));
        } else if let Some(line) = lines.last_mut() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_aligned() {
        let mut details = Details::default();
        details.add("a", "1").add_some("absent", None).add("longer", "2");
        let plain = anstream::adapter::strip_str(&details.lines()).to_string();
        assert_eq!(plain, "a       1\nlonger  2\n");
    }

    #[test]
    fn what_commands_a_terminal_is_shown_instead() {
        let name = "E\x1b]0;title\x07\x1b[2J\u{9b}31m\u{202e}x\r\u{7f}";
        assert_eq!(visible(name), r"E\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}x\u{d}\u{7f}");
        let ours = format!("{}\n\t{}", bold("Müller"), state("active"));
        assert_eq!(visible(&ours), ours);
    }

    #[test]
    fn text_is_wrapped_with_a_hanging_indent() {
        let text = wrap(&"word ".repeat(30), "  - ", "    ");
        assert!(text.lines().all(|line| line.chars().count() <= usize::from(WIDEST)));
        assert!(text.starts_with("  - word word"));
        assert!(text.lines().skip(1).all(|line| line.starts_with("    word")));
    }
}
