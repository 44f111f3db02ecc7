//! How many rows a table has, and a checksum over them that does not depend on their order, since
//! no two engines sort texts alike.

use sha2::{Digest, Sha256};

use super::Shape;
use crate::value::Cell;

/// A table that was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// The sum of the SHA-256 of each row, in four parts of 64 bits.
    pub checksum: [u64; 4],
}

pub(super) struct Tally(Copied);

impl Tally {
    pub(super) fn of(table: &'static str) -> Self {
        Self(Copied { table, rows: 0, checksum: [0; 4] })
    }

    pub(super) fn add(&mut self, shape: &Shape, row: &[Cell]) {
        let mut hash = Sha256::new();
        for index in shape.by_name() {
            match row.get(*index) {
                None | Some(Cell::Null) => hash.update([0]),
                Some(Cell::Integer(number)) => add(&mut hash, 1, &number.to_be_bytes()),
                // SQLite has no booleans.
                Some(Cell::Boolean(value)) => add(&mut hash, 1, &i64::from(*value).to_be_bytes()),
                Some(Cell::Text(text)) => add(&mut hash, 2, text.as_bytes()),
                Some(Cell::Bytes(bytes)) => add(&mut hash, 3, bytes),
            }
        }
        let digest = hash.finalize();
        for (sum, part) in self.0.checksum.iter_mut().zip(digest.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_be_bytes(*part));
        }
        self.0.rows += 1;
    }

    pub(super) fn end(self) -> Copied {
        self.0
    }
}

fn add(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
