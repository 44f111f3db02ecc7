//! From what SQLite says to what we say.

use rusqlite::ffi;

use crate::DatabaseError;

pub(super) fn translate(error: rusqlite::Error) -> DatabaseError {
    let rusqlite::Error::SqliteFailure(code, text) = &error else {
        return DatabaseError::Failed(Box::new(error));
    };
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => {
            DatabaseError::Unique { columns: columns(text.as_deref().unwrap_or_default()) }
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => DatabaseError::ForeignKey,
        _ if code.code == rusqlite::ErrorCode::DatabaseBusy => DatabaseError::Busy,
        _ => DatabaseError::Failed(Box::new(error)),
    }
}

/// The columns in `UNIQUE constraint failed: table.a, table.b`.
fn columns(text: &str) -> String {
    let list = text.rsplit(": ").next().unwrap_or_default();
    let names = list.split(", ").map(|name| name.rsplit('.').next().unwrap_or(name));
    names.collect::<Vec<_>>().join(", ")
}
