//! Rotation of the gateway's own key: what is there is sealed again, so that the old key can go.

use std::sync::PoisonError;

use freischalt_database::{Keys, Transaction, Vault};

use super::{PURPOSE, Store, StoreError, context, open, seal};

/// A column with sealed values: where, how its rows are found, and what binds them.
struct Column {
    table: &'static str,
    name: &'static str,
    select: &'static str,
    update: &'static str,
}

const COLUMNS: [Column; 6] = [
    Column {
        table: "customers",
        name: "token",
        select: "SELECT customer AS a, '' AS b, token_sealed AS sealed FROM customers",
        update: "UPDATE customers SET token_sealed = ?3
                 WHERE customer = ?1 AND ?2 = '' AND token_sealed = ?4",
    },
    Column {
        table: "customers",
        name: "key",
        select: "SELECT customer AS a, '' AS b, key_sealed AS sealed FROM customers",
        update: "UPDATE customers SET key_sealed = ?3
                 WHERE customer = ?1 AND ?2 = '' AND key_sealed = ?4",
    },
    Column {
        table: "users",
        name: "claim",
        select: "SELECT customer AS a, user_id AS b, claim_sealed AS sealed FROM users",
        update: "UPDATE users SET claim_sealed = ?3
                 WHERE customer = ?1 AND user_id = ?2 AND claim_sealed = ?4",
    },
    Column {
        table: "unlocks",
        name: "token",
        select: "SELECT launch_id AS a, '' AS b, token_sealed AS sealed FROM unlocks",
        update: "UPDATE unlocks SET token_sealed = ?3
                 WHERE launch_id = ?1 AND ?2 = '' AND token_sealed = ?4",
    },
    Column {
        table: "unlocks",
        name: "key",
        select: "SELECT launch_id AS a, '' AS b, key_sealed AS sealed FROM unlocks",
        update: "UPDATE unlocks SET key_sealed = ?3
                 WHERE launch_id = ?1 AND ?2 = '' AND key_sealed = ?4",
    },
    Column {
        table: "unlocks",
        name: "claim",
        select: "SELECT launch_id AS a, '' AS b, claim_sealed AS sealed FROM unlocks",
        update: "UPDATE unlocks SET claim_sealed = ?3
                 WHERE launch_id = ?1 AND ?2 = '' AND claim_sealed = ?4",
    },
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
        let (a, b): (String, String) = (row.get("a")?, row.get("b")?);
        let key: &[&str] = if b.is_empty() && column.table != "users" { &[&a] } else { &[&a, &b] };
        let context = context(column.name, key);
        let secret = open(vault, column.table, &context, &sealed)?;
        let again = seal(vault, column.table, &context, &secret)?;
        resealed += tx.execute(column.update, &[&a, &b, &again, &sealed])?;
    }
    Ok(resealed)
}
