//! Decisions about the run that a token names, looked up and made in one transaction.

use std::sync::Arc;

use freischalt_marketplace::{
    ApiToken, Audience, ParameterCacheId, Refusal, Stage, activation::UnlockCall,
};
use freischalt_store::{ApiUserRecord, Decided, ServiceEntry, Store, Verdict};

use crate::fixture::{ADMIN, NOW, Office, api_user, entry_id, office, refusal, run_id, unlock};

pub async fn a_call_is_decided_on_the_run_of_its_token(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    let run = one.pending(store, 1, Audience::AllUsers).await;
    let other = two.pending(store, 2, Audience::AllUsers).await;

    let (caller, now) = one.call(store, &api_user(1).token, entry_id(1)).await.unwrap().unwrap();
    assert!(now);
    assert_eq!((caller.activation, caller.customer), (run.clone(), one.customer.clone()));
    assert_eq!(caller.provider_name, one.provider.name);
    let after = store.activation(run.id).await.unwrap().unwrap();
    assert!(matches!(after.stage, Stage::Active { .. }), "{after:?}");
    assert_eq!(one.events(store, run.id).await, ["terms accepted", "right chosen", "unlocked"]);
    assert_eq!(store.activation(other.id).await.unwrap(), Some(other));

    let (_, again) = one.call(store, &api_user(1).token, entry_id(1)).await.unwrap().unwrap();
    assert!(!again, "the first answer may have been lost");
    assert_eq!(one.events(store, run.id).await.len(), 3);
}

pub async fn a_token_that_was_never_issued_decides_nothing(store: &Store) {
    let one = office(store, "one").await;
    let run = one.pending(store, 1, Audience::AllUsers).await;
    for unknown in ["", "0", "with a null \0 in it", &api_user(1).token.as_str()[1..]] {
        let token = ApiToken::from_wire(unknown);
        assert!(one.call(store, &token, entry_id(1)).await.unwrap().is_none(), "{unknown:?}");
    }
    assert_eq!(store.activation(run.id).await.unwrap(), Some(run));
}

pub async fn a_call_after_the_block_finds_its_run_ended(store: &Store) {
    let one = office(store, "one").await;
    let run = one.active(store, 1).await;
    one.block(store, &run).await;
    let refused = refusal(one.call(store, &api_user(1).token, entry_id(1)).await);
    assert_eq!(refused, Refusal::ApiUserInactive);
    assert_eq!(one.events(store, run.id).await.last(), Some(&"blocked"));
}

pub async fn a_call_with_a_service_entry_is_told_apart(store: &Store) {
    let one = office(store, "one").await;
    one.pending(store, 1, Audience::AllUsers).await;
    let refused = refusal(one.call(store, &api_user(1).token, entry_id(7)).await);
    assert_eq!(refused, Refusal::EntryUnknown);
    one.service_entry(store, 1, entry_id(7)).await;
    let refused = refusal(one.call(store, &api_user(1).token, entry_id(7)).await);
    assert_eq!(refused, Refusal::EntryOfServiceCall);
}

/// By its token and by its id at the same moment: on PostgreSQL they come into one group, where
/// neither may decide on what the other one is about to change.
pub async fn calls_and_decisions_about_one_run_see_each_other(store: &Store) {
    let one = Arc::new(office(store, "one").await);
    for number in 1..=20 {
        let run = one.pending(store, number, Audience::AllUsers).await;
        let calls = (0..4).map(|_| {
            let (one, store) = (Arc::clone(&one), store.clone());
            tokio::spawn(async move {
                one.call(&store, &api_user(number).token, entry_id(number)).await
            })
        });
        let calls: Vec<_> = calls.collect();
        let ended = one.block(store, &run).await;
        for call in calls {
            match call.await.unwrap() {
                Ok(Some(_)) | Err(Decided::Refused(Refusal::ApiUserInactive)) => {}
                other => panic!("{other:?}"),
            }
        }
        let after = store.activation(run.id).await.unwrap().unwrap();
        assert_eq!(after.stage, ended.stage, "what was blocked stays blocked");
        assert_eq!(one.events(store, run.id).await.last(), Some(&"blocked"));
    }
}

impl Office {
    /// Unlocks as a call with this token; the caller, and whether this call made it active.
    pub async fn call(
        &self,
        store: &Store,
        token: &ApiToken,
        entry: ParameterCacheId,
    ) -> Result<Option<(ApiUserRecord, bool)>, Decided<Refusal>> {
        let call = UnlockCall { parameter_cache_id: entry.to_string(), is_regular_customer: true };
        let rule = move |caller: ApiUserRecord, facts| {
            let verdict = unlock(facts, &call)?;
            Ok(Verdict { writes: verdict.writes, outcome: (caller, verdict.outcome) })
        };
        store.decide_call(token.clone(), Some(entry), rule).await
    }

    /// An entry made for a service call of a run.
    async fn service_entry(&self, store: &Store, run: u8, id: ParameterCacheId) {
        let entry = ServiceEntry {
            id,
            customer: self.customer.id,
            activation: run_id(run),
            user: ADMIN,
            expires: NOW.plus(60),
        };
        store.put_service_entry(entry, NOW).await.unwrap();
    }
}
