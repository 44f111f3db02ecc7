//! Saving records, and the webhooks that this calls: both in one transaction of the store.

use std::collections::BTreeMap;

use freischalt_marketplace::{
    CustomerId, Delivery, DeliveryId, User, UserId,
    service::{Module, Saved},
    webhook::{self, Subject, changed_fields},
};
use freischalt_store::{Save, SaveFacts, StoreError};

use super::Entry;
use crate::{
    commerce::WorkError,
    random::{self, NoRandom},
    state::AppState,
};

/// Why a record was not saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// There is no such record, or the user does not see it.
    #[error("there is no such record")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
}

impl AppState {
    /// Saves fields of a record in the name of a user, or makes a new record of them; its id, and
    /// how many webhooks are called about it. Fields that are not named stay as they are.
    pub(crate) async fn save_record(
        &self,
        customer: CustomerId,
        user: User,
        (module, id): (Module, Option<i64>),
        changes: BTreeMap<String, String>,
    ) -> Result<(i64, usize), SaveError> {
        let caller = self.caller(customer, user.id, module)?;
        let (sender, counted) = std::sync::mpsc::channel();
        let rule = move |facts: &SaveFacts| {
            let seen = |before| Entry::from(before).is_shown_to(&user);
            let is_there = facts.before.clone().is_some_and(seen);
            if id.is_some() && !is_there {
                return None;
            }
            let before = facts.before.as_ref().map(|record| &record.fields);
            let mut fields = before.cloned().unwrap_or_default();
            fields.extend(changes.clone());
            let changed = changed_fields(before, &fields);
            let deliveries = caller.call(facts, before.is_none(), Some(&changed));
            // Nobody listens any more when the caller has left; the record is saved all the same.
            let _ = sender.send(deliveries.len());
            Some(Save { fields, deliveries })
        };
        let saved = self.store.save_record(customer, module, id, rule).await?;
        // A rule may be asked more than once; its last answer is the one that was kept.
        Ok((saved.ok_or(SaveError::NotFound)?, counted.try_iter().last().unwrap_or_default()))
    }

    /// Queues all webhooks of a record in the name of the customer's first administrator; false if
    /// there is no such record.
    pub(crate) async fn execute_webhooks(
        &self,
        customer: CustomerId,
        module: Module,
        record: i64,
    ) -> Result<bool, WorkError> {
        let users = self.store.users(customer).await?;
        let Some(user) = users.into_iter().find(User::may_activate) else { return Ok(false) };
        let caller = self.caller(customer, user.id, module)?;
        let rule = move |facts: &SaveFacts| caller.call(facts, false, None);
        Ok(self.store.queue_webhooks(customer, module, record, rule).await?)
    }

    fn caller(
        &self,
        customer: CustomerId,
        user: UserId,
        module: Module,
    ) -> Result<Caller, NoRandom> {
        let millis = u64::try_from(self.clock.millis()).unwrap_or_default();
        let (now, seed) = (self.clock.now(), random::bytes()?);
        Ok(Caller { customer, user, module, now, millis, seed })
    }
}

/// Makes the deliveries of a record that somebody saves.
struct Caller {
    customer: CustomerId,
    user: UserId,
    module: Module,
    now: freischalt_protocol::UnixTime,
    millis: u64,
    seed: [u8; 10],
}

impl Caller {
    /// A delivery for each webhook that the record calls; `changed` if it is known what has.
    fn call(&self, facts: &SaveFacts, created: bool, changed: Option<&[String]>) -> Vec<Delivery> {
        let saved = Saved { module: self.module, created, changed };
        let called = webhook::called(&facts.hooks, &saved);
        let deliveries = (0_u8..).zip(called).map(|(number, hook)| {
            let mut random = self.seed;
            random[9] = random[9].wrapping_add(number);
            let id = DeliveryId::new(self.millis, random);
            let service = hook.service.clone();
            let subject =
                Subject::Record { service, user: self.user, module: self.module, record: facts.id };
            Delivery::new(id, self.customer, hook.provider, subject, self.now)
        });
        deliveries.collect()
    }
}
