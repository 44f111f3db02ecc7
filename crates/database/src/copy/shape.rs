//! What the columns of a table are, and the statements that read and write whole rows of it.

use super::CopyError;
use crate::{DatabaseError, Kind, List, Parameter, Row, Transaction, Value, value::Cell};

/// The columns of a table, and by which it is read in order.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    table: &'static str,
    columns: Vec<Column>,
    /// Places of the columns of the primary key, in its order.
    key: Vec<usize>,
    /// Places of all columns, by their names.
    by_name: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    kind: Kind,
}

const SQLITE_COLUMNS: &str = "SELECT name, type, pk AS key_position FROM pragma_table_info(?1)
     ORDER BY cid";
const POSTGRES_COLUMNS: &str = "SELECT a.attname AS name, t.typname AS type,
         COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key_position
     FROM pg_attribute a
     JOIN pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
     WHERE a.attrelid = to_regclass(?1) AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum";
const POSTGRES_IDENTITIES: &str = "SELECT attname AS name FROM pg_attribute
     WHERE attrelid = to_regclass(?1) AND attidentity <> ''";

/// Statements of the seam are texts that stay. A copy makes a few for each table, once, and the
/// process ends soon after it.
pub(super) fn lasting(sql: String) -> &'static str {
    sql.leak()
}

pub(super) fn has_rows(tx: &mut Transaction<'_>, table: &str) -> Result<bool, DatabaseError> {
    let sql = lasting(format!("SELECT 1 AS one FROM {table} LIMIT 1"));
    Ok(tx.query_opt(sql, &[])?.is_some())
}

/// Lets numbers that the database gives out go on after those that were copied.
pub(super) fn number_on(tx: &mut Transaction<'_>, table: &str) -> Result<(), CopyError> {
    if !tx.is_postgres() {
        // A row id is one more than the greatest.
        return Ok(());
    }
    for row in tx.query(POSTGRES_IDENTITIES, &[&table])? {
        let column: String = row.get("name")?;
        let sql = lasting(format!(
            "SELECT setval(pg_get_serial_sequence(?1, ?2)::regclass, MAX(\"{column}\")) AS number
             FROM {table} HAVING COUNT(*) > 0"
        ));
        tx.query(sql, &[&table, &column])?;
    }
    Ok(())
}

impl Shape {
    pub(super) fn of(tx: &mut Transaction<'_>, table: &'static str) -> Result<Self, CopyError> {
        let sql = if tx.is_postgres() { POSTGRES_COLUMNS } else { SQLITE_COLUMNS };
        let (mut columns, mut key) = (Vec::new(), Vec::new());
        for row in tx.query(sql, &[&table])? {
            let position: i64 = row.get("key_position")?;
            if position > 0 {
                key.push((position, columns.len()));
            }
            columns.push(Column { name: row.get("name")?, kind: kind(&row)? });
        }
        if key.is_empty() {
            return Err(CopyError::NoKey(table));
        }
        key.sort_unstable();
        let key = key.into_iter().map(|(_, place)| place).collect();
        let mut by_name: Vec<usize> = (0..columns.len()).collect();
        by_name.sort_by(|one, other| columns[*one].name.cmp(&columns[*other].name));
        Ok(Self { table, columns, key, by_name })
    }

    /// The shape of the same table in this database, with its columns in the order of `other`.
    pub(super) fn like(tx: &mut Transaction<'_>, other: &Self) -> Result<Self, CopyError> {
        let here = Self::of(tx, other.table)?;
        let find = |wanted: &Column| here.columns.iter().find(|known| known.name == wanted.name);
        let columns: Option<Vec<_>> = other.columns.iter().map(|one| find(one).cloned()).collect();
        let columns = columns.filter(|columns| columns.len() == here.columns.len());
        let columns = columns.ok_or(CopyError::OtherColumns(other.table))?;
        Ok(Self { columns, ..other.clone() })
    }

    pub(super) fn by_name(&self) -> &[usize] {
        &self.by_name
    }

    /// Reads all rows, some at a time.
    pub(super) fn read(
        &self,
        tx: &mut Transaction<'_>,
        batch: u32,
        mut take: impl FnMut(Vec<Vec<Cell>>) -> Result<(), CopyError>,
    ) -> Result<(), CopyError> {
        let (columns, table) = (self.names(0..self.columns.len()), self.table);
        let key = self.names(self.key.iter().copied());
        let first = lasting(format!("SELECT {columns} FROM {table} ORDER BY {key} LIMIT ?1"));
        let after = placeholders(2, self.key.len());
        let next = lasting(format!(
            "SELECT {columns} FROM {table} WHERE ({key}) > ({after}) ORDER BY {key} LIMIT ?1"
        ));
        let mut rows = tx.query(first, &[&batch])?;
        loop {
            let cells = rows.iter().map(Row::cells).collect::<Result<Vec<_>, _>>()?;
            let last = cells.last().filter(|_| cells.len() >= batch as usize);
            let last: Option<Vec<Typed>> = last.map(|row| self.key_of(row));
            if !cells.is_empty() {
                take(cells)?;
            }
            let Some(last) = last else { return Ok(()) };
            let mut parameters: Vec<&dyn Parameter> = vec![&batch];
            parameters.extend(last.iter().map(|typed| typed as &dyn Parameter));
            rows = tx.query(next, &parameters)?;
        }
    }

    /// Refuses a row with a text that would not arrive.
    pub(super) fn check(&self, row: &[Cell]) -> Result<(), CopyError> {
        let has_nul = |cell: &Cell| matches!(cell, Cell::Text(text) if text.contains('\0'));
        let Some(place) = row.iter().position(has_nul) else { return Ok(()) };
        let part = |place: &usize| {
            let value = match &row[*place] {
                Cell::Null => "NULL".to_owned(),
                Cell::Integer(number) => number.to_string(),
                Cell::Boolean(value) => value.to_string(),
                Cell::Text(text) => format!("'{}'", text.escape_debug()),
                Cell::Bytes(bytes) => {
                    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    format!("x'{digits}'")
                }
            };
            format!("{} = {value}", self.columns[*place].name)
        };
        let key = self.key.iter().map(part).collect::<Vec<_>>().join(" and ");
        let column = self.columns[place].name.clone();
        Err(CopyError::Nul { table: self.table, column, key })
    }

    fn key_of(&self, row: &[Cell]) -> Vec<Typed> {
        let typed = |place: &usize| Typed(self.columns[*place].kind, row[*place].clone());
        self.key.iter().map(typed).collect()
    }

    /// Writes rows.
    pub(super) fn write(
        &self,
        tx: &mut Transaction<'_>,
        rows: Vec<Vec<Cell>>,
    ) -> Result<(), CopyError> {
        let (columns, table) = (self.names(0..self.columns.len()), self.table);
        let values = placeholders(1, self.columns.len());
        if tx.is_postgres() {
            let sql = format!("INSERT INTO {table} ({columns}) SELECT * FROM unnest({values})");
            let lists = self.lists(rows);
            let parameters: Vec<_> = lists.iter().map(|list| list as &dyn Parameter).collect();
            tx.execute(lasting(sql), &parameters)?;
            return Ok(());
        }
        let sql = lasting(format!("INSERT INTO {table} ({columns}) VALUES ({values})"));
        for row in rows {
            let row: Vec<_> = self
                .columns
                .iter()
                .zip(row)
                .map(|(column, cell)| Typed(column.kind, cell))
                .collect();
            let parameters: Vec<_> = row.iter().map(|typed| typed as &dyn Parameter).collect();
            tx.execute(sql, &parameters)?;
        }
        Ok(())
    }

    /// The values of each column.
    fn lists(&self, rows: Vec<Vec<Cell>>) -> Vec<List> {
        let mut columns: Vec<Vec<Cell>> = vec![Vec::with_capacity(rows.len()); self.columns.len()];
        for row in rows {
            for (column, cell) in columns.iter_mut().zip(row) {
                column.push(cell);
            }
        }
        let of = |(column, cells): (&Column, Vec<Cell>)| {
            let cells = cells.into_iter().map(|cell| fitting(column.kind, cell)).collect();
            List::of_cells(column.kind, cells)
        };
        self.columns.iter().zip(columns).map(of).collect()
    }

    fn names(&self, places: impl IntoIterator<Item = usize>) -> String {
        let quoted = |place: usize| format!("\"{}\"", self.columns[place].name);
        places.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
    }
}

fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ")
}

fn kind(row: &Row) -> Result<Kind, DatabaseError> {
    let name: String = row.get("type")?;
    match name.as_str() {
        "INTEGER" | "int8" => Ok(Kind::Integer),
        "bool" => Ok(Kind::Boolean),
        "TEXT" | "text" => Ok(Kind::Text),
        "BLOB" | "bytea" => Ok(Kind::Bytes),
        _ => Err(DatabaseError::Column {
            column: row.get("name")?,
            problem: "has a type that is none of ours",
        }),
    }
}

/// The value as a column of this kind has it.
fn fitting(kind: Kind, cell: Cell) -> Cell {
    match (kind, cell) {
        (Kind::Boolean, Cell::Integer(number)) => Cell::Boolean(number != 0),
        (_, cell) => cell,
    }
}

/// A value with the kind of its column.
struct Typed(Kind, Cell);

impl Parameter for Typed {
    fn kind(&self) -> Kind {
        self.0
    }

    fn value(&self) -> Value<'_> {
        match (self.0, &self.1) {
            (Kind::Boolean, Cell::Integer(number)) => Value::Boolean(*number != 0),
            (_, cell) => cell.value(),
        }
    }
}
