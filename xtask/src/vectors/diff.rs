//! The differential run: the same generated inputs through PHP and through our implementation.

use std::{thread, time::Instant};

use anyhow::{anyhow, bail};
use clap::Args;

use super::{
    case::{Case, Kind, Outcome, ours},
    generate,
    php::{self, Php, Questions},
};

/// So many differences are printed; more of them say nothing new.
const SHOWN: u64 = 20;

#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    /// How many inputs to compare
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,
    /// The same seed gives the same inputs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Begin with this one, to look at a single difference again
    #[arg(long, default_value_t = 0)]
    from: u64,
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<()> {
    let started = Instant::now();
    let (seed, range) = (args.seed, args.from..args.from.saturating_add(args.count));
    let (mut php, questions) = Php::start()?;
    let asked = range.clone();
    let asking = thread::spawn(move || ask_all(questions, seed, asked));
    let mut tally = Tally::default();
    for index in range {
        let case = generate::case(seed, index);
        let theirs = php.answers.next()?;
        tally.count(seed, index, &case, &theirs);
    }
    asking.join().map_err(|_| anyhow!("the asking thread panicked"))??;
    php.finish()?;
    tally.report(args, started.elapsed().as_secs_f64())
}

fn ask_all(mut questions: Questions, seed: u64, range: std::ops::Range<u64>) -> anyhow::Result<()> {
    for index in range {
        questions.ask(&generate::case(seed, index))?;
    }
    Ok(())
}

#[derive(Default)]
struct Tally {
    compared: u64,
    kinds: [u64; 4],
    genuine: u64,
    refused: u64,
    differences: u64,
}

impl Tally {
    fn count(&mut self, seed: u64, index: u64, case: &Case, theirs: &Outcome) {
        self.compared += 1;
        for (kind, count) in Kind::ALL.iter().zip(&mut self.kinds) {
            *count += u64::from(*kind == case.kind);
        }
        self.genuine += u64::from(theirs.class == "genuine");
        self.refused += u64::from(!is_accepted(&theirs.class));
        let ours = ours(case);
        if ours == *theirs {
            return;
        }
        self.differences += 1;
        if self.differences <= SHOWN {
            println!("seed {seed}, input {index}, {:?}: {}", case.kind, case.input.escape_ascii());
            println!("  PHP:  {} {}", theirs.class, theirs.text.escape_ascii());
            println!("  ours: {} {}", ours.class, ours.text.escape_ascii());
        }
    }

    fn report(&self, args: &DiffArgs, seconds: f64) -> anyhow::Result<()> {
        let [urls, orders, parts, texts] = self.kinds;
        println!(
            "PHP {}, seed {}, inputs {} to {}: {} compared in {seconds:.0} s",
            php::version()?,
            args.seed,
            args.from,
            args.from + self.compared.saturating_sub(1),
            self.compared,
        );
        println!("{urls} URLs, {orders} orders, {parts} URLs taken apart, {texts} JSON texts");
        println!("{} with a genuine signature, {} refused", self.genuine, self.refused);
        println!("{} differences", self.differences);
        if self.differences > 0 {
            bail!("{} of {} results differ from PHP's", self.differences, self.compared);
        }
        Ok(())
    }
}

fn is_accepted(class: &str) -> bool {
    matches!(class, "genuine" | "forged" | "unsigned" | "parts" | "json")
}
