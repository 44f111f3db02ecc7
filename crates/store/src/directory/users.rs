//! The people of a customer, and the groups they are in.

use freischalt_database::{DatabaseError, Row, Transaction};
use freischalt_marketplace::{CustomerId, Group, GroupId, Language, User, UserId};

use crate::{Store, StoreError};

/// Why a user was not written.
#[derive(Debug, thiserror::Error)]
pub enum PutUserProblem {
    /// There is no such customer.
    #[error("there is no customer {0}")]
    NoSuchCustomer(CustomerId),
    /// The group is not one of the customer's.
    #[error("group {0} is not one of the customer's groups")]
    NoSuchGroup(GroupId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DatabaseError> for PutUserProblem {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// The users of a customer, by id.
    pub async fn users(&self, customer: CustomerId) -> Result<Vec<User>, StoreError> {
        self.database
            .read(move |tx| {
                let rows = tx.query(
                    "SELECT user_id, name, administrator, group_id, language, active
                 FROM users WHERE customer_id = ?1 ORDER BY user_id",
                    &[&customer.0],
                )?;
                rows.iter().map(user).collect()
            })
            .await
    }

    /// A user of a customer.
    pub async fn user(&self, customer: CustomerId, id: UserId) -> Result<Option<User>, StoreError> {
        self.database.read(move |tx| find_user(tx, customer, id)).await
    }

    /// Makes a user or replaces everything about one, whose sessions are over then: another person
    /// may have the id from now on.
    pub async fn put_user(&self, customer: CustomerId, user: User) -> Result<(), PutUserProblem> {
        self.database.write(move |tx| put_user(tx, customer, &user)).await
    }

    /// The groups of a customer, by id.
    pub async fn groups(&self, customer: CustomerId) -> Result<Vec<Group>, StoreError> {
        self.database
            .read(move |tx| {
                let rows = tx.query(
                    "SELECT group_id, name FROM customer_groups
                 WHERE customer_id = ?1 ORDER BY group_id",
                    &[&customer.0],
                )?;
                let group = |row: &Row| {
                    Ok(Group { id: GroupId(row.get("group_id")?), name: row.get("name")? })
                };
                rows.iter().map(group).collect()
            })
            .await
    }
}

/// Both are looked for first, because a database does not say which of them was missing.
fn put_user(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
    user: &User,
) -> Result<(), PutUserProblem> {
    let found = tx.query("SELECT active FROM customers WHERE customer_id = ?1", &[&customer.0])?;
    if found.is_empty() {
        return Err(PutUserProblem::NoSuchCustomer(customer));
    }
    if let Some(group) = user.group {
        let found = tx.query(
            "SELECT name FROM customer_groups WHERE customer_id = ?1 AND group_id = ?2",
            &[&customer.0, &group.0],
        )?;
        if found.is_empty() {
            return Err(PutUserProblem::NoSuchGroup(group));
        }
    }
    Ok(insert_user(tx, customer, user)?)
}

pub(super) fn insert_user(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
    user: &User,
) -> Result<(), StoreError> {
    let language = match user.language {
        Language::De => "de",
        Language::En => "en",
    };
    tx.execute(
        "INSERT INTO users (customer_id, user_id, name, administrator, group_id, language, active)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (customer_id, user_id) DO UPDATE SET
             name = excluded.name, administrator = excluded.administrator,
             group_id = excluded.group_id, language = excluded.language,
             active = excluded.active, session_epoch = users.session_epoch + 1",
        &[
            &customer.0,
            &user.id.0,
            &user.name,
            &user.administrator,
            &user.group.map(|group| group.0),
            &language,
            &user.active,
        ],
    )?;
    Ok(())
}

pub(crate) fn find_user(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
    id: UserId,
) -> Result<Option<User>, StoreError> {
    let row = tx.query_opt(
        "SELECT user_id, name, administrator, group_id, language, active
         FROM users WHERE customer_id = ?1 AND user_id = ?2",
        &[&customer.0, &id.0],
    )?;
    row.as_ref().map(user).transpose()
}

pub(crate) fn user(row: &Row) -> Result<User, StoreError> {
    let language: String = row.get("language")?;
    Ok(User {
        id: UserId(row.get("user_id")?),
        name: row.get("name")?,
        administrator: row.get("administrator")?,
        group: row.get::<Option<i64>>("group_id")?.map(GroupId),
        language: if language == "en" { Language::En } else { Language::De },
        active: row.get("active")?,
    })
}
