//! The catalogue as documentation.

use std::fmt::Write;

use crate::catalogue::{Area, CHECKS, Mend};

/// `docs/doctor-checks.md`.
pub fn markdown() -> String {
    let checks: Vec<_> = CHECKS.iter().copied().flatten().collect();
    let mut out = format!(
        "# Checks of the doctor\n\nMade from the table in `crates/doctor/src/checks/table.rs` by \
         `freischalt doctor --list --markdown`; a test compares the two. {} checks.\n",
        checks.len(),
    );
    for area in Area::ALL {
        let _ = write!(
            out,
            "\n## {}\n\n| id | what has to hold | severity | mend | ASVS 5.0 |\n|---|---|---|---|---|\n",
            area.title()
        );
        for check in checks.iter().filter(|check| check.area == area) {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                check.id,
                cell(check.title),
                check.severity.word(),
                cell(first_sentence(check.mend)),
                check.mend.asvs,
            );
        }
    }
    out
}

fn first_sentence(mend: &'static Mend) -> &'static str {
    let end = mend.what.find(". ").map_or(mend.what.len(), |at| at + 1);
    &mend.what[..end]
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
