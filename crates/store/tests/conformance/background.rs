//! Work that goes on by itself: done by one at a time, and never in anybody's way.

use freischalt_marketplace::{Audience, CustomerId, UserId};
use freischalt_store::{ServiceEntry, Store};
use tokio::task::JoinSet;

use crate::fixture::{NOW, entry_id, office};

const JOB: &str = "sweeping";
const ONE: [u8; 16] = [1; 16];
const TWO: [u8; 16] = [2; 16];

pub async fn a_lease_is_had_by_one_until_it_ends(store: &Store) {
    let claim = async |process, seconds| store.claim(JOB, process, NOW.plus(seconds), 10).await;
    assert!(claim(ONE, 0).await.unwrap());
    assert!(!claim(TWO, 9).await.unwrap());
    assert!(store.claim("another", TWO, NOW, 10).await.unwrap(), "each job is on its own");
    assert!(claim(ONE, 9).await.unwrap(), "kept by whoever has it");
    assert!(!claim(TWO, 18).await.unwrap());
    assert!(claim(TWO, 19).await.unwrap(), "it has ended");
    assert!(!claim(ONE, 20).await.unwrap());
    store.release(ONE).await.unwrap();
    assert!(!claim(ONE, 20).await.unwrap(), "nobody gives up what is another's");
    store.release(TWO).await.unwrap();
    assert!(claim(ONE, 20).await.unwrap());
    // A clock was ahead and went back: nobody waits for years.
    assert!(claim(ONE, 1_000_000).await.unwrap());
    assert!(claim(TWO, 30).await.unwrap());
}

pub async fn sixteen_claims_of_a_lease_make_one(store: &Store) {
    let mut callers = JoinSet::new();
    for number in 0..16_u8 {
        let store = store.clone();
        callers.spawn(async move { store.claim(JOB, [number; 16], NOW, 10).await.unwrap() });
    }
    let claimed = callers.join_all().await;
    assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1, "{claimed:?}");
}

pub async fn what_has_expired_is_thrown_away_a_little_at_a_time(store: &Store) {
    let office = office(store, "one").await;
    let run = office.pending(store, 1, Audience::AllUsers).await;
    for number in 0..=255_u8 {
        let ticket = [number; 16];
        assert!(store.use_ticket(ticket, NOW.plus(60), NOW).await.unwrap());
    }
    for number in 100..110 {
        let expires = NOW.plus(if number < 105 { 60 } else { 600 });
        let entry = ServiceEntry {
            id: entry_id(number),
            customer: CustomerId(office.customer.id.0),
            activation: run.id,
            user: UserId(1),
            expires,
        };
        store.put_service_entry(entry, NOW).await.unwrap();
    }
    assert_eq!(store.clean_up(NOW.plus(60)).await.unwrap(), 0, "not before its last second");
    let first = store.clean_up(NOW.plus(61)).await.unwrap();
    assert!((1..256).contains(&first), "a little: {first}");
    let mut thrown = first;
    loop {
        let more = store.clean_up(NOW.plus(61)).await.unwrap();
        if more == 0 {
            break;
        }
        thrown += more;
    }
    assert_eq!(thrown, 256 + 5);
    assert_eq!(store.clean_up(NOW.plus(601)).await.unwrap(), 5, "those that lived longer");
    assert!(office.unlock(store, &run, true).await.unwrap(), "an activation's own entry stays");
}
