//! What a run found, as a table for people and as JSON for the rest.

use std::fmt;

use serde::Serialize;

use super::goals::Ratio;
use super::machine::Machine;
use super::measure::Measurement;

/// A run's results.
#[derive(Serialize)]
pub(super) struct Results {
    pub(super) machine: Machine,
    pub(super) rounds: usize,
    /// Of each measurement.
    pub(super) seconds: f64,
    pub(super) rows: Vec<RowResult>,
    pub(super) ratios: Vec<Ratio>,
    /// What was left out, and why.
    pub(super) notes: Vec<String>,
    /// Rows that failed, and how.
    pub(super) failures: Vec<String>,
}

/// What a row brought in each round.
#[derive(Serialize)]
pub(super) struct RowResult {
    pub(super) name: &'static str,
    pub(super) about: String,
    pub(super) measured: Vec<Measurement>,
}

/// The middle of some figures, the least and the most.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

/// None of no figures.
pub(super) fn spread(figures: impl Iterator<Item = f64>) -> Option<Spread> {
    let mut all: Vec<f64> = figures.collect();
    all.sort_by(f64::total_cmp);
    let middle = all.len().checked_sub(1)? / 2;
    let upper = all.len() / 2;
    let median = (all.get(middle)? + all.get(upper)?) / 2.0;
    Some(Spread { median, least: *all.first()?, most: *all.last()? })
}

impl RowResult {
    /// Of one figure over the rounds.
    pub(super) fn spread(&self, figure: fn(&Measurement) -> f64) -> Option<Spread> {
        spread(self.measured.iter().map(figure))
    }

    fn line(&self) -> Option<String> {
        let rate = self.spread(|m| m.rate)?;
        let median = |figure| self.spread(figure).map_or(0.0, |spread| spread.median);
        let before = median(|m| m.server_resident_before as f64 / 1e6);
        let after = median(|m| m.server_resident as f64 / 1e6);
        Some(format!(
            "{:<22} {:>8.0} {:>17} {:>8.0} {:>8.0} {:>6.1} {:>8.1} {:>8.1} {:>6.0} {:>6.0}  {}",
            self.name,
            rate.median,
            format!("{:.0}–{:.0}", rate.least, rate.most),
            median(|m| m.p50_us),
            median(|m| m.p99_us),
            median(|m| m.changes_per_commit),
            median(|m| m.server_cpu_us),
            median(|m| m.load_cpu_us),
            before,
            after,
            self.about
        ))
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        writeln!(f, "median of {} rounds of {} s each\n", self.rounds, self.seconds)?;
        writeln!(
            f,
            "{:<22} {:>8} {:>17} {:>8} {:>8} {:>6} {:>8} {:>8} {:>6} {:>6}",
            "row",
            "per s",
            "least–most",
            "p50 µs",
            "p99 µs",
            "group",
            "CPU µs",
            "load µs",
            "start",
            "MB"
        )?;
        for line in self.rows.iter().filter_map(RowResult::line) {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "\n{:<52} {:>8} {:>15} {:>8}", "ratio", "median", "least–most", "wanted")?;
        for ratio in &self.ratios {
            let Spread { median, least, most } = ratio.value;
            let verdict = if ratio.met { "" } else { "  missed" };
            let range = format!("{least:.2}–{most:.2}");
            writeln!(
                f,
                "{:<52} {median:>8.2} {range:>15} {:>8}{verdict}",
                ratio.what, ratio.wanted
            )?;
        }
        for note in self.notes.iter().chain(&self.failures) {
            writeln!(f, "\n{note}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_is_between_two() {
        let spread = spread([4.0, 1.0, 2.0, 9.0].into_iter()).unwrap();
        assert!((spread.median - 3.0).abs() < 1e-9);
        assert!((spread.least - 1.0).abs() < 1e-9 && (spread.most - 9.0).abs() < 1e-9);
        assert!(super::spread(std::iter::empty()).is_none());
    }
}
