//! Customers with their people, and providers with their services.

mod customers;
mod providers;
mod services;
mod users;

use freischalt_database::{DatabaseError, Row};
use freischalt_marketplace::Slug;

use crate::StoreError;

pub use customers::NewCustomer;
pub(crate) use customers::{customer, find_customer, is_active};
pub use providers::NewProvider;
pub(crate) use providers::{find_commerce, secret_context};
pub(crate) use services::settings;
pub use users::PutUserProblem;
pub(crate) use users::find_user;

/// Why something was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateProblem {
    /// The slug or another value that must be unique is taken.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DatabaseError> for CreateProblem {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

/// The id of a row that was just inserted.
fn new_id(
    inserted: Result<Option<Row>, DatabaseError>,
    column: &'static str,
    what: &'static str,
) -> Result<i64, CreateProblem> {
    match inserted.map_err(|error| taken(error, what))? {
        Some(row) => Ok(row.get(column)?),
        None => {
            let problem = "a new row has no id";
            Err(StoreError::Corrupt { table: "customers or providers", problem }.into())
        }
    }
}

fn taken(error: DatabaseError, what: &'static str) -> CreateProblem {
    match error {
        DatabaseError::Unique { .. } => CreateProblem::Taken(what),
        error => CreateProblem::Store(error.into()),
    }
}

fn slug(table: &'static str, text: &str) -> Result<Slug, StoreError> {
    Slug::parse(text).map_err(|_| StoreError::Corrupt { table, problem: "the slug is none" })
}
