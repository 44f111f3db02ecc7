//! Customers: who they are, and whether they are switched on.

use freischalt_database::{Row, Transaction};
use freischalt_marketplace::{Customer, CustomerId, Group, Slug, User};

use super::{CreateProblem, new_id, slug, taken, users};
use crate::{Store, StoreError};

/// A customer to be made.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// The name in addresses and commands.
    pub slug: Slug,
    /// `customerName`.
    pub name: String,
    /// `customerWebId`.
    pub web_id: String,
    /// The groups.
    pub groups: Vec<Group>,
    /// The users; a group that they are in must be among the groups.
    pub users: Vec<User>,
}

impl Store {
    /// Makes a customer.
    pub async fn create_customer(&self, new: NewCustomer) -> Result<Customer, CreateProblem> {
        self.database.write(move |tx| insert_customer(tx, &new)).await
    }

    /// All customers, by name.
    pub async fn customers(&self) -> Result<Vec<Customer>, StoreError> {
        self.database
            .read(|tx| {
                let rows = tx.query(
                    "SELECT customer_id, slug, name, web_id, active FROM customers ORDER BY name",
                    &[],
                )?;
                rows.iter().map(customer).collect()
            })
            .await
    }

    /// A customer by its slug.
    pub async fn customer(&self, slug: &Slug) -> Result<Option<Customer>, StoreError> {
        let slug = slug.clone();
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT customer_id, slug, name, web_id, active FROM customers WHERE slug = ?1",
                    &[&slug.as_str()],
                )?;
                row.as_ref().map(customer).transpose()
            })
            .await
    }

    /// A customer by its id.
    pub async fn customer_by_id(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.database.read(move |tx| find_customer(tx, id)).await
    }

    /// Switches a customer on or off. Either way the sessions of its users are over.
    pub async fn set_customer_active(
        &self,
        id: CustomerId,
        active: bool,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                tx.execute(
                    "UPDATE customers SET active = ?2 WHERE customer_id = ?1",
                    &[&id.0, &active],
                )?;
                tx.execute(
                    "UPDATE users SET session_epoch = session_epoch + 1 WHERE customer_id = ?1",
                    &[&id.0],
                )?;
                Ok(())
            })
            .await
    }
}

fn insert_customer(tx: &mut Transaction<'_>, new: &NewCustomer) -> Result<Customer, CreateProblem> {
    let row = tx.query_opt(
        "INSERT INTO customers (slug, name, web_id) VALUES (?1, ?2, ?3) RETURNING customer_id",
        &[&new.slug.as_str(), &new.name, &new.web_id],
    );
    let id = CustomerId(new_id(row, "customer_id", "the slug or customerWebId")?);
    for group in &new.groups {
        tx.execute(
            "INSERT INTO customer_groups (customer_id, group_id, name) VALUES (?1, ?2, ?3)",
            &[&id.0, &group.id.0, &group.name],
        )
        .map_err(|error| taken(error, "a group's id"))?;
    }
    for user in &new.users {
        if users::find_user(tx, id, user.id)?.is_some() {
            return Err(CreateProblem::Taken("a user's id"));
        }
        users::insert_user(tx, id, user)?;
    }
    Ok(Customer {
        id,
        slug: new.slug.clone(),
        name: new.name.clone(),
        web_id: new.web_id.clone(),
        active: true,
    })
}

/// Whether a customer exists and is switched on.
pub(crate) fn is_active(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
) -> Result<bool, StoreError> {
    let row =
        tx.query_opt("SELECT active FROM customers WHERE customer_id = ?1", &[&customer.0])?;
    Ok(row.map_or(Ok(false), |row| row.get("active"))?)
}

pub(crate) fn find_customer(
    tx: &mut Transaction<'_>,
    id: CustomerId,
) -> Result<Option<Customer>, StoreError> {
    let row = tx.query_opt(
        "SELECT customer_id, slug, name, web_id, active FROM customers WHERE customer_id = ?1",
        &[&id.0],
    )?;
    row.as_ref().map(customer).transpose()
}

pub(crate) fn customer(row: &Row) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: CustomerId(row.get("customer_id")?),
        slug: slug("customers", &row.get::<String>("slug")?)?,
        name: row.get("name")?,
        web_id: row.get("web_id")?,
        active: row.get("active")?,
    })
}
