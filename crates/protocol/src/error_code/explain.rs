//! What an error code means to the person who got it: a page for each code about which more is
//! known than its text, and an explanation made from text, level and topic for all others.
//!
//! A page is a Markdown file in `errors/` with three sections: Meaning, Likely causes, What to do.
//! A listed code without its file does not compile; a file that is not listed fails a test.

mod topic;

use serde::Serialize;

pub use topic::Topic;

use super::{Entry, ErrorCode, Level};

/// What there is to say about a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The number.
    pub code: ErrorCode,
    /// The text on the wire, with `…` for arguments.
    pub message: String,
    /// Where it appears; `None` if the code is unknown.
    pub level: Option<Level>,
    /// The same in a sentence.
    pub place: &'static str,
    /// What it is about; `None` if the code is unknown.
    pub topic: Option<Topic>,
    /// Whether this comes from a page, rather than from text, level and topic alone.
    pub documented: bool,
    /// What happened.
    pub meaning: String,
    /// What usually leads to it, the most frequent first.
    pub causes: Vec<String>,
    /// What helps.
    pub remedies: Vec<String>,
}

macro_rules! pages {
    ($($code:literal)*) => {
        /// The codes with a page, ascending, and the pages.
        static PAGES: &[(ErrorCode, &str)] = &[
            $((ErrorCode($code), include_str!(concat!("../../errors/", $code, ".md"))),)*
        ];
    };
}

pages! {
    0 1 3 4 5 6 7 8 9 13 14 15 16 17 18 19 20 21 22 23 24 25 28 41 42 48 49 79 80 96 97 104 110
    127 129 132 136 137 141 142 143 144 149 153 155 158 160 161 162 164 167 170 174 175 176 177
    178 183 184 186 187 188 189 190 193 194 199 201 205 210 212 214 219 227 228 229 232 236 239
    240 243 247 248 252 253 254 255 256 257 284 289 292 293
}

impl ErrorCode {
    /// What this code means, what leads to it and what helps. Codes without a known meaning get
    /// an explanation too, which says just that.
    pub fn explain(self) -> Explanation {
        let Some(entry) = self.entry() else { return unknown(self) };
        let page = PAGES.binary_search_by_key(&self, |(code, _)| *code).ok();
        match page.map(|index| PAGES[index].1) {
            Some(page) => from_page(entry, page),
            None => composed(entry),
        }
    }
}

impl Explanation {
    /// Everything that is said, for searching.
    pub fn full_text(&self) -> String {
        let mut text = format!("{} {} {}", self.code, self.message, self.meaning);
        if let Some(topic) = self.topic {
            text.push(' ');
            text.push_str(topic.name());
        }
        for point in self.causes.iter().chain(&self.remedies) {
            text.push(' ');
            text.push_str(point);
        }
        text
    }
}

fn from_page(entry: &Entry, page: &str) -> Explanation {
    Explanation {
        documented: true,
        meaning: paragraph(section(page, "Meaning")),
        causes: points(section(page, "Likely causes")),
        remedies: points(section(page, "What to do")),
        ..composed(entry)
    }
}

fn composed(entry: &Entry) -> Explanation {
    let topic = Topic::of(entry);
    Explanation {
        code: entry.code,
        message: entry.message.replace("%s", "…"),
        level: Some(entry.level),
        place: place(entry.level),
        topic: Some(topic),
        documented: false,
        meaning: format!("{} The text above is all that is known about this code.", topic.about()),
        causes: Vec::new(),
        remedies: vec![topic.advice().to_owned()],
    }
}

fn unknown(code: ErrorCode) -> Explanation {
    Explanation {
        code,
        message: code.message(""),
        level: None,
        place: "It is not known where this code appears.",
        topic: None,
        documented: false,
        meaning: "This number is in no list of codes that is known here.".to_owned(),
        causes: Vec::new(),
        remedies: vec![
            "Read the message that came with it, and look at the vendor's documentation: the code \
             may be newer than this table."
                .to_owned(),
        ],
    }
}

fn place(level: Level) -> &'static str {
    match level {
        Level::Both => "Appears at the top and in results.",
        Level::Top => "Appears at the top, in status.errorcode; there are no results then.",
        Level::Unauthenticated => {
            "Appears at the top, in status.errorcode with status.code 400; there are no results \
             then."
        }
        Level::Result => {
            "Appears in the result of an action; the top says 500 and 97 (Error in action)."
        }
        Level::TopOrResult => {
            "Appears at the top where no action can be blamed, in a result otherwise."
        }
        Level::LegacyLogin => "Belongs to log-in methods that calls with a token do not use.",
    }
}

/// The lines below a heading, up to the next one.
fn section<'page>(page: &'page str, title: &str) -> impl Iterator<Item = &'page str> {
    let heading = format!("## {title}");
    let lines = page.lines().skip_while(move |line| *line != heading).skip(1);
    lines.take_while(|line| !line.starts_with("## "))
}

fn paragraph<'page>(lines: impl Iterator<Item = &'page str>) -> String {
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The points of a list; a line that does not start one carries on the last.
fn points<'page>(lines: impl Iterator<Item = &'page str>) -> Vec<String> {
    let mut points: Vec<String> = Vec::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        match (line.strip_prefix("- "), points.last_mut()) {
            (None, Some(point)) => {
                point.push(' ');
                point.push_str(line);
            }
            (start, _) => points.push(start.unwrap_or(line).to_owned()),
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;
    use crate::error_code::ALL;

    #[test]
    fn every_code_explains() {
        for entry in ALL {
            let explanation = entry.code.explain();
            assert!(explanation.meaning.len() > 20, "{}", entry.code);
            assert!(!explanation.remedies.is_empty(), "{}", entry.code);
            assert!(!explanation.message.contains("%s"), "{}", entry.code);
        }
    }

    #[test]
    fn every_page_is_complete() {
        for (code, page) in PAGES {
            let explanation = code.explain();
            assert!(page.starts_with(&format!("# {code}\n")), "{code}");
            assert!(explanation.documented, "{code}");
            assert!(explanation.meaning.ends_with('.'), "{code}: {}", explanation.meaning);
            let points = explanation.causes.iter().chain(&explanation.remedies);
            assert!(points.clone().all(|point| point.ends_with(['.', ')'])), "{code}");
            assert!(!explanation.causes.is_empty() || *code == ErrorCode::OK, "{code}");
            let headings: Vec<_> = page.lines().filter(|line| line.starts_with("## ")).collect();
            assert_eq!(headings, ["## Meaning", "## Likely causes", "## What to do"], "{code}");
        }
    }

    #[test]
    fn pages_are_sorted_and_every_file_is_listed() {
        let listed: Vec<u32> = PAGES.iter().map(|(code, _)| code.0).collect();
        assert!(listed.is_sorted());
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/errors");
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let files: BTreeSet<u32> = names
            .map(|name| name.to_str().unwrap().strip_suffix(".md").unwrap().parse().unwrap())
            .collect();
        assert_eq!(files, listed.into_iter().collect());
    }

    #[test]
    fn points_may_run_over_several_lines() {
        let page = "## Meaning\none\ntwo\n\n## What to do\n- a\n  b\n- c\n";
        assert_eq!(paragraph(section(page, "Meaning")), "one two");
        assert_eq!(points(section(page, "What to do")), ["a b", "c"]);
        assert!(points(section(page, "Likely causes")).is_empty());
    }

    #[test]
    fn a_code_without_a_known_meaning_says_so() {
        let explanation = ErrorCode(2).explain();
        assert_eq!((explanation.level, explanation.topic), (None, None));
        assert!(!explanation.documented);
    }
}
