//! A row of an answer.

use std::sync::Arc;

use crate::{
    DatabaseError,
    value::{FromValue, Value},
};

/// A row of an answer. Columns are read by name; name computed ones with `AS`.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[String]>,
    cells: Vec<Cell>,
}

/// An owned value.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Row {
    pub(crate) fn new(columns: Arc<[String]>, cells: Vec<Cell>) -> Self {
        Self { columns, cells }
    }

    /// The value of a column.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, DatabaseError> {
        let wrong = |problem| DatabaseError::Column { column: column.to_owned(), problem };
        let value = self.value(column).ok_or_else(|| wrong("is not in the answer"))?;
        T::from_value(value).map_err(wrong)
    }

    fn value(&self, column: &str) -> Option<Value<'_>> {
        let index = self.columns.iter().position(|name| name == column)?;
        Some(match self.cells.get(index)? {
            Cell::Null => Value::Null,
            Cell::Integer(number) => Value::Integer(*number),
            Cell::Text(text) => Value::Text(text),
            Cell::Bytes(bytes) => Value::Bytes(bytes),
        })
    }
}
