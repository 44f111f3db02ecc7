//! What a gateway has to be told, and what of it cannot be right.

mod file;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use freischalt_client::{BuildError, system_time};
use freischalt_database::{Creation, Keys, Location, OpenError};
use freischalt_listen::{Limits as ConnectionLimits, TrustedProxies};
use freischalt_protocol::{Secret, UnixTime};
use url::{Host, ParseError, Url};

use crate::router::MAX_TIME;

pub use file::{ConfigProblem, read_file};

/// Where the gateway takes the time from.
pub type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

/// Settings of a gateway. [`GatewayConfig::new`] asks for those that have no default.
#[derive(Clone)]
pub struct GatewayConfig {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `scheme://host[:port]` that the marketplace calls the gateway by, which is what it signs.
    /// `{port}` in it stands for the port that is listened on. Without one it is `http://` and the
    /// address that is listened on, if that is one IPv4 address. The `Host` header is never asked:
    /// whoever sends a request chooses it.
    pub public_url: Option<String>,
    /// Name of the provider, shown to administrators.
    pub provider_name: String,
    /// The secret that the marketplace signs URLs with.
    pub provider_secret: Secret,
    /// Secrets that are accepted beside it while one replaces the other.
    pub other_secrets: Vec<Secret>,
    /// Address of the API, such as `https://api.onoffice.de/api/stable/api.php`.
    pub api_url: String,
    /// `scheme://host[:port]` of each marketplace whose web pages show the provider, such as the live
    /// one and the one for tests; at least one. Nobody else may frame the gateway's pages or gets
    /// their messages, and their style sheets are the marketplace's that shows them.
    pub marketplace_origins: Vec<String>,
    /// Longest age of an activation URL when its page is opened, in seconds. 300 by default; the
    /// vendor leaves the choice to the provider.
    pub max_url_age: i64,
    /// How far in the future an activation URL may be signed, in seconds. 120 by default, the
    /// window that the API allows for clock differences.
    pub max_url_ahead: i64,
    /// How long a page opened in time may be used, in seconds. 3600 by default: accepting terms
    /// and finding the key takes longer than a URL is young.
    pub page_lifetime: i64,
    /// What `isRegularCustomer` says to the marketplace.
    pub regular_customer: RegularCustomer,
    /// What becomes of calls for customers whose activation the gateway knows nothing of.
    pub unknown_customers: UnknownCustomers,
    /// What the activation page shows beside the provider's name.
    pub page: PageConfig,
    /// Where the gateway keeps what it has to remember; in memory by default.
    pub location: Location,
    /// What to do if there is no store yet; by default it is made. A configuration file asks for one
    /// that is there: one that has gone has to be noticed.
    pub creation: Creation,
    /// What tokens, keys and claims are sealed with at rest. In memory they may be left out; then
    /// only this process knows the key.
    pub keys: Option<Keys>,
    /// The app behind the gateway. Without one there is the activation and nothing else.
    pub app: Option<AppConfig>,
    /// Services, called at `/services/NAME`.
    pub services: Vec<ServiceConfig>,
    /// Webhooks, called at `/webhooks/NAME`.
    pub webhooks: Vec<String>,
    /// How long and how many connections of browsers and the marketplace are kept; 4096 by default.
    /// The times count for the app's listener as well.
    pub connections: ConnectionLimits,
    /// The most connections of the app at a time: a share of its own, 256 by default.
    pub app_connections: usize,
    /// How long [`Gateway::run`](crate::Gateway::run) waits, once it is told to stop, for requests
    /// that are not complete; 60 s by default, as long as a request may take.
    pub grace: Duration,
    /// Proxies in front, whose word about who calls counts; none by default.
    pub trusted_proxies: TrustedProxies,
    /// Says how many lines of the log were dropped because nobody read it, for the metrics; none by
    /// default.
    pub dropped_log_lines: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// The system's clock by default.
    pub clock: Clock,
    /// How much is taken on of browsers and the marketplace.
    pub limits: Limits,
}

/// How much a listener of the gateway takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests that are answered at the same time.
    pub requests: usize,
    /// Bytes of memory that bodies, and what is made of them, take together. Small bodies are not
    /// counted; see [`freischalt_admission::UNCOUNTED`].
    pub body_memory: usize,
}

impl Limits {
    /// The least [`body_memory`](Self::body_memory): one call of the app with the largest body has
    /// to fit.
    pub const LEAST_MEMORY: usize = 8 * crate::app_api::LARGEST_BODY;
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 1024, body_memory: Self::LEAST_MEMORY }
    }
}

impl GatewayConfig {
    /// Settings for one marketplace, with defaults for everything that is not asked for here.
    pub fn new(
        listen: SocketAddr,
        provider_name: impl Into<String>,
        provider_secret: Secret,
        api_url: impl Into<String>,
        marketplace_origin: impl Into<String>,
    ) -> Self {
        Self {
            listen,
            public_url: None,
            provider_name: provider_name.into(),
            provider_secret,
            api_url: api_url.into(),
            marketplace_origins: vec![marketplace_origin.into()],
            max_url_age: 300,
            max_url_ahead: 120,
            page_lifetime: 3600,
            regular_customer: RegularCustomer::No,
            unknown_customers: UnknownCustomers::Refuse,
            page: PageConfig::default(),
            location: Location::Memory,
            creation: Creation::IfMissing,
            keys: None,
            app: None,
            services: Vec::new(),
            webhooks: Vec::new(),
            other_secrets: Vec::new(),
            connections: ConnectionLimits { connections: 4096, ..ConnectionLimits::default() },
            app_connections: 256,
            grace: MAX_TIME,
            trusted_proxies: TrustedProxies::default(),
            dropped_log_lines: Arc::new(|| 0),
            clock: Arc::new(system_time),
            limits: Limits::default(),
        }
    }
}

/// Whether a customer was one before and may settle payments outside the marketplace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegularCustomer {
    /// Nobody.
    No,
    /// Everybody.
    Yes,
    /// The app is asked for each: `POST` to this path, signed like an event, answered with
    /// `{"isRegularCustomer": true}`. Whatever is not a clear yes is a no.
    Ask {
        /// The app's path.
        path: String,
    },
}

/// What becomes of service calls and webhooks for customers that were not activated through this
/// gateway, but by another program before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownCustomers {
    /// Refused: an administrator has to activate again.
    Refuse,
    /// Served, since only the marketplace can sign a call. Orders and window messages work; calls
    /// to the API need a token and key, and say `not_activated`.
    Serve,
}

/// What the activation page shows beside the provider's name.
#[derive(Clone, Debug, Default)]
pub struct PageConfig {
    /// An `https` address of the provider's logo.
    pub logo_url: Option<String>,
    /// A sentence or two in German.
    pub text_de: Option<String>,
    /// The same in English.
    pub text_en: Option<String>,
}

/// A service of the provider's.
#[derive(Clone, Debug)]
pub struct ServiceConfig {
    /// The last part of its address at the gateway.
    pub name: String,
    /// The app's path.
    pub path: String,
}

/// How a browser gets to the app.
#[derive(Clone, Debug)]
pub enum Handover {
    /// Through the gateway, which passes every request on with a signed session in the header
    /// `Freischalt-Session`.
    Proxy,
    /// To an address of its own, with a session that is good for a minute in the parameter
    /// `session`.
    Redirect {
        /// The app's address for browsers.
        public_url: String,
    },
}

/// The app behind the gateway.
#[derive(Clone)]
pub struct AppConfig {
    /// Where the app calls the gateway; an address that browsers cannot reach.
    pub listen: SocketAddr,
    /// Where the gateway calls the app: scheme, host and port.
    pub url: String,
    /// What the app proves itself with, as bearer token.
    pub token: Secret,
    /// What the gateway signs sessions and events with: `whsec_` and base64.
    pub secret: Secret,
    /// How browsers get to the app.
    pub handover: Handover,
    /// The app's path for events.
    pub events_path: String,
    /// Seconds that an open window may be used; eight hours by default.
    pub visit_lifetime: i64,
    /// Seconds after which a customer that was not heard of is asked for, 0 for never; 900 by
    /// default.
    pub poll_every: i64,
    /// Seconds that the app may keep the gateway waiting, for an answer or within one; 20 by
    /// default.
    pub timeout: u32,
    /// How much is taken on of the app.
    pub limits: Limits,
}

impl AppConfig {
    /// For an app at `url` that runs in the same program: token and secret are made here, and
    /// nobody else gets to know them. It calls the gateway at [`Gateway::app_addr`].
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    ///
    /// [`Gateway::app_addr`]: crate::Gateway::app_addr
    pub fn in_this_process(url: impl Into<String>) -> Result<Self, ConfigError> {
        let mut bytes = [[0; 32]; 2];
        getrandom::fill(bytes.as_flattened_mut())?;
        let [token, secret] = bytes.map(|bytes| STANDARD.encode(bytes));
        Ok(Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            url: url.into(),
            token: Secret::new(token),
            secret: Secret::new(format!("whsec_{secret}")),
            handover: Handover::Proxy,
            events_path: Self::EVENTS_PATH.to_owned(),
            visit_lifetime: Self::VISIT_LIFETIME,
            poll_every: Self::POLL_EVERY,
            timeout: Self::TIMEOUT,
            limits: Limits::default(),
        })
    }

    /// The default of `visit_lifetime`.
    pub const VISIT_LIFETIME: i64 = 8 * 3600;
    /// The default of `poll_every`.
    pub const POLL_EVERY: i64 = 900;
    /// The default of `timeout`.
    pub const TIMEOUT: u32 = 20;
    /// The default of `events_path`.
    pub const EVENTS_PATH: &str = "/freischalt/events";
}

/// A setting that cannot be right. The text names the setting and the fix.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not a URL at all.
    #[error("{setting} is {value:?}, which is not a URL; it looks like https://provider.example")]
    NotAUrl {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// A URL with more or less than scheme, host and port.
    #[error(
        "{setting} is {value:?}, but it takes scheme, host and port only; it looks like \
         https://provider.example or http://127.0.0.1:8080"
    )]
    NotAnOrigin {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// There is no marketplace to be shown by.
    #[error("marketplace.origins is empty; it is a list like [\"https://smart.onoffice.de\"]")]
    NoMarketplace,
    /// The address listened on is every address of the machine, which no URL can name, or an IPv6
    /// address, which no page can be framed from.
    #[error(
        "gateway.public_url is needed to listen on {bound}; it is what the marketplace calls this gateway \
         by, like https://provider.example"
    )]
    PublicUrlNeeded {
        /// The address.
        bound: SocketAddr,
    },
    /// Browsers know no IPv6 address in a content security policy, so no frame would show a page.
    #[error(
        "{setting} is {value:?}, but a page of an IPv6 address cannot be framed: a content security \
         policy has no way to write one. Give a host name, such as http://localhost:8090"
    )]
    Ipv6 {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// Everybody could sign with an empty secret.
    #[error("provider_secret is empty; take it from the marketplace's provider settings")]
    EmptySecret,
    /// A limit below zero would refuse every URL.
    #[error("{setting} is {value} s, but it has to be 0 or more")]
    NegativeLimit {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        value: i64,
    },
    /// What the gateway shares with the app is not in the spelling of Standard Webhooks.
    #[error(
        "app.secret_file has to hold whsec_ and base64 of 24 to 64 bytes: \
         printf %s \"whsec_$(openssl rand -base64 32)\" > app-secret"
    )]
    NotAnAppSecret,
    /// The logo would be loaded over an open connection, or from no address at all.
    #[error(
        "provider.logo_url is {value:?}; it has to begin with https:// and hold no spaces or quotes"
    )]
    Logo {
        /// Its value.
        value: String,
    },
    /// What outlives the process has to be sealed with a key that does so too.
    #[error("keys are needed for a store that is not in memory")]
    KeysNeeded,
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    Random(#[from] getrandom::Error),
    /// The store cannot be opened.
    #[error("the gateway's store cannot be opened")]
    Store(#[from] OpenError),
    /// The store was made, but belongs to root.
    #[error(
        "{} is made, but cannot be given to the owner of its folder: do it with chown",
        path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The public address is none.
    #[error("gateway.public_url: {0}")]
    PublicUrl(#[from] freischalt_client::provider::NotAnOrigin),
    /// `api_url` is no address that calls can go to.
    #[error("marketplace.api_url: {0}")]
    Api(#[from] BuildError),
}

/// The origin in the spelling of browsers: lower case, no default port, no slash at the end.
pub(crate) fn origin(setting: &'static str, value: &str) -> Result<String, ConfigError> {
    let url = Url::parse(value).map_err(|source| ConfigError::NotAUrl {
        setting,
        value: value.to_owned(),
        source,
    })?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_bare || !matches!(url.scheme(), "http" | "https") {
        return Err(ConfigError::NotAnOrigin { setting, value: value.to_owned() });
    }
    if matches!(url.host(), Some(Host::Ipv6(_))) {
        return Err(ConfigError::Ipv6 { setting, value: value.to_owned() });
    }
    Ok(url.origin().ascii_serialization())
}

pub(crate) fn check_limits(config: &GatewayConfig) -> Result<(), ConfigError> {
    if config.provider_secret.is_empty() || config.other_secrets.iter().any(Secret::is_empty) {
        return Err(ConfigError::EmptySecret);
    }
    let logo = config.page.logo_url.as_deref();
    let unfit = |url: &&str| !url.starts_with("https://") || url.contains([' ', '"', '\'', ';']);
    if let Some(value) = logo.filter(unfit) {
        return Err(ConfigError::Logo { value: value.to_owned() });
    }
    let limits = [
        ("gateway.max_url_age", config.max_url_age),
        ("gateway.max_url_ahead", config.max_url_ahead),
        ("gateway.page_lifetime", config.page_lifetime),
    ];
    match limits.into_iter().find(|(_, value)| *value < 0) {
        Some((setting, value)) => Err(ConfigError::NegativeLimit { setting, value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_get_the_spelling_of_browsers() {
        let spelled = |value| origin("public_url", value).unwrap();
        assert_eq!(spelled("HTTPS://Provider.Example:443/"), "https://provider.example");
        assert_eq!(spelled("http://127.0.0.1:8082"), "http://127.0.0.1:8082");
    }

    #[test]
    fn anything_beyond_an_origin_is_refused_by_name() {
        for value in ["https://h/path", "https://h?x", "https://u@h", "ftp://h", "javascript:x"] {
            let error = origin("marketplace.origins", value).unwrap_err();
            assert!(matches!(error, ConfigError::NotAnOrigin { .. }), "{value}: {error}");
            assert!(error.to_string().starts_with("marketplace.origins is"), "{error}");
        }
    }

    #[test]
    fn an_ipv6_address_is_refused_with_what_would_be_right() {
        for value in ["http://[::1]:8080", "https://[2001:db8::5]"] {
            let error = origin("marketplace.origins", value).unwrap_err();
            assert!(matches!(error, ConfigError::Ipv6 { .. }), "{value}: {error}");
            assert!(error.to_string().contains("Give a host name"), "{error}");
        }
    }
}
