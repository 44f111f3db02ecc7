//! What ends a session before its time: signing out, and a change of its user.
//!
//! A session is sealed text at the browser; what is kept here is what it cannot know. Every process
//! on the database reads the same.

use freischalt_marketplace::{Customer, CustomerId, User, UserId};
use freischalt_protocol::UnixTime;

use crate::{Store, StoreError, directory};

/// Who holds a session, and whether it is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionHolder {
    /// The customer.
    pub customer: Customer,
    /// The user.
    pub user: User,
    /// Counts the changes of the user. A session of another number is over.
    pub epoch: i64,
    /// Whether the session was signed out of.
    pub ended: bool,
}

impl Store {
    /// Who holds the session with this id; `None` if customer or user is gone.
    pub async fn session_holder(
        &self,
        customer: CustomerId,
        user: UserId,
        session: [u8; 16],
    ) -> Result<Option<SessionHolder>, StoreError> {
        self.database
            .read(move |tx| {
                let Some(holder) = directory::find_customer(tx, customer)? else { return Ok(None) };
                let Some(user) = directory::find_user(tx, customer, user)? else { return Ok(None) };
                let epoch = tx.query_opt(
                    "SELECT session_epoch FROM users WHERE customer_id = ?1 AND user_id = ?2",
                    &[&customer.0, &user.id.0],
                )?;
                let Some(epoch) = epoch else { return Ok(None) };
                let ended = tx.query_opt(
                    "SELECT expires FROM used_tickets WHERE ticket_id = ?1",
                    &[&session],
                )?;
                Ok(Some(SessionHolder {
                    customer: holder,
                    user,
                    epoch: epoch.get("session_epoch")?,
                    ended: ended.is_some(),
                }))
            })
            .await
    }

    /// The number of changes of a user, for a session that begins now; `None` if there is no such
    /// user.
    pub async fn session_epoch(
        &self,
        customer: CustomerId,
        user: UserId,
    ) -> Result<Option<i64>, StoreError> {
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT session_epoch FROM users WHERE customer_id = ?1 AND user_id = ?2",
                    &[&customer.0, &user.0],
                )?;
                row.map(|row| row.get("session_epoch")).transpose().map_err(StoreError::from)
            })
            .await
    }

    /// Ends a session for good. `expires` is when it would have ended by itself: until then, and a
    /// day longer, it is remembered, among the tickets that have been used.
    pub async fn end_session(
        &self,
        session: [u8; 16],
        expires: UnixTime,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO used_tickets (ticket_id, expires) VALUES (?1, ?2)
                     ON CONFLICT DO NOTHING",
                    &[&session, &expires.0],
                )?;
                Ok(())
            })
            .await
    }
}
