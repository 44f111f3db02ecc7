//! `cargo xtask model`: the model of orders and payments, for longer than the tests run it.

use anyhow::Result;

use crate::shell;

/// How long, and from where.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Steps to do
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    steps: u64,
    /// The seed; the same seed does the same steps
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Runs it. A failure prints the seed and the shortest sequence that still fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    let test = "model::money_is_never_lost_or_doubled";
    let (package, name) = ("freischalt-marketplace", "commerce");
    let mut command = shell::cargo(&[
        "test",
        "--quiet",
        "-p",
        package,
        "--test",
        name,
        "--",
        "--exact",
        test,
        "--nocapture",
    ]);
    command.env("MODEL_STEPS", args.steps.to_string()).env("MODEL_SEED", args.seed.to_string());
    shell::run(&mut command)
}
