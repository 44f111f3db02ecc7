//! A call that names nothing but its token, looked up and decided in one transaction.
//!
//! The run of an API user never changes, and neither do its token and key, but it may end at any
//! moment. So everything that a call is judged by is read where it is decided: what was ended
//! before is ended for this call, in whatever process.

use freischalt_database::{DatabaseError, Row, Transaction, Vault};
use freischalt_marketplace::{
    ApiToken, Customer, CustomerId, GroupId, Language, ParameterCacheId, Slug, User, UserId,
};

use super::{
    ApiUserRecord, Decided, Decision, Facts, Verdict, group::About, is_entry_of_service_call, keep,
    rows,
};
use crate::{Store, StoreError};

/// The user, as [`user`] reads it, where other names and switches stand in the same row.
macro_rules! user_columns {
    () => {
        "u.user_id, u.name AS user_name, u.administrator, u.group_id, u.language,
         u.active AS user_active"
    };
}
pub(super) use user_columns;

/// The customer and the provider, as [`customer`] and [`caller`] read them.
macro_rules! caller_columns {
    () => {
        "c.slug, c.name AS customer_name, c.web_id, c.active AS customer_active,
         p.name AS provider_name"
    };
}
pub(super) use caller_columns;

/// Everything that an unlock is judged by, on SQLite. Runs are stored in the order in which they
/// began and those that wait for their unlock began lately, so that neighbours share pages.
const CALL: &str = concat!(
    "SELECT ",
    rows::columns!(),
    ", ",
    caller_columns!(),
    ", ",
    user_columns!(),
    " FROM api_users t
     JOIN activations a
         ON a.customer_id = t.customer_id AND a.activation_id = t.activation_id
     JOIN customers c ON c.customer_id = t.customer_id
     JOIN providers p ON p.provider_id = a.provider_id
     LEFT JOIN users u ON u.customer_id = a.customer_id AND u.user_id = a.opened_by
     WHERE t.api_token = ?1"
);

impl Store {
    /// As [`decide`](Self::decide), on the run of the API user with this token; its user is the one
    /// who began the run. `None` for a token that was never issued.
    pub async fn decide_call<T: Send + 'static, E: Send + 'static>(
        &self,
        token: ApiToken,
        entry: Option<ParameterCacheId>,
        mut rule: impl FnMut(ApiUserRecord, Facts) -> Result<Verdict<T>, E> + Send + 'static,
    ) -> Result<Option<T>, Decided<E>> {
        let mut ruled = move |user: Option<ApiUserRecord>, facts| match user {
            None => Ok(Verdict { writes: Vec::new(), outcome: None }),
            Some(user) => rule(user, facts)
                .map(|Verdict { writes, outcome }| Verdict { writes, outcome: Some(outcome) }),
        };
        let vault = self.vault.clone();
        if let Some(grouped) = &self.grouped {
            let about = About::Token { token, entry };
            let (decision, answer) = Decision::new(about, vault, ruled);
            grouped.decisions.submit(decision)?;
            return answer.await.unwrap_or_else(|_| Err(DatabaseError::Panicked.into()));
        }
        self.database
            .write_hopefully(move |tx| {
                let found = tx.query_opt(CALL, &[&token.as_str()])?;
                let (user, facts) = match found {
                    None => (None, Facts::none()),
                    Some(row) => {
                        let (user, facts) = read(tx, &vault, &row, entry)?;
                        (Some(user), facts)
                    }
                };
                let verdict = ruled(user, facts).map_err(Decided::Refused)?;
                keep(tx, &vault, None, &verdict.writes)?;
                Ok(verdict.outcome)
            })
            .await
    }
}

fn read(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    row: &Row,
    entry: Option<ParameterCacheId>,
) -> Result<(ApiUserRecord, Facts), StoreError> {
    let caller = caller(vault, row)?;
    let run = &caller.activation;
    let entry_of_a_service_call = match entry {
        Some(entry) => is_entry_of_service_call(tx, run, entry)?,
        None => false,
    };
    let facts = Facts {
        activation: Some(run.clone()),
        customer_active: caller.customer.active,
        user: user(row)?,
        entry_of_a_service_call,
    };
    Ok((caller, facts))
}

/// The API user in a row with the columns of its run and [`caller_columns`].
pub(super) fn caller(vault: &Vault, row: &Row) -> Result<ApiUserRecord, StoreError> {
    Ok(ApiUserRecord {
        activation: rows::read(vault, row)?,
        customer: customer(row)?,
        provider_name: row.get("provider_name")?,
    })
}

pub(super) fn customer(row: &Row) -> Result<Customer, StoreError> {
    let unreadable = |_| StoreError::Corrupt { table: "customers", problem: "the slug is not one" };
    Ok(Customer {
        id: CustomerId(row.get("customer_id")?),
        slug: Slug::parse(&row.get::<String>("slug")?).map_err(unreadable)?,
        name: row.get("customer_name")?,
        web_id: row.get("web_id")?,
        active: row.get("customer_active")?,
    })
}

/// The user in a row with [`user_columns`], unless there was none to join.
pub(super) fn user(row: &Row) -> Result<Option<User>, StoreError> {
    let Some(id) = row.get::<Option<i64>>("user_id")? else { return Ok(None) };
    let language: String = row.get("language")?;
    Ok(Some(User {
        id: UserId(id),
        name: row.get("user_name")?,
        administrator: row.get("administrator")?,
        group: row.get::<Option<i64>>("group_id")?.map(GroupId),
        language: if language == "en" { Language::En } else { Language::De },
        active: row.get("user_active")?,
    }))
}
