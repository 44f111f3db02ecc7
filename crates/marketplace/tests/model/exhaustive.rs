//! Every sequence of commands up to a depth.

use crate::{
    Both,
    commands::{Change, Claim, Command, Entry, Outcome, Pair, RunRef, Unlock},
};

const OURS: Pair = Pair { customer: 0, provider: 0 };
const THEIRS: Pair = Pair { customer: 1, provider: 0 };
const NOW: RunRef = RunRef { pair: OURS, back: 0 };
const BEFORE: RunRef = RunRef { pair: OURS, back: 1 };
const FOREIGN: RunRef = RunRef { pair: THEIRS, back: 0 };

/// What one pair lives through.
fn narrow() -> Vec<Command> {
    vec![
        accept(0),
        Command::Choose { pair: OURS, user: 0, all_users: true },
        Command::Unlock(Unlock::right(NOW, true)),
        Command::Unlock(Unlock::right(NOW, false)),
        Command::Unlock(Unlock::right(BEFORE, true)),
        Command::Block { pair: OURS, by: Some(0) },
        Command::Advance(60),
        Command::Advance(1),
    ]
}

/// With a second administrator, another customer's run, and everything that can be swapped.
fn wide() -> Vec<Command> {
    let right = Unlock::right(NOW, true);
    let claim =
        |for_service, fresh| Claim::Issued { run: NOW, for_service, other_user: false, fresh };
    let mut commands = narrow();
    commands.extend([
        accept(1),
        Command::Accept { pair: OURS, user: 1, replace_active: true },
        Command::Choose { pair: OURS, user: 1, all_users: false },
        Command::Unlock(Unlock { key: None, ..right }),
        Command::Unlock(Unlock {
            entry: Entry::Activation(FOREIGN),
            claim: Claim::right(FOREIGN),
            ..right
        }),
        Command::Unlock(Unlock { by: FOREIGN, key: Some(FOREIGN), ..right }),
        Command::Unlock(Unlock { entry: Entry::Activation(BEFORE), ..right }),
        Command::Unlock(Unlock { claim: claim(true, true), ..right }),
        Command::Unlock(Unlock { claim: claim(false, false), ..right }),
        Command::Unlock(Unlock { entry: Entry::ServiceCall(NOW), ..right }),
        Command::Advance(30),
        demote(true),
        demote(false),
        Command::Block { pair: OURS, by: Some(2) },
        Command::Block { pair: OURS, by: None },
        Command::Customer { customer: 0, active: false },
    ]);
    commands
}

fn accept(user: usize) -> Command {
    Command::Accept { pair: OURS, user, replace_active: false }
}

fn demote(administrator: bool) -> Command {
    let change = Change::Put { active: true, administrator };
    Command::User { customer: 0, user: 0, change }
}

/// Both customers have a run whose right was chosen.
fn two_pending() -> Both {
    let choose = |pair| Command::Choose { pair, user: 0, all_users: true };
    Both::after(&[
        accept(0),
        choose(OURS),
        Command::Accept { pair: THEIRS, user: 0, replace_active: false },
        choose(THEIRS),
    ])
}

/// Goes through all sequences of exactly `depth` commands, and so through all shorter ones; the
/// number of steps, and of those that unlocked.
fn walk(both: &Both, commands: &[Command], depth: u32) -> (u64, u64) {
    let Some(deeper) = depth.checked_sub(1) else { return (0, 0) };
    let (mut steps, mut unlocked) = (0, 0);
    for command in commands {
        let mut next = both.clone();
        let outcome = next.step(*command);
        let unlocks = matches!((command, outcome), (Command::Unlock(_), Outcome::Done));
        let below = walk(&next, commands, deeper);
        steps += 1 + below.0;
        unlocked += u64::from(unlocks) + below.1;
    }
    (steps, unlocked)
}

fn all_sequences(alphabet: u64, depth: u32) -> u64 {
    (1..=depth).map(|length| alphabet.pow(length)).sum()
}

/// 8 commands, all sequences of up to 6 from the very beginning.
#[test]
fn everything_one_pair_can_live_through_up_to_six_steps() {
    let commands = narrow();
    let (steps, unlocked) = walk(&Both::default(), &commands, 6);
    assert_eq!(steps, all_sequences(8, 6));
    assert_eq!(steps, 299_592);
    assert!(unlocked > 0);
}

/// 24 commands, all sequences of up to 4 from two chosen rights.
#[test]
fn everything_that_can_be_swapped_up_to_four_steps() {
    let commands = wide();
    let (steps, unlocked) = walk(&two_pending(), &commands, 4);
    assert_eq!(steps, all_sequences(24, 4));
    assert_eq!(steps, 346_200);
    assert!(unlocked > 0);
}
