//! The table of rows. A new row is one line; what is compared with what stands in `goals`.

use super::peers::{self, Peer};
use super::world::Shape;

/// What is measured in a row.
#[derive(Clone, Copy)]
pub(super) enum Subject {
    /// The framework with nothing behind it.
    Echo,
    /// Our server with its store in memory.
    Memory,
    /// Our server on SQLite, watched like this.
    Sqlite(Watch),
    /// The same statements in a bare loop.
    Loop(Batch),
    /// So many of our servers on one PostgreSQL.
    Postgres(usize),
    /// `pgbench` on the same PostgreSQL, with this script in `bench/pgbench`.
    Pgbench(&'static str),
    /// Somebody else's.
    Peer(&'static Peer),
}

/// Unlocks in each commit of a bare loop.
#[derive(Clone, Copy)]
pub(super) enum Batch {
    /// So many.
    Of(usize),
    /// As many as there were on average in this row in the same round.
    As(&'static str),
}

/// What a server tells while it is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Watch {
    /// What it logs.
    pub(super) log: &'static str,
    /// Whether it counts.
    pub(super) metrics: bool,
    /// Whether there is a collector for its traces.
    pub(super) traces: bool,
}

/// As it is without any setting.
pub(super) const SHIPPED: Watch = Watch { log: "info", metrics: true, traces: false };
/// Nothing but the line that says that the server is ready.
const QUIET: Watch = Watch { log: "off,freischalt::commands=info", ..SHIPPED };
const BARE: Watch = Watch { metrics: false, ..QUIET };
const TRACED: Watch = Watch { traces: true, ..SHIPPED };

/// A row: what is measured, and how.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Rows of a group run in turn in each round.
    pub(super) group: &'static str,
    pub(super) name: &'static str,
    pub(super) subject: Subject,
    pub(super) connections: usize,
    /// Actions in each request.
    pub(super) actions: usize,
    /// At half of what this row reached in the same round.
    pub(super) half_of: Option<&'static str>,
    /// Whether activations are unlocked in the order in which they began, and not in none.
    pub(super) in_order: bool,
    /// The store.
    pub(super) shape: Shape,
}

/// Every group, in the order of measuring.
pub(super) const GROUPS: [&str; 5] = ["speed", "watched", "postgres", "growth", "growth-postgres"];

/// How often a group is measured in a round: where a few in a hundred matter, more often than
/// machines differ from themselves.
pub(super) fn repeats(group: &str) -> usize {
    if group == "watched" { 4 } else { 1 }
}

/// The store of everything that is not about size.
pub(super) const BASE: Shape = Shape { stored: 1000, waiting: 150_000, one_customer: false };
/// The store on PostgreSQL, which takes longer to fill.
pub(super) const ON_POSTGRES: Shape = Shape { waiting: 100_000, ..BASE };
/// Statement by statement, and all in one.
const UNLOCK: Subject = Subject::Pgbench("unlock.sql");
const AT_ONCE: Subject = Subject::Pgbench("at-once.sql");
/// What waits in a store of a certain size, for each measurement.
const WAITING: u64 = 40_000;

const fn row(name: &'static str, subject: Subject, connections: usize) -> Row {
    let group = "speed";
    let (actions, half_of, in_order) = (1, None, false);
    Row { group, name, subject, connections, actions, half_of, in_order, shape: BASE }
}

const fn ordered(name: &'static str, subject: Subject, connections: usize) -> Row {
    Row { in_order: true, ..row(name, subject, connections) }
}

const fn actions(name: &'static str, actions: usize) -> Row {
    Row { actions, ..row(name, SQLITE, 64) }
}

const fn watched(name: &'static str, watch: Watch) -> Row {
    Row { group: "watched", ..ordered(name, Subject::Sqlite(watch), 64) }
}

const fn postgres(name: &'static str, subject: Subject, connections: usize) -> Row {
    Row { group: "postgres", shape: ON_POSTGRES, ..row(name, subject, connections) }
}

const fn growth(name: &'static str, subject: Subject, stored: u64, one_customer: bool) -> Row {
    let shape = Shape { stored, waiting: WAITING, one_customer };
    Row { group: "growth", shape, ..row(name, subject, 64) }
}

const fn grown(name: &'static str, subject: Subject, stored: u64, one_customer: bool) -> Row {
    let connections = if matches!(subject, Subject::Pgbench(_)) { 32 } else { 128 };
    let row = growth(name, subject, stored, one_customer);
    Row { group: "growth-postgres", connections, ..row }
}

const SQLITE: Subject = Subject::Sqlite(SHIPPED);
const SERVER: Subject = Subject::Postgres(1);

const fn like(row: &'static str) -> Subject {
    Subject::Loop(Batch::As(row))
}

pub(super) const ROWS: &[Row] = &[
    row("echo/64", Subject::Echo, 64),
    row("memory/64", Subject::Memory, 64),
    row("sqlite/1", SQLITE, 1),
    row("sqlite/8", SQLITE, 8),
    row("sqlite/64", SQLITE, 64),
    row("sqlite/256", SQLITE, 256),
    Row { half_of: Some("sqlite/64"), ..row("sqlite/half", SQLITE, 64) },
    actions("actions/10", 10),
    actions("actions/100", 100),
    row("loop/1", Subject::Loop(Batch::Of(1)), 1),
    row("loop/32", Subject::Loop(Batch::Of(32)), 1),
    row("loop/128", Subject::Loop(Batch::Of(128)), 1),
    row("loop/as-64", like("sqlite/64"), 1),
    row("loop/as-256", like("sqlite/256"), 1),
    ordered("ordered/64", SQLITE, 64),
    ordered("ordered/256", SQLITE, 256),
    Row { half_of: Some("ordered/64"), ..ordered("ordered/half", SQLITE, 64) },
    ordered("ordered-loop/as-64", like("ordered/64"), 1),
    ordered("ordered-loop/as-256", like("ordered/256"), 1),
    row("php/64", Subject::Peer(&peers::PHP), 64),
    row("node/64", Subject::Peer(&peers::NODE_SQLITE), 64),
    row("prism/64", Subject::Peer(&peers::PRISM), 64),
    watched("watched/shipped", SHIPPED),
    watched("watched/quiet", QUIET),
    watched("watched/bare", BARE),
    watched("watched/traced", TRACED),
    postgres("postgres/1", Subject::Postgres(1), 1),
    postgres("postgres/8", Subject::Postgres(1), 8),
    postgres("postgres/32", Subject::Postgres(1), 32),
    postgres("postgres/128", Subject::Postgres(1), 128),
    postgres("processes/2", Subject::Postgres(2), 128),
    postgres("processes/4", Subject::Postgres(4), 128),
    postgres("pgbench/1", UNLOCK, 1),
    postgres("pgbench/8", UNLOCK, 8),
    postgres("pgbench/32", UNLOCK, 32),
    postgres("pgbench/128", UNLOCK, 128),
    postgres("pgbench/at-once", AT_ONCE, 32),
    growth("sqlite/10^3", SQLITE, 1_000, false),
    growth("loop/10^3", like("sqlite/10^3"), 1_000, false),
    growth("sqlite/10^5", SQLITE, 100_000, false),
    growth("loop/10^5", like("sqlite/10^5"), 100_000, false),
    growth("sqlite/one-customer", SQLITE, 100_000, true),
    growth("sqlite/10^6", SQLITE, 1_000_000, false),
    growth("loop/10^6", like("sqlite/10^6"), 1_000_000, false),
    growth("sqlite/10^7", SQLITE, 10_000_000, false),
    growth("loop/10^7", like("sqlite/10^7"), 10_000_000, false),
    grown("pg-ours/10^3", SERVER, 1_000, false),
    grown("pg-loop/10^3", UNLOCK, 1_000, false),
    grown("pg-ours/10^5", SERVER, 100_000, false),
    grown("pg-loop/10^5", UNLOCK, 100_000, false),
    grown("pg-ours/one", SERVER, 100_000, true),
    grown("pg-ours/10^6", SERVER, 1_000_000, false),
    grown("pg-loop/10^6", UNLOCK, 1_000_000, false),
];

impl Row {
    /// In words.
    pub(super) fn about(&self) -> String {
        let size = match (self.group, self.shape.one_customer) {
            ("growth" | "growth-postgres", false) => format!(", {} stored", self.shape.stored),
            ("growth" | "growth-postgres", true) => {
                format!(", {} stored in one customer", self.shape.stored)
            }
            _ => String::new(),
        };
        let at = |what: &str| format!("{what}, {} connections{size}", self.connections);
        let not_told = "our server without its log";
        if let Some(whole) = self.half_of {
            return at(&format!("our server at half of {whole}"));
        }
        match self.subject {
            Subject::Echo => at("bare echo of the framework, the same bodies"),
            Subject::Memory => at("our server, store in memory"),
            Subject::Sqlite(QUIET) => at(not_told),
            Subject::Sqlite(BARE) => at(&format!("{not_told} and metrics")),
            Subject::Sqlite(TRACED) => at("our server, one activation in 100 traced"),
            Subject::Sqlite(_) if self.actions > 1 => {
                at(&format!("our server, {} actions in a request", self.actions))
            }
            Subject::Sqlite(_) if self.in_order => at("our server, the oldest is unlocked first"),
            Subject::Sqlite(_) => at("our server, each unlock on disk"),
            Subject::Loop(batch) => {
                let order = if self.in_order { ", the oldest first" } else { "" };
                let batch = match batch {
                    Batch::Of(batch) => batch.to_string(),
                    Batch::As(row) => format!("as many as {row} in"),
                };
                format!("the same statements in a bare loop, {batch} a commit{order}{size}")
            }
            Subject::Postgres(1) => at("our server on PostgreSQL, each unlock on disk"),
            Subject::Postgres(count) => at(&format!("{count} of our servers on one PostgreSQL")),
            Subject::Pgbench("at-once.sql") => at("pgbench, everything in one statement"),
            Subject::Pgbench(_) => at("pgbench, the same statements, a commit for each unlock"),
            Subject::Peer(peer) => at(peer.about),
        }
    }
}
