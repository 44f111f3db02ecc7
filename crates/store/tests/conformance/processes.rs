//! Two stores on one PostgreSQL database, as two server processes have them.

use std::{collections::BTreeSet, sync::Arc, thread, time::Duration};

use freischalt_marketplace::{
    Audience, Delivery, DeliveryId,
    provider::Commerce,
    webhook::{Attempt, DeliveryStage},
};
use freischalt_store::{DeliveryFilter, Kind, Location, ServiceEntry, Store};
use freischalt_testbed::Cluster;
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    engines,
    fixture::{EMPLOYEE, NOW, api_user, entry_id, office},
    shop::{shop, stages},
};

const DAY: i64 = 86_400;

fn two(cluster: &Cluster, schema: &str) -> [Store; 2] {
    let location = Location::parse(&cluster.schema(schema)).unwrap();
    [(); 2].map(|()| engines::open(&location, Kind::Sandbox, &engines::keys()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_postgres_stores_unlock_once_and_know_of_a_block_at_once() {
    let Some(cluster) = Cluster::start() else { return };
    let [first, second] = two(&cluster, "two");
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

/// Two processes look after the same subscriptions and call the same webhooks at the same time,
/// with leases or without: every instalment once and in its order, every delivery once.
#[tokio::test(flavor = "multi_thread")]
async fn two_postgres_stores_bill_each_instalment_and_make_each_call_once() {
    let Some(cluster) = Cluster::start() else { return };
    let stores = two(&cluster, "work");
    let mut orders = Vec::new();
    for number in 1..=3 {
        let shop = shop(&stores[0], &format!("shop-{number}"), number).await;
        let notify = |mut commerce: Commerce| {
            commerce.notify_results = true;
            commerce
        };
        stores[0].change_commerce(shop.office.provider.id, notify).await.unwrap();
        let order = shop.place(&stores[0], &shop.abo(), number).await;
        shop.pay(&stores[0], &order, "card-paid", NOW).await.unwrap();
        shop.work(&stores[0], &order, NOW).await;
        orders.push((Arc::new(shop), order));
    }
    let later = NOW.plus(366 * DAY);
    let due = stores[1].due_orders(later, 10).await.unwrap();
    assert_eq!(due.len(), orders.len());
    let mut workers = JoinSet::new();
    for store in stores.clone() {
        let orders = orders.clone();
        workers.spawn(async move {
            for (shop, order) in orders {
                shop.work(&store, &order, later).await;
            }
        });
    }
    workers.join_all().await;
    for (shop, order) in &orders {
        let deal = shop.deal(&stores[1], order).await;
        assert_eq!(stages(&deal), ["paid"; 13]);
        let begun: Vec<i64> = deal.transactions.iter().map(|one| one.begun_at.0).collect();
        assert!(begun.is_sorted_by(|one, next| one < next), "{begun:?}");
    }
    deliver(&stores, later).await;
}

/// Both take and call until nothing is left.
async fn deliver(stores: &[Store; 2], now: freischalt_protocol::UnixTime) {
    let waiting = stores[0].deliveries(DeliveryFilter::default(), 1000).await.unwrap().len();
    assert!(waiting > 0);
    let mut callers = JoinSet::new();
    for store in stores.clone() {
        callers.spawn(async move {
            let mut called = Vec::new();
            loop {
                let taken = crate::deliveries::take(&store, now, 2).await;
                if taken.is_empty() {
                    return called;
                }
                for delivery in taken {
                    called.push(delivery.id);
                    let rule =
                        move |one: Delivery, tried: &Attempt| one.attempted(tried, None, 0, now);
                    let answered = Attempt::Answered(204);
                    let (customer, id) = (delivery.customer, delivery.id);
                    store.record_attempt(customer, id, answered, now, rule).await.unwrap();
                }
            }
        });
    }
    let called: Vec<DeliveryId> = callers.join_all().await.concat();
    assert_eq!(called.len(), waiting, "each of them");
    assert_eq!(called.iter().collect::<BTreeSet<_>>().len(), waiting, "and once");
    let after = stores[1].deliveries(DeliveryFilter::default(), 1000).await.unwrap();
    assert!(after.iter().all(|one| matches!(one.stage, DeliveryStage::Delivered { .. })));
}

/// Whoever has an entry in use is neither disturbed nor waited for by what throws entries away.
#[tokio::test(flavor = "multi_thread")]
async fn cleaning_up_on_postgres_waits_for_nobody_and_nobody_waits_for_it() {
    let Some(cluster) = Cluster::start() else { return };
    let [first, second] = two(&cluster, "cleaning");
    let office = office(&first, "one").await;
    let run = office.pending(&first, 1, Audience::AllUsers).await;
    for number in 10..20 {
        let entry = ServiceEntry {
            id: entry_id(number),
            customer: office.customer.id,
            activation: run.id,
            user: EMPLOYEE,
            expires: NOW.plus(60),
        };
        first.put_service_entry(entry, NOW).await.unwrap();
    }
    let cluster = Arc::new(cluster);
    let held = thread::spawn({
        let cluster = Arc::clone(&cluster);
        move || {
            cluster.run_sql(
                "BEGIN; SELECT * FROM cleaning.parameter_cache ORDER BY 2 LIMIT 1 FOR UPDATE;
                 SELECT pg_sleep(3600); ROLLBACK",
            )
        }
    });
    let sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while cluster.run_sql(sleeping).is_empty() {
        assert!(!held.is_finished(), "nobody holds the entry");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let later = NOW.plus(61);
    let (one, two) = tokio::join!(first.clean_up(later), second.clean_up(later));
    assert_eq!(one.unwrap() + two.unwrap(), 9, "all but the one that is in use");
    assert!(office.unlock(&second, &run, true).await.unwrap());
    let holder = cluster.run_sql(sleeping);
    cluster.run_sql(&format!("SELECT pg_terminate_backend({holder})"));
    assert!(held.join().is_err(), "it was ended by us");
    assert_eq!(second.clean_up(later).await.unwrap(), 1);
}
