//! Many callers at once. What they find out must be the same in whatever order they are served.

use std::sync::Arc;

use freischalt_database::DatabaseError;
use freischalt_marketplace::{
    Activation, Audience,
    activation::{AlreadyEnded, BlockProblem, Blocker},
};
use freischalt_store::{ActivationFilter, Decided, Facts, Store, StoreError, Verdict};
use tokio::{sync::Barrier, task::JoinSet};

use crate::fixture::{NOW, Office, office, run_id};

const CALLERS: u8 = 16;

pub async fn sixteen_unlocks_make_one(store: &Store) {
    let office = Arc::new(office(store, "one").await);
    let run = office.pending(store, 1, Audience::AllUsers).await;
    let results = race(store, |store, _| {
        let (office, run) = (Arc::clone(&office), run.clone());
        async move { office.unlock(&store, &run, true).await }
    })
    .await;
    let now = results.iter().filter(|result| matches!(result, Ok(true))).count();
    let before = results.iter().filter(|result| matches!(result, Ok(false))).count();
    assert_eq!((now, before), (1, usize::from(CALLERS) - 1), "{results:?}");
    let events = office.events(store, run.id).await;
    assert_eq!(events, ["terms accepted", "right chosen", "unlocked"]);
}

pub async fn sixteen_beginnings_make_one_live_run(store: &Store) {
    let office = Arc::new(office(store, "one").await);
    let results = race(store, |store, number| {
        let office = Arc::clone(&office);
        async move { office.begin(&store, number).await }
    })
    .await;
    let ids: Vec<_> = results.into_iter().map(|result| result.unwrap().id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one begins, the others go on with it: {ids:?}");
    let runs = store.activations(ActivationFilter::default(), 100).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [ids[0]]);
    let accepted = ["terms accepted"; CALLERS as usize];
    assert_eq!(office.events(store, ids[0]).await, accepted, "each acceptance is recorded");
}

pub async fn sixteen_uses_of_a_ticket_make_one(store: &Store) {
    let results =
        race(store, |store, _| async move { store.use_ticket([7; 16], NOW.plus(60), NOW).await })
            .await;
    let used: usize = results.iter().filter(|result| matches!(result, Ok(true))).count();
    let refused: usize = results.iter().filter(|result| matches!(result, Ok(false))).count();
    assert_eq!((used, refused), (1, usize::from(CALLERS) - 1), "{results:?}");
}

pub async fn refusals_harm_no_other_change(store: &Store) {
    let results = race_with_every_third_failing(store, |_| Err("refused")).await;
    for (index, result) in results.iter().enumerate().filter(|(index, _)| index % 3 == 0) {
        assert!(matches!(result, Err(Decided::Refused("refused"))), "{index}: {result:?}");
    }
}

pub async fn a_panic_harms_no_other_change(store: &Store) {
    let results =
        race_with_every_third_failing(store, |number| panic!("on purpose: {number}")).await;
    for (index, result) in results.iter().enumerate().filter(|(index, _)| index % 3 == 0) {
        let panicked =
            matches!(result, Err(Decided::Store(StoreError::Database(DatabaseError::Panicked))));
        assert!(panicked, "{index}: {result:?}");
    }
    store.ping().await.unwrap();
}

/// Runs of sixteen offices are blocked at once; every third rule does `fail` instead. The others
/// must be blocked, and those untouched.
async fn race_with_every_third_failing(
    store: &Store,
    fail: fn(u8) -> Result<Verdict<()>, &'static str>,
) -> Vec<Result<(), Decided<&'static str>>> {
    let mut runs: Vec<(Office, Activation)> = Vec::new();
    for number in 0..CALLERS {
        let office = office(store, &format!("office-{number}")).await;
        let run = office.begin(store, number).await.unwrap();
        runs.push((office, run));
    }
    let results = race(store, |store, number| {
        let (office, run) = &runs[usize::from(number)];
        let scope = office.run(run.id);
        let rule = move |facts: Facts| {
            if number % 3 == 0 { fail(number) } else { Ok(block(facts).expect("it is live")) }
        };
        async move { store.decide(scope, rule).await }
    })
    .await;
    for (index, (office, run)) in runs.iter().enumerate() {
        let kept = store.activation(run.id).await.unwrap().unwrap();
        let fails = index % 3 == 0;
        assert_eq!(kept.is_live(), fails, "run {index}");
        assert!(results[index].is_ok() != fails, "run {index}");
        assert_eq!(office.events(store, run.id).await.len(), if fails { 1 } else { 2 });
    }
    results
}

pub async fn a_change_stands_although_its_caller_left(store: &Store) {
    let office = office(store, "one").await;
    let run = office.begin(store, 1).await.unwrap();
    let (entered, has_entered) = tokio::sync::oneshot::channel();
    let (leave, may_leave) = std::sync::mpsc::channel::<()>();
    let caller = tokio::spawn({
        let (store, scope) = (store.clone(), office.run(run.id));
        async move {
            let mut entered = Some(entered);
            let rule = move |facts: Facts| {
                if let Some(entered) = entered.take() {
                    entered.send(()).unwrap();
                }
                may_leave.recv().unwrap();
                block(facts)
            };
            store.decide(scope, rule).await
        }
    });
    has_entered.await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    leave.send(()).unwrap();
    // The next decision on the run waits for the one before it.
    let again = store.decide(office.run(run.id), block).await;
    assert!(matches!(again, Err(Decided::Refused(BlockProblem::AlreadyEnded(_)))), "{again:?}");
    assert_eq!(office.events(store, run_id(1)).await, ["terms accepted", "blocked"]);
}

fn block(facts: Facts) -> Result<Verdict<()>, BlockProblem> {
    let run = facts.activation.ok_or(AlreadyEnded)?;
    let transition = run.block(Blocker::Management, NOW)?;
    Ok(Verdict { writes: vec![transition], outcome: () })
}

/// Lets sixteen callers begin together; their results in the order of their numbers.
async fn race<T, F>(store: &Store, call: impl Fn(Store, u8) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::from(CALLERS)));
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let (start, call) = (Arc::clone(&start), call(store.clone(), number));
        callers.spawn(async move {
            start.wait().await;
            (number, call.await)
        });
    }
    let mut results = callers.join_all().await;
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}
