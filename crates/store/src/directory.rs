//! Customers with their people, and providers with their services.

use freischalt_database::{DatabaseError, Row, Transaction, Vault};
use freischalt_marketplace::{
    Customer, CustomerId, Group, GroupId, Language, Provider, ProviderId, Service, ServiceKind,
    ServiceSettings, Slug, User, UserId,
    provider::{Commerce, Profile},
};
use freischalt_protocol::{Secret, signed_url::Port};

use crate::{Store, StoreError, open, seal};

/// A customer to be made.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// The name in addresses and commands.
    pub slug: Slug,
    /// `customerName`.
    pub name: String,
    /// `customerWebId`.
    pub web_id: String,
    /// The groups.
    pub groups: Vec<Group>,
    /// The users; a group that they are in must be among the groups.
    pub users: Vec<User>,
}

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

/// Why something was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateProblem {
    /// The slug or another value that must be unique is taken.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a user was not written.
#[derive(Debug, thiserror::Error)]
pub enum PutUserProblem {
    /// There is no such customer.
    #[error("there is no customer {0}")]
    NoSuchCustomer(CustomerId),
    /// The group is not one of the customer's.
    #[error("group {0} is not one of the customer's groups")]
    NoSuchGroup(GroupId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DatabaseError> for CreateProblem {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

impl From<DatabaseError> for PutUserProblem {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Makes a customer.
    pub async fn create_customer(&self, new: NewCustomer) -> Result<Customer, CreateProblem> {
        self.database.write(move |tx| insert_customer(tx, &new)).await
    }

    /// All customers, by name.
    pub async fn customers(&self) -> Result<Vec<Customer>, StoreError> {
        self.database
            .read(|tx| {
                let rows = tx.query(
                    "SELECT customer_id, slug, name, web_id, active FROM customers ORDER BY name",
                    &[],
                )?;
                rows.iter().map(customer).collect()
            })
            .await
    }

    /// A customer by its slug.
    pub async fn customer(&self, slug: &Slug) -> Result<Option<Customer>, StoreError> {
        let slug = slug.clone();
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT customer_id, slug, name, web_id, active FROM customers WHERE slug = ?1",
                    &[&slug.as_str()],
                )?;
                row.as_ref().map(customer).transpose()
            })
            .await
    }

    /// A customer by its id.
    pub async fn customer_by_id(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.database
            .read(move |tx| {
                let row = tx.query_opt(
                    "SELECT customer_id, slug, name, web_id, active FROM customers
                 WHERE customer_id = ?1",
                    &[&id.0],
                )?;
                row.as_ref().map(customer).transpose()
            })
            .await
    }

    /// Switches a customer on or off.
    pub async fn set_customer_active(
        &self,
        id: CustomerId,
        active: bool,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                tx.execute(
                    "UPDATE customers SET active = ?2 WHERE customer_id = ?1",
                    &[&id.0, &active],
                )?;
                Ok(())
            })
            .await
    }

    /// The users of a customer, by id.
    pub async fn users(&self, customer: CustomerId) -> Result<Vec<User>, StoreError> {
        self.database
            .read(move |tx| {
                let rows = tx.query(
                    "SELECT user_id, name, administrator, group_id, language, active
                 FROM users WHERE customer_id = ?1 ORDER BY user_id",
                    &[&customer.0],
                )?;
                rows.iter().map(user).collect()
            })
            .await
    }

    /// A user of a customer.
    pub async fn user(&self, customer: CustomerId, id: UserId) -> Result<Option<User>, StoreError> {
        self.database.read(move |tx| find_user(tx, customer, id)).await
    }

    /// Makes a user or replaces everything about one.
    pub async fn put_user(&self, customer: CustomerId, user: User) -> Result<(), PutUserProblem> {
        self.database.write(move |tx| put_user(tx, customer, &user)).await
    }

    /// The groups of a customer, by id.
    pub async fn groups(&self, customer: CustomerId) -> Result<Vec<Group>, StoreError> {
        self.database
            .read(move |tx| {
                let rows = tx.query(
                    "SELECT group_id, name FROM customer_groups
                 WHERE customer_id = ?1 ORDER BY group_id",
                    &[&customer.0],
                )?;
                let group = |row: &Row| {
                    Ok(Group { id: GroupId(row.get("group_id")?), name: row.get("name")? })
                };
                rows.iter().map(group).collect()
            })
            .await
    }

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

    /// Changes how a provider sells; false if there is no such provider.
    pub async fn set_commerce(
        &self,
        provider: ProviderId,
        commerce: Commerce,
    ) -> Result<bool, StoreError> {
        let commerce = serde_json::to_string(&commerce).map_err(|_| StoreError::Corrupt {
            table: "providers",
            problem: "commerce cannot be written as JSON",
        })?;
        self.database
            .write(move |tx| {
                let updated = tx.execute(
                    "UPDATE providers SET commerce = ?2 WHERE provider_id = ?1",
                    &[&provider.0, &commerce],
                )?;
                Ok(updated == 1)
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

fn insert_customer(tx: &mut Transaction<'_>, new: &NewCustomer) -> Result<Customer, CreateProblem> {
    let row = tx.query_opt(
        "INSERT INTO customers (slug, name, web_id) VALUES (?1, ?2, ?3) RETURNING customer_id",
        &[&new.slug.as_str(), &new.name, &new.web_id],
    );
    let id = CustomerId(new_id(row, "customer_id", "the slug or customerWebId")?);
    for group in &new.groups {
        tx.execute(
            "INSERT INTO customer_groups (customer_id, group_id, name) VALUES (?1, ?2, ?3)",
            &[&id.0, &group.id.0, &group.name],
        )
        .map_err(|error| taken(error, "a group's id"))?;
    }
    for user in &new.users {
        if find_user(tx, id, user.id)?.is_some() {
            return Err(CreateProblem::Taken("a user's id"));
        }
        insert_user(tx, id, user)?;
    }
    Ok(Customer {
        id,
        slug: new.slug.clone(),
        name: new.name.clone(),
        web_id: new.web_id.clone(),
        active: true,
    })
}

/// Both are looked for first, because a database does not say which of them was missing.
fn put_user(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
    user: &User,
) -> Result<(), PutUserProblem> {
    let found = tx.query("SELECT active FROM customers WHERE customer_id = ?1", &[&customer.0])?;
    if found.is_empty() {
        return Err(PutUserProblem::NoSuchCustomer(customer));
    }
    if let Some(group) = user.group {
        let found = tx.query(
            "SELECT name FROM customer_groups WHERE customer_id = ?1 AND group_id = ?2",
            &[&customer.0, &group.0],
        )?;
        if found.is_empty() {
            return Err(PutUserProblem::NoSuchGroup(group));
        }
    }
    Ok(insert_user(tx, customer, user)?)
}

fn insert_user(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
    user: &User,
) -> Result<(), StoreError> {
    let language = match user.language {
        Language::De => "de",
        Language::En => "en",
    };
    tx.execute(
        "INSERT INTO users (customer_id, user_id, name, administrator, group_id, language, active)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (customer_id, user_id) DO UPDATE SET
             name = excluded.name, administrator = excluded.administrator,
             group_id = excluded.group_id, language = excluded.language,
             active = excluded.active",
        &[
            &customer.0,
            &user.id.0,
            &user.name,
            &user.administrator,
            &user.group.map(|group| group.0),
            &language,
            &user.active,
        ],
    )?;
    Ok(())
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
        insert_service(tx, id, position, service)?;
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

fn insert_service(
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

pub(crate) fn secret_context(id: ProviderId) -> String {
    format!("provider secret {id}")
}

/// The id of a row that was just inserted.
fn new_id(
    inserted: Result<Option<Row>, DatabaseError>,
    column: &'static str,
    what: &'static str,
) -> Result<i64, CreateProblem> {
    match inserted.map_err(|error| taken(error, what))? {
        Some(row) => Ok(row.get(column)?),
        None => {
            let problem = "a new row has no id";
            Err(StoreError::Corrupt { table: "customers or providers", problem }.into())
        }
    }
}

fn taken(error: DatabaseError, what: &'static str) -> CreateProblem {
    match error {
        DatabaseError::Unique { .. } => CreateProblem::Taken(what),
        error => CreateProblem::Store(error.into()),
    }
}

/// Whether a customer exists and is switched on.
pub(crate) fn is_active(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
) -> Result<bool, StoreError> {
    let row =
        tx.query_opt("SELECT active FROM customers WHERE customer_id = ?1", &[&customer.0])?;
    Ok(row.map_or(Ok(false), |row| row.get("active"))?)
}

pub(crate) fn find_user(
    tx: &mut Transaction<'_>,
    customer: CustomerId,
    id: UserId,
) -> Result<Option<User>, StoreError> {
    let row = tx.query_opt(
        "SELECT user_id, name, administrator, group_id, language, active
         FROM users WHERE customer_id = ?1 AND user_id = ?2",
        &[&customer.0, &id.0],
    )?;
    row.as_ref().map(user).transpose()
}

pub(crate) fn customer(row: &Row) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: CustomerId(row.get("customer_id")?),
        slug: slug("customers", &row.get::<String>("slug")?)?,
        name: row.get("name")?,
        web_id: row.get("web_id")?,
        active: row.get("active")?,
    })
}

pub(crate) fn user(row: &Row) -> Result<User, StoreError> {
    let language: String = row.get("language")?;
    Ok(User {
        id: UserId(row.get("user_id")?),
        name: row.get("name")?,
        administrator: row.get("administrator")?,
        group: row.get::<Option<i64>>("group_id")?.map(GroupId),
        language: if language == "en" { Language::En } else { Language::De },
        active: row.get("active")?,
    })
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
        services: services(tx, id)?,
        commerce: commerce(row)?,
    })
}

fn services(tx: &mut Transaction<'_>, provider: ProviderId) -> Result<Vec<Service>, StoreError> {
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

pub(crate) fn commerce(row: &Row) -> Result<Commerce, StoreError> {
    let commerce: String = row.get("commerce")?;
    serde_json::from_str(&commerce).map_err(|_| StoreError::Corrupt {
        table: "providers",
        problem: "commerce is not the JSON that it should be",
    })
}

fn slug(table: &'static str, text: &str) -> Result<Slug, StoreError> {
    Slug::parse(text).map_err(|_| StoreError::Corrupt { table, problem: "the slug is none" })
}
