//! API users that no activation made: ordinary ones of a customer, and those of the client in
//! which a provider sees what it has sold.

use freischalt_database::Transaction as Tx;
use freischalt_marketplace::{ApiToken, ApiUser, Customer, CustomerId, ProviderId};
use freischalt_protocol::Secret;

use crate::{Store, StoreError, directory, open, seal};

/// An ordinary API user with what is needed to answer it.
#[derive(Clone, Debug)]
pub struct OrdinaryApiUser {
    /// Its token.
    pub token: ApiToken,
    /// Its key.
    pub key: Secret,
    /// What people call it.
    pub name: String,
    /// Its customer.
    pub customer: Customer,
    /// The provider whose client this customer is, if it is one.
    pub provider: Option<ProviderId>,
}

impl Store {
    /// Makes a customer the client of a provider; the one before is none any more. `false`, and
    /// nothing changes, if it is that of another provider.
    pub async fn set_provider_client(
        &self,
        provider: ProviderId,
        customer: CustomerId,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |tx| {
                if find_provider(tx, customer)?.is_some_and(|other| other != provider) {
                    return Ok(false);
                }
                tx.execute(
                    "INSERT INTO provider_clients (provider_id, customer_id) VALUES (?1, ?2)
                     ON CONFLICT (provider_id) DO UPDATE SET customer_id = excluded.customer_id",
                    &[&provider.0, &customer.0],
                )?;
                Ok(true)
            })
            .await
    }

    /// The client of a provider, if it has one.
    pub async fn client_of_provider(
        &self,
        provider: ProviderId,
    ) -> Result<Option<Customer>, StoreError> {
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT c.customer_id, c.slug, c.name, c.web_id, c.active
                     FROM provider_clients p JOIN customers c ON c.customer_id = p.customer_id
                     WHERE p.provider_id = ?1",
                    &[&provider.0],
                )?;
                row.as_ref().map(directory::customer).transpose()
            })
            .await
    }

    /// The provider whose client a customer is.
    pub async fn provider_of_client(
        &self,
        customer: CustomerId,
    ) -> Result<Option<ProviderId>, StoreError> {
        self.database.read(move |tx| find_provider(tx, customer)).await
    }

    /// Keeps an ordinary API user of a customer.
    pub async fn create_api_user(
        &self,
        customer: CustomerId,
        name: &str,
        user: &ApiUser,
    ) -> Result<(), StoreError> {
        let (name, user, vault) = (name.to_owned(), user.clone(), self.vault.clone());
        self.database
            .write(move |tx| {
                let sealed = seal(&vault, &key_context(&user.token), &user.key)?;
                tx.execute(
                    "INSERT INTO ordinary_api_users (api_token, customer_id, name, key_sealed)
                     VALUES (?1, ?2, ?3, ?4)",
                    &[&user.token.as_str(), &customer.0, &name, &sealed],
                )?;
                Ok(())
            })
            .await
    }

    /// The ordinary API user of a token.
    pub async fn ordinary_api_user(
        &self,
        token: &ApiToken,
    ) -> Result<Option<OrdinaryApiUser>, StoreError> {
        let (token, vault) = (token.clone(), self.vault.clone());
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT u.name AS user_name, u.key_sealed,
                            c.customer_id, c.slug, c.name, c.web_id, c.active
                     FROM ordinary_api_users u JOIN customers c ON c.customer_id = u.customer_id
                     WHERE u.api_token = ?1",
                    &[&token.as_str()],
                )?;
                let Some(row) = row else { return Ok(None) };
                let sealed: Vec<u8> = row.get("key_sealed")?;
                let customer = directory::customer(&row)?;
                let provider = find_provider(tx, customer.id)?;
                Ok(Some(OrdinaryApiUser {
                    key: open(&vault, "ordinary_api_users", &key_context(&token), &sealed)?,
                    token: token.clone(),
                    name: row.get("user_name")?,
                    customer,
                    provider,
                }))
            })
            .await
    }
}

fn find_provider(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<ProviderId>, StoreError> {
    let row = tx.query_opt(
        "SELECT provider_id FROM provider_clients WHERE customer_id = ?1",
        &[&customer.0],
    )?;
    let id: Option<i64> = row.map(|row| row.get("provider_id")).transpose()?;
    Ok(id.map(ProviderId))
}

pub(crate) fn key_context(token: &ApiToken) -> String {
    format!("ordinary api user {}", token.as_str())
}
