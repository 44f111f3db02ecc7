//! Rotation of the gateway's own key: what is there is sealed again, so that the old key can go.

use std::sync::PoisonError;

use freischalt_database::{Keys, Parameter, Transaction, Vault};

use super::{PURPOSE, Store, StoreError, context, open, seal};

/// A column with sealed values: where it is, the columns that name a row, and the statements. A
/// sealed value is bound to the name of its row.
struct Column {
    table: &'static str,
    name: &'static str,
    row: &'static [&'static str],
    select: &'static str,
    update: &'static str,
}

/// Statements are static texts, so the one shape that they all have is written out at compile time.
macro_rules! column {
    ($table:literal, $name:literal, $first:literal $(, $second:literal)?) => {
        Column {
            table: $table,
            name: $name,
            row: &[$first $(, $second)?],
            select: concat!(
                "SELECT ", $first, $(", ", $second,)? ", ", $name, "_sealed AS sealed FROM ", $table
            ),
            update: concat!(
                "UPDATE ", $table, " SET ", $name, "_sealed = ?1 WHERE ", $name,
                "_sealed = ?2 AND ", $first, " = ?3" $(, " AND ", $second, " = ?4")?
            ),
        }
    };
}

const COLUMNS: [Column; 6] = [
    column!("customers", "token", "customer"),
    column!("customers", "key", "customer"),
    column!("users", "claim", "customer", "user_id"),
    column!("unlocks", "token", "launch_id"),
    column!("unlocks", "key", "launch_id"),
    column!("unlocks", "claim", "launch_id"),
];

impl Store {
    /// Seals and opens with these keys from now on. What is sealed under a previous one stays
    /// readable.
    pub(crate) fn replace_keys(&self, keys: &Keys) {
        *self.vault.write().unwrap_or_else(PoisonError::into_inner) = Vault::new(keys, PURPOSE);
    }

    /// Seals everything again that is not sealed under the current key; how much that was. An
    /// error if something opens with none of the keys.
    pub(crate) async fn reseal(&self) -> Result<u64, StoreError> {
        let vault = self.vault();
        self.write(move |tx| {
            let mut resealed = 0;
            for column in &COLUMNS {
                resealed += reseal(tx, &vault, column)?;
            }
            Ok(resealed)
        })
        .await
    }
}

fn reseal(tx: &mut Transaction<'_>, vault: &Vault, column: &Column) -> Result<u64, StoreError> {
    let mut resealed = 0;
    for row in tx.query(column.select, &[])? {
        let sealed: Vec<u8> = row.get("sealed")?;
        if vault.is_current(&sealed) {
            continue;
        }
        let key: Vec<String> =
            column.row.iter().map(|name| row.get(name)).collect::<Result<_, _>>()?;
        let context = context(column.name, &key.iter().map(String::as_str).collect::<Vec<_>>());
        let secret = open(vault, column.table, &context, &sealed)?;
        let again = seal(vault, column.table, &context, &secret)?;
        let mut values: Vec<&dyn Parameter> = vec![&again, &sealed];
        values.extend(key.iter().map(|part| part as &dyn Parameter));
        resealed += tx.execute(column.update, &values)?;
    }
    Ok(resealed)
}
