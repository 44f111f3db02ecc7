//! `freischalt clock`: show and set the clock of a sandbox, so that expiry needs no waiting.

use clap::{Args, Subcommand};
use freischalt_client::management::{Clock, ClockChange, ClockSetting};

use super::management::ManagementArguments;
use crate::{duration, failure::Failure, output};

/// What to do with the clock.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ClockCommand {
    /// Show the server's time
    Show(ManagementArguments),
    /// Set the server's time
    Set(SetArguments),
    /// Put the server's time forward, or back
    Advance(AdvanceArguments),
    /// Go back to the real time
    Reset(ManagementArguments),
}

/// Which time it is to be.
#[derive(Clone, Debug, Args)]
pub(crate) struct SetArguments {
    /// RFC 3339 (2030-01-31T12:00:00Z) or Unix seconds
    #[arg(value_name = "TIME", allow_negative_numbers = true)]
    time: String,
    /// Let the clock stand still from then on
    #[arg(long)]
    freeze: bool,
    #[command(flatten)]
    management: ManagementArguments,
}

/// How much later it is to be.
#[derive(Clone, Debug, Args)]
pub(crate) struct AdvanceArguments {
    /// Seconds, or something like 15m, 2h, 1d12h; with a minus sign the other way
    #[arg(value_name = "DURATION", value_parser = duration::parse, allow_hyphen_values = true)]
    by: i64,
    #[command(flatten)]
    management: ManagementArguments,
}

/// Runs one of the commands.
pub(crate) fn run(command: &ClockCommand) -> Result<(), Failure> {
    match command {
        ClockCommand::Show(management) => management.call(async |api| api.clock().await, show),
        ClockCommand::Set(SetArguments { time, freeze, management }) => {
            let change = match time.parse() {
                Ok(seconds) => ClockChange::AtUnix(seconds),
                Err(_) => ClockChange::At(time.clone()),
            };
            set(management, change, freeze.then_some(true))
        }
        ClockCommand::Advance(AdvanceArguments { by, management }) => {
            set(management, ClockChange::Advance(*by), None)
        }
        ClockCommand::Reset(management) => set(management, ClockChange::Reset, None),
    }
}

fn set(
    management: &ManagementArguments,
    change: ClockChange,
    frozen: Option<bool>,
) -> Result<(), Failure> {
    let setting = ClockSetting { change, frozen };
    management.call(async |api| api.set_clock(&setting).await, show)
}

fn show(clock: &Clock) -> String {
    let offset = match clock.offset_seconds {
        0 => "the real time".to_owned(),
        ahead @ 1.. => format!("{} ahead of the real time", duration::show(ahead.unsigned_abs())),
        behind => format!("{} behind the real time", duration::show(behind.unsigned_abs())),
    };
    let mut details = output::Details::default();
    details.add("now", &clock.now).add("that is", offset);
    details.add("clock", if clock.frozen { "stands still" } else { "runs" });
    details.lines()
}
