//! Harms a server under load, again and again, and compares what it had acknowledged with what is
//! there afterwards.
//!
//! Clients unlock, block and read the same activations at the same time and write down each call
//! with its answer. At a random moment the server is killed and started again on the same data, or
//! what it stands on is harmed while it goes on: its connections, its database server, its disk. In
//! the end every activation is read once more, from outside, and its whole history has to be one
//! that a marketplace could have which does one thing after the other and forgets nothing.

mod clients;
mod clock;
mod harm;
mod slow_disk;
mod victim;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use clients::{Clients, Final};
use harm::Ground;
pub use harm::Harm;
pub(crate) use victim::Victim;

use crate::{
    credential, fill,
    linear::{Call, Event, is_linearizable},
};

/// How to torture.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server's program
    #[arg(long, value_name = "FILE")]
    pub program: PathBuf,
    /// What to do to it
    #[arg(long, value_enum, default_value_t = Harm::Kill)]
    pub harm: Harm,
    /// Configurations of the server; with more than one, so many processes share the store
    #[arg(long = "config", value_name = "FILE", required = true)]
    pub configs: Vec<PathBuf>,
    /// A folder for logs and credentials
    #[arg(long, value_name = "DIR")]
    pub folder: PathBuf,
    /// The bearer token of the management API
    #[arg(long, value_name = "TOKEN")]
    pub token: String,
    /// How often to do it
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub cycles: u64,
    /// Clients that call at the same time
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub clients: usize,
    /// The longest time before it is done, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 300)]
    pub life: u64,
    /// Decides about every random choice except the operating system's
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Why nothing was done, if nothing was.
    pub skipped: bool,
    /// How often harm was done.
    pub cycles: u64,
    /// Activations that were called at all.
    pub activations: u64,
    /// Calls that were answered.
    pub acknowledged: u64,
    /// Calls whose answer was cut off.
    pub unanswered: u64,
    /// Calls that were answered with "it failed, and perhaps it was done all the same".
    pub uncertain: u64,
    /// Calls that were refused for the time, and so not done.
    pub refused: u64,
    /// Acknowledged unlocks that are not there.
    pub lost: u64,
    /// Unlocks that are there twice.
    pub doubled: u64,
    /// Unlocks that were done after a block was acknowledged.
    pub revived: u64,
    /// Activations whose history no order of calls explains.
    pub inexplicable: u64,
    /// Answers that no rule allows.
    pub unexpected: u64,
    /// One of the above, in words.
    pub example: Option<String>,
}

/// New activations in each cycle; as many stay from the cycle before, so that calls whose answer
/// was cut off are made again.
const NEW: usize = 24;

/// Fills the store, tortures, checks.
pub fn run(options: &Options) -> Result<Report> {
    let credentials = options.folder.join("credentials");
    let waiting = options.cycles * NEW as u64;
    let plan = fill::Plan { stored: 20, waiting, one_customer: false, credentials };
    let config = options.configs.first().context("there is no configuration")?;
    let Some(mut ground) = Ground::make(options.harm, &options.folder)? else {
        return Ok(Report { skipped: true, ..Report::default() });
    };
    fill::run(config, ground.store().as_deref(), &plan)?;
    if options.harm == Harm::KillSlow {
        ground.slow_down();
    }
    let all = credential::read(&plan.credentials, credential::Choice::ALL)?;
    let mut clients = Clients::new(options, &ground, all);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for cycle in 0..options.cycles {
        let begin = usize::try_from(cycle)? * NEW;
        let window = begin.saturating_sub(NEW)..begin + NEW;
        if options.harm.kills_servers() {
            runtime.block_on(clients.kill(options, &ground, window))?;
        } else {
            runtime.block_on(clients.harm(options, &mut ground, window))?;
        }
    }
    let finals = runtime.block_on(clients.read_all(options, &ground))?;
    let (events, noted) = clients.into_events();
    let mut report = judge(options.cycles, events, &finals);
    report.uncertain = noted.uncertain;
    report.refused = noted.refused;
    report.unexpected = noted.unexpected.len() as u64;
    let unexpected = noted.unexpected;
    report.example = report.example.or_else(|| unexpected.into_iter().next());
    Ok(report)
}

/// Compares what was acknowledged with what is there.
fn judge(cycles: u64, events: BTreeMap<usize, Vec<Event>>, finals: &[Final]) -> Report {
    let mut report = Report { cycles, activations: events.len() as u64, ..Report::default() };
    for (key, mut events) in events {
        let answered = events.iter().filter(|event| event.ended.is_some()).count() as u64;
        report.acknowledged += answered;
        report.unanswered += events.len() as u64 - answered;
        let Some(last) = finals.get(key) else { continue };
        let example = |what: &str| format!("activation {}: {what}; {last:?}", last.activation);
        let unlocked = events.iter().filter(|event| event.call.is_done());
        if unlocked.clone().next().is_some() && last.unlocks == 0 {
            report.lost += 1;
            report.example.get_or_insert(example("an acknowledged unlock is not there"));
        }
        if last.unlocks > 1 {
            report.doubled += 1;
            report.example.get_or_insert(example("it was unlocked more than once"));
        }
        let blocked = events.iter().filter(|event| matches!(event.call, Call::Block { .. }));
        let first_block = blocked.filter_map(|event| event.ended).min();
        if unlocked.clone().any(|event| first_block.is_some_and(|block| event.begun > block)) {
            report.revived += 1;
            report.example.get_or_insert(example("it was unlocked after it was blocked"));
        }
        events.push(Event { begun: u64::MAX, ended: Some(u64::MAX), call: Call::Read(last.stage) });
        if !is_linearizable(&events) {
            report.inexplicable += 1;
            report.example.get_or_insert(example("no order of the calls explains the answers"));
        }
    }
    report
}

impl Report {
    /// Whether nothing is wrong.
    pub const fn is_fine(&self) -> bool {
        self.lost + self.doubled + self.revived + self.inexplicable + self.unexpected == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cycles, activations, acknowledged, unanswered, .. } = self;
        writeln!(f, "{cycles} kills, {activations} activations")?;
        writeln!(f, "{acknowledged} calls acknowledged, {unanswered} cut off")?;
        writeln!(
            f,
            "lost {}, doubled {}, alive after a block {}",
            self.lost, self.doubled, self.revived
        )?;
        write!(f, "inexplicable {}, unexpected {}", self.inexplicable, self.unexpected)?;
        self.example.as_ref().map_or(Ok(()), |example| write!(f, "\nfor example: {example}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::Stage;

    fn event(begun: u64, call: Call) -> Event {
        Event { begun, ended: Some(begun + 1), call }
    }

    fn last(stage: Stage, unlocks: usize) -> Vec<Final> {
        vec![Final { activation: "a".to_owned(), stage, unlocks }]
    }

    fn report(events: &[Event], finals: &[Final]) -> Report {
        judge(1, BTreeMap::from([(0, events.to_vec())]), finals)
    }

    const DONE: Call = Call::Unlock { done: Some(true) };

    #[test]
    fn what_is_as_acknowledged_is_fine() {
        let report = report(&[event(0, DONE)], &last(Stage::Active, 1));
        assert!(report.is_fine(), "{report}");
        assert_eq!((report.acknowledged, report.unanswered), (1, 0));
    }

    #[test]
    fn a_lost_unlock_is_counted() {
        let report = report(&[event(0, DONE)], &last(Stage::Pending, 0));
        assert_eq!((report.lost, report.inexplicable), (1, 1));
        assert!(!report.is_fine());
    }

    #[test]
    fn a_doubled_unlock_and_one_after_a_block_are_counted() {
        let events = [event(0, Call::Block { answered: true }), event(5, DONE)];
        let report = report(&events, &last(Stage::Ended, 2));
        assert_eq!((report.doubled, report.revived, report.inexplicable), (1, 1, 1));
        assert!(report.example.is_some());
    }
}
