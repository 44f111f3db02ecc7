//! Random sequences of orders, payments, notifications, refunds, clock jumps and crashes.
//!
//! `cargo xtask model --steps 1000000` runs more of them, from another seed; a failure prints the
//! seed and the shortest sequence that still fails.

use std::collections::BTreeSet;

use crate::world::{Step, World};

/// Kinds of things and the stages in which they were seen.
type Seen = BTreeSet<(&'static str, &'static str)>;

/// Steps before the world begins anew.
const SEQUENCE: usize = 400;

/// A small generator of its own (xorshift), so that a seed means the same everywhere.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn step(&mut self) -> Step {
        const JUMPS: [u32; 8] = [1, 60, 901, 3_601, 86_400, 4 * 86_400, 31 * 86_400, 365 * 86_400];
        let (deal, other) = (self.byte(), self.byte());
        match self.next() % 100 {
            0..10 => Step::Place { cart: other, abo: deal.is_multiple_of(2) },
            10..25 => Step::Pay { deal, instrument: other },
            25..26 => Step::Settle { deal },
            26..28 => Step::GiveUp { deal },
            28..34 => Step::Answer { deal, answer: other },
            34..50 => Step::Bank,
            50..74 => Step::Hear { which: other, keep: deal.is_multiple_of(5) },
            74..81 => Step::Refund { deal, transaction: other },
            81..82 => Step::AskForMore { deal, transaction: other },
            82..83 => Step::Cancel { deal, days: i8::from_le_bytes([other]) },
            83..89 => Step::Bill { deal },
            89..98 => Step::Advance(JUMPS[usize::from(other) % JUMPS.len()]),
            _ => Step::Crash,
        }
    }
}

fn run(steps: &[Step], sabotage: Option<&'static str>) -> Result<World, String> {
    let mut world = World::new(sabotage);
    for step in steps {
        world.step(*step)?;
    }
    Ok(world)
}

/// Leaves out whatever is not needed for the failure.
fn shrink(steps: Vec<Step>, sabotage: Option<&'static str>) -> Vec<Step> {
    let shorter = shrink_once(steps.clone(), sabotage);
    if shorter.len() == steps.len() { shorter } else { shrink(shorter, sabotage) }
}

fn shrink_once(mut steps: Vec<Step>, sabotage: Option<&'static str>) -> Vec<Step> {
    let mut size = steps.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        while start < steps.len() {
            let end = (start + size).min(steps.len());
            let without: Vec<Step> = [&steps[..start], &steps[end..]].concat();
            if run(&without, sabotage).is_err() {
                steps = without;
            } else {
                start = end;
            }
        }
        size /= 2;
    }
    steps
}

/// Runs so many steps; on a failure, what broke and the shortest way there.
fn search(
    seed: u64,
    steps: usize,
    sabotage: Option<&'static str>,
) -> Result<Seen, (String, Vec<Step>)> {
    let mut dice = Dice::new(seed);
    let mut seen = Seen::new();
    for _ in 0..steps.div_ceil(SEQUENCE) {
        let sequence: Vec<Step> = (0..SEQUENCE).map(|_| dice.step()).collect();
        match run(&sequence, sabotage) {
            Ok(world) => seen.extend(world.seen),
            Err(_) => {
                let shortest = shrink(sequence, sabotage);
                let problem = run(&shortest, sabotage).err().unwrap_or_default();
                return Err((problem, shortest));
            }
        }
    }
    Ok(seen)
}

/// What must have happened in a run that proves something.
const EXPECTED: &[(&str, &str)] = &[
    ("order", "open"),
    ("order", "paying"),
    ("order", "inprocess"),
    ("order", "paid"),
    ("order", "settled"),
    ("order", "returned"),
    ("order", "givenup"),
    ("payment", "submitted"),
    ("payment", "authenticating"),
    ("payment", "inprocess"),
    ("payment", "paid"),
    ("payment", "failed"),
    ("payment", "returned"),
    ("payment", "refunding"),
    ("payment", "refunded"),
    ("payment", "reversed"),
    ("instalment", "paid"),
    ("instalment", "failed"),
    ("instalment", "returned"),
    ("instalment", "refunded"),
    ("instalment", "settled"),
    ("refund", "inprocess"),
    ("refund", "paid"),
    ("refund", "failed"),
    ("bank", "confirm"),
    ("bank", "fail"),
    ("bank", "leave"),
    ("bank", "reverse"),
];

#[test]
fn money_is_never_lost_or_doubled() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).ok().map_or(usual, |text| text.parse().expect(name))
    };
    let (seed, steps) = (number("MODEL_SEED", 4), number("MODEL_STEPS", 40_000));
    let steps = usize::try_from(steps).expect("MODEL_STEPS");
    match search(seed, steps, None) {
        Ok(seen) => {
            for expected in EXPECTED {
                assert!(seen.contains(expected), "never happened: {expected:?}; {seen:?}");
            }
            println!("{steps} steps from seed {seed}: {seen:?}");
        }
        Err((problem, steps)) => panic!("{problem}\nseed {seed}\n{steps:#?}"),
    }
}

/// The checks find a ledger that books something twice, and show it in a handful of steps.
#[test]
fn a_mistake_is_found_and_shrunk() {
    for (stage, most) in [("paid", 8), ("inprocess", 8), ("returned", 10), ("submitted", 10)] {
        let Err((problem, steps)) = search(1, 40_000, Some(stage)) else {
            panic!("not found: {stage}");
        };
        assert!(steps.len() <= most, "{stage}: {problem}: {steps:#?}");
    }
}
