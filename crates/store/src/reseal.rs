//! After a change of the encryption key: what was sealed under a previous one is sealed again, in
//! small batches beside everything else, so that the previous key can be dropped.

use freischalt_database::{Transaction, Vault};
use freischalt_marketplace::{ActivationId, ApiToken, ProviderId};
use uuid::Uuid;

use crate::{Store, StoreError, activations::rows, clients, directory, installation, open, seal};

/// Rows looked at in one transaction.
const BATCH: i64 = 100;

/// The last row that was looked at.
#[derive(Clone, Copy)]
struct Row {
    customer: i64,
    activation: [u8; 16],
}

impl Store {
    /// Seals under the current key whatever a previous one has sealed. When it has come to the
    /// end, no secret needs a previous key any more, and the next start without them succeeds.
    /// Returns at once if an earlier call came to the end; otherwise how many it has sealed.
    pub async fn reseal(&self) -> Result<u64, StoreError> {
        let vault = self.vault.clone();
        if self.database.read(move |tx| installation::is_current(tx, &vault)).await? {
            return Ok(0);
        }
        let vault = self.vault.clone();
        let mut sealed = self.database.write(move |tx| providers(tx, &vault)).await?;
        let vault = self.vault.clone();
        sealed += self.database.write(move |tx| ordinary_api_users(tx, &vault)).await?;
        let mut after = Some(Row { customer: i64::MIN, activation: [0; 16] });
        while let Some(last) = after {
            let vault = self.vault.clone();
            let batch = self.database.write(move |tx| activations(tx, &vault, last)).await?;
            sealed += batch.0;
            after = batch.1;
        }
        let vault = self.vault.clone();
        self.database.write(move |tx| installation::reseal(tx, &vault)).await?;
        Ok(sealed)
    }
}

fn providers(tx: &mut Transaction<'_>, vault: &Vault) -> Result<u64, StoreError> {
    let mut count = 0;
    for row in tx.query("SELECT provider_id, secret_sealed FROM providers", &[])? {
        let (id, sealed): (i64, Vec<u8>) = (row.get("provider_id")?, row.get("secret_sealed")?);
        if vault.is_current(&sealed) {
            continue;
        }
        let context = directory::secret_context(ProviderId(id));
        let secret = open(vault, "providers", &context, &sealed)?;
        let resealed = seal(vault, &context, &secret)?;
        count += tx.execute(
            "UPDATE providers SET secret_sealed = ?2
             WHERE provider_id = ?1 AND secret_sealed = ?3",
            &[&id, &resealed, &sealed],
        )?;
    }
    Ok(count)
}

fn ordinary_api_users(tx: &mut Transaction<'_>, vault: &Vault) -> Result<u64, StoreError> {
    let mut count = 0;
    for row in tx.query("SELECT api_token, key_sealed FROM ordinary_api_users", &[])? {
        let (token, sealed): (String, Vec<u8>) = (row.get("api_token")?, row.get("key_sealed")?);
        if vault.is_current(&sealed) {
            continue;
        }
        let context = clients::key_context(&ApiToken::from_wire(&token));
        let secret = open(vault, "ordinary_api_users", &context, &sealed)?;
        let resealed = seal(vault, &context, &secret)?;
        count += tx.execute(
            "UPDATE ordinary_api_users SET key_sealed = ?2
             WHERE api_token = ?1 AND key_sealed = ?3",
            &[&token, &resealed, &sealed],
        )?;
    }
    Ok(count)
}

/// One batch; how many it sealed, and the row to go on after unless it was the last batch.
fn activations(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    after: Row,
) -> Result<(u64, Option<Row>), StoreError> {
    let rows = tx.query(
        "SELECT customer_id, activation_id, api_key_sealed FROM activations
         WHERE (customer_id, activation_id) > (?1, ?2) AND api_key_sealed IS NOT NULL
         ORDER BY customer_id, activation_id LIMIT ?3",
        &[&after.customer, &after.activation, &BATCH],
    )?;
    let (mut count, mut last) = (0, None);
    for row in rows {
        let key = Row { customer: row.get("customer_id")?, activation: row.get("activation_id")? };
        last = Some(key);
        let sealed: Vec<u8> = row.get("api_key_sealed")?;
        if vault.is_current(&sealed) {
            continue;
        }
        let context = rows::key_context(ActivationId(Uuid::from_bytes(key.activation)));
        let secret = open(vault, "activations", &context, &sealed)?;
        let resealed = seal(vault, &context, &secret)?;
        // A run that ended in the meantime has no key any more.
        count += tx.execute(
            "UPDATE activations SET api_key_sealed = ?3
             WHERE customer_id = ?1 AND activation_id = ?2 AND api_key_sealed = ?4",
            &[&key.customer, &key.activation, &resealed, &sealed],
        )?;
    }
    Ok((count, last))
}
