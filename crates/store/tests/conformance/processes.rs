//! Two stores on one PostgreSQL database, as two server processes have them.

use std::sync::Arc;

use freischalt_marketplace::Audience;
use freischalt_store::{Kind, Location};
use freischalt_testbed::Cluster;
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    engines,
    fixture::{api_user, office},
};

#[tokio::test(flavor = "multi_thread")]
async fn two_postgres_stores_unlock_once_and_know_of_a_block_at_once() {
    let Some(cluster) = Cluster::start() else { return };
    let location = Location::parse(&cluster.schema("two")).unwrap();
    let open = || engines::open(&location, Kind::Sandbox, &engines::keys()).unwrap();
    let (first, second) = (open(), open());
    let office = Arc::new(office(&first, "one").await);
    for number in 1..=5 {
        let run = office.pending(&first, number, Audience::AllUsers).await;
        let start = Arc::new(Barrier::new(16));
        let mut callers = JoinSet::new();
        for caller in 0..16 {
            let store = if caller % 2 == 0 { first.clone() } else { second.clone() };
            let (office, run, start) = (Arc::clone(&office), run.clone(), Arc::clone(&start));
            callers.spawn(async move {
                start.wait().await;
                office.unlock(&store, &run, true).await.unwrap()
            });
        }
        let unlocked = callers.join_all().await;
        assert_eq!(unlocked.iter().filter(|now| **now).count(), 1, "{unlocked:?}");
        assert_eq!(office.events(&second, run.id).await.len(), 3);

        let token = &api_user(number).token;
        let key = async || second.api_user(token).await.unwrap().unwrap().activation;
        assert!(key().await.api_key().is_some());
        office.block(&first, &run).await;
        assert!(key().await.api_key().is_none(), "dead in the other store too");
    }
}
