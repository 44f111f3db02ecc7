//! What the handlers share.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use freischalt_admission::Share;
use freischalt_client::Client;
use freischalt_client::provider::UrlCheck;
use freischalt_database::{Creation, Keys, Location, hand_over};
use freischalt_listen::{Counts, Sparing, TrustedProxies};
use freischalt_protocol::Secret;
use freischalt_protocol::seal::{KEY_BYTES, MasterKey};
use url::Url;

use crate::behind::Behind;
use crate::config::{
    self, Clock, ConfigError, GatewayConfig, PageConfig, RegularCustomer, ServiceConfig,
    UnknownCustomers,
};
use crate::guard;
use crate::marketplaces::Marketplaces;
use crate::metrics::Metrics;
use crate::store::Store;

/// An administrator waits in front of the page; the API's usual answer takes well under a second.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

pub(crate) struct App {
    pub(crate) provider_name: String,
    pub(crate) page: PageConfig,
    pub(crate) marketplaces: Marketplaces,
    pub(crate) max_url_age: i64,
    max_url_ahead: i64,
    page_lifetime: i64,
    pub(crate) regular_customer: RegularCustomer,
    pub(crate) unknown_customers: UnknownCustomers,
    pub(crate) services: Vec<ServiceConfig>,
    pub(crate) webhooks: Vec<String>,
    pub(crate) clock: Clock,
    pub(crate) client: Client,
    pub(crate) store: Store,
    pub(crate) behind: Option<Behind>,
    pub(crate) metrics: Metrics,
    /// What browsers and the marketplace may take.
    pub(crate) public_share: Share,
    /// What the app behind may take.
    pub(crate) app_share: Share,
    pub(crate) proxies: TrustedProxies,
    /// Refused tokens of the app.
    pub(crate) refused_tokens: Sparing,
    pub(crate) dropped_log_lines: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// What becomes of connections, of browsers and of the app.
    pub(crate) connections: (Arc<Counts>, Option<Arc<Counts>>),
    public_origin: String,
    secrets: RwLock<Secrets>,
}

/// The provider secrets, which a rotation replaces while requests are under way.
struct Secrets {
    current: Secret,
    check: Arc<UrlCheck>,
}

/// What settings come to, before anything is opened.
struct Parts {
    client: Client,
    public_origin: String,
    marketplaces: Marketplaces,
    secrets: Secrets,
    behind: Option<Behind>,
}

impl Parts {
    fn of(config: &GatewayConfig, bound: SocketAddr) -> Result<Self, ConfigError> {
        config::check_limits(config)?;
        let public_url = match &config.public_url {
            Some(url) => url.replace("{port}", &bound.port().to_string()),
            None => format!("http://{}", namable(bound)?),
        };
        let clock = config.clock.clone();
        let client = Client::builder(&config.api_url)
            .timeout(CALL_TIMEOUT)
            .clock(move || clock())
            .build()?;
        let public_origin = config::origin("gateway.public_url", &public_url)?;
        let (current, others) = (config.provider_secret.clone(), config.other_secrets.clone());
        let limits = (config.max_url_age, config.max_url_ahead);
        let secrets = Secrets::new(&public_origin, current, others, limits)?;
        Ok(Self {
            client,
            public_origin,
            marketplaces: Marketplaces::new(&config.marketplace_origins)?,
            secrets,
            behind: config.app.as_ref().map(Behind::new).transpose()?,
        })
    }
}

impl GatewayConfig {
    /// Refuses what the gateway would refuse when it starts; nothing is opened or listened on.
    pub fn check(&self) -> Result<(), ConfigError> {
        Parts::of(self, self.listen).map(|_| ())
    }
}

impl GatewayConfig {
    /// Makes an empty store for a first start; one that is there is refused. Blocks.
    pub fn create_store(&self) -> Result<(), ConfigError> {
        drop(Self { creation: Creation::Only, ..self.clone() }.open_store()?);
        if let Location::File(path) = &self.location {
            hand_over(path).map_err(|source| ConfigError::Owner { path: path.clone(), source })?;
        }
        Ok(())
    }

    fn open_store(&self) -> Result<Store, ConfigError> {
        let keys = keys(self.keys.as_ref(), &self.location)?;
        Ok(Store::open(&self.location, self.creation, &keys)?)
    }
}

impl App {
    /// Blocks while the store is opened.
    pub(crate) fn new(
        config: GatewayConfig,
        bound: SocketAddr,
        connections: (Arc<Counts>, Option<Arc<Counts>>),
    ) -> Result<Self, ConfigError> {
        let Parts { client, public_origin, marketplaces, secrets, behind } =
            Parts::of(&config, bound)?;
        let app_limits = config.app.as_ref().map_or(config.limits, |app| app.limits);
        Ok(Self {
            public_share: guard::share(&config.limits),
            app_share: guard::share(&app_limits),
            marketplaces,
            store: config.open_store()?,
            provider_name: config.provider_name,
            page: config.page,
            max_url_age: config.max_url_age,
            max_url_ahead: config.max_url_ahead,
            page_lifetime: config.page_lifetime,
            regular_customer: config.regular_customer,
            unknown_customers: config.unknown_customers,
            services: config.services,
            webhooks: config.webhooks,
            clock: config.clock,
            client,
            behind,
            metrics: Metrics::default(),
            connections,
            proxies: config.trusted_proxies,
            refused_tokens: Sparing::default(),
            dropped_log_lines: config.dropped_log_lines,
            public_origin,
            secrets: RwLock::new(secrets),
        })
    }

    /// Origin of this gateway as browsers and the marketplace see it.
    pub(crate) fn public_origin(&self) -> &str {
        &self.public_origin
    }

    /// The age in seconds from which on an activation page that was opened in time serves no more.
    pub(crate) fn page_ends_after(&self) -> i64 {
        self.max_url_age.saturating_add(self.page_lifetime)
    }

    /// The check of signed URLs that counts now.
    pub(crate) fn check(&self) -> Arc<UrlCheck> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).check.clone()
    }

    /// The provider secret that counts now.
    pub(crate) fn provider_secret(&self) -> Secret {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).current.clone()
    }

    /// From the next request on these secrets count.
    pub(crate) fn replace_secrets(
        &self,
        current: Secret,
        others: Vec<Secret>,
    ) -> Result<(), ConfigError> {
        if current.is_empty() || others.iter().any(Secret::is_empty) {
            return Err(ConfigError::EmptySecret);
        }
        let limits = (self.max_url_age, self.max_url_ahead);
        let secrets = Secrets::new(&self.public_origin, current, others, limits)?;
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = secrets;
        Ok(())
    }

    /// Scheme and host of the logo, for the content security policy.
    pub(crate) fn logo_origin(&self) -> Option<String> {
        let url = Url::parse(self.page.logo_url.as_deref()?).ok()?;
        Some(url.origin().ascii_serialization())
    }
}

/// Where to reach a gateway without a public URL. No URL can name all addresses of a machine, and no
/// content security policy an IPv6 address.
fn namable(bound: SocketAddr) -> Result<SocketAddr, ConfigError> {
    match bound.ip() {
        IpAddr::V4(address) if !address.is_unspecified() => Ok(bound),
        _ => Err(ConfigError::PublicUrlNeeded { bound }),
    }
}

/// The keys that were given, or for a store in memory some that nobody else knows.
fn keys(given: Option<&Keys>, location: &Location) -> Result<Keys, ConfigError> {
    match (given, location) {
        (Some(keys), _) => Ok(keys.clone()),
        (None, Location::Memory) => {
            let mut key = [0; KEY_BYTES];
            getrandom::fill(&mut key)?;
            Ok(Keys { current: MasterKey::new(key), previous: Vec::new() })
        }
        (None, _) => Err(ConfigError::KeysNeeded),
    }
}

impl Secrets {
    fn new(
        origin: &str,
        current: Secret,
        others: Vec<Secret>,
        (max_age, max_ahead): (i64, i64),
    ) -> Result<Self, ConfigError> {
        let check = UrlCheck::new(origin, current.clone())?.max_age(max_age).max_ahead(max_ahead);
        let check = others.into_iter().fold(check, UrlCheck::also_accepting);
        Ok(Self { current, check: Arc::new(check) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_public_url_it_goes_by_one_ipv4_address() {
        let named = |bound: &str| namable(bound.parse().unwrap());
        assert_eq!(named("192.0.2.7:80").unwrap().to_string(), "192.0.2.7:80");
        for bound in ["0.0.0.0:80", "[::]:80", "[::1]:80"] {
            let error = named(bound).unwrap_err().to_string();
            assert!(error.contains("gateway.public_url is needed"), "{error}");
        }
    }

    #[test]
    fn the_port_that_was_found_goes_into_the_public_url() {
        let mut config = GatewayConfig::new(
            "127.0.0.1:0".parse().unwrap(),
            "P",
            Secret::new("secret"),
            "http://127.0.0.1:8080/api",
            "http://127.0.0.1:8080",
        );
        config.public_url = Some("https://{port}-box.workspace.example".to_owned());
        let parts = Parts::of(&config, "127.0.0.1:4711".parse().unwrap()).unwrap();
        assert_eq!(parts.public_origin, "https://4711-box.workspace.example");
    }
}
