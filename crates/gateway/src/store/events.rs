//! The outbox: what the app has still to be told.

use freischalt_protocol::UnixTime;

use super::{Store, StoreError};
use crate::event;

/// An event that is to be sent now.
#[derive(Clone, Debug)]
pub(crate) struct DueEvent {
    pub(crate) id: String,
    pub(crate) body: String,
    since: UnixTime,
    attempts: i64,
}

/// How many events are in which state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EventCounts {
    pub(crate) waiting: i64,
    pub(crate) given_up: i64,
}

impl Store {
    /// Takes at most `limit` events that are due, so that nobody else sends them until `lasts` seconds are over:
    /// longer than an attempt takes. The attempt counts from here: a gateway that dies amid it has
    /// made it. One that has the store for itself does not wait so long when it starts
    /// ([`Store::take_over`]).
    pub(crate) async fn take_due_events(
        &self,
        now: UnixTime,
        lasts: i64,
        limit: u32,
    ) -> Result<Vec<DueEvent>, StoreError> {
        let look = move |tx: &mut freischalt_database::Transaction<'_>| {
            let rows = tx.query(
                "SELECT event_id, body, created_at, attempts FROM events
                 WHERE state = 'waiting' AND next_at <= ?1
                 ORDER BY next_at, created_at LIMIT ?2",
                &[&now.0, &limit],
            )?;
            let events = rows.iter().map(|row| {
                Ok(DueEvent {
                    id: row.get("event_id")?,
                    body: row.get("body")?,
                    since: UnixTime(row.get("created_at")?),
                    attempts: row.get("attempts")?,
                })
            });
            events.collect::<Result<Vec<_>, StoreError>>()
        };
        let found = self.read(look).await?;
        if found.is_empty() {
            return Ok(found);
        }
        self.database
            .write(move |tx| {
                let mut taken = Vec::new();
                for event in &found {
                    let ours = tx.execute(
                        "UPDATE events SET attempts = attempts + 1, next_at = ?3, taken_at = ?4
                         WHERE event_id = ?1 AND attempts = ?2 AND state = 'waiting'",
                        &[&event.id, &event.attempts, &now.plus(lasts).0, &now.0],
                    )?;
                    if ours == 1 {
                        taken.push(DueEvent { attempts: event.attempts + 1, ..event.clone() });
                    }
                }
                Ok(taken)
            })
            .await
    }

    /// The app has confirmed it.
    pub(crate) async fn delivered(&self, event: &DueEvent) -> Result<(), StoreError> {
        let id = event.id.clone();
        self.database
            .write(move |tx| {
                tx.execute(
                    "UPDATE events SET state = 'delivered', next_at = NULL, taken_at = NULL
                     WHERE event_id = ?1",
                    &[&id],
                )?;
                Ok(())
            })
            .await
    }

    /// The app has not confirmed it, and wishes to be left alone for so many seconds, if it wishes
    /// anything. Tells whether it will be tried again.
    pub(crate) async fn postpone(
        &self,
        event: &DueEvent,
        wish: Option<i64>,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        let next = event::next_attempt(event.since, event.attempts, wish, now);
        self.leave_until(event, next).await
    }

    /// It is not tried any more.
    pub(crate) async fn give_up(&self, event: &DueEvent) -> Result<(), StoreError> {
        self.leave_until(event, None).await.map(|_| ())
    }

    async fn leave_until(
        &self,
        event: &DueEvent,
        next: Option<UnixTime>,
    ) -> Result<bool, StoreError> {
        let (id, attempts) = (event.id.clone(), event.attempts);
        let next = next.map(|next| next.0);
        let state = if next.is_some() { "waiting" } else { "given_up" };
        self.database
            .write(move |tx| {
                tx.execute(
                    "UPDATE events SET state = ?2, next_at = ?3, taken_at = NULL
                     WHERE event_id = ?1 AND attempts = ?4 AND state = 'waiting'",
                    &[&id, &state, &next, &attempts],
                )?;
                Ok(next.is_some())
            })
            .await
    }

    /// How the outbox stands.
    pub(crate) async fn event_counts(&self) -> Result<EventCounts, StoreError> {
        self.read(|tx| {
            let mut counts = EventCounts::default();
            let sql = "SELECT state, COUNT(*) AS number FROM events GROUP BY state";
            for row in tx.query(sql, &[])? {
                match row.get::<String>("state")?.as_str() {
                    "waiting" => counts.waiting = row.get("number")?,
                    "given_up" => counts.given_up = row.get("number")?,
                    _ => {}
                }
            }
            Ok(counts)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use freischalt_database::{Creation, Keys, Location};
    use freischalt_protocol::seal::MasterKey;

    use super::*;

    fn store() -> Store {
        let keys = Keys { current: MasterKey::new([1; 32]), previous: Vec::new() };
        Store::open(&Location::Memory, Creation::IfMissing, &keys).unwrap()
    }

    async fn due(store: &Store, at: i64) -> usize {
        store.take_due_events(UnixTime(at), 25, 16).await.unwrap().len()
    }

    #[tokio::test]
    async fn an_event_whose_sender_died_is_due_at_the_next_start() {
        let store = store();
        store.subscription_ended("42", "5", "2027-02-28", UnixTime(0)).await.unwrap();
        assert_eq!((due(&store, 0).await, due(&store, 1).await), (1, 0), "it is being sent");
        store.take_over(UnixTime(2)).await.unwrap();
        assert_eq!(due(&store, 2).await, 1);
    }

    #[tokio::test]
    async fn an_event_that_waits_for_its_next_attempt_goes_on_waiting() {
        let store = store();
        store.subscription_ended("42", "5", "2027-02-28", UnixTime(0)).await.unwrap();
        let event = store.take_due_events(UnixTime(0), 25, 16).await.unwrap().remove(0);
        assert!(store.postpone(&event, None, UnixTime(1)).await.unwrap());
        store.take_over(UnixTime(2)).await.unwrap();
        assert_eq!((due(&store, 5).await, due(&store, 6).await), (0, 1));
    }
}
