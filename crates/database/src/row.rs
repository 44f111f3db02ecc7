//! A row of an answer.

use std::{cell::Cell as Place, sync::Arc};

use tokio_postgres::types::Type;

use crate::{
    DatabaseError,
    sqlite::Cells,
    value::{Cell, FromValue, Value},
};

/// A row of an answer. Columns are read by name; name computed ones with `AS`.
#[derive(Debug)]
pub struct Row {
    engine: Engine,
    /// Where to look first: columns are mostly read one after the other.
    next: Place<usize>,
}

#[derive(Debug)]
enum Engine {
    Sqlite { columns: Arc<[String]>, cells: Cells },
    Postgres(tokio_postgres::Row),
}

impl Row {
    pub(crate) fn sqlite(columns: Arc<[String]>, cells: Cells) -> Self {
        Self { engine: Engine::Sqlite { columns, cells }, next: Place::new(0) }
    }

    pub(crate) fn postgres(row: tokio_postgres::Row) -> Self {
        Self { engine: Engine::Postgres(row), next: Place::new(0) }
    }

    /// The value of a column.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, DatabaseError> {
        let wrong = |problem| DatabaseError::Column { column: column.to_owned(), problem };
        let index = self.position(column).ok_or_else(|| wrong("is not in the answer"))?;
        self.value(index).and_then(T::from_value).map_err(wrong)
    }

    /// All values, in the order of the columns.
    pub(crate) fn cells(&self) -> Result<Vec<Cell>, DatabaseError> {
        match &self.engine {
            Engine::Sqlite { columns, cells } => {
                Ok((0..columns.len()).map(|index| Cell::from(cells.value(index))).collect())
            }
            Engine::Postgres(row) => {
                let cell = |(index, column): (usize, &tokio_postgres::Column)| {
                    let wrong = |problem| {
                        let column = column.name().to_owned();
                        DatabaseError::Column { column, problem }
                    };
                    postgres_value(row, index).map(Cell::from).map_err(wrong)
                };
                row.columns().iter().enumerate().map(cell).collect()
            }
        }
    }

    fn position(&self, column: &str) -> Option<usize> {
        let find = |count: usize, is_it: &dyn Fn(usize) -> bool| {
            let first = self.next.get().min(count);
            let found = (first..count).chain(0..first).find(|index| is_it(*index))?;
            self.next.set(found + 1);
            Some(found)
        };
        match &self.engine {
            Engine::Sqlite { columns, .. } => {
                find(columns.len(), &|index| columns.get(index).is_some_and(|name| name == column))
            }
            Engine::Postgres(row) => {
                let columns = row.columns();
                find(columns.len(), &|index| {
                    columns.get(index).is_some_and(|known| known.name() == column)
                })
            }
        }
    }

    fn value(&self, index: usize) -> Result<Value<'_>, &'static str> {
        match &self.engine {
            Engine::Sqlite { cells, .. } => Ok(cells.value(index)),
            Engine::Postgres(row) => postgres_value(row, index),
        }
    }
}

fn postgres_value(row: &tokio_postgres::Row, index: usize) -> Result<Value<'_>, &'static str> {
    fn read<'a, T: tokio_postgres::types::FromSql<'a>>(
        row: &'a tokio_postgres::Row,
        index: usize,
        value: impl Fn(T) -> Value<'a>,
    ) -> Result<Value<'a>, &'static str> {
        let read: Option<T> = row.try_get(index).map_err(|_| "cannot be read")?;
        Ok(read.map_or(Value::Null, value))
    }
    let column = row.columns().get(index).ok_or("is not in the answer")?;
    match *column.type_() {
        Type::INT8 => read(row, index, Value::Integer),
        Type::INT4 => read(row, index, |number: i32| Value::Integer(number.into())),
        Type::INT2 => read(row, index, |number: i16| Value::Integer(number.into())),
        Type::BOOL => read(row, index, Value::Boolean),
        Type::TEXT | Type::VARCHAR | Type::NAME => read(row, index, Value::Text),
        Type::BYTEA => read(row, index, Value::Bytes),
        _ => Err("has a type that is none of ours: integers, booleans, text and bytes"),
    }
}
