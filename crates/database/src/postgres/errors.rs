//! From what PostgreSQL says to what we say.

use tokio_postgres::{Error, error::SqlState};

use crate::DatabaseError;

/// What is to be done about a failure besides telling of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The statement failed, and with it the transaction.
    Failed,
    /// There is a row already, perhaps one that another transaction has just committed: once more,
    /// so that whoever looks before inserting finds it.
    Taken,
    /// Another transaction was in the way: again.
    InTheWay,
    /// The connection is of no use any more: again, with another one.
    Lost,
}

impl Trouble {
    pub(super) fn of(error: &Error) -> Self {
        let Some(code) = error.code() else {
            let is_ours = error.is_closed() || std::error::Error::source(error).is_some_and(is_io);
            return if is_ours { Self::Lost } else { Self::Failed };
        };
        if *code == SqlState::T_R_SERIALIZATION_FAILURE
            || *code == SqlState::T_R_DEADLOCK_DETECTED
            || *code == SqlState::LOCK_NOT_AVAILABLE
        {
            return Self::InTheWay;
        }
        if *code == SqlState::UNIQUE_VIOLATION {
            return Self::Taken;
        }
        // The server has become a standby.
        let is_lost = is_unanswered(error) || *code == SqlState::READ_ONLY_SQL_TRANSACTION;
        if is_lost { Self::Lost } else { Self::Failed }
    }
}

/// Whether the connection broke instead of an answer: by an error of ours, or by one of class 08
/// (connection) or 57P (shutdown), which a pooler may send after the server did what it was asked.
pub(super) fn is_unanswered(error: &Error) -> bool {
    match error.code() {
        Some(code) => code.code().starts_with("08") || code.code().starts_with("57P"),
        None => Trouble::of(error) == Trouble::Lost,
    }
}

fn is_io(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<std::io::Error>()
}

pub(super) fn translate(error: Error) -> DatabaseError {
    let Some(problem) = error.as_db_error() else {
        return DatabaseError::Failed(Box::new(error));
    };
    if *problem.code() == SqlState::UNIQUE_VIOLATION {
        let columns = problem.detail().and_then(columns);
        let columns = columns.or(problem.constraint()).unwrap_or("key").to_owned();
        return DatabaseError::Unique { columns };
    }
    if *problem.code() == SqlState::FOREIGN_KEY_VIOLATION {
        return DatabaseError::ForeignKey;
    }
    DatabaseError::Failed(Box::new(error))
}

/// The columns in `Key (a, b)=(1, 2) already exists.`, whatever the language around them.
fn columns(detail: &str) -> Option<&str> {
    let (before, _) = detail.split_once(")=(")?;
    before.split_once('(').map(|(_, columns)| columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_in_any_language() {
        for detail in [
            "Key (customer_id, user_id)=(1, 2) already exists.",
            "Schlüssel »(customer_id, user_id)=(1, 2)« existiert bereits.",
        ] {
            assert_eq!(columns(detail), Some("customer_id, user_id"));
        }
        assert_eq!(columns("no such thing"), None);
    }
}
