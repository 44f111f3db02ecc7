//! The services of a provider, and what was agreed about each.

use freischalt_database::{Row, Transaction};
use freischalt_marketplace::{ProviderId, Service, ServiceKind, ServiceSettings, Slug};

use super::{CreateProblem, slug, taken};
use crate::{Store, StoreError};

impl Store {
    /// Changes what was agreed about a service; false if there is no such service.
    pub async fn set_service_settings(
        &self,
        provider: ProviderId,
        service: &Slug,
        settings: &ServiceSettings,
    ) -> Result<bool, StoreError> {
        let (service, settings) = (service.clone(), settings_json(settings)?);
        self.database
            .write(move |tx| {
                let updated = tx.execute(
                    "UPDATE services SET settings = ?3 WHERE provider_id = ?1 AND slug = ?2",
                    &[&provider.0, &service.as_str(), &settings],
                )?;
                Ok(updated == 1)
            })
            .await
    }
}

pub(super) fn insert_service(
    tx: &mut Transaction<'_>,
    provider: ProviderId,
    position: i64,
    service: &Service,
) -> Result<(), CreateProblem> {
    let kind = match service.kind {
        ServiceKind::Window => "window",
        ServiceKind::Webhook => "webhook",
    };
    let settings = settings_json(&service.settings)?;
    tx.execute(
        "INSERT INTO services (provider_id, position, slug, name, kind, url, settings)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            &provider.0,
            &position,
            &service.slug.as_str(),
            &service.name,
            &kind,
            &service.url,
            &settings,
        ],
    )
    .map(|_| ())
    .map_err(|error| taken(error, "a service's slug"))
}

pub(super) fn services(
    tx: &mut Transaction<'_>,
    provider: ProviderId,
) -> Result<Vec<Service>, StoreError> {
    let rows = tx.query(
        "SELECT slug, name, kind, url, settings FROM services WHERE provider_id = ?1 ORDER BY position",
        &[&provider.0],
    )?;
    let service = |row: &Row| {
        let kind: String = row.get("kind")?;
        Ok(Service {
            slug: slug("services", &row.get::<String>("slug")?)?,
            name: row.get("name")?,
            kind: if kind == "webhook" { ServiceKind::Webhook } else { ServiceKind::Window },
            url: row.get("url")?,
            settings: settings(row)?,
        })
    };
    rows.iter().map(service).collect()
}

pub(crate) fn settings(row: &Row) -> Result<ServiceSettings, StoreError> {
    let settings: String = row.get("settings")?;
    serde_json::from_str(&settings).map_err(|_| StoreError::Corrupt {
        table: "services",
        problem: "the settings are not the JSON that they should be",
    })
}

fn settings_json(settings: &ServiceSettings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|_| StoreError::Corrupt {
        table: "services",
        problem: "the settings cannot be written as JSON",
    })
}
