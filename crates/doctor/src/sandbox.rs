//! A running sandbox, used through its management API: it makes the customers, signs, keeps the time
//! and answers the provider. What arrived is read from its log of requests.

use std::{collections::HashMap, sync::Mutex};

use freischalt_client::management::{
    Management, ManagementError, NewActivation, NewCustomer, NewProvider, NewService, NewUser,
    Provider, ServiceCall, Started,
};
use freischalt_protocol::{UnixTime, signed_url::Port};
use url::Url;
use uuid::Uuid;

use crate::{api::Call, http::NoAnswer, launch::Launch, target::Target};

/// The users of every customer: who activates, and a colleague.
const ADMINISTRATOR: i64 = 21;
const COLLEAGUE: i64 = 34;

/// A sandbox that a provider calls already.
#[derive(Clone, Debug)]
pub struct SandboxAddress {
    /// Where its management API is; a host of its own has to be named, as the provider's.
    pub url: Url,
    /// Calls to it.
    pub management: Management,
    /// Slug of the provider that is examined. Without one, the provider that is registered with the
    /// activation URL is meant; if there is none, it is registered.
    pub provider: Option<String>,
}

/// Why a sandbox cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Its management API refuses or does not answer.
    #[error("the sandbox cannot be used")]
    Management(#[from] ManagementError),
    /// It signs with another secret than the one given, or otherwise.
    #[error(
        "the sandbox signs for its provider `{provider}` otherwise than this secret does ({why}); \
         give the secret that `provider add` has printed, and the activation URL as it is registered"
    )]
    Secret {
        /// Slug of the provider.
        provider: String,
        /// What differs.
        why: String,
    },
}

pub(crate) struct Sandbox {
    management: Management,
    provider: String,
    /// What its clock is ahead, or where it stands.
    clock: Clock,
    customers: Mutex<HashMap<String, Known>>,
}

enum Clock {
    Ahead(i64),
    Frozen(UnixTime),
}

/// What the sandbox gave out for a token.
struct Known {
    activation: String,
    slug: String,
    secrets: Vec<String>,
}

impl Sandbox {
    /// Finds or registers the provider, completes the target with what the sandbox knows, and makes
    /// sure that both sign alike.
    pub(crate) async fn connect(
        address: &SandboxAddress,
        target: &mut Target,
    ) -> Result<Self, SandboxError> {
        let management = address.management.clone();
        let told = management.clock().await?.value;
        let real = crate::marketplace::now();
        let clock = if told.frozen {
            Clock::Frozen(real.plus(told.offset_seconds))
        } else {
            Clock::Ahead(told.offset_seconds)
        };
        let provider = provider(&management, address.provider.as_deref(), target).await?;
        // Without services a provider has one at its activation URL.
        let own = &provider.activation_url;
        let of_kind = |kind: &str| {
            let mut services = provider.services.iter();
            let found = services.find(|service| service.kind == kind && service.url != *own);
            found.and_then(|service| Url::parse(&service.url).ok())
        };
        target.service = target.service.take().or_else(|| of_kind("window"));
        target.webhook = target.webhook.take().or_else(|| of_kind("webhook"));
        let customers = Mutex::default();
        let sandbox = Self { management, provider: provider.slug, clock, customers };
        let customer = sandbox.customer().await?;
        target.port = sandbox.signs_like(target, &customer).await?;
        if target.marketplaces.is_empty() {
            target.marketplaces.extend(sandbox.pages(&customer).await?);
        }
        Ok(sandbox)
    }

    /// Where its own pages are, which frame those of the provider: where it signs users in.
    async fn pages(&self, customer: &str) -> Result<Option<Url>, SandboxError> {
        let ticket = self.management.sign_in_ticket(customer, ADMINISTRATOR).await?.value;
        Ok(Url::parse(&ticket.action).ok())
    }

    /// Makes sure that the sandbox signs with this secret, and says what it makes of a port.
    async fn signs_like(&self, target: &Target, customer: &str) -> Result<Port, SandboxError> {
        let started = self.start(customer).await?;
        let wrong = |why: String| SandboxError::Secret { provider: self.provider.clone(), why };
        let url = started.activation_url.expose();
        let address = url.split('?').next().unwrap_or_default();
        let given = target.activation.as_str().split('?').next().unwrap_or_default();
        if address != given {
            return Err(wrong(format!("its activation URL is {address}, not {given}")));
        }
        let kept = Port::Kept.verify(url, &target.secret);
        match Port::Dropped.verify(url, &target.secret) {
            // Without a port both are the same.
            Ok(_) if kept.is_ok() => Ok(target.port),
            Ok(_) => Ok(Port::Dropped),
            Err(error) => kept.map(|_| Port::Kept).map_err(|_| wrong(error.to_string())),
        }
    }

    pub(crate) fn now(&self) -> UnixTime {
        match self.clock {
            Clock::Ahead(seconds) => crate::marketplace::now().plus(seconds),
            Clock::Frozen(time) => time,
        }
    }

    /// An activation at the point where the key is shown, of a new customer or of one that is known.
    pub(crate) async fn activation(&self, of: Option<&Launch>) -> Result<Launch, NoAnswer> {
        let slug = match of {
            Some(first) => self.known(first, |known| known.slug.clone())?,
            None => self.customer().await.map_err(|error| lost(&error))?,
        };
        let started = self.start(&slug).await.map_err(|error| lost(&error))?;
        let launch = Launch {
            customer: web_id(&slug),
            user: ADMINISTRATOR.to_string(),
            token: started.api_token.expose().to_owned(),
            key: started.api_key.expose().to_owned(),
            cache: started.parameter_cache_id,
            claim: started.api_claim.expose().to_owned(),
        };
        let secrets = vec![launch.token.clone(), launch.key.clone(), launch.claim.clone()];
        let known = Known { activation: started.id, slug, secrets };
        if let Ok(mut customers) = self.customers.lock() {
            customers.insert(launch.token.clone(), known);
        }
        Ok(launch)
    }

    /// A service is called: a fresh claim and cache entry.
    pub(crate) async fn service_call(&self, launch: &Launch) -> Result<Launch, NoAnswer> {
        let id = self.known(launch, |known| known.activation.clone())?;
        let call = ServiceCall { service: None, user: launch.user.parse().ok() };
        let called = self.management.call_service(&id, &call).await;
        let called = called.map_err(|error| lost(&error))?.value;
        let claim = called.api_claim.expose().to_owned();
        if let Ok(mut customers) = self.customers.lock()
            && let Some(known) = customers.get_mut(&launch.token)
        {
            known.secrets.push(claim.clone());
        }
        Ok(Launch { cache: called.parameter_cache_id, claim, ..launch.clone() })
    }

    pub(crate) async fn block(&self, launch: &Launch) -> Result<(), NoAnswer> {
        let id = self.known(launch, |known| known.activation.clone())?;
        self.management.block_activation(&id).await.map_err(|error| lost(&error))?;
        Ok(())
    }

    /// The log names customers and codes. A successful unlock shows that claim and cache entry were
    /// right, since the sandbox compares both.
    pub(crate) async fn calls(&self, launch: &Launch) -> Result<Vec<Call>, NoAnswer> {
        let name = self.known(launch, |known| known.slug.clone())?;
        let log = self.management.requests().await.map_err(|error| lost(&error))?.value;
        let own = log.into_iter().filter(|entry| entry.customer.as_deref() == Some(&name));
        let calls = own.map(|entry| {
            let resource_type = entry.resource_type.unwrap_or_default();
            let unlocked = entry.code == 0 && resource_type == "unlockProvider";
            Call {
                cache: unlocked.then(|| launch.cache.clone()),
                claim: unlocked.then(|| launch.claim.clone()),
                genuine: entry.code != 137,
                refused: entry.code != 0,
                wire: None,
                resource_type,
            }
        });
        Ok(calls.collect())
    }

    pub(crate) fn without_credentials(&self, mut text: String) -> String {
        let Ok(customers) = self.customers.lock() else { return String::new() };
        for secret in customers.values().flat_map(|known| &known.secrets) {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), "‹credential›");
            }
        }
        text
    }

    /// Makes a customer; its slug is its name as well, by which the log calls it.
    async fn customer(&self) -> Result<String, ManagementError> {
        let slug = format!("doctor-{}", &Uuid::new_v4().simple().to_string()[..16]);
        let user = |id: i64, administrator| NewUser {
            id,
            name: format!("User {id}"),
            administrator,
            group_id: None,
            language: None,
            active: None,
        };
        let new = NewCustomer {
            slug: slug.clone(),
            name: Some(slug.clone()),
            customer_web_id: Some(web_id(&slug)),
            groups: Vec::new(),
            users: vec![user(ADMINISTRATOR, true), user(COLLEAGUE, false)],
        };
        self.management.add_customer(&new).await?;
        Ok(slug)
    }

    async fn start(&self, customer: &str) -> Result<Started, ManagementError> {
        let new = NewActivation {
            provider: self.provider.clone(),
            customer: customer.to_owned(),
            user: Some(ADMINISTRATOR),
            all_users: Some(true),
        };
        Ok(self.management.start_activation(&new).await?.value)
    }

    fn known<T>(&self, launch: &Launch, what: impl FnOnce(&Known) -> T) -> Result<T, NoAnswer> {
        let customers = self.customers.lock().ok();
        let found = customers.as_ref().and_then(|all| all.get(&launch.token)).map(what);
        found.ok_or(NoAnswer::Unseen("the sandbox does not know this customer"))
    }
}

/// `customerWebId` of a customer.
fn web_id(slug: &str) -> String {
    format!("web-{slug}")
}

/// Says what the management API said; it never holds a credential.
fn lost(error: &ManagementError) -> NoAnswer {
    NoAnswer::Sandbox(error.to_string())
}

/// The provider in the sandbox: named, found by its activation URL, or registered.
async fn provider(
    management: &Management,
    slug: Option<&str>,
    target: &Target,
) -> Result<Provider, ManagementError> {
    if let Some(slug) = slug {
        return Ok(management.provider(slug).await?.value);
    }
    let all = management.providers().await?.value;
    let address = target.activation.as_str();
    if let Some(found) = all.into_iter().find(|provider| provider.activation_url == address) {
        return Ok(found);
    }
    let service = |name: &str, kind: &str, url: &Option<Url>| {
        let (name, kind) = (name.to_owned(), kind.to_owned());
        url.as_ref().map(|url| NewService {
            name,
            kind,
            url: url.to_string(),
            agreed: serde_json::Map::new(),
        })
    };
    let services = [
        service("Window", "window", &target.service),
        service("Webhook", "webhook", &target.webhook),
    ];
    let new = NewProvider {
        slug: format!("examined-{}", &Uuid::new_v4().simple().to_string()[..8]),
        name: "Examined by the doctor".to_owned(),
        activation_url: address.to_owned(),
        keep_port: target.port == Port::Kept,
        services: services.into_iter().flatten().collect(),
        secret: Some(target.secret.clone()),
    };
    Ok(management.add_provider(&new).await?.value)
}
