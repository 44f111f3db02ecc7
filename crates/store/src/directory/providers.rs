//! Providers: what they say about themselves, their secret, and how they sell.

use freischalt_database::{Row, Transaction, Vault};
use freischalt_marketplace::{
    Provider, ProviderId, Service, Slug,
    provider::{Commerce, Profile},
};
use freischalt_protocol::{Secret, signed_url::Port};

use super::{CreateProblem, new_id, services, slug};
use crate::{Store, StoreError, open, seal};

/// A provider to be made.
#[derive(Clone, Debug)]
pub struct NewProvider {
    /// The name in addresses and commands.
    pub slug: Slug,
    /// The name shown to people.
    pub name: String,
    /// Where the activation page is.
    pub activation_url: String,
    /// What becomes of a port in the text that is signed.
    pub port: Port,
    /// Texts, contact and documents.
    pub profile: Profile,
    /// What it offers.
    pub services: Vec<Service>,
    /// The provider secret.
    pub secret: Secret,
}

impl Store {
    /// Makes a provider.
    pub async fn create_provider(&self, new: NewProvider) -> Result<Provider, CreateProblem> {
        let vault = self.vault.clone();
        self.database.write(move |tx| insert_provider(tx, &vault, &new)).await
    }

    /// All providers, by name.
    pub async fn providers(&self) -> Result<Vec<Provider>, StoreError> {
        self.database
            .read(|tx| {
                let rows = tx.query(
                    "SELECT provider_id, slug, name, activation_url, keep_port, profile, commerce
                 FROM providers ORDER BY name",
                    &[],
                )?;
                rows.iter().map(|row| provider(tx, row)).collect()
            })
            .await
    }

    /// A provider by its slug.
    pub async fn provider(&self, slug: &Slug) -> Result<Option<Provider>, StoreError> {
        let slug = slug.clone();
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT provider_id, slug, name, activation_url, keep_port, profile, commerce
                 FROM providers WHERE slug = ?1",
                    &[&slug.as_str()],
                )?;
                row.map(|row| provider(tx, &row)).transpose()
            })
            .await
    }

    /// A provider by its id.
    pub async fn provider_by_id(&self, id: ProviderId) -> Result<Option<Provider>, StoreError> {
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT provider_id, slug, name, activation_url, keep_port, profile, commerce
                 FROM providers WHERE provider_id = ?1",
                    &[&id.0],
                )?;
                row.map(|row| provider(tx, &row)).transpose()
            })
            .await
    }

    /// Moves a provider's activation page and all of its services.
    pub async fn set_urls(
        &self,
        id: ProviderId,
        activation_url: &str,
        service_url: &str,
    ) -> Result<(), StoreError> {
        let (activation_url, service_url) = (activation_url.to_owned(), service_url.to_owned());
        self.database
            .write(move |tx| {
                tx.execute(
                    "UPDATE providers SET activation_url = ?2 WHERE provider_id = ?1",
                    &[&id.0, &activation_url],
                )?;
                tx.execute(
                    "UPDATE services SET url = ?2 WHERE provider_id = ?1",
                    &[&id.0, &service_url],
                )?;
                Ok(())
            })
            .await
    }

    /// Changes how a provider sells; what that is then, or `None` if there is no such provider.
    pub async fn change_commerce(
        &self,
        provider: ProviderId,
        change: impl Fn(Commerce) -> Commerce + Send + 'static,
    ) -> Result<Option<Commerce>, StoreError> {
        self.database
            .write(move |tx| {
                let rows = tx.query_for_update(
                    "SELECT commerce FROM providers WHERE provider_id = ?1",
                    &[&provider.0],
                )?;
                let Some(row) = rows.first() else { return Ok(None) };
                let changed = change(commerce(row)?);
                let text = serde_json::to_string(&changed).map_err(|_| StoreError::Corrupt {
                    table: "providers",
                    problem: "commerce cannot be written as JSON",
                })?;
                tx.execute(
                    "UPDATE providers SET commerce = ?2 WHERE provider_id = ?1",
                    &[&provider.0, &text],
                )?;
                Ok(Some(changed))
            })
            .await
    }

    /// The provider secret; `None` if there is no such provider.
    pub async fn provider_secret(&self, id: ProviderId) -> Result<Option<Secret>, StoreError> {
        let vault = self.vault.clone();
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT secret_sealed FROM providers WHERE provider_id = ?1",
                    &[&id.0],
                )?;
                let Some(row) = row else { return Ok(None) };
                let sealed: Vec<u8> = row.get("secret_sealed")?;
                open(&vault, "providers", &secret_context(id), &sealed).map(Some)
            })
            .await
    }
}

fn insert_provider(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    new: &NewProvider,
) -> Result<Provider, CreateProblem> {
    let profile = serde_json::to_string(&new.profile).map_err(|_| StoreError::Corrupt {
        table: "providers",
        problem: "the profile cannot be written as JSON",
    })?;
    // The id is part of what the secret is sealed to, so the row exists before the secret does.
    let row = tx.query_opt(
        "INSERT INTO providers (slug, name, activation_url, keep_port, profile, secret_sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING provider_id",
        &[
            &new.slug.as_str(),
            &new.name,
            &new.activation_url,
            &(new.port == Port::Kept),
            &profile,
            &[0_u8; 0],
        ],
    );
    let id = ProviderId(new_id(row, "provider_id", "the slug")?);
    let sealed = seal(vault, &secret_context(id), &new.secret)?;
    tx.execute(
        "UPDATE providers SET secret_sealed = ?2 WHERE provider_id = ?1",
        &[&id.0, &sealed],
    )?;
    for (position, service) in (0_i64..).zip(&new.services) {
        services::insert_service(tx, id, position, service)?;
    }
    Ok(Provider {
        id,
        slug: new.slug.clone(),
        name: new.name.clone(),
        activation_url: new.activation_url.clone(),
        port: new.port,
        profile: new.profile.clone(),
        services: new.services.clone(),
        commerce: Commerce::default(),
    })
}

pub(crate) fn secret_context(id: ProviderId) -> String {
    format!("provider secret {id}")
}

fn provider(tx: &mut Transaction<'_>, row: &Row) -> Result<Provider, StoreError> {
    let id = ProviderId(row.get("provider_id")?);
    let profile: String = row.get("profile")?;
    let keep_port: bool = row.get("keep_port")?;
    Ok(Provider {
        id,
        slug: slug("providers", &row.get::<String>("slug")?)?,
        name: row.get("name")?,
        activation_url: row.get("activation_url")?,
        port: if keep_port { Port::Kept } else { Port::Dropped },
        profile: serde_json::from_str(&profile).map_err(|_| StoreError::Corrupt {
            table: "providers",
            problem: "the profile is not the JSON that it should be",
        })?,
        services: services::services(tx, id)?,
        commerce: commerce(row)?,
    })
}

/// How a provider sells.
pub(crate) fn find_commerce(
    tx: &mut Transaction<'_>,
    provider: ProviderId,
) -> Result<Commerce, StoreError> {
    let row =
        tx.query_opt("SELECT commerce FROM providers WHERE provider_id = ?1", &[&provider.0])?;
    Ok(row.as_ref().map(commerce).transpose()?.unwrap_or_default())
}

fn commerce(row: &Row) -> Result<Commerce, StoreError> {
    let commerce: String = row.get("commerce")?;
    serde_json::from_str(&commerce).map_err(|_| StoreError::Corrupt {
        table: "providers",
        problem: "commerce is not the JSON that it should be",
    })
}
