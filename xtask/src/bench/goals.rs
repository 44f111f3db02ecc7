//! What is compared with what, and what is wanted. Only figures of the same round are divided.

use serde::Serialize;

use super::measure::Measurement;
use super::report::{Spread, spread};
use super::run::Measured;

/// A ratio with what is wanted of it.
#[derive(Serialize)]
pub(super) struct Ratio {
    pub(super) what: &'static str,
    pub(super) of: &'static str,
    pub(super) to: &'static str,
    pub(super) value: Spread,
    /// In words, `≥ 0.4`.
    pub(super) wanted: String,
    pub(super) met: bool,
}

enum Wanted {
    AtLeast(f64),
    AtMost(f64),
    /// Nothing is wanted: it is only good to know.
    Shown,
}

type Take = fn(&Measurement) -> f64;

/// Rows, of which the best of a round counts, and the figure of each. Names are those of rows, with
/// a slash at the end those of all rows that begin so.
type Side = (&'static str, Take);

struct Goal {
    what: &'static str,
    of: Side,
    to: Side,
    wanted: Wanted,
}

const RATE: Take = |measured| measured.rate;
const MEDIAN: Take = |measured| measured.p50_us;
const WORST: Take = |measured| measured.p99_us;
const MEMORY: Take = |measured| measured.server_resident as f64;

const fn rates(what: &'static str, of: &'static str, to: &'static str, least: f64) -> Goal {
    Goal { what, of: (of, RATE), to: (to, RATE), wanted: Wanted::AtLeast(least) }
}

/// The same figure of two rows, which may be so many times as much at most.
const fn at_most(
    what: &'static str,
    of: &'static str,
    to: &'static str,
    take: Take,
    most: f64,
) -> Goal {
    Goal { what, of: (of, take), to: (to, take), wanted: Wanted::AtMost(most) }
}

/// The slowest of a row beside its median.
const fn tail(what: &'static str, row: &'static str) -> Goal {
    Goal { what, of: (row, WORST), to: (row, MEDIAN), wanted: Wanted::AtMost(5.0) }
}

const GOALS: &[Goal] = &[
    rates("64 connections, of a bare loop with as much a commit", "sqlite/64", "loop/as-64", 0.75),
    rates("256 connections, of such a loop", "sqlite/256", "loop/as-256", 0.75),
    rates("the oldest first, 64, of such a loop", "ordered/64", "ordered-loop/as-64", 0.75),
    rates("the oldest first, 256, of such a loop", "ordered/256", "ordered-loop/as-256", 0.75),
    rates("durable, the oldest first, of a bare echo", "ordered/64", "echo/64", 0.4),
    rates("durable, of a bare echo", "sqlite/64", "echo/64", 0.4),
    rates("in memory, of a bare echo", "memory/64", "echo/64", 0.85),
    rates("times PHP on SQLite", "sqlite/64", "php/64", 25.0),
    rates("times Prism, which stores nothing", "sqlite/64", "prism/64", 10.0),
    Goal { wanted: Wanted::Shown, ..rates("times Node on SQLite", "sqlite/64", "node/64", 0.0) },
    rates("PostgreSQL, of pgbench, each at its best", "postgres/", "pgbench/", 1.5),
    Goal {
        wanted: Wanted::Shown,
        ..rates("two processes, of one", "processes/2", "postgres/128", 0.0)
    },
    Goal {
        wanted: Wanted::Shown,
        ..rates("four processes, of one", "processes/4", "postgres/128", 0.0)
    },
    rates("10^6 stored, of the bare loop on the same", "sqlite/10^6", "loop/10^6", 0.9),
    rates("10^6 stored, of 10^3 stored", "sqlite/10^6", "sqlite/10^3", 0.6),
    rates("10^7 stored, of the bare loop on the same", "sqlite/10^7", "loop/10^7", 0.9),
    rates("10^7 stored, of 10^3 stored", "sqlite/10^7", "sqlite/10^3", 0.6),
    tail("p99 to p50 at half of the most", "sqlite/half"),
    tail("the same, the oldest first", "ordered/half"),
    at_most("one unlock on an idle server, of a bare commit", "sqlite/1", "loop/1", MEDIAN, 1.5),
    rates("10^6 on PostgreSQL, of pgbench on the same", "pg-ours/10^6", "pg-loop/10^6", 0.9),
    rates("10^6 on PostgreSQL, of 10^3 there", "pg-ours/10^6", "pg-ours/10^3", 0.6),
    Goal {
        wanted: Wanted::Shown,
        ..rates("one customer on PostgreSQL, of many", "pg-ours/one", "pg-ours/10^5", 0.0)
    },
    at_most(
        "memory of the server with 10^6 stored, of 10^3",
        "sqlite/10^6",
        "sqlite/10^3",
        MEMORY,
        1.25,
    ),
    at_most(
        "memory of the server with 10^6 on PostgreSQL, of 10^3",
        "pg-ours/10^6",
        "pg-ours/10^3",
        MEMORY,
        1.25,
    ),
    rates("with the log, of without", "watched/shipped", "watched/quiet", 0.97),
    rates("with metrics, of without", "watched/quiet", "watched/bare", 0.97),
    rates("with traces of 1 in 100, of without", "watched/traced", "watched/shipped", 0.97),
    rates("with log and metrics, of without", "watched/shipped", "watched/bare", 0.97),
    rates("with log, metrics and traces, of without", "watched/traced", "watched/bare", 0.97),
];

/// Every ratio whose two rows were measured.
pub(super) fn judge(measured: &Measured) -> Vec<Ratio> {
    GOALS.iter().filter_map(|goal| goal.judge(measured)).collect()
}

impl Goal {
    fn judge(&self, measured: &Measured) -> Option<Ratio> {
        let (of, to) = (figures(self.of, measured), figures(self.to, measured));
        let value = spread(of.iter().zip(to).map(|(of, to)| of / to))?;
        let (wanted, met) = match self.wanted {
            Wanted::AtLeast(least) => (format!("≥ {least}"), value.median >= least),
            Wanted::AtMost(most) => (format!("≤ {most}"), value.median <= most),
            Wanted::Shown => (String::new(), true),
        };
        Some(Ratio { what: self.what, of: self.of.0, to: self.to.0, value, wanted, met })
    }
}

/// The figure of each round.
fn figures((name, take): Side, measured: &Measured) -> Vec<f64> {
    let is_meant = |row: &str| row == name || (name.ends_with('/') && row.starts_with(name));
    let rows: Vec<_> = measured.iter().filter(|(row, _)| is_meant(row)).collect();
    let rounds = rows.iter().map(|(_, all)| all.len()).min().unwrap_or_default();
    let best = |round| {
        let all = rows.iter().filter_map(|(_, all)| all.get(round)).map(take);
        all.fold(0.0, f64::max)
    };
    (0..rounds).map(best).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::rows::ROWS;

    fn rate(rate: f64) -> Measurement {
        Measurement { rate, ..Measurement::default() }
    }

    #[test]
    fn every_goal_is_about_rows_that_exist() {
        for goal in GOALS {
            for name in [goal.of.0, goal.to.0] {
                let is_meant =
                    |row: &str| row == name || (name.ends_with('/') && row.starts_with(name));
                assert!(ROWS.iter().any(|row| is_meant(row.name)), "{name}");
            }
        }
    }

    #[test]
    fn only_figures_of_the_same_round_are_divided() {
        let measured = Measured::from([
            ("sqlite/64", vec![rate(10.0), rate(40.0), rate(30.0)]),
            ("echo/64", vec![rate(100.0), rate(50.0)]),
        ]);
        let ratios = judge(&measured);
        assert_eq!(ratios.len(), 1, "the other rows were not measured");
        let value = ratios[0].value;
        assert!((value.least - 0.1).abs() < 1e-9 && (value.most - 0.8).abs() < 1e-9);
        assert!(ratios[0].met && ratios[0].wanted == "≥ 0.4");
    }

    #[test]
    fn of_several_rows_the_best_of_each_round_counts() {
        let measured = Measured::from([
            ("postgres/1", vec![rate(10.0), rate(90.0)]),
            ("postgres/8", vec![rate(60.0), rate(30.0)]),
            ("pgbench/1", vec![rate(20.0), rate(30.0)]),
        ]);
        let value = judge(&measured)[0].value;
        assert!((value.least - 3.0).abs() < 1e-9 && (value.most - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_missed_goal_is_missed() {
        let slow = |p50_us, p99_us| Measurement { p50_us, p99_us, ..Measurement::default() };
        let measured = Measured::from([("sqlite/half", vec![slow(1.0, 6.0)])]);
        let ratios = judge(&measured);
        assert!(!ratios[0].met, "6 times is more than 5");
    }
}
