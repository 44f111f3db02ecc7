//! Random sequences of commands.

use freischalt_marketplace::Stage;
use proptest::prelude::*;

use crate::{
    Both,
    commands::{
        CUSTOMERS, Change, Claim, Command, Entry, Outcome, PROVIDERS, Pair, RunRef, USERS, Unlock,
    },
};

fn pair() -> impl Strategy<Value = Pair> {
    (0..CUSTOMERS, 0..PROVIDERS).prop_map(|(customer, provider)| Pair { customer, provider })
}

fn any_run() -> impl Strategy<Value = RunRef> {
    (pair(), 0..3_usize).prop_map(|(pair, back)| RunRef { pair, back })
}

/// Mostly `own`, else any run.
fn mostly(own: RunRef) -> impl Strategy<Value = RunRef> + Clone {
    let others: Vec<RunRef> = (0..CUSTOMERS * PROVIDERS * 3)
        .map(|index| RunRef {
            pair: Pair { customer: index % 2, provider: index / 2 % 2 },
            back: index / 4,
        })
        .collect();
    prop_oneof![12 => Just(own), 2 => proptest::sample::select(others)]
}

fn unlock() -> impl Strategy<Value = Unlock> {
    let caller = prop_oneof![
        4 => pair().prop_map(|pair| RunRef { pair, back: 0 }),
        1 => any_run(),
    ];
    caller.prop_flat_map(|by| {
        let key = prop_oneof![12 => mostly(by).prop_map(Some), 1 => Just(None)];
        let entry = prop_oneof![
            12 => mostly(by).prop_map(Entry::Activation),
            2 => mostly(by).prop_map(Entry::ServiceCall),
            1 => Just(Entry::Invented),
            1 => Just(Entry::Empty),
        ];
        let claim = prop_oneof![
            12 => (mostly(by), rarely(), rarely(), any::<bool>()).prop_map(
                |(run, for_service, other_user, fresh)| Claim::Issued {
                    run,
                    for_service,
                    other_user,
                    fresh,
                }
            ),
            1 => Just(Claim::Changed),
            1 => Just(Claim::Missing),
        ];
        (key, entry, claim, any::<bool>()).prop_map(move |(key, entry, claim, flag)| Unlock {
            by,
            key,
            entry,
            claim,
            flag,
        })
    })
}

fn rarely() -> impl Strategy<Value = bool> {
    prop_oneof![10 => Just(false), 1 => Just(true)]
}

fn command() -> impl Strategy<Value = Command> {
    let change = prop_oneof![
        1 => Just(Change::Remove),
        4 => (any::<bool>(), any::<bool>())
            .prop_map(|(active, administrator)| Change::Put { active, administrator }),
        6 => Just(Change::Put { active: true, administrator: true }),
    ];
    prop_oneof![
        5 => (pair(), 0..USERS, rarely()).prop_map(|(pair, user, replace_active)| {
            Command::Accept { pair, user, replace_active }
        }),
        5 => (pair(), 0..USERS, any::<bool>()).prop_map(|(pair, user, all_users)| {
            Command::Choose { pair, user, all_users }
        }),
        10 => unlock().prop_map(Command::Unlock),
        2 => (pair(), proptest::option::of(0..USERS)).prop_map(|(pair, by)| {
            Command::Block { pair, by }
        }),
        2 => (0..CUSTOMERS, 0..USERS, change).prop_map(|(customer, user, change)| {
            Command::User { customer, user, change }
        }),
        1 => (0..CUSTOMERS, any::<bool>()).prop_map(|(customer, active)| {
            Command::Customer { customer, active }
        }),
        2 => proptest::sample::select(vec![1, 29, 30, 60, 61]).prop_map(Command::Advance),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_rules_do_what_the_model_does(commands in prop::collection::vec(command(), 1..60)) {
        let mut both = Both::default();
        for command in commands {
            let outcome = both.step(command);
            if let (Command::Unlock(call), Outcome::Done | Outcome::Same) = (command, outcome) {
                assert_a_repetition_changes_nothing(&both, call);
            }
            assert_nothing_of_an_ended_run_works(&both);
        }
    }
}

fn assert_a_repetition_changes_nothing(both: &Both, call: Unlock) {
    let mut again = both.clone();
    assert_eq!(again.step(Command::Unlock(call)), Outcome::Same);
    assert_eq!(again.world.runs(), both.world.runs());
    let other_flag = Unlock { flag: !call.flag, ..call };
    assert_eq!(again.step(Command::Unlock(other_flag)), Outcome::Refused(177, "flag"));
}

/// Neither by itself nor in the hands of the pair's live API user.
fn assert_nothing_of_an_ended_run_works(both: &Both) {
    for index in 0..CUSTOMERS * PROVIDERS * 3 {
        let pair = Pair { customer: index % 2, provider: index / 2 % 2 };
        let old = RunRef { pair, back: index / 4 };
        let Some(run) = both.world.find(old) else { continue };
        let Stage::Ended { .. } = run.activation.stage else { continue };
        if run.activation.grant().is_none() {
            continue;
        }
        let live = Unlock::right(RunRef { pair, back: 0 }, false);
        let attempts = [
            Unlock::right(old, false),
            Unlock { entry: Entry::Activation(old), ..live },
            Unlock { claim: Claim::right(old), ..live },
            Unlock { key: Some(old), ..live },
        ];
        for attempt in attempts {
            let outcome = both.clone().step(Command::Unlock(attempt));
            assert!(matches!(outcome, Outcome::Refused(..) | Outcome::Nobody), "{attempt:?}");
        }
    }
}
