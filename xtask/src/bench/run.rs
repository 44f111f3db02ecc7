//! A run: the chosen rows, group by group and in rounds.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::goals;
use super::machine::Machine;
use super::measure::Measurement;
use super::report::{Results, RowResult};
use super::rows::{self, Batch, GROUPS, ROWS, Row, Subject};
use super::stage::Stage;

/// How much to measure.
pub(super) struct Settings {
    pub(super) only: Vec<String>,
    pub(super) quick: bool,
    pub(super) huge: bool,
    pub(super) rounds: usize,
    pub(super) seconds: f64,
}

/// What each row brought, round by round. A row that was left out has fewer, or none.
pub(super) type Measured = BTreeMap<&'static str, Vec<Measurement>>;

/// A run of the benchmark.
pub(super) struct Bench {
    settings: Settings,
    rows: Vec<Row>,
    measured: Measured,
    notes: Vec<String>,
    failures: Vec<String>,
}

impl Bench {
    /// Chooses the rows.
    pub(super) fn new(settings: Settings) -> Self {
        let rows = ROWS.iter().filter(|row| settings.choose(row)).copied().collect();
        let (notes, failures) = (Vec::new(), Vec::new());
        Self { settings, rows, measured: Measured::new(), notes, failures }
    }

    /// Whether no row was chosen.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints the chosen rows.
    pub(super) fn list(&self) {
        for row in &self.rows {
            println!("{:<20} {}", row.name, row.about());
        }
    }

    /// Measures everything.
    pub(super) fn run(mut self) -> Result<Results> {
        let machine = Machine::seen();
        println!("{machine}");
        for group in GROUPS {
            let chosen: Vec<_> =
                self.rows.iter().filter(|row| row.group == group).copied().collect();
            let rounds = self.settings.rounds * rows::repeats(group);
            let mut stage = Stage::new(self.settings.seconds, rounds);
            let mut failed = BTreeSet::new();
            for round in 1..=rounds {
                for row in &chosen {
                    if failed.contains(row.name) {
                        continue;
                    }
                    // The others are worth measuring all the same.
                    if let Err(problem) = self.measure(&mut stage, row, round) {
                        let note = format!("{} failed in round {round}: {problem:#}", row.name);
                        println!("{note}");
                        self.failures.push(note);
                        failed.insert(row.name);
                    }
                }
            }
            self.notes.extend(stage.notes());
        }
        let rows = self.rows.iter().filter_map(|row| {
            let measured = self.measured.get(row.name)?.clone();
            Some(RowResult { name: row.name, about: row.about(), measured })
        });
        let (rows, ratios) = (rows.collect(), goals::judge(&self.measured));
        let Settings { rounds, seconds, .. } = self.settings;
        let (notes, failures) = (self.notes, self.failures);
        Ok(Results { machine, rounds, seconds, rows, ratios, notes, failures })
    }

    fn measure(&mut self, stage: &mut Stage, row: &Row, round: usize) -> Result<()> {
        let reached = |row: &str| {
            let reached = self.measured.get(row).and_then(|all| all.last());
            reached.with_context(|| format!("needs {row} in the same run"))
        };
        let rate = row.half_of.map(reached).transpose()?.map(|whole| whole.rate / 2.0);
        let batch = match row.subject {
            Subject::Loop(Batch::Of(batch)) => batch,
            Subject::Loop(Batch::As(other)) => reached(other)?.changes_per_commit.round() as usize,
            _ => 0,
        };
        let Some(measured) = stage.measure(row, rate, batch)? else { return Ok(()) };
        println!(
            "{round}  {:<20} {:>9.0}/s   p50 {:>8.0} µs   p99 {:>8.0} µs",
            row.name, measured.rate, measured.p50_us, measured.p99_us
        );
        self.measured.entry(row.name).or_default().push(measured);
        Ok(())
    }
}

impl Settings {
    fn choose(&self, row: &Row) -> bool {
        let largest = match (self.quick, self.huge) {
            (true, _) => 10_000,
            (false, false) => 1_000_000,
            (false, true) => 10_000_000,
        };
        let named = |only: &String| row.group.contains(only) || row.name.contains(only);
        row.shape.stored <= largest && (self.only.is_empty() || self.only.iter().any(named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(only: &[&str], quick: bool) -> Vec<&'static str> {
        let only = only.iter().map(|&name| name.to_owned()).collect();
        let settings = Settings { only, quick, huge: false, rounds: 1, seconds: 1.0 };
        Bench::new(settings).rows.iter().map(|row| row.name).collect()
    }

    #[test]
    fn names_of_rows_are_unique_and_their_groups_known() {
        for (index, row) in ROWS.iter().enumerate() {
            assert!(ROWS[..index].iter().all(|other| other.name != row.name), "{}", row.name);
            assert!(GROUPS.contains(&row.group));
        }
    }

    #[test]
    fn rows_are_chosen_by_name_and_the_large_ones_only_on_request() {
        assert_eq!(names(&["php"], false), ["php/64"]);
        assert!(names(&["growth"], false).contains(&"sqlite/10^6"));
        assert!(!names(&[], false).contains(&"sqlite/10^7"));
        assert!(!names(&[], true).contains(&"sqlite/10^5"));
        assert_eq!(names(&["nobody"], false), [""; 0]);
    }
}
