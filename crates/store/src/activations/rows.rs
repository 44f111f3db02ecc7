//! Between the state machine's values and the columns of `activations` and `audit`.

use freischalt_database::{Row, Transaction, Vault};
use freischalt_marketplace::{
    Activation, ActivationId, Actor, ApiToken, Audience, AuditEvent, AuditKind, CustomerId,
    EndReason, ParameterCacheEntry, ParameterCacheId, ProviderId, Stage, UserId,
    activation::{Grant, Past, UnlockRecord},
};
use freischalt_protocol::{Secret, UnixTime};
use uuid::Uuid;

use super::HistoryEntry;
use crate::{StoreError, open, seal};

/// The columns that [`read`] needs, of `activations a`.
macro_rules! columns {
    () => {
        "a.customer_id, a.activation_id, a.provider_id, a.opened_by, a.opened_at, a.stage,
         a.audience, a.api_token, a.api_key_sealed, a.parameter_cache_id, a.entry_expires,
         a.chosen_at, a.activated_at, a.is_regular_customer, a.ended_at, a.end_reason"
    };
}
pub(super) use columns;

const TABLE: &str = "activations";

/// Writes the new state of a run. Each stage writes only what it brings: the key is sealed once,
/// when it comes into being, and wiped when the run ends.
pub(super) fn write(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    activation: &Activation,
) -> Result<(), StoreError> {
    match &activation.stage {
        Stage::TermsAccepted => insert(tx, activation),
        Stage::Pending { grant, key } => write_grant(tx, vault, activation, grant, key),
        Stage::Active { unlock, .. } => write_unlock(tx, activation, *unlock),
        Stage::Ended { at, reason, .. } => write_end(tx, activation, *at, *reason),
    }
}

fn insert(tx: &mut Transaction<'_>, activation: &Activation) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO activations
             (customer_id, activation_id, provider_id, opened_by, opened_at, stage)
         VALUES (?1, ?2, ?3, ?4, ?5, 'terms_accepted')",
        &[
            &activation.customer.0,
            activation.id.0.as_bytes(),
            &activation.provider.0,
            &activation.opened_by.0,
            &activation.opened_at.0,
        ],
    )?;
    Ok(())
}

fn write_grant(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    activation: &Activation,
    grant: &Grant,
    key: &Secret,
) -> Result<(), StoreError> {
    let (customer, id) = (activation.customer.0, activation.id.0);
    let sealed = seal(vault, &key_context(activation.id), key)?;
    let audience = match grant.audience {
        Audience::AllUsers => "all_users",
        Audience::Administrators => "administrators",
    };
    let updated = tx.execute(
        "UPDATE activations SET stage = 'pending', audience = ?3, api_token = ?4,
             api_key_sealed = ?5, parameter_cache_id = ?6, entry_expires = ?7, chosen_at = ?8
         WHERE customer_id = ?1 AND activation_id = ?2",
        &[
            &customer,
            id.as_bytes(),
            &audience,
            &grant.token.as_str(),
            &sealed,
            grant.entry.id.0.as_bytes(),
            &grant.entry.expires.0,
            &grant.chosen_at.0,
        ],
    )?;
    one_row(updated)?;
    tx.execute(
        "INSERT INTO api_users (api_token, customer_id, activation_id) VALUES (?1, ?2, ?3)",
        &[&grant.token.as_str(), &customer, id.as_bytes()],
    )?;
    Ok(())
}

fn write_unlock(
    tx: &mut Transaction<'_>,
    activation: &Activation,
    unlock: UnlockRecord,
) -> Result<(), StoreError> {
    let sql = if tx.is_postgres() {
        "UPDATE activations SET stage = 'active', activated_at = ?3, is_regular_customer = ?4
         WHERE customer_id = ?1 AND activation_id = ?2"
    } else {
        // SQLite would go by the index of the customer's runs, which is in no order of time.
        "UPDATE activations SET stage = 'active', activated_at = ?3, is_regular_customer = ?4
         WHERE +customer_id = ?1 AND activation_id = ?2"
    };
    let updated = tx.execute(
        sql,
        &[
            &activation.customer.0,
            activation.id.0.as_bytes(),
            &unlock.at.0,
            &unlock.is_regular_customer,
        ],
    )?;
    one_row(updated)
}

fn write_end(
    tx: &mut Transaction<'_>,
    activation: &Activation,
    at: UnixTime,
    reason: EndReason,
) -> Result<(), StoreError> {
    let reason = match reason {
        EndReason::Blocked => "blocked",
        EndReason::Superseded => "superseded",
    };
    let updated = tx.execute(
        "UPDATE activations
         SET stage = 'ended', ended_at = ?3, end_reason = ?4, api_key_sealed = NULL
         WHERE customer_id = ?1 AND activation_id = ?2",
        &[&activation.customer.0, activation.id.0.as_bytes(), &at.0, &reason],
    )?;
    one_row(updated)
}

fn one_row(updated: u64) -> Result<(), StoreError> {
    if updated == 1 { Ok(()) } else { Err(corrupt("the run to be changed is not there")) }
}

/// Reads a run out of the columns.
pub(super) fn read(vault: &Vault, row: &Row) -> Result<Activation, StoreError> {
    let id = ActivationId(Uuid::from_bytes(row.get("activation_id")?));
    Ok(Activation {
        id,
        customer: CustomerId(row.get("customer_id")?),
        provider: ProviderId(row.get("provider_id")?),
        opened_by: UserId(row.get("opened_by")?),
        opened_at: UnixTime(row.get("opened_at")?),
        stage: stage(vault, id, row)?,
    })
}

fn stage(vault: &Vault, id: ActivationId, row: &Row) -> Result<Stage, StoreError> {
    let stage: String = row.get("stage")?;
    match stage.as_str() {
        "terms_accepted" => Ok(Stage::TermsAccepted),
        "pending" => Ok(Stage::Pending { grant: grant(row)?, key: key(vault, id, row)? }),
        "active" => Ok(Stage::Active {
            grant: grant(row)?,
            key: key(vault, id, row)?,
            unlock: unlock(row)?.ok_or(corrupt("an active run has no unlock"))?,
        }),
        "ended" => ended(row),
        _ => Err(corrupt("the stage is unknown")),
    }
}

fn ended(row: &Row) -> Result<Stage, StoreError> {
    let reason: String = row.get("end_reason")?;
    let reason = match reason.as_str() {
        "blocked" => EndReason::Blocked,
        "superseded" => EndReason::Superseded,
        _ => return Err(corrupt("the reason of the end is unknown")),
    };
    let chosen_at: Option<i64> = row.get("chosen_at")?;
    let past = match (chosen_at, unlock(row)?) {
        (None, _) => Past::TermsAccepted,
        (Some(_), None) => Past::Pending(grant(row)?),
        (Some(_), Some(unlock)) => Past::Active(grant(row)?, unlock),
    };
    Ok(Stage::Ended { at: UnixTime(row.get("ended_at")?), reason, past })
}

fn grant(row: &Row) -> Result<Grant, StoreError> {
    let audience: String = row.get("audience")?;
    Ok(Grant {
        audience: match audience.as_str() {
            "all_users" => Audience::AllUsers,
            "administrators" => Audience::Administrators,
            _ => return Err(corrupt("the audience is unknown")),
        },
        token: ApiToken::from_wire(&row.get::<String>("api_token")?),
        entry: ParameterCacheEntry {
            id: ParameterCacheId(Uuid::from_bytes(row.get("parameter_cache_id")?)),
            expires: UnixTime(row.get("entry_expires")?),
        },
        chosen_at: UnixTime(row.get("chosen_at")?),
    })
}

fn unlock(row: &Row) -> Result<Option<UnlockRecord>, StoreError> {
    let Some(at) = row.get::<Option<i64>>("activated_at")? else { return Ok(None) };
    let is_regular_customer = row.get("is_regular_customer")?;
    Ok(Some(UnlockRecord { at: UnixTime(at), is_regular_customer }))
}

fn key(vault: &Vault, id: ActivationId, row: &Row) -> Result<Secret, StoreError> {
    let sealed: Vec<u8> = row.get("api_key_sealed")?;
    open(vault, TABLE, &key_context(id), &sealed)
}

pub(crate) fn key_context(id: ActivationId) -> String {
    format!("api key {id}")
}

/// Makes a history of its entries, oldest first, each beside what the run says of its unlock, which
/// came after the choice of the right and before any end.
pub(super) fn history(rows: &[Row]) -> Result<Vec<HistoryEntry>, StoreError> {
    let mut events = Vec::with_capacity(rows.len() + 1);
    let mut unlocked = rows.first().map(unlock).transpose()?.flatten();
    for row in rows {
        let event = event(row)?;
        match event.kind {
            // Written by versions that kept it twice.
            AuditKind::Unlocked { .. } => continue,
            AuditKind::Blocked | AuditKind::Superseded => {
                events.extend(unlocked.take().map(unlock_event));
            }
            AuditKind::TermsAccepted { .. } | AuditKind::RightChosen { .. } => {}
        }
        events.push(event);
    }
    events.extend(unlocked.map(unlock_event));
    Ok((1..).zip(events).map(|(seq, event)| HistoryEntry { seq, event }).collect())
}

fn unlock_event(unlock: UnlockRecord) -> AuditEvent {
    let UnlockRecord { at, is_regular_customer } = unlock;
    AuditEvent { at, actor: Actor::Provider, kind: AuditKind::Unlocked { is_regular_customer } }
}

fn event(row: &Row) -> Result<AuditEvent, StoreError> {
    let unreadable = |_| StoreError::Corrupt {
        table: "audit",
        problem: "an event is not the JSON it should be",
    };
    let actor: String = row.get("actor")?;
    let event: String = row.get("event")?;
    Ok(AuditEvent {
        at: UnixTime(row.get("at")?),
        actor: serde_json::from_str(&actor).map_err(unreadable)?,
        kind: serde_json::from_str(&event).map_err(unreadable)?,
    })
}

fn corrupt(problem: &'static str) -> StoreError {
    StoreError::Corrupt { table: TABLE, problem }
}
