//! Work that goes on by itself while several processes share a database: who does it, and what is
//! thrown away in the course of it.
//!
//! A lease keeps two processes from doing the same work at the same time. It is there to save
//! work, not to make it right: every step is right whoever does it, because a clock may jump and a
//! process may come back from a long sleep with a lease that is over.

use freischalt_database::Transaction as Tx;
use freischalt_protocol::UnixTime;

use crate::{Store, StoreError};

/// Seconds for which a server takes a job. As long may pass until another process goes on when one is
/// killed.
pub const LEASE: i64 = 15;

/// Rows that are thrown away in one transaction: few, so that nobody waits for it.
const BATCH: u32 = 200;

/// A lease of another process that reaches further than this many times its length was taken by a
/// clock that was ahead, and does not count.
const FARTHEST: i64 = 2;

impl Store {
    /// Takes or keeps a lease, for so many seconds; false while another process has it.
    pub async fn claim(
        &self,
        job: &'static str,
        process: [u8; 16],
        now: UnixTime,
        seconds: i64,
    ) -> Result<bool, StoreError> {
        let (until, farthest) = (now.plus(seconds), now.plus(seconds * FARTHEST));
        self.database
            .write(move |tx| {
                let claimed = tx.execute(
                    "INSERT INTO leases (job, process, expires) VALUES (?1, ?2, ?3)
                     ON CONFLICT (job) DO UPDATE
                         SET process = excluded.process, expires = excluded.expires
                         WHERE leases.process = excluded.process
                             OR leases.expires <= ?4 OR leases.expires > ?5",
                    &[&job, &process, &until.0, &now.0, &farthest.0],
                )?;
                Ok(claimed == 1)
            })
            .await
    }

    /// Gives up the leases of a process that ends, so that another one need not wait.
    pub async fn release(&self, process: [u8; 16]) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                tx.execute("DELETE FROM leases WHERE process = ?1", &[&process])?;
                Ok(())
            })
            .await
    }

    /// Throws away a few entries of service calls and used tickets that expired before `before`,
    /// but none that somebody is using; how many. Nothing expired is left when there are none.
    pub async fn clean_up(&self, before: UnixTime) -> Result<u64, StoreError> {
        self.database.write(move |tx| Ok(entries(tx, before)? + tickets(tx, before)?)).await
    }
}

/// Whether a process has a lease: one that runs, or that did until a moment ago and had no time to
/// give it up.
pub(crate) fn is_leased(tx: &mut Tx<'_>, now: UnixTime) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS one FROM leases WHERE expires > ?1 AND expires <= ?2 LIMIT 1";
    Ok(tx.query_opt(sql, &[&now.0, &now.plus(LEASE * FARTHEST).0])?.is_some())
}

fn entries(tx: &mut Tx<'_>, before: UnixTime) -> Result<u64, StoreError> {
    let sql = if tx.is_postgres() {
        "DELETE FROM parameter_cache WHERE (customer_id, parameter_cache_id) IN
             (SELECT customer_id, parameter_cache_id FROM parameter_cache
              WHERE expires < ?1 ORDER BY expires LIMIT ?2 FOR UPDATE SKIP LOCKED)"
    } else {
        "DELETE FROM parameter_cache WHERE (customer_id, parameter_cache_id) IN
             (SELECT customer_id, parameter_cache_id FROM parameter_cache
              WHERE expires < ?1 ORDER BY expires LIMIT ?2)"
    };
    Ok(tx.execute(sql, &[&before.0, &BATCH])?)
}

fn tickets(tx: &mut Tx<'_>, before: UnixTime) -> Result<u64, StoreError> {
    let sql = if tx.is_postgres() {
        "DELETE FROM used_tickets WHERE ticket_id IN
             (SELECT ticket_id FROM used_tickets
              WHERE expires < ?1 ORDER BY expires LIMIT ?2 FOR UPDATE SKIP LOCKED)"
    } else {
        "DELETE FROM used_tickets WHERE ticket_id IN
             (SELECT ticket_id FROM used_tickets WHERE expires < ?1 ORDER BY expires LIMIT ?2)"
    };
    Ok(tx.execute(sql, &[&before.0, &BATCH])?)
}
