//! Version 2 signatures do not cover parameters, so whoever sits in between can mix the parts of
//! calls. Every mixture of two API users' calls is tried, for all pairs of API users.

use crate::{
    Both,
    commands::{Claim, Command, Entry, Outcome, Pair, RunRef, Unlock},
};

const PAIRS: [Pair; 4] = [
    Pair { customer: 0, provider: 0 },
    Pair { customer: 0, provider: 1 },
    Pair { customer: 1, provider: 0 },
    Pair { customer: 1, provider: 1 },
];

/// In every pair a run that was blocked, and after it one that waits for its unlock.
fn offices() -> Both {
    let mut both = Both::default();
    for pair in PAIRS {
        let begin = [
            Command::Accept { pair, user: 0, replace_active: false },
            Command::Choose { pair, user: 0, all_users: true },
        ];
        let unlock = Command::Unlock(Unlock::right(RunRef { pair, back: 0 }, true));
        for command in
            [begin[0], begin[1], unlock, Command::Block { pair, by: Some(0) }, begin[0], begin[1]]
        {
            assert_eq!(both.step(command), Outcome::Done);
        }
    }
    both
}

#[test]
fn no_mixture_of_two_calls_unlocks_anything() {
    let both = offices();
    let runs: Vec<RunRef> =
        PAIRS.iter().flat_map(|&pair| [0, 1].map(|back| RunRef { pair, back })).collect();
    let mut refused = 0;
    for by in runs.iter().copied().filter(|run| run.back == 0) {
        for other in runs.iter().copied().filter(|run| *run != by) {
            for mixture in 1..8_u8 {
                let from = |part: u8| if mixture & part == 0 { by } else { other };
                let call = Unlock {
                    by,
                    key: Some(from(1)),
                    entry: Entry::Activation(from(2)),
                    claim: Claim::right(from(4)),
                    flag: true,
                };
                // That nothing changes in any run is checked with every step.
                let outcome = both.clone().step(Command::Unlock(call));
                assert!(matches!(outcome, Outcome::Refused(..)), "{call:?}: {outcome:?}");
                refused += 1;
            }
        }
        let mut fine = both.clone();
        assert_eq!(fine.step(Command::Unlock(Unlock::right(by, true))), Outcome::Done);
    }
    assert_eq!(refused, 4 * 7 * 7);
}
