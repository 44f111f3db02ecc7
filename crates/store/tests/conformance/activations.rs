//! Deciding and writing: runs, their credentials, entries of service calls, tickets.

use freischalt_marketplace::{
    Activation, Actor, Audience, CustomerId, EndReason, ProviderId, Refusal, Stage, UserId,
    activation::{Blocker, Grant, Past, UnlockRecord},
};
use freischalt_store::{Decided, Facts, ProviderCustomer, Scope, ServiceEntry, Store, Verdict};

use crate::fixture::{
    ADMIN, EMPLOYEE, NOW, Office, api_user, entry_id, failure, office, refusal, run_id, written,
};

pub async fn every_stage_reads_back_as_it_was_written(store: &Store) {
    let office = office(store, "one").await;
    let begun = office.begin(store, 1).await.unwrap();
    let mut expected = Activation {
        id: run_id(1),
        customer: office.customer.id,
        provider: office.provider.id,
        opened_by: ADMIN,
        opened_at: NOW,
        stage: Stage::TermsAccepted,
    };
    assert_eq!(begun, expected);
    assert_eq!(store.activation(run_id(1)).await.unwrap(), Some(begun));

    let pending = office.pending(store, 1, Audience::Administrators).await;
    let Stage::Pending { grant, key } = pending.stage.clone() else { panic!("{pending:?}") };
    assert_eq!((grant.token.clone(), &key), (api_user(1).token, &api_user(1).key));
    assert_eq!((grant.audience, grant.chosen_at), (Audience::Administrators, NOW.plus(1)));
    assert_eq!(store.activation(run_id(1)).await.unwrap(), Some(pending.clone()));

    assert!(office.unlock(store, &pending, true).await.unwrap());
    let unlock = UnlockRecord { at: NOW.plus(2), is_regular_customer: true };
    expected.stage = Stage::Active { grant: grant.clone(), key, unlock };
    assert_eq!(store.activation(run_id(1)).await.unwrap(), Some(expected.clone()));

    let blocked = office.block(store, &pending).await;
    let past = Past::Active(grant, unlock);
    expected.stage = Stage::Ended { at: NOW.plus(3), reason: EndReason::Blocked, past };
    assert_eq!(blocked, expected);
    assert_eq!(store.activation(run_id(1)).await.unwrap(), Some(expected));
    assert_eq!(store.activation(run_id(2)).await.unwrap(), None);
}

/// As a provider sees them: who has it active now, and what it said about each.
pub async fn a_provider_knows_its_customers(store: &Store) {
    let one = office(store, "one").await;
    let pending = one.pending(store, 1, Audience::AllUsers).await;
    assert_eq!(store.provider_customers(one.provider.id, 10).await.unwrap(), []);
    assert!(one.unlock(store, &pending, true).await.unwrap());
    let known =
        ProviderCustomer { name: one.customer.name.clone(), since: NOW.plus(2), is_regular: true };
    assert_eq!(store.provider_customers(one.provider.id, 10).await.unwrap(), [known]);
    assert_eq!(store.provider_customers(one.provider.id, 0).await.unwrap(), []);
    assert_eq!(store.provider_customers(ProviderId(99), 10).await.unwrap(), []);
    one.block(store, &pending).await;
    assert_eq!(store.provider_customers(one.provider.id, 10).await.unwrap(), []);
}

pub async fn a_run_that_ends_early_keeps_its_past(store: &Store) {
    let office = office(store, "one").await;
    let begun = office.begin(store, 1).await.unwrap();
    let blocked = office.block(store, &begun).await;
    assert!(matches!(blocked.stage, Stage::Ended { past: Past::TermsAccepted, .. }));
    assert_eq!(store.activation(run_id(1)).await.unwrap(), Some(blocked));

    let pending = office.pending(store, 2, Audience::AllUsers).await;
    let grant: Grant = pending.grant().unwrap().clone();
    assert_eq!(grant.audience, Audience::AllUsers);
    let blocked = office.block(store, &pending).await;
    assert!(matches!(&blocked.stage, Stage::Ended { past: Past::Pending(kept), .. }
        if *kept == grant));
    assert_eq!(store.activation(run_id(2)).await.unwrap(), Some(blocked));
}

pub async fn a_live_run_makes_room_in_the_same_step(store: &Store) {
    let office = office(store, "one").await;
    let active = office.active(store, 1).await;
    let next = office.begin_instead(store, 2).await;
    assert_eq!(next.stage, Stage::TermsAccepted);
    assert_eq!(seen(store, office.live()).await.activation, Some(next.clone()));

    let ended = store.activation(active.id).await.unwrap().unwrap();
    let Stage::Ended { at, reason, past } = ended.stage else { panic!("{ended:?}") };
    assert_eq!((at, reason), (NOW, EndReason::Superseded));
    let kept = Past::Active(active.grant().unwrap().clone(), active.unlock_record().unwrap());
    assert_eq!(past, kept);
    let events = office.events(store, active.id).await;
    assert_eq!(events, ["terms accepted", "right chosen", "unlocked", "superseded"]);
    assert_eq!(office.events(store, next.id).await, ["terms accepted"]);
}

pub async fn a_refusal_changes_nothing(store: &Store) {
    let office = office(store, "one").await;
    let run = office.active(store, 1).await;
    let before = (store.activation(run.id).await.unwrap(), office.events(store, run.id).await);

    let refused = office.unlock(store, &run, false).await;
    assert_eq!(refusal(refused), Refusal::EntryUsedWithOtherFlag);
    assert!(!office.unlock(store, &run, true).await.unwrap(), "the same call again");

    let after = (store.activation(run.id).await.unwrap(), office.events(store, run.id).await);
    assert_eq!(before, after);
}

pub async fn a_verdict_is_written_whole_or_not_at_all(store: &Store) {
    let office = office(store, "one").await;
    let run = office.pending(store, 1, Audience::AllUsers).await;
    let decided = store
        .decide(office.run(run.id), |facts: Facts| {
            let run = facts.activation.unwrap();
            let nowhere = Activation { id: run_id(9), ..run.clone() };
            let first = run.block(Blocker::Management, NOW).unwrap();
            let second = nowhere.block(Blocker::Management, NOW).unwrap();
            Ok::<_, ()>(Verdict { writes: vec![first, second], outcome: () })
        })
        .await;
    failure(decided);
    assert_eq!(store.activation(run.id).await.unwrap(), Some(run.clone()));
    assert_eq!(office.events(store, run.id).await, ["terms accepted", "right chosen"]);
}

pub async fn a_second_live_run_cannot_be_written(store: &Store) {
    let office = office(store, "one").await;
    let live = office.begin(store, 1).await.unwrap();
    // A rule that overlooks the live run, so that only the store stands against it.
    let decided = store
        .decide(office.live(), move |facts: Facts| {
            let live = facts.activation.unwrap();
            let event = live.clone().block(Blocker::Management, NOW).unwrap().1;
            let second = Activation { id: run_id(2), ..live };
            Ok::<_, ()>(Verdict { writes: vec![(second, event)], outcome: () })
        })
        .await;
    failure(decided);
    assert_eq!(store.activation(run_id(2)).await.unwrap(), None);
    assert_eq!(store.activation(run_id(1)).await.unwrap(), Some(live));
}

pub async fn a_token_serves_one_run(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    one.pending(store, 1, Audience::AllUsers).await;
    let begun = two.begin(store, 2).await.unwrap();
    let decided = store
        .decide(two.run(begun.id), move |facts: Facts| {
            let new = freischalt_marketplace::activation::NewGrant {
                audience: Audience::AllUsers,
                api_user: api_user(1),
                entry: entry_id(2),
            };
            let (run, user) = (facts.activation.unwrap(), facts.user.unwrap());
            let policy = freischalt_marketplace::Policy::default();
            run.choose_right(new, &user, Actor::User(ADMIN), NOW, &policy).map(written)
        })
        .await;
    failure(decided);
    let owner = store.api_user(&api_user(1).token).await.unwrap().unwrap();
    assert_eq!(owner.activation.id, run_id(1));
    assert_eq!(store.activation(begun.id).await.unwrap(), Some(begun));
}

pub async fn facts_are_those_of_the_scope(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    let facts = seen(store, one.live()).await;
    assert!(facts.activation.is_none() && facts.user.is_none() && facts.customer_active);

    let run = one.pending(store, 1, Audience::AllUsers).await;
    for scope in [one.live(), one.run(run.id)] {
        let facts = seen(store, scope).await;
        assert_eq!(facts.activation.as_ref(), Some(&run));
        assert_eq!(facts.user.map(|user| user.id), Some(ADMIN), "who began the run");
    }
    let named = seen(store, Scope { user: Some(EMPLOYEE), ..one.live() }).await;
    assert_eq!(named.user.map(|user| user.id), Some(EMPLOYEE));
    let gone = seen(store, Scope { user: Some(UserId(99)), ..one.live() }).await;
    assert_eq!(gone.user, None, "not the one who began instead");

    assert_eq!(seen(store, two.run(run.id)).await.activation, None, "a run of another customer");
    let crossed = Scope { customer: two.customer.id, ..one.live() };
    assert_eq!(seen(store, crossed).await.activation, None, "a provider of another customer");

    store.set_customer_active(one.customer.id, false).await.unwrap();
    assert!(!seen(store, one.live()).await.customer_active);
    let nobody = Scope { customer: CustomerId(99), ..one.live() };
    assert!(!seen(store, nobody).await.customer_active);

    one.block(store, &run).await;
    assert_eq!(seen(store, one.live()).await.activation, None, "over is not live");
    assert!(seen(store, one.run(run.id)).await.activation.is_some());
}

pub async fn a_service_entry_belongs_to_its_run(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    let (mine, other) = (one.active(store, 1).await, two.active(store, 2).await);
    let entry = service_entry(&one, &mine, 7);
    store.put_service_entry(entry, NOW).await.unwrap();

    assert!(is_service_entry(store, &one, &mine, 7).await);
    assert!(!is_service_entry(store, &two, &other, 7).await, "that of another run");
    assert!(!is_service_entry(store, &one, &mine, 1).await, "the run's own");
    assert!(!is_service_entry(store, &one, &mine, 8).await, "never issued");

    one.block(store, &mine).await;
    let next = one.active(store, 3).await;
    assert!(!is_service_entry(store, &one, &next, 7).await, "that of the run before");
}

pub async fn expired_service_entries_of_the_customer_are_dropped(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    let (mine, other) = (one.active(store, 1).await, two.active(store, 2).await);
    store.put_service_entry(service_entry(&one, &mine, 7), NOW).await.unwrap();
    store.put_service_entry(service_entry(&two, &other, 8), NOW).await.unwrap();

    let last_second = service_entry(&one, &mine, 9);
    store.put_service_entry(last_second, last_second.expires).await.unwrap();
    assert!(is_service_entry(store, &one, &mine, 7).await, "it still serves in its last second");

    let later = service_entry(&one, &mine, 10);
    store.put_service_entry(later, later.expires.plus(1)).await.unwrap();
    assert!(!is_service_entry(store, &one, &mine, 7).await);
    assert!(is_service_entry(store, &two, &other, 8).await, "another customer's stays");
}

pub async fn a_ticket_is_used_once(store: &Store) {
    let (ticket, expires) = ([1; 16], NOW.plus(60));
    assert!(store.use_ticket(ticket, expires, NOW).await.unwrap());
    assert!(!store.use_ticket(ticket, expires, NOW).await.unwrap());
    assert!(store.use_ticket([2; 16], expires, NOW).await.unwrap(), "another one");
    assert!(!store.use_ticket(ticket, expires, expires).await.unwrap(), "in its last second");
    // Somebody else signs in a while later; then the clock is set back, or is another server's.
    let later = expires.plus(23 * 3600);
    assert!(store.use_ticket([3; 16], later, later).await.unwrap());
    assert!(!store.use_ticket(ticket, expires, NOW).await.unwrap(), "the mark outlives the ticket");
}

async fn seen(store: &Store, scope: Scope) -> Facts {
    let rule = |facts| Ok::<_, ()>(Verdict { writes: Vec::new(), outcome: facts });
    let seen: Result<Facts, Decided<()>> = store.decide(scope, rule).await;
    seen.unwrap()
}

async fn is_service_entry(store: &Store, office: &Office, run: &Activation, number: u8) -> bool {
    let scope = Scope { entry: Some(entry_id(number)), ..office.run(run.id) };
    seen(store, scope).await.entry_of_a_service_call
}

fn service_entry(office: &Office, run: &Activation, number: u8) -> ServiceEntry {
    ServiceEntry {
        id: entry_id(number),
        customer: office.customer.id,
        activation: run.id,
        user: EMPLOYEE,
        expires: NOW.plus(60),
    }
}
