//! A connection to PostgreSQL breaks around a commit. Whoever waited for it is told that nobody
//! knows, is not refused for what it did itself, and may ask again.

use std::sync::Arc;

use freischalt_database::DatabaseError;
use freischalt_marketplace::{Activation, Audience, Stage, activation::Blocker};
use freischalt_store::{Decided, Facts, Kind, Location, Store, StoreError};
use freischalt_testbed::{Cluster, Cut, Proxy};
use tokio::task::JoinSet;

use crate::{
    engines,
    fixture::{NOW, Office, office, written},
};

/// Runs that are changed together.
const RUNS: u8 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_commit_without_an_answer_is_unknown_and_can_be_asked_for_again() {
    let Some(cluster) = Cluster::start() else { return };
    let (url, proxy) = (cluster.schema("cut"), Proxy::start(&cluster));
    let open = |url: &str| {
        let location = Location::parse(url).unwrap();
        engines::open(&location, Kind::Sandbox, &engines::keys()).unwrap()
    };
    let (direct, through) = (open(&url), open(&proxy.url(&url)));
    for (first, cut) in [(1, Cut::AfterCommit), (1 + RUNS, Cut::BeforeCommit)] {
        let mut runs = Vec::new();
        for number in first..first + RUNS {
            let office = office(&direct, &format!("office-{number}")).await;
            let run = office.pending(&direct, number, Audience::AllUsers).await;
            runs.push((Arc::new(office), run));
        }
        unlocks(&direct, &through, &proxy, &runs, cut).await;
        blocks(&direct, &through, &proxy, &runs, cut).await;
        single_changes(&direct, &through, &proxy, cut).await;
    }
}

type Runs = [(Arc<Office>, Activation)];

/// Many unlocks at once, of which those in the group that is cut are not known.
async fn unlocks(direct: &Store, through: &Store, proxy: &Proxy, runs: &Runs, cut: Cut) {
    proxy.cut_next(cut);
    let mut callers = JoinSet::new();
    for (office, run) in runs.iter().cloned() {
        let store = through.clone();
        callers.spawn(async move { (office.unlock(&store, &run, true).await, office, run) });
    }
    let mut unknown = 0;
    for (told, office, run) in callers.join_all().await {
        let stage = direct.activation(run.id).await.unwrap().unwrap().stage;
        let is_active = matches!(stage, Stage::Active { .. });
        match told {
            Ok(unlocked) => assert!(unlocked && is_active, "{cut:?}"),
            Err(error) => {
                assert!(is_unknown(&error), "{cut:?}: {error:?}");
                assert_eq!(is_active, cut == Cut::AfterCommit, "{stage:?}");
                unknown += 1;
                // Who asks again is answered, and nothing happens twice.
                let again = office.unlock(through, &run, true).await.unwrap();
                assert_eq!(again, cut == Cut::BeforeCommit);
            }
        }
        let events = office.events(direct, run.id).await;
        assert_eq!(events.iter().filter(|event| **event == "unlocked").count(), 1, "{events:?}");
    }
    assert!(proxy.has_cut() && unknown > 0, "{cut:?}");
}

/// A block that was kept must not be answered with "it is over already".
async fn blocks(direct: &Store, through: &Store, proxy: &Proxy, runs: &Runs, cut: Cut) {
    proxy.cut_next(cut);
    let mut callers = JoinSet::new();
    for (office, run) in runs.iter().cloned() {
        let (store, scope) = (through.clone(), office.run(run.id));
        callers.spawn(async move {
            let rule = |facts: Facts| {
                facts.activation.unwrap().block(Blocker::Management, NOW.plus(3)).map(written)
            };
            (store.decide(scope, rule).await, run)
        });
    }
    let mut unknown = 0;
    for (told, run) in callers.join_all().await {
        let stage = direct.activation(run.id).await.unwrap().unwrap().stage;
        let is_over = matches!(stage, Stage::Ended { .. });
        match told {
            Ok(_) => assert!(is_over, "{cut:?}"),
            Err(Decided::Refused(own)) => panic!("{cut:?}: refused for its own work: {own:?}"),
            Err(error) => {
                assert!(is_unknown(&error), "{cut:?}: {error:?}");
                assert_eq!(is_over, cut == Cut::AfterCommit, "{stage:?}");
                unknown += 1;
            }
        }
    }
    assert!(proxy.has_cut() && unknown > 0, "{cut:?}");
}

/// A change that shares its commit with nobody.
async fn single_changes(direct: &Store, through: &Store, proxy: &Proxy, cut: Cut) {
    let customers = direct.customers().await.unwrap();
    let customer = &customers[0];
    let before = customer.active;
    proxy.cut_next(cut);
    let told = through.set_customer_active(customer.id, !before).await;
    let unknown = matches!(&told, Err(StoreError::Database(DatabaseError::Unknown(_))));
    assert!(unknown, "{cut:?}: {told:?}");
    let after = direct.customer_by_id(customer.id).await.unwrap().unwrap().active;
    assert_eq!(after != before, cut == Cut::AfterCommit);
    through.set_customer_active(customer.id, true).await.unwrap();
}

fn is_unknown<E>(error: &Decided<E>) -> bool {
    matches!(error, Decided::Store(StoreError::Database(DatabaseError::Unknown(_))))
}
