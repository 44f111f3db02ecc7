//! The rules of an activation against a small model of their own.
//!
//! The same commands go to the real rules ([`world`]) and to the model ([`spec`]); after each one
//! the outcome and everything that can be seen must be the same. Commands are generated at random,
//! and enumerated completely up to a depth.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which only the functions marked as such are to Clippy"
)]

mod commands;
mod exhaustive;
mod generated;
mod spec;
mod swapped;
mod world;

use commands::{Command, Outcome};
use spec::Spec;
use world::World;

/// The real thing and the model, side by side.
#[derive(Clone, Default)]
struct Both {
    world: World,
    spec: Spec,
}

impl Both {
    fn after(commands: &[Command]) -> Self {
        let mut both = Self::default();
        for command in commands {
            both.step(*command);
        }
        both
    }

    /// Does the same to both and compares what comes of it.
    fn step(&mut self, command: Command) -> Outcome {
        let is_unlock = matches!(command, Command::Unlock(_));
        let before = is_unlock.then(|| self.world.runs().to_vec());
        let outcome = self.world.apply(command);
        assert_eq!(outcome, self.spec.apply(command), "{command:?}");
        assert_eq!(self.world.seen(), self.spec.seen(), "after {command:?}");
        if let Some(before) = before
            && outcome != Outcome::Done
        {
            assert_eq!(self.world.runs(), before, "nothing changes: {command:?}");
        }
        self.world.assert_one_live_run_each();
        outcome
    }
}
