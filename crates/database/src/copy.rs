//! Copies tables from one database to another, whatever the engine of each, and compares the two
//! afterwards.
//!
//! Which columns there are is asked of the databases, so that no list grows stale. The target is
//! filled in one transaction: a copy that breaks off leaves it empty.

mod shape;
mod tally;

use std::{sync::mpsc, thread};

use crate::{Database, DatabaseError, Transaction, value::Cell};
use shape::Shape;
use tally::Tally;

pub use tally::Copied;

/// Rows that are read and written together.
const BATCH: u32 = 500;
/// Batches that may wait between the two databases.
const AHEAD: usize = 4;

/// What is to be copied.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The tables; one that others refer to comes before them.
    pub tables: &'static [&'static str],
    /// Those that a migration puts rows into, which make room for those of the source.
    pub seeded: &'static [&'static str],
}

/// Why there is no copy. The target is as empty as before, unless it
/// [differs](Self::Differs).
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The target holds something.
    #[error("the target is not empty: its table {0} has rows. Copy into a database of its own")]
    NotEmpty(&'static str),
    /// A table has other columns in the other database.
    #[error("the table {0} has other columns in the target than in the source")]
    OtherColumns(&'static str),
    /// A table cannot be read in order.
    #[error("the table {0} is missing, or has no primary key to be read by")]
    NoKey(&'static str),
    /// A text of the source has a NUL, which the target does not take.
    #[error(
        "the table {table} has the character NUL (U+0000) in the column {column} of the row with \
         {key}, and no text may have that. Write another text there, with every server stopped, and \
         copy again: UPDATE {table} SET {column} = '…' WHERE …"
    )]
    Nul {
        /// The table.
        table: &'static str,
        /// The column.
        column: String,
        /// The primary key of the row, as names and values.
        key: String,
    },
    /// The source was lost in the middle.
    #[error("the source was lost while it was read; the target is empty. Try again")]
    SourceLost,
    /// The target was lost in the middle.
    #[error("the target was lost while it was written; it is empty. Try again")]
    TargetLost,
    /// What arrived is not what was sent.
    #[error(
        "the table {table} differs: {sent} rows were copied and {arrived} are there, \
         or their checksums are not the same. Do not use the target"
    )]
    Differs {
        /// The table.
        table: &'static str,
        /// Rows in the source.
        sent: u64,
        /// Rows in the target.
        arrived: u64,
    },
    /// A database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What goes from the source to the target.
enum Part {
    /// From here on rows are of this table.
    Table(Shape),
    Rows(Vec<Vec<Cell>>),
    /// Everything was sent.
    End,
}

/// Copies the tables and compares them. Both databases must be nobody else's meanwhile. Blocks.
pub fn copy(from: &Database, to: &Database, plan: Plan) -> Result<Vec<Copied>, CopyError> {
    let (sender, receiver) = mpsc::sync_channel(AHEAD);
    let source = from.clone();
    let sending = thread::spawn(move || {
        let mut sender = Some(sender);
        source.write_blocking(move |tx| match sender.take() {
            Some(sender) => send(tx, plan, &sender),
            // It was tried again, and half of it had been sent.
            None => Err(CopyError::SourceLost),
        })
    });
    let mut receiver = Some(receiver);
    let filled = to.write_blocking(move |tx| match receiver.take() {
        Some(receiver) => fill(tx, plan, &receiver),
        None => Err(CopyError::TargetLost),
    });
    let sent = sending.join().map_err(|_| CopyError::SourceLost)?;
    if let Err(refused @ CopyError::Nul { .. }) = sent {
        return Err(refused);
    }
    // A target that gave up is why the source could not go on.
    filled?;
    compare(to, sent?)
}

/// Reads every table as it is at one moment.
fn send(
    tx: &mut Transaction<'_>,
    plan: Plan,
    target: &mpsc::SyncSender<Part>,
) -> Result<Vec<Copied>, CopyError> {
    if tx.is_postgres() {
        tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", &[])?;
    }
    let gone = |_| CopyError::TargetLost;
    let mut sent = Vec::with_capacity(plan.tables.len());
    for table in plan.tables {
        let shape = Shape::of(tx, table)?;
        target.send(Part::Table(shape.clone())).map_err(gone)?;
        let mut tally = Tally::of(table);
        shape.read(tx, BATCH, |rows| {
            rows.iter().try_for_each(|row| shape.check(row))?;
            rows.iter().for_each(|row| tally.add(&shape, row));
            target.send(Part::Rows(rows)).map_err(gone)
        })?;
        sent.push(tally.end());
    }
    target.send(Part::End).map_err(gone)?;
    Ok(sent)
}

/// Writes what arrives into tables that are empty.
fn fill(
    tx: &mut Transaction<'_>,
    plan: Plan,
    source: &mpsc::Receiver<Part>,
) -> Result<(), CopyError> {
    for table in plan.tables {
        if plan.seeded.contains(table) {
            tx.execute(shape::lasting(format!("DELETE FROM {table}")), &[])?;
        } else if shape::has_rows(tx, table)? {
            return Err(CopyError::NotEmpty(table));
        }
    }
    let mut into = None;
    loop {
        match (source.recv(), &into) {
            (Ok(Part::Table(shape)), _) => into = Some(Shape::like(tx, &shape)?),
            (Ok(Part::Rows(rows)), Some(shape)) => shape.write(tx, rows)?,
            (Ok(Part::End), _) => break,
            (Ok(Part::Rows(_)), None) | (Err(_), _) => return Err(CopyError::SourceLost),
        }
    }
    plan.tables.iter().try_for_each(|table| shape::number_on(tx, table))
}

/// Reads what has arrived and compares it with what was sent.
fn compare(to: &Database, sent: Vec<Copied>) -> Result<Vec<Copied>, CopyError> {
    let tables: Vec<_> = sent.iter().map(|copied| copied.table).collect();
    let arrived = to.write_blocking(move |tx| {
        let mut arrived = Vec::with_capacity(tables.len());
        for table in &tables {
            let (shape, mut tally) = (Shape::of(tx, table)?, Tally::of(table));
            shape.read(tx, BATCH, |rows| {
                rows.iter().for_each(|row| tally.add(&shape, row));
                Ok(())
            })?;
            arrived.push(tally.end());
        }
        Ok::<_, CopyError>(arrived)
    })?;
    for (sent, arrived) in sent.iter().zip(&arrived) {
        if sent != arrived {
            let (sent, arrived, table) = (sent.rows, arrived.rows, sent.table);
            return Err(CopyError::Differs { table, sent, arrived });
        }
    }
    Ok(sent)
}
