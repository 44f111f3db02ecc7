//! Reading runs and their histories.

use freischalt_marketplace::{
    Actor, ApiToken, Audience, AuditEvent, AuditKind, EndReason, Stage, activation::Past,
};
use freischalt_store::{ActivationFilter, HistoryEntry, Store};

use crate::fixture::{ADMIN, NOW, api_user, office, run_id};

pub async fn runs_are_listed_newest_first_and_filtered(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    for number in [1, 3] {
        let run = one.active(store, number).await;
        one.block(store, &run).await;
    }
    two.begin(store, 2).await.unwrap();

    let listed = async |filter, limit| {
        let runs = store.activations(filter, limit).await.unwrap();
        runs.iter().map(|run| run.id).collect::<Vec<_>>()
    };
    let all = ActivationFilter::default();
    assert_eq!(listed(all, 10).await, [run_id(3), run_id(2), run_id(1)]);
    assert_eq!(listed(all, 2).await, [run_id(3), run_id(2)]);
    let of_one = ActivationFilter { customer: Some(one.customer.id), ..all };
    assert_eq!(listed(of_one, 10).await, [run_id(3), run_id(1)]);
    let of_two = ActivationFilter { provider: Some(two.provider.id), ..all };
    assert_eq!(listed(of_two, 10).await, [run_id(2)]);
    let crossed = ActivationFilter { provider: Some(two.provider.id), ..of_one };
    assert_eq!(listed(crossed, 10).await, []);
}

/// A clock that was set back gives a later run the lower id.
pub async fn the_newest_run_is_the_live_one_whatever_the_clock_did(store: &Store) {
    let office = office(store, "one").await;
    let (customer, provider) = (office.customer.id, office.provider.id);
    assert_eq!(store.newest_activation(customer, provider).await.unwrap(), None);
    assert_eq!(store.newest_activations(customer).await.unwrap(), []);

    for number in [4, 5] {
        let run = office.begin(store, number).await.unwrap();
        let ended = office.block(store, &run).await;
        assert_eq!(store.newest_activation(customer, provider).await.unwrap(), Some(ended));
    }
    let live = office.begin(store, 3).await.unwrap();
    assert_eq!(store.newest_activation(customer, provider).await.unwrap(), Some(live.clone()));
    assert_eq!(store.newest_activations(customer).await.unwrap(), [live]);
}

pub async fn an_api_user_is_found_by_its_token(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    let run = one.pending(store, 1, Audience::AllUsers).await;
    two.pending(store, 2, Audience::AllUsers).await;

    let found = store.api_user(&api_user(1).token).await.unwrap().unwrap();
    assert_eq!(found.activation, run);
    assert_eq!(found.activation.api_key(), Some(&api_user(1).key));
    assert_eq!(found.customer, one.customer);
    assert_eq!(found.provider_name, one.provider.name);

    one.block(store, &run).await;
    let over = store.api_user(&api_user(1).token).await.unwrap().unwrap();
    assert_eq!(over.activation.api_key(), None);
    assert_eq!(over.activation.id, run.id);
    for unknown in ["", "0", &api_user(1).token.as_str()[1..]] {
        assert!(store.api_user(&ApiToken::from_wire(unknown)).await.unwrap().is_none());
    }
}

pub async fn a_history_is_in_order_and_of_one_run(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    let run = one.active(store, 1).await;
    two.active(store, 2).await;
    let ended = one.block(store, &run).await;
    assert!(matches!(
        ended.stage,
        Stage::Ended { reason: EndReason::Blocked, past: Past::Active(..), .. }
    ));

    let terms = AuditKind::TermsAccepted {
        terms_version: "2026-01".to_owned(),
        dpa_version: "2025-07".to_owned(),
    };
    let chosen = AuditKind::RightChosen { audience: Audience::AllUsers };
    let unlocked = AuditKind::Unlocked { is_regular_customer: true };
    let expected = [
        (1, 0, Actor::User(ADMIN), terms),
        (2, 1, Actor::Management(ADMIN), chosen),
        (3, 2, Actor::Provider, unlocked),
        (4, 3, Actor::Management(ADMIN), AuditKind::Blocked),
    ]
    .map(|(seq, seconds, actor, kind)| HistoryEntry {
        seq,
        event: AuditEvent { at: NOW.plus(seconds), actor, kind },
    });
    assert_eq!(store.history(one.customer.id, run.id).await.unwrap(), expected);
    assert_eq!(store.history(two.customer.id, run.id).await.unwrap(), []);
    assert_eq!(store.history(one.customer.id, run_id(9)).await.unwrap(), []);
}
