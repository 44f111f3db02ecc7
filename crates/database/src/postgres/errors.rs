//! From what PostgreSQL says to what we say.

use tokio_postgres::{Error, error::SqlState};

use crate::{DatabaseError, error::describe};

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
        return DatabaseError::Failed(explain(&error).into());
    };
    if *problem.code() == SqlState::UNIQUE_VIOLATION {
        let columns = problem.detail().and_then(columns);
        let columns = columns.or(problem.constraint()).unwrap_or("key").to_owned();
        return DatabaseError::Unique { columns };
    }
    if *problem.code() == SqlState::FOREIGN_KEY_VIOLATION {
        return DatabaseError::ForeignKey;
    }
    DatabaseError::Failed(explain(&error).into())
}

/// What went wrong, and what would be right where that is known.
pub(super) fn explain(error: &(dyn std::error::Error + 'static)) -> String {
    let problem = error.downcast_ref::<Error>().and_then(Error::as_db_error);
    // Without its detail, which may be a whole row.
    let text = problem.map_or_else(
        || describe(error),
        |problem| format!("{}: {}", problem.severity(), problem.message()),
    );
    let code = problem.map(|problem| problem.code().code());
    match advice(code, &text) {
        Some(advice) => format!("{text}. {advice}"),
        None => text,
    }
}

/// What would be right, by the code of a server that has answered or the text of what did not.
fn advice(code: Option<&str>, text: &str) -> Option<&'static str> {
    const BY_CODE: [(&str, &str); 10] = [
        ("28P01", "The user or the password in the URL is wrong"),
        ("3D000", "Make it: CREATE DATABASE … OWNER …, with the user of the URL"),
        (
            "42501",
            "Let the user of the URL own the database (ALTER DATABASE … OWNER TO …) and, after a \
             restore as somebody else, the tables: restore with pg_restore --no-owner --role, or \
             REASSIGN OWNED BY … TO …",
        ),
        ("25006", "This is a standby, or default_transaction_read_only is on: name the primary"),
        ("42P07", "The database holds tables of something else: use one of its own"),
        (
            "53300",
            "Each server takes 4 connections and those of `connections` in the URL: lower \
                   that, or raise max_connections or the limit of the role",
        ),
        ("26000", POOLER),
        ("42P05", POOLER),
        ("57P03", "The server is starting, stopping, or a standby that takes no connections"),
        ("53100", "Make room on the disk of the server"),
    ];
    const POOLER: &str = "A pooler in transaction mode needs prepared_statements=off in the URL";
    const BY_TEXT: [(&str, &str); 6] = [
        (
            "does not allow writes",
            "Of the servers in the URL, none that is there accepts writes: \
                                   promote the standby",
        ),
        ("password missing", "The server asks for one, and the URL has none"),
        ("UnknownIssuer", "Name the file with the certificate of its authority in sslrootcert"),
        (
            "does not support TLS",
            "Switch it on there (ssl = on), or, in a network that is safe, \
                                  add sslmode=disable to the URL",
        ),
        (
            "Connection refused",
            "Look at host and port in the URL, and whether PostgreSQL runs and \
                                listens there (listen_addresses)",
        ),
        ("lookup address", "Look at the host in the URL"),
    ];
    let by_code = || BY_CODE.iter().find(|(known, _)| Some(*known) == code);
    let by_text = || BY_TEXT.iter().find(|(known, _)| text.contains(known));
    by_code().or_else(by_text).map(|(_, advice)| *advice)
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
