//! The values of a row, with all of its texts and bytes in one place.

use std::ops::Range;

use rusqlite::types::ValueRef;

use crate::Value;

/// The values of a row. It is made for each row of each answer, so it is two pieces of memory and
/// not one for each value.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    cells: Vec<Cell>,
    content: Vec<u8>,
}

/// A value, or where its content stands.
#[derive(Debug)]
enum Cell {
    Null,
    Integer(i64),
    Text(Range<usize>),
    Bytes(Range<usize>),
}

impl Cells {
    pub(super) fn with_capacity(columns: usize) -> Self {
        Self { cells: Vec::with_capacity(columns), content: Vec::new() }
    }

    /// Adds the value of the next column.
    pub(super) fn push(&mut self, value: ValueRef<'_>) -> Result<(), &'static str> {
        let cell = match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Real(_) => return Err("is a float, and none of ours are"),
            ValueRef::Text(text) => {
                std::str::from_utf8(text).map_err(|_| "is not UTF-8")?;
                Cell::Text(self.keep(text))
            }
            ValueRef::Blob(bytes) => Cell::Bytes(self.keep(bytes)),
        };
        self.cells.push(cell);
        Ok(())
    }

    /// The value of a column; nothing for one that there is not.
    pub(crate) fn value(&self, index: usize) -> Value<'_> {
        match self.cells.get(index) {
            None | Some(Cell::Null) => Value::Null,
            Some(Cell::Integer(number)) => Value::Integer(*number),
            // It was UTF-8 when it came in.
            Some(Cell::Text(place)) => {
                std::str::from_utf8(self.content(place)).map_or(Value::Null, Value::Text)
            }
            Some(Cell::Bytes(place)) => Value::Bytes(self.content(place)),
        }
    }

    fn keep(&mut self, content: &[u8]) -> Range<usize> {
        let start = self.content.len();
        self.content.extend_from_slice(content);
        start..self.content.len()
    }

    fn content(&self, place: &Range<usize>) -> &[u8] {
        self.content.get(place.clone()).unwrap_or_default()
    }
}
