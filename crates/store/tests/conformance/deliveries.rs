//! Records and the calls that they cause: queued once, taken by one at a time, kept until done.

use std::collections::BTreeMap;

use freischalt_marketplace::{
    Delivery, DeliveryId, ProviderId, ServiceSettings,
    service::{Module, Moment, Saved, Trigger},
    webhook::{Attempt, DeliveryStage, Hook, Subject, TRIED_FOR, called, changed_fields},
};
use freischalt_protocol::UnixTime;
use freischalt_store::{DeliveryFilter, Record, Save, SaveFacts, Store};
use tokio::task::JoinSet;

use crate::{
    fixture::{EMPLOYEE, NOW, slug},
    shop::{Shop, shop},
};

fn record(price: &str) -> Record {
    let fields = [("kaufpreis", price), ("objekttitel", "<Haus> & Hof")];
    let fields: BTreeMap<String, String> =
        fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Record { module: Module::Estate, id: 17, fields }
}

async fn save(store: &Store, shop: &Shop, price: &str, number: u8) {
    let (customer, after) = (shop.customer(), record(price));
    let rule = move |facts: &SaveFacts| {
        let before = facts.before.as_ref().map(|before| &before.fields);
        let changed = changed_fields(before, &after.fields);
        let event =
            Saved { module: after.module, created: before.is_none(), changed: Some(&changed) };
        let deliver = |hook: &Hook| {
            let subject = Subject::Record {
                service: hook.service.clone(),
                user: EMPLOYEE,
                module: after.module,
                record: facts.id,
            };
            let id = DeliveryId::new(1_700_000_000_000, [number; 10]);
            Delivery::new(id, customer, hook.provider, subject, NOW)
        };
        let deliveries = called(&facts.hooks, &event).into_iter().map(deliver).collect();
        Some(Save { fields: after.fields.clone(), deliveries })
    };
    let saved = store.save_record(customer, Module::Estate, Some(17), rule).await.unwrap();
    assert_eq!(saved, Some(17));
}

async fn all(store: &Store) -> Vec<Delivery> {
    store.deliveries(DeliveryFilter::default(), 100).await.unwrap()
}

pub async fn a_saved_record_calls_the_webhooks_of_active_providers(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let settings = ServiceSettings {
        triggers: vec![Trigger {
            module: Module::Estate,
            on: Moment::Any,
            fields: vec!["kaufpreis".to_owned()],
        }],
        ..ServiceSettings::default()
    };
    let (provider, hook) = (shop.office.provider.id, slug("hook"));
    assert!(store.set_service_settings(provider, &hook, &settings).await.unwrap());
    assert!(!store.set_service_settings(provider, &slug("none"), &settings).await.unwrap());
    let read = store.provider_by_id(provider).await.unwrap().unwrap();
    assert_eq!(read.services[1].settings, settings);

    save(store, &shop, "100", 1).await;
    save(store, &shop, "100", 2).await;
    assert_eq!(all(store).await.len(), 1, "nothing changed the second time");
    save(store, &shop, "200", 3).await;
    let deliveries = all(store).await;
    assert_eq!(deliveries.len(), 2);
    let Subject::Record { service, user, record: id, .. } = &deliveries[0].subject else {
        panic!()
    };
    assert_eq!((service.as_str(), *user, *id), ("hook", EMPLOYEE, 17));

    let run = store.activation(shop.run).await.unwrap().unwrap();
    shop.office.block(store, &run).await;
    save(store, &shop, "300", 4).await;
    assert_eq!(all(store).await.len(), 2, "a blocked provider is not called");
    let kept = store.record(shop.customer(), Module::Estate, 17).await.unwrap();
    assert_eq!(kept, Some(record("300")));
    let (records, count) = store.records(shop.customer(), Module::Estate, 0, 10).await.unwrap();
    assert_eq!((records, count), (vec![record("300")], 1));
    let (records, count) = store.records(shop.customer(), Module::Estate, 1, 10).await.unwrap();
    assert_eq!((records, count), (vec![], 1));
}

/// Two that are new at the same time get two numbers, and what a rule does not save is not there.
pub async fn new_records_are_numbered_and_a_rule_may_save_nothing(store: &Store) {
    let shop = shop(store, "one", 1).await;
    save(store, &shop, "100", 1).await;
    let customer = shop.customer();
    let mut saving = JoinSet::new();
    for price in 0..10 {
        let store = store.clone();
        saving.spawn(async move {
            let rule = move |facts: &SaveFacts| {
                assert_eq!(facts.before, None);
                let fields = record(&price.to_string()).fields;
                Some(Save { fields, deliveries: Vec::new() })
            };
            store.save_record(customer, Module::Estate, None, rule).await.unwrap().unwrap()
        });
    }
    let mut ids = saving.join_all().await;
    ids.sort_unstable();
    assert_eq!(ids, (18..28).collect::<Vec<_>>());
    let nothing = store.save_record(customer, Module::Estate, Some(99), |_| None).await.unwrap();
    assert_eq!(nothing, None);
    assert_eq!(store.record(customer, Module::Estate, 99).await.unwrap(), None);
}

pub async fn webhooks_are_called_by_hand_for_records_that_exist(store: &Store) {
    let shop = shop(store, "one", 1).await;
    save(store, &shop, "100", 1).await;
    let customer = shop.customer();
    let rule = move |facts: &SaveFacts| {
        let hook = facts.hooks[0].clone();
        let subject = Subject::Record {
            service: hook.service,
            user: EMPLOYEE,
            module: Module::Estate,
            record: 17,
        };
        let id = DeliveryId::new(1, [9; 10]);
        vec![Delivery::new(id, customer, hook.provider, subject, NOW)]
    };
    assert!(store.queue_webhooks(customer, Module::Estate, 17, rule).await.unwrap());
    assert!(!store.queue_webhooks(customer, Module::Estate, 18, rule).await.unwrap());
    assert!(!store.queue_webhooks(customer, Module::Address, 17, rule).await.unwrap());
    assert_eq!(all(store).await.len(), 2);
}

/// Takes so many of each provider that has any.
pub async fn take(store: &Store, now: UnixTime, each: u32) -> Vec<Delivery> {
    let due = store.due_deliveries(now).await.unwrap();
    let shares = due.into_iter().map(|(provider, _)| (provider, each)).collect();
    store.take_deliveries(now, 60, shares).await.unwrap()
}

/// However much waits for one, the other's are found and taken.
pub async fn deliveries_are_taken_by_provider(store: &Store) {
    let one = shop(store, "one", 1).await;
    let two = shop(store, "two", 2).await;
    for number in 1..=20 {
        save(store, &one, &number.to_string(), number).await;
    }
    let late = NOW.plus(5);
    save(store, &two, "1", 99).await;
    let (first, second) = (one.office.provider.id, two.office.provider.id);
    assert_ne!(first, second);
    let due = |found: Vec<(ProviderId, UnixTime)>| found.into_iter().collect::<BTreeMap<_, _>>();
    let both = BTreeMap::from([(first, NOW), (second, NOW)]);
    assert_eq!(due(store.due_deliveries(late).await.unwrap()), both);
    assert_eq!(store.due_deliveries(NOW.plus(-1)).await.unwrap(), []);
    let taken = store.take_deliveries(late, 60, vec![(first, 3), (second, 3)]).await.unwrap();
    let of = |provider| taken.iter().filter(|taken| taken.provider == provider).count();
    assert_eq!((of(first), of(second)), (3, 1));
    let left = store.due_deliveries(late).await.unwrap();
    assert_eq!(left, [(first, NOW)], "nothing of the second is left that nobody has taken");
    assert_eq!(store.take_deliveries(late, 60, vec![(second, 3)]).await.unwrap(), []);
    assert_eq!(due(store.due_deliveries(late.plus(60)).await.unwrap()), both, "leases are over");
}

pub async fn a_delivery_is_taken_by_one_at_a_time(store: &Store) {
    let shop = shop(store, "one", 1).await;
    for number in 1..=30 {
        save(store, &shop, &number.to_string(), number).await;
    }
    assert_eq!(take(store, NOW.plus(-1), 100).await, []);
    let mut takers = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        takers.spawn(async move { take(&store, NOW, 5).await });
    }
    let mut taken: Vec<_> = takers.join_all().await.concat().iter().map(|one| one.id).collect();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), 30, "each once, and all of them");
    assert_eq!(take(store, NOW.plus(59), 100).await, []);
    let again = take(store, NOW.plus(60), 100).await;
    assert_eq!(again.len(), 30, "whoever took them ended in the meantime");
}

pub async fn attempts_are_kept_until_it_arrives(store: &Store) {
    let shop = shop(store, "one", 1).await;
    save(store, &shop, "1", 1).await;
    let (customer, id) = (shop.customer(), all(store).await[0].id);
    let attempt = |attempt: Attempt, now| {
        let rule = move |one: Delivery, tried: &Attempt| one.attempted(tried, None, 200, now);
        store.record_attempt(customer, id, attempt, now, rule)
    };
    let failed = Attempt::Failed("no answer within 10 s".to_owned());
    let after = attempt(failed.clone(), NOW).await.unwrap().unwrap();
    assert_eq!(after.stage, DeliveryStage::Waiting { due: NOW.plus(30) });
    assert_eq!(store.delivery(customer, id).await.unwrap(), Some(after));
    let late = NOW.plus(TRIED_FOR);
    let dead = attempt(Attempt::Answered(500), late).await.unwrap().unwrap();
    assert_eq!(dead.stage, DeliveryStage::Dead { at: late });
    assert_eq!(attempt(failed.clone(), late).await.unwrap(), None, "it does not wait any more");
    let only_dead = DeliveryFilter { dead: true, ..DeliveryFilter::default() };
    assert_eq!(store.deliveries(only_dead, 10).await.unwrap(), [dead]);

    assert_eq!(store.replay_deliveries(only_dead, None, late).await.unwrap(), 1);
    assert_eq!(store.replay_deliveries(only_dead, None, late).await.unwrap(), 0);
    let done = attempt(Attempt::Answered(204), late).await.unwrap().unwrap();
    assert_eq!(done.stage, DeliveryStage::Delivered { at: late });
    assert_eq!(store.replay_deliveries(only_dead, None, late).await.unwrap(), 0);
    let one = store.replay_deliveries(DeliveryFilter::default(), Some(id), late).await.unwrap();
    assert_eq!(one, 1, "also what has arrived, if somebody names it");
    let entries = store.delivery_attempts(customer, id).await.unwrap();
    let seen: Vec<_> = entries.iter().map(|entry| (entry.number, entry.attempt.clone())).collect();
    let expected = [failed, Attempt::Answered(500), Attempt::Answered(204)];
    assert_eq!(seen, (1..).zip(expected).collect::<Vec<_>>());
}
