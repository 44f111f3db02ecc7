//! The configuration file of `freischalt gateway`: TOML, every mistake named with the setting and
//! what would be right.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use freischalt_database::Creation;
use freischalt_database::settings::{SettingProblem, StoreSettings, check_token, secret};
use freischalt_listen::{AddressHeader, Limits as ConnectionLimits, TrustedProxies};
use freischalt_protocol::secret::{Secret, SecretKind};
use serde::Deserialize;
use url::Url;

use super::{
    AppConfig, GatewayConfig, Handover, Limits, PageConfig, RegularCustomer, ServiceConfig,
    UnknownCustomers,
};
use crate::app_path;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The configuration file itself cannot be read.
    #[error("--config: cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file is not the TOML it should be.
    #[error("{}: {problem}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// What and where.
        problem: String,
    },
    /// A setting is refused.
    #[error("{setting}: {problem}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A setting of the store, or a file with a secret, is refused.
    #[error(transparent)]
    Store(#[from] SettingProblem),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    gateway: GatewaySection,
    provider: ProviderSection,
    marketplace: MarketplaceSection,
    app: AppSection,
    store: StoreSection,
    #[serde(default)]
    service: Vec<ServiceSection>,
    #[serde(default)]
    webhook: Vec<WebhookSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GatewaySection {
    bind: SocketAddr,
    public_url: String,
    max_url_age: Option<i64>,
    max_url_ahead: Option<i64>,
    page_lifetime: Option<i64>,
    max_requests: Option<usize>,
    max_body_memory: Option<usize>,
    max_connections: Option<usize>,
    head_seconds: Option<u64>,
    idle_seconds: Option<u64>,
    write_seconds: Option<u64>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    client_address_header: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderSection {
    name: String,
    secret_file: PathBuf,
    #[serde(default)]
    other_secret_files: Vec<PathBuf>,
    regular_customer: Option<String>,
    unknown_customers: Option<String>,
    logo_url: Option<String>,
    text_de: Option<String>,
    text_en: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarketplaceSection {
    api_url: String,
    origins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppSection {
    bind: SocketAddr,
    url: String,
    token_file: PathBuf,
    secret_file: PathBuf,
    handover: Option<String>,
    public_url: Option<String>,
    events_path: Option<String>,
    regular_customer_path: Option<String>,
    visit_lifetime: Option<i64>,
    poll_every: Option<i64>,
    timeout: Option<u32>,
    max_requests: Option<usize>,
    max_body_memory: Option<usize>,
    max_connections: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreSection {
    path: Option<PathBuf>,
    url: Option<String>,
    url_file: Option<PathBuf>,
    encryption_key_file: PathBuf,
    #[serde(default)]
    previous_encryption_key_files: Vec<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceSection {
    name: String,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookSection {
    name: String,
}

/// Reads the configuration of a gateway. Relative paths count from the file's folder.
pub fn read_file(path: &Path) -> Result<GatewayConfig, ConfigProblem> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigProblem::Read { path: path.to_owned(), source })?;
    let file: File = toml::from_str(&text).map_err(|error| {
        let example = match error.message().starts_with("missing field") {
            true => "docs/gateway.md has a complete file",
            false => "docs/gateway.md lists all settings",
        };
        let problem = format!("{}\n{example}", error.to_string().trim_end());
        ConfigProblem::Toml { path: path.to_owned(), problem }
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    build(file, folder)
}

fn build(file: File, folder: &Path) -> Result<GatewayConfig, ConfigProblem> {
    let provider_secret =
        secret("provider.secret_file", &folder.join(&file.provider.secret_file), SecretKind::Text)?;
    let other_secrets = file.provider.other_secret_files.iter();
    let other_secrets = other_secrets
        .map(|path| secret("provider.other_secret_files", &folder.join(path), SecretKind::Text))
        .collect::<Result<Vec<_>, _>>()?;
    check_api_url(&file.marketplace.api_url)?;
    if file.app.bind == file.gateway.bind && file.app.bind.port() != 0 {
        return refuse(
            "app.bind",
            "is gateway.bind too; the app's listener needs an address of its own, which browsers cannot reach",
        );
    }
    let app = app(&file.app, folder)?;
    let mut secrets = vec![("provider.secret_file", &provider_secret)];
    secrets.extend(other_secrets.iter().map(|other| ("provider.other_secret_files", other)));
    secrets.extend([("app.token_file", &app.token), ("app.secret_file", &app.secret)]);
    check_distinct(&secrets)?;
    let limits = limits(
        ("gateway.max_requests", file.gateway.max_requests),
        ("gateway.max_body_memory", file.gateway.max_body_memory),
    )?;
    let regular_customer = regular_customer(&file)?;
    let unknown_customers = unknown_customers(file.provider.unknown_customers.as_deref())?;
    let services = file.service.into_iter().map(service).collect::<Result<Vec<_>, _>>()?;
    let webhooks = file.webhook.into_iter().map(|webhook| webhook.name);
    let webhooks =
        webhooks.map(|name| checked_name("webhook.name", name)).collect::<Result<Vec<_>, _>>()?;
    let store = file.store.settings(folder);
    let (location, keys) = (store.location("")?, store.keys()?);
    let mut config = GatewayConfig::new(
        file.gateway.bind,
        file.provider.name,
        provider_secret,
        file.marketplace.api_url,
        "",
    );
    config.marketplace_origins = file.marketplace.origins;
    config.connections = ConnectionLimits {
        connections: number(
            "gateway.max_connections",
            file.gateway.max_connections,
            config.connections.connections,
        )?,
        head: seconds("gateway.head_seconds", file.gateway.head_seconds, config.connections.head)?,
        idle: seconds("gateway.idle_seconds", file.gateway.idle_seconds, config.connections.idle)?,
        write: seconds(
            "gateway.write_seconds",
            file.gateway.write_seconds,
            config.connections.write,
        )?,
    };
    config.trusted_proxies = trusted_proxies(&file.gateway)?;
    config.app_connections =
        number("app.max_connections", file.app.max_connections, config.app_connections)?;
    config.public_url = Some(file.gateway.public_url);
    config.other_secrets = other_secrets;
    config.max_url_age = file.gateway.max_url_age.unwrap_or(config.max_url_age);
    config.max_url_ahead = file.gateway.max_url_ahead.unwrap_or(config.max_url_ahead);
    config.page_lifetime = file.gateway.page_lifetime.unwrap_or(config.page_lifetime);
    config.regular_customer = regular_customer;
    config.unknown_customers = unknown_customers;
    config.page = PageConfig {
        logo_url: file.provider.logo_url,
        text_de: file.provider.text_de,
        text_en: file.provider.text_en,
    };
    config.location = location;
    config.creation = Creation::Never;
    config.keys = Some(keys);
    config.app = Some(app);
    config.services = services;
    config.webhooks = webhooks;
    config.limits = limits;
    Ok(config)
}

fn refuse<T>(setting: &'static str, problem: impl Into<String>) -> Result<T, ConfigProblem> {
    Err(ConfigProblem::Setting { setting, problem: problem.into() })
}

fn trusted_proxies(gateway: &GatewaySection) -> Result<TrustedProxies, ConfigProblem> {
    let header = match gateway.client_address_header.as_deref() {
        None | Some("x-forwarded-for") => AddressHeader::XForwardedFor,
        Some("forwarded") => AddressHeader::Forwarded,
        Some(other) => {
            let problem = format!("is {other:?}; it is \"x-forwarded-for\" or \"forwarded\"");
            return refuse("gateway.client_address_header", problem);
        }
    };
    TrustedProxies::new(gateway.trusted_proxies.iter().map(String::as_str), header)
        .or_else(|problem| refuse("gateway.trusted_proxies", problem.to_string()))
}

fn number(
    setting: &'static str,
    given: Option<usize>,
    default: usize,
) -> Result<usize, ConfigProblem> {
    match given {
        Some(0) => refuse(setting, "is 0; it has to be at least 1"),
        given => Ok(given.unwrap_or(default)),
    }
}

fn seconds(
    setting: &'static str,
    given: Option<u64>,
    default: Duration,
) -> Result<Duration, ConfigProblem> {
    match given {
        Some(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        Some(seconds) => refuse(setting, format!("is {seconds} s; it has to be from 1 to 3600")),
        None => Ok(default),
    }
}

fn regular_customer(file: &File) -> Result<RegularCustomer, ConfigProblem> {
    const SETTING: &str = "provider.regular_customer";
    match (file.provider.regular_customer.as_deref(), &file.app.regular_customer_path) {
        (None | Some("no"), None) => Ok(RegularCustomer::No),
        (Some("yes"), None) => Ok(RegularCustomer::Yes),
        (Some("ask"), Some(path)) => {
            Ok(RegularCustomer::Ask { path: checked_path("app.regular_customer_path", path)? })
        }
        (Some("ask"), None) => {
            refuse(SETTING, "is \"ask\", so app.regular_customer_path has to say where to ask")
        }
        (_, Some(_)) => refuse(SETTING, "has to be \"ask\" if app.regular_customer_path is set"),
        (Some(other), None) => {
            refuse(SETTING, format!("is {other:?}; it is one of yes, no and ask"))
        }
    }
}

fn unknown_customers(value: Option<&str>) -> Result<UnknownCustomers, ConfigProblem> {
    match value {
        None | Some("refuse") => Ok(UnknownCustomers::Refuse),
        Some("serve") => Ok(UnknownCustomers::Serve),
        Some(other) => refuse(
            "provider.unknown_customers",
            format!("is {other:?}; it is \"refuse\" or \"serve\""),
        ),
    }
}

fn app(section: &AppSection, folder: &Path) -> Result<AppConfig, ConfigProblem> {
    let handover = match (section.handover.as_deref(), &section.public_url) {
        (None | Some("proxy"), None) => Handover::Proxy,
        (None | Some("proxy"), Some(_)) => {
            return refuse("app.public_url", "is for app.handover = \"redirect\" only");
        }
        (Some("redirect"), Some(url)) => {
            Handover::Redirect { public_url: url.trim_end_matches('/').to_owned() }
        }
        (Some("redirect"), None) => {
            return refuse(
                "app.public_url",
                "is missing; with app.handover = \"redirect\" browsers are sent there",
            );
        }
        (Some(other), _) => {
            return refuse(
                "app.handover",
                format!("is {other:?}; it is \"proxy\" or \"redirect\""),
            );
        }
    };
    let lifetime = section.visit_lifetime.unwrap_or(AppConfig::VISIT_LIFETIME);
    let poll_every = section.poll_every.unwrap_or(AppConfig::POLL_EVERY);
    if lifetime < 60 {
        return refuse("app.visit_lifetime", format!("is {lifetime} s; it has to be 60 or more"));
    }
    if poll_every != 0 && poll_every < 60 {
        let problem = format!("is {poll_every} s; it has to be 60 or more, or 0 for never");
        return refuse("app.poll_every", problem);
    }
    let timeout = section.timeout.unwrap_or(AppConfig::TIMEOUT);
    if !(1..=50).contains(&timeout) {
        let problem = format!("is {timeout} s; it has to be from 1 to 50: browsers wait for 60");
        return refuse("app.timeout", problem);
    }
    let events_path = section.events_path.as_deref().unwrap_or(AppConfig::EVENTS_PATH);
    Ok(AppConfig {
        listen: section.bind,
        url: section.url.clone(),
        token: own_secret(
            "app.token_file",
            &folder.join(&section.token_file),
            32,
            SecretKind::Text,
        )?,
        secret: own_secret(
            "app.secret_file",
            &folder.join(&section.secret_file),
            1,
            SecretKind::Events,
        )?,
        handover,
        events_path: checked_path("app.events_path", events_path)?,
        visit_lifetime: lifetime,
        poll_every,
        timeout,
        limits: limits(
            ("app.max_requests", section.max_requests),
            ("app.max_body_memory", section.max_body_memory),
        )?,
    })
}

fn limits(
    (requests_setting, requests): (&'static str, Option<usize>),
    (memory_setting, memory): (&'static str, Option<usize>),
) -> Result<Limits, ConfigProblem> {
    let default = Limits::default();
    let limits = Limits {
        requests: requests.unwrap_or(default.requests),
        body_memory: memory.unwrap_or(default.body_memory),
    };
    if limits.requests == 0 {
        return refuse(requests_setting, "must be at least 1");
    }
    if limits.body_memory < Limits::LEAST_MEMORY {
        let (given, least) = (limits.body_memory, Limits::LEAST_MEMORY);
        let problem = format!("is {given}; it must be at least {least}, for one large body");
        return refuse(memory_setting, problem);
    }
    Ok(limits)
}

fn service(section: ServiceSection) -> Result<ServiceConfig, ConfigProblem> {
    Ok(ServiceConfig {
        name: checked_name("service.name", section.name)?,
        path: checked_path("service.path", &section.path)?,
    })
}

fn checked_name(setting: &'static str, name: String) -> Result<String, ConfigProblem> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match !name.is_empty() && name.chars().all(is_plain) {
        true => Ok(name),
        false => refuse(
            setting,
            format!("is {name:?}; it stands in a URL and has only a-z, 0-9 and hyphens"),
        ),
    }
}

fn checked_path(setting: &'static str, path: &str) -> Result<String, ConfigProblem> {
    match app_path::check(path) {
        Ok(()) => Ok(path.to_owned()),
        Err(problem) => refuse(setting, format!("is {path:?}; it {problem}")),
    }
}

impl StoreSection {
    fn settings<'a>(&'a self, folder: &'a Path) -> StoreSettings<'a> {
        StoreSettings {
            folder,
            path: self.path.as_deref(),
            url: self.url.as_deref(),
            url_file: self.url_file.as_deref(),
            key_file: &self.encryption_key_file,
            previous_key_files: &self.previous_encryption_key_files,
        }
    }
}

/// A secret that whoever runs the gateway has made, and that nobody should guess.
fn own_secret(
    setting: &'static str,
    path: &Path,
    least: usize,
    kind: SecretKind,
) -> Result<Secret, ConfigProblem> {
    let secret = secret(setting, path, kind)?;
    let text = secret.expose();
    if text.chars().count() < least {
        let path = path.display();
        return refuse(setting, format!("{path} must hold at least {least} characters"));
    }
    check_token(setting, path, text.strip_prefix("whsec_").unwrap_or(text))?;
    Ok(secret)
}

/// Each of them is somebody else's to know: the marketplace has the first, the app the others, and
/// whoever calls the app's interface only the token.
fn check_distinct(secrets: &[(&'static str, &Secret)]) -> Result<(), ConfigProblem> {
    for (index, (setting, secret)) in secrets.iter().enumerate() {
        if let Some((same, _)) = secrets[..index].iter().find(|(_, other)| other == secret) {
            return refuse(
                setting,
                format!("holds the same value as {same}; each of them is a secret of its own"),
            );
        }
    }
    Ok(())
}

/// An address of the host alone is where people sign in, and not the API.
fn check_api_url(text: &str) -> Result<(), ConfigProblem> {
    match Url::parse(text) {
        Ok(url) if url.path() == "/" && matches!(url.scheme(), "http" | "https") => refuse(
            "marketplace.api_url",
            format!("is {text:?}, a host without a path; the API is at /api/stable/api.php"),
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use freischalt_database::Location;

    use super::*;

    const FINE: &str = r#"
        [gateway]
        bind = "127.0.0.1:8090"
        public_url = "https://provider.example"
        [provider]
        name = "Grundrisswerk"
        secret_file = "provider-secret"
        [marketplace]
        api_url = "https://api.onoffice.de/api/stable/api.php"
        origins = ["https://smart.onoffice.de", "https://beta.example"]
        [app]
        bind = "127.0.0.1:8091"
        url = "http://127.0.0.1:3000"
        token_file = "token"
        secret_file = "app-secret"
        [store]
        path = "gateway.db"
        encryption_key_file = "key"
        [[service]]
        name = "shop"
        path = "/shop"
    "#;

    struct Files(tempfile::TempDir);

    impl Files {
        fn new() -> Self {
            let files = Self(tempfile::tempdir().unwrap());
            files.put("provider-secret", "provider-secret-0123456789\n", 0o600);
            files.put("token", "vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6", 0o600);
            files.put("app-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0o600);
            files.put(
                "key",
                "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13",
                0o600,
            );
            files
        }

        fn put(&self, name: &str, text: &str, mode: u32) {
            let path = self.0.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }

        fn read(&self, toml: &str) -> Result<GatewayConfig, ConfigProblem> {
            self.put("gateway.toml", toml, 0o644);
            read_file(&self.0.path().join("gateway.toml"))
        }
    }

    #[test]
    fn reads_a_complete_file() {
        let files = Files::new();
        let config = files.read(FINE).unwrap();
        assert_eq!(config.provider_secret, Secret::new("provider-secret-0123456789"));
        assert_eq!(config.public_url.as_deref(), Some("https://provider.example"));
        assert_eq!(
            config.marketplace_origins,
            ["https://smart.onoffice.de", "https://beta.example"]
        );
        assert_eq!(config.services[0].path, "/shop");
        assert_eq!(config.location, Location::File(files.0.path().join("gateway.db")));
        assert_eq!(config.regular_customer, RegularCustomer::No);
    }

    #[test]
    fn a_postgresql_database_is_named_by_its_url_or_a_private_file_with_it() {
        let files = Files::new();
        let with = |line: &str| FINE.replace("path = \"gateway.db\"", line);
        let config = files.read(&with("url = \"postgres://me@db.example/gateway\"")).unwrap();
        assert!(matches!(config.location, Location::Postgres(_)));
        files.put("url", "postgres://me:hunter2@db.example/gateway\n", 0o600);
        let config = files.read(&with("url_file = \"url\"")).unwrap();
        let shown = format!("{:?}", config.location);
        assert!(shown.contains("db.example") && !shown.contains("hunter2"), "{shown}");
        files.put("url", "postgres://me:hunter2@db.example/gateway\n", 0o644);
        let readable = files.read(&with("url_file = \"url\"")).err().unwrap().to_string();
        assert!(readable.contains("store.url_file") && readable.contains("chmod 600"));
    }

    #[test]
    fn each_mistake_is_named_with_its_setting_and_the_fix() {
        let files = Files::new();
        let changes = [
            ("name = \"shop\"", "name = \"My Shop\"", "service.name: is \"My Shop\"; it stands"),
            ("\"/shop\"", "\"shop\"", "service.path: is \"shop\"; it has to begin with one slash"),
            ("8091", "8090", "app.bind: is gateway.bind too"),
            (
                "[marketplace]",
                "unknown_customers = \"keep\"\n[marketplace]",
                "provider.unknown_customers: is \"keep\"; it is \"refuse\" or \"serve\"",
            ),
            ("token_file = \"token\"", "token_file = \"missing\"", "app.token_file: cannot read"),
            ("key_file = \"key\"", "key_file = \"token\"", "64 hexadecimal digits: openssl"),
            ("[app]", "[app]\nhandover = \"frame\"", "app.handover: is \"frame\"; it is \"proxy\""),
            ("[app]", "[app]\nhandover = \"redirect\"", "app.public_url: is missing"),
            ("[app]", "[app]\npoll_every = 5", "app.poll_every: is 5 s; it has to be 60"),
            ("[app]", "[app]\ntimeout = 60", "app.timeout: is 60 s; it has to be from 1 to 50"),
            ("[app]", "[app]\nvisit_lifetime = 5", "app.visit_lifetime: is 5 s"),
            ("[provider]", "[provider]\nregular_customer = \"ask\"", "where to ask"),
            ("[provider]", "[provider]\nregular_customer = \"si\"", "one of yes, no and ask"),
            ("path = \"gateway.db\"", "", "store: needs one of path (a SQLite database), url and"),
            ("[store]", "[store]\nurl = \"postgres://db/x\"", "store: needs one of path"),
            ("path = \"gateway.db\"", "url = \"mysql://db/x\"", "store.url: is no PostgreSQL URL"),
            (
                "path = \"gateway.db\"",
                "url = \"postgres://me:hunter2@db/x\"",
                "store.url: holds a password",
            ),
            ("bind = \"127.0.0.1:8090\"", "bnd = \"127.0.0.1:8090\"", "unknown field `bnd`"),
        ];
        for (from, to, expected) in changes {
            let error = files.read(&FINE.replacen(from, to, 1)).err().unwrap().to_string();
            assert!(error.contains(expected), "{to}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        files.put("token", "short", 0o600);
        let short = files.read(FINE).err().unwrap().to_string();
        assert!(short.contains("app.token_file") && short.contains("32 characters"), "{short}");
        files.put("token", "vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6", 0o644);
        assert!(files.read(FINE).err().unwrap().to_string().contains("chmod 600"));
    }

    #[test]
    fn secrets_are_of_their_kind_each_its_own_and_the_api_has_a_path() {
        for (name, text, expected) in [
            ("provider-secret", "undefined", "provider.secret_file: "),
            ("provider-secret", "SECRET=hunter2hunter2", "the value alone is the secret"),
            ("provider-secret", "'hunter2hunter2'", "quotation marks"),
            ("provider-secret", "whsec_hunter2hunter2", "which belongs in another place"),
            ("app-secret", "hunter2hunter2hunter2", "app.secret_file: "),
            ("app-secret", "hunter2hunter2hunter2", "does not begin with whsec_"),
            ("token", "hunter2\nhunter2", "a line break in its midst"),
            ("token", "provider-secret-0123456789\n", "app.token_file: "),
        ] {
            let files = Files::new();
            files.put(name, text, 0o600);
            let error = files.read(FINE).err().unwrap().to_string();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{name}: {error}");
        }
        let files = Files::new();
        let long = "provider-secret-0123456789-0123456789";
        files.put("provider-secret", &format!("\u{feff}{long}\r\n"), 0o600);
        assert_eq!(files.read(FINE).unwrap().provider_secret, Secret::new(long));
        files.put("token", long, 0o600);
        let same = files.read(FINE).err().unwrap().to_string();
        assert!(
            same.contains("app.token_file: holds the same value as provider.secret_file"),
            "{same}"
        );
        let files = Files::new();
        for address in ["https://api.onoffice.de", "https://api.onoffice.de/"] {
            let bare = FINE.replace("https://api.onoffice.de/api/stable/api.php", address);
            let bare = files.read(&bare).err().unwrap().to_string();
            assert!(bare.contains("the API is at /api/stable/api.php"), "{bare}");
        }
    }
}
