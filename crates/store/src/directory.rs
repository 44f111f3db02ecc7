//! Customers with their people, and providers with their services.

use freischalt_marketplace::{
    Customer, CustomerId, Group, GroupId, Language, Provider, ProviderId, Service, ServiceKind,
    Slug, User, UserId, provider::Profile,
};
use freischalt_protocol::{Secret, signed_url::Port};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use crate::{Store, StoreError, vault::Vault};

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

impl Store {
    /// Makes a customer.
    pub async fn create_customer(&self, new: NewCustomer) -> Result<Customer, CreateProblem> {
        self.write(move |db| insert_customer(db, new)).await
    }

    /// All customers, by name.
    pub async fn customers(&self) -> Result<Vec<Customer>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT customer_id, slug, name, web_id, active FROM customers ORDER BY name",
            )?;
            statement.query_and_then([], customer)?.collect()
        })
        .await
    }

    /// A customer by its slug.
    pub async fn customer(&self, slug: &Slug) -> Result<Option<Customer>, StoreError> {
        let slug = slug.clone();
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT customer_id, slug, name, web_id, active FROM customers WHERE slug = ?1",
            )?;
            statement.query_and_then([slug.as_str()], customer)?.next().transpose()
        })
        .await
    }

    /// A customer by its id.
    pub async fn customer_by_id(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT customer_id, slug, name, web_id, active FROM customers
                 WHERE customer_id = ?1",
            )?;
            statement.query_and_then([id.0], customer)?.next().transpose()
        })
        .await
    }

    /// Switches a customer on or off.
    pub async fn set_customer_active(
        &self,
        id: CustomerId,
        active: bool,
    ) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute(
                "UPDATE customers SET active = ?2 WHERE customer_id = ?1",
                params![id.0, active],
            )?;
            Ok(())
        })
        .await
    }

    /// The users of a customer, by id.
    pub async fn users(&self, customer: CustomerId) -> Result<Vec<User>, StoreError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT user_id, name, administrator, group_id, language, active
                 FROM users WHERE customer_id = ?1 ORDER BY user_id",
            )?;
            statement.query_and_then([customer.0], user)?.collect()
        })
        .await
    }

    /// A user of a customer.
    pub async fn user(&self, customer: CustomerId, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(move |db| find_user(db, customer, id)).await
    }

    /// Makes a user or replaces everything about one.
    pub async fn put_user(&self, customer: CustomerId, user: User) -> Result<(), StoreError> {
        self.write(move |db| insert_user(db, customer, &user)).await
    }

    /// The groups of a customer, by id.
    pub async fn groups(&self, customer: CustomerId) -> Result<Vec<Group>, StoreError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT group_id, name FROM customer_groups
                 WHERE customer_id = ?1 ORDER BY group_id",
            )?;
            let groups = statement.query_map([customer.0], |row| {
                Ok(Group { id: GroupId(row.get(0)?), name: row.get(1)? })
            })?;
            Ok(groups.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Makes a provider.
    pub async fn create_provider(&self, new: NewProvider) -> Result<Provider, CreateProblem> {
        let vault = self.vault.clone();
        self.write(move |db| insert_provider(db, &vault, new)).await
    }

    /// All providers, by name.
    pub async fn providers(&self) -> Result<Vec<Provider>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT provider_id, slug, name, activation_url, keep_port, profile
                 FROM providers ORDER BY name",
            )?;
            statement.query_and_then([], |row| provider(db, row))?.collect()
        })
        .await
    }

    /// A provider by its slug.
    pub async fn provider(&self, slug: &Slug) -> Result<Option<Provider>, StoreError> {
        let slug = slug.clone();
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT provider_id, slug, name, activation_url, keep_port, profile
                 FROM providers WHERE slug = ?1",
            )?;
            statement.query_and_then([slug.as_str()], |row| provider(db, row))?.next().transpose()
        })
        .await
    }

    /// A provider by its id.
    pub async fn provider_by_id(&self, id: ProviderId) -> Result<Option<Provider>, StoreError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT provider_id, slug, name, activation_url, keep_port, profile
                 FROM providers WHERE provider_id = ?1",
            )?;
            statement.query_and_then([id.0], |row| provider(db, row))?.next().transpose()
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
        self.write(move |db| {
            db.execute(
                "UPDATE providers SET activation_url = ?2 WHERE provider_id = ?1",
                params![id.0, activation_url],
            )?;
            db.execute(
                "UPDATE services SET url = ?2 WHERE provider_id = ?1",
                params![id.0, service_url],
            )?;
            Ok(())
        })
        .await
    }

    /// The provider secret; `None` if there is no such provider.
    pub async fn provider_secret(&self, id: ProviderId) -> Result<Option<Secret>, StoreError> {
        let vault = self.vault.clone();
        self.read(move |db| {
            let sealed: Option<Vec<u8>> = db
                .prepare_cached("SELECT secret_sealed FROM providers WHERE provider_id = ?1")?
                .query_row([id.0], |row| row.get(0))
                .optional()?;
            sealed.map(|sealed| vault.open("providers", &secret_context(id), &sealed)).transpose()
        })
        .await
    }
}

fn insert_customer(db: &Connection, new: NewCustomer) -> Result<Customer, CreateProblem> {
    db.execute(
        "INSERT INTO customers (slug, name, web_id) VALUES (?1, ?2, ?3)",
        params![new.slug.as_str(), new.name, new.web_id],
    )
    .map_err(|error| taken(error, "the slug or customerWebId"))?;
    let id = CustomerId(db.last_insert_rowid());
    for group in &new.groups {
        db.execute(
            "INSERT INTO customer_groups (customer_id, group_id, name) VALUES (?1, ?2, ?3)",
            params![id.0, group.id.0, group.name],
        )
        .map_err(|error| taken(error, "a group's id"))?;
    }
    for user in &new.users {
        if find_user(db, id, user.id)?.is_some() {
            return Err(CreateProblem::Taken("a user's id"));
        }
        insert_user(db, id, user)?;
    }
    Ok(Customer { id, slug: new.slug, name: new.name, web_id: new.web_id, active: true })
}

fn insert_user(db: &Connection, customer: CustomerId, user: &User) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO users (customer_id, user_id, name, administrator, group_id, language, active)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (customer_id, user_id) DO UPDATE SET
             name = excluded.name, administrator = excluded.administrator,
             group_id = excluded.group_id, language = excluded.language,
             active = excluded.active",
        params![
            customer.0,
            user.id.0,
            user.name,
            user.administrator,
            user.group.map(|group| group.0),
            match user.language {
                Language::De => "de",
                Language::En => "en",
            },
            user.active
        ],
    )?;
    Ok(())
}

fn insert_provider(
    db: &Connection,
    vault: &Vault,
    new: NewProvider,
) -> Result<Provider, CreateProblem> {
    let profile = serde_json::to_string(&new.profile).map_err(|_| StoreError::Corrupt {
        table: "providers",
        problem: "the profile cannot be written as JSON",
    })?;
    // The id is part of what the secret is sealed to, so the row exists before the secret does.
    db.execute(
        "INSERT INTO providers (slug, name, activation_url, keep_port, profile, secret_sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, x'')",
        params![new.slug.as_str(), new.name, new.activation_url, new.port == Port::Kept, profile],
    )
    .map_err(|error| taken(error, "the slug"))?;
    let id = ProviderId(db.last_insert_rowid());
    let sealed = vault.seal(&secret_context(id), &new.secret)?;
    db.execute(
        "UPDATE providers SET secret_sealed = ?2 WHERE provider_id = ?1",
        params![id.0, sealed],
    )
    .map_err(StoreError::from)?;
    for (position, service) in (0_i64..).zip(&new.services) {
        insert_service(db, id, position, service)?;
    }
    Ok(Provider {
        id,
        slug: new.slug,
        name: new.name,
        activation_url: new.activation_url,
        port: new.port,
        profile: new.profile,
        services: new.services,
    })
}

fn insert_service(
    db: &Connection,
    provider: ProviderId,
    position: i64,
    service: &Service,
) -> Result<(), CreateProblem> {
    let kind = match service.kind {
        ServiceKind::Window => "window",
        ServiceKind::Webhook => "webhook",
    };
    db.execute(
        "INSERT INTO services (provider_id, position, slug, name, kind, url)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![provider.0, position, service.slug.as_str(), service.name, kind, service.url],
    )
    .map(|_| ())
    .map_err(|error| taken(error, "a service's slug"))
}

fn secret_context(id: ProviderId) -> String {
    format!("provider secret {id}")
}

fn taken(error: rusqlite::Error, what: &'static str) -> CreateProblem {
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
        return CreateProblem::Taken(what);
    }
    CreateProblem::Store(error.into())
}

pub(crate) fn find_user(
    db: &Connection,
    customer: CustomerId,
    id: UserId,
) -> Result<Option<User>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT user_id, name, administrator, group_id, language, active
         FROM users WHERE customer_id = ?1 AND user_id = ?2",
    )?;
    statement.query_and_then([customer.0, id.0], user)?.next().transpose()
}

pub(crate) fn customer(row: &Row<'_>) -> Result<Customer, StoreError> {
    Ok(Customer {
        id: CustomerId(row.get("customer_id")?),
        slug: slug("customers", row.get("slug")?)?,
        name: row.get("name")?,
        web_id: row.get("web_id")?,
        active: row.get("active")?,
    })
}

fn user(row: &Row<'_>) -> Result<User, StoreError> {
    let language: String = row.get("language")?;
    Ok(User {
        id: UserId(row.get("user_id")?),
        name: row.get("name")?,
        administrator: row.get("administrator")?,
        group: row.get::<_, Option<i64>>("group_id")?.map(GroupId),
        language: if language == "en" { Language::En } else { Language::De },
        active: row.get("active")?,
    })
}

fn provider(db: &Connection, row: &Row<'_>) -> Result<Provider, StoreError> {
    let id = ProviderId(row.get("provider_id")?);
    let profile: String = row.get("profile")?;
    let keep_port: bool = row.get("keep_port")?;
    Ok(Provider {
        id,
        slug: slug("providers", row.get("slug")?)?,
        name: row.get("name")?,
        activation_url: row.get("activation_url")?,
        port: if keep_port { Port::Kept } else { Port::Dropped },
        profile: serde_json::from_str(&profile).map_err(|_| StoreError::Corrupt {
            table: "providers",
            problem: "the profile is not the JSON that it should be",
        })?,
        services: services(db, id)?,
    })
}

fn services(db: &Connection, provider: ProviderId) -> Result<Vec<Service>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT slug, name, kind, url FROM services WHERE provider_id = ?1 ORDER BY position",
    )?;
    statement
        .query_and_then([provider.0], |row| {
            let kind: String = row.get("kind")?;
            Ok(Service {
                slug: slug("services", row.get("slug")?)?,
                name: row.get("name")?,
                kind: if kind == "webhook" { ServiceKind::Webhook } else { ServiceKind::Window },
                url: row.get("url")?,
            })
        })?
        .collect()
}

fn slug(table: &'static str, text: String) -> Result<Slug, StoreError> {
    Slug::parse(&text).map_err(|_| StoreError::Corrupt { table, problem: "the slug is none" })
}
