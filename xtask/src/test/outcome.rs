//! What became of the suites, and the summary that people and build machines read.

use std::fmt;

/// How one suite ended; the text says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It ran and found nothing wrong.
    Passed,
    /// It ran and failed, or was skipped where nothing may be skipped.
    Failed(String),
    /// It could not run here.
    Skipped(String),
    /// It is optional and could not run here; counts as nothing.
    LeftOut(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(why) => write!(f, "FAILED: {why}"),
            Self::Skipped(why) => write!(f, "SKIPPED: {why}"),
            Self::LeftOut(why) => write!(f, "left out: {why}"),
        }
    }
}

/// All outcomes so far.
pub(super) struct Tally {
    skips_fail: bool,
    rows: Vec<(&'static str, Outcome)>,
}

impl Tally {
    /// `skips_fail`: a suite that cannot run counts as failed, as it must on a build machine.
    pub(super) fn new(skips_fail: bool) -> Self {
        Self { skips_fail, rows: Vec::new() }
    }

    /// Keeps the outcome and gives back how it counts.
    pub(super) fn record(&mut self, suite: &'static str, outcome: Outcome) -> Outcome {
        let counted = match outcome {
            Outcome::Skipped(why) if self.skips_fail => {
                Outcome::Failed(format!("skipped, which CI forbids: {why}"))
            }
            other => other,
        };
        self.rows.push((suite, counted.clone()));
        counted
    }

    /// The number of suites that failed.
    pub(super) fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    /// One line for each suite.
    pub(super) fn details(&self) -> String {
        let lines: Vec<_> =
            self.rows.iter().map(|(suite, outcome)| format!("{suite:<10} {outcome}")).collect();
        lines.join("\n")
    }

    fn count(&self, wanted: impl Fn(&Outcome) -> bool) -> usize {
        self.rows.iter().filter(|(_, outcome)| wanted(outcome)).count()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let passed = self.count(|outcome| *outcome == Outcome::Passed);
        let skipped = self.count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        write!(f, "{passed} passed, {} failed, {skipped} skipped", self.failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(skips_fail: bool) -> Tally {
        let mut tally = Tally::new(skips_fail);
        tally.record("a", Outcome::Passed);
        tally.record("b", Outcome::Skipped("no browser".into()));
        tally.record("c", Outcome::Failed("broken".into()));
        tally.record("d", Outcome::LeftOut("optional".into()));
        tally
    }

    #[test]
    fn the_summary_counts_suites() {
        assert_eq!(filled(false).to_string(), "1 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn on_a_build_machine_a_skip_is_a_failure() {
        assert_eq!(filled(true).to_string(), "1 passed, 2 failed, 0 skipped");
        assert!(filled(true).details().contains("no browser"));
    }
}
