//! The configuration file of `freischalt serve`: TOML, every mistake named with the setting and
//! what would be right. Production starts only with what is safe to rely on.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use freischalt_listen::{AddressHeader, TrustedProxies};
use freischalt_marketplace::{Policy, policy::PolicyProblem};
use freischalt_protocol::{
    seal::MasterKey,
    secret::{Secret, SecretKind},
};
use freischalt_store::{
    Creation, Location,
    settings::{self, SettingProblem, StoreSettings, check_token},
};
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{Config, Connections, DroppedLogLines, Limits, Mode, Sampling, Targets};

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigProblem {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
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
    /// A setting that stores have everywhere is refused.
    #[error(transparent)]
    Store(#[from] SettingProblem),
    /// A switch of the rules is out of range.
    #[error("policy.{0}")]
    Policy(#[from] PolicyProblem),
    /// A switch of the rules on the command line cannot be understood.
    #[error("the policy setting `{given}`: {problem}")]
    PolicySetting {
        /// What was given.
        given: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: ServerSection,
    management: ManagementSection,
    store: StoreSection,
    #[serde(default)]
    metrics: MetricsSection,
    #[serde(default)]
    traces: TracesSection,
    #[serde(default)]
    sessions: SessionsSection,
    #[serde(default)]
    payments: PaymentsSection,
    #[serde(default)]
    policy: Policy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerSection {
    #[serde(deserialize_with = "address")]
    bind: SocketAddr,
    public_url: String,
    largest_body: Option<usize>,
    max_body_memory: Option<usize>,
    max_requests: Option<usize>,
    request_seconds: Option<u64>,
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
struct ManagementSection {
    #[serde(deserialize_with = "address")]
    bind: SocketAddr,
    token_file: Option<PathBuf>,
    max_requests: Option<usize>,
    max_connections: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreSection {
    path: Option<PathBuf>,
    url: Option<String>,
    url_file: Option<PathBuf>,
    encryption_key_file: PathBuf,
    slow_commit_milliseconds: Option<u64>,
    #[serde(default)]
    previous_encryption_key_files: Vec<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricsSection {
    enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionsSection {
    idle_seconds: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentsSection {
    #[serde(default)]
    no_money_moves: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TracesSection {
    one_in: Option<u32>,
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let wrong = |_| D::Error::custom("must be an address with a port, such as 127.0.0.1:8080");
    String::deserialize(from)?.parse().map_err(wrong)
}

/// Reads the configuration of a production server. Relative paths count from the file's folder.
/// A `store` from the command line or the environment replaces that of the file.
pub fn read_file(path: &Path, store: Option<&str>) -> Result<Config, ConfigProblem> {
    let text = read(path)?;
    let file: File = toml::from_str(&text).map_err(|error| ConfigProblem::Toml {
        path: path.to_owned(),
        problem: error.to_string(),
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    file.policy.check()?;
    let store_settings = file.store.settings(folder);
    let token = management_token(folder, file.management.token_file.as_deref())?;
    check_apart(&token, &folder.join(&file.store.encryption_key_file))?;
    Ok(Config {
        mode: Mode::Production,
        bind: file.server.bind,
        public_url: Some(public_url(&file.server.public_url)?),
        management_bind: file.management.bind,
        management_token: Some(token),
        location: match store {
            Some(text) => store_location("--store", text)?,
            None => store_settings.location(", or --store on the command line")?,
        },
        creation: Creation::Never,
        keys: store_settings.keys()?,
        limits: limits(&file)?,
        policy: file.policy,
        connections: connections(&file.server, &file.management)?,
        session_idle: Some(session_idle(&file.sessions)?),
        shops: file.payments.no_money_moves,
        targets: Targets::default(),
        trusted_proxies: trusted_proxies(&file.server)?,
        dropped_log_lines: DroppedLogLines::default(),
        metrics: file.metrics.enabled.unwrap_or(true),
        traces: sampling(&file.traces)?,
    })
}

fn read(path: &Path) -> Result<String, ConfigProblem> {
    fs::read_to_string(path).map_err(|source| ConfigProblem::Read { path: path.to_owned(), source })
}

fn refuse<T>(setting: &'static str, problem: impl Into<String>) -> Result<T, ConfigProblem> {
    Err(ConfigProblem::Setting { setting, problem: problem.into() })
}

/// Where a store is that was named outside of any file: the URL of a PostgreSQL database, or the
/// path of a SQLite one.
pub fn store_location(setting: &'static str, text: &str) -> Result<Location, ConfigProblem> {
    if text.trim().is_empty() {
        let problem = "is empty: give a path or a URL, or leave it out (unset FREISCHALT_STORE)";
        return refuse(setting, problem);
    }
    Location::parse(text).or_else(|problem| refuse(setting, problem.to_string()))
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

/// How much is taken on; by default as much as [`Limits::default`] says.
fn limits(file: &File) -> Result<Limits, ConfigProblem> {
    let File { server, management, store, .. } = file;
    let mut limits = Limits::default();
    if let Some(milliseconds) = store.slow_commit_milliseconds {
        limits.slow_commit = Duration::from_millis(milliseconds);
    }
    if let Some(requests) = at_least_one("server.max_requests", server.max_requests)? {
        limits.requests = requests;
    }
    if let Some(requests) = at_least_one("management.max_requests", management.max_requests)? {
        limits.management_requests = requests;
    }
    if let Some(bytes) = at_least_one("server.largest_body", server.largest_body)? {
        limits.largest_body = bytes;
    }
    let least = limits.largest_body.saturating_mul(Limits::FACTOR);
    match server.max_body_memory {
        Some(bytes) if bytes < least => {
            let problem = format!(
                "is {bytes}; it must be at least {least}, {} times server.largest_body, or no body \
                 of that size could be read",
                Limits::FACTOR
            );
            return refuse("server.max_body_memory", problem);
        }
        Some(bytes) => limits.body_memory = bytes,
        None => limits.body_memory = limits.body_memory.max(least),
    }
    match server.request_seconds {
        Some(seconds @ 1..=3600) => {
            limits.time = Duration::from_secs(seconds);
            limits.grace = limits.time + Duration::from_secs(5);
        }
        Some(_) => return refuse("server.request_seconds", "must be from 1 to 3600"),
        None => {}
    }
    Ok(limits)
}

fn at_least_one(
    setting: &'static str,
    number: Option<usize>,
) -> Result<Option<usize>, ConfigProblem> {
    match number {
        Some(0) => refuse(setting, "must be at least 1"),
        number => Ok(number),
    }
}

/// Whose word about the caller's address counts; by default nobody's.
fn trusted_proxies(server: &ServerSection) -> Result<TrustedProxies, ConfigProblem> {
    let header = match server.client_address_header.as_deref() {
        None | Some("x-forwarded-for") => AddressHeader::XForwardedFor,
        Some("forwarded") => AddressHeader::Forwarded,
        Some(other) => {
            let problem = format!("is {other:?}; it is \"x-forwarded-for\" or \"forwarded\"");
            return refuse("server.client_address_header", problem);
        }
    };
    TrustedProxies::new(server.trusted_proxies.iter().map(String::as_str), header)
        .or_else(|problem| refuse("server.trusted_proxies", problem.to_string()))
}

/// How long and how many connections are kept; by default as [`Connections::default`] says.
fn connections(
    server: &ServerSection,
    management: &ManagementSection,
) -> Result<Connections, ConfigProblem> {
    let Connections { public, management: private } = Connections::default();
    let number = |setting, given: Option<usize>, default| match given {
        Some(0) => refuse(setting, "must be at least 1"),
        given => Ok(given.unwrap_or(default)),
    };
    let seconds = |setting, given: Option<u64>, default| match given {
        Some(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        Some(_) => refuse(setting, "must be from 1 to 3600"),
        None => Ok(default),
    };
    Ok(Connections {
        public: freischalt_listen::Limits {
            connections: number(
                "server.max_connections",
                server.max_connections,
                public.connections,
            )?,
            head: seconds("server.head_seconds", server.head_seconds, public.head)?,
            idle: seconds("server.idle_seconds", server.idle_seconds, public.idle)?,
            write: seconds("server.write_seconds", server.write_seconds, public.write)?,
        },
        management: number("management.max_connections", management.max_connections, private)?,
    })
}

fn session_idle(sessions: &SessionsSection) -> Result<i64, ConfigProblem> {
    const DEFAULT: i64 = 2 * 60 * 60;
    match sessions.idle_seconds {
        None => Ok(DEFAULT),
        Some(seconds @ 300..=43200) => Ok(seconds),
        Some(_) => refuse("sessions.idle_seconds", "must be from 300 to 43200"),
    }
}

fn sampling(traces: &TracesSection) -> Result<Sampling, ConfigProblem> {
    let Some(number) = traces.one_in else { return Ok(Sampling::default()) };
    Sampling::one_in(number).map_or_else(
        || refuse("traces.one_in", format!("must be from 1 to {}", Sampling::MOST)),
        Ok,
    )
}

/// People send session cookies and see API keys there, so it is https unless nothing leaves the
/// machine.
fn public_url(text: &str) -> Result<String, ConfigProblem> {
    const SETTING: &str = "server.public_url";
    let Ok(url) = url::Url::parse(text) else {
        return refuse(SETTING, "must be a URL such as https://marketplace.example.com");
    };
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) {
        return refuse(SETTING, "must begin with https:// (http only for this machine itself)");
    }
    if matches!(url.host(), Some(url::Host::Ipv6(_))) {
        return refuse(
            SETTING,
            "must have a host name or an IPv4 address: browsers know no IPv6 address in a content \
             security policy, so no provider's page could be framed",
        );
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return refuse(SETTING, "must have no path, query or fragment");
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn management_token(folder: &Path, file: Option<&Path>) -> Result<Secret, ConfigProblem> {
    const SETTING: &str = "management.token_file";
    const LEAST: usize = 32;
    let Some(file) = file else {
        return refuse(
            SETTING,
            "is missing; production does not run with an open management API. \
             Name a file that holds a token of at least 32 characters",
        );
    };
    let path = folder.join(file);
    let token = settings::secret(SETTING, &path, SecretKind::Text)?;
    if token.expose().len() < LEAST {
        let problem = format!("{} must hold a token of at least 32 characters", path.display());
        return refuse(SETTING, problem);
    }
    check_token(SETTING, &path, token.expose())?;
    Ok(token)
}

/// Whoever calls the management API knows its token, and is not to know the key as well.
fn check_apart(token: &Secret, key_file: &Path) -> Result<(), ConfigProblem> {
    const KEY: &str = "store.encryption_key_file";
    match settings::secret(KEY, key_file, SecretKind::Text)? == *token {
        true => refuse(
            "management.token_file",
            format!("holds the same value as {KEY}; each of them is a secret of its own"),
        ),
        false => Ok(()),
    }
}

/// An encryption key that was named outside of any configuration, to be tried.
pub fn encryption_key(path: &Path) -> Result<MasterKey, ConfigProblem> {
    Ok(settings::key("--key-file", path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::unix::fs::PermissionsExt;

    struct Files(tempfile::TempDir);

    impl Files {
        fn new() -> Self {
            let files = Self(tempfile::tempdir().unwrap());
            files.put("token", "vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6", 0o600);
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

        fn problem(&self, toml: &str) -> String {
            self.put("freischalt.toml", toml, 0o644);
            read_file(&self.0.path().join("freischalt.toml"), None).unwrap_err().to_string()
        }
    }

    const FINE: &str = r#"
        [server]
        bind = "127.0.0.1:8080"
        public_url = "https://marketplace.example.com/"
        [management]
        bind = "127.0.0.1:8081"
        token_file = "token"
        [store]
        path = "freischalt.db"
        encryption_key_file = "key"
        [policy]
        claim_lifetime = 3600
    "#;

    #[test]
    fn reads_a_complete_file() {
        let files = Files::new();
        files.put("freischalt.toml", FINE, 0o644);
        let config = read_file(&files.0.path().join("freischalt.toml"), None).unwrap();
        assert_eq!(config.mode, Mode::Production);
        assert_eq!(config.public_url.as_deref(), Some("https://marketplace.example.com"));
        assert_eq!(config.policy.claim_lifetime, 3600);
        assert_eq!(config.management_token, Some(Secret::new("vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6")));
    }

    #[test]
    fn says_which_setting_is_wrong_and_what_would_be_right() {
        let files = Files::new();
        let open = files.problem(&FINE.replace("token_file = \"token\"", ""));
        assert!(open.starts_with("management.token_file: is missing"), "{open}");
        let port = files.problem(&FINE.replace("0.1:8080", "0.1"));
        assert!(port.contains("line 3") && port.contains("such as 127.0.0.1:8080"), "{port}");
        let http = files.problem(&FINE.replace("https://", "http://"));
        assert!(http.contains("server.public_url: must begin with https://"), "{http}");
        let with = |line: &str| FINE.replace("[management]", &format!("{line}\n[management]"));
        let none = files.problem(&with("max_requests = 0"));
        assert!(none.contains("server.max_requests: must be at least 1"), "{none}");
        let none = files.problem(&FINE.replace("[store]", "max_requests = 0\n[store]"));
        assert!(none.contains("management.max_requests: must be at least 1"), "{none}");
        let little = files.problem(&with("largest_body = 100\nmax_body_memory = 799"));
        assert!(
            little.contains("server.max_body_memory: is 799; it must be at least 800"),
            "{little}"
        );
        let proxy = files.problem(&with("trusted_proxies = [\"proxy\"]"));
        assert!(proxy.starts_with("server.trusted_proxies: \"proxy\" is no address"), "{proxy}");
        let header = files.problem(&with("client_address_header = \"x-real-ip\""));
        assert!(header.contains("it is \"x-forwarded-for\" or \"forwarded\""), "{header}");
        let none = files.problem(&with("max_connections = 0"));
        assert!(none.contains("server.max_connections: must be at least 1"), "{none}");
        for key in ["head_seconds", "idle_seconds", "write_seconds"] {
            let never = files.problem(&with(&format!("{key} = 0")));
            assert!(never.contains(&format!("server.{key}: must be from 1 to 3600")), "{never}");
        }
        let never = files.problem(&with("request_seconds = 0"));
        assert!(never.contains("server.request_seconds: must be from 1 to 3600"), "{never}");
        let range = files.problem(&FINE.replace("3600", "1"));
        assert!(range.contains("policy.claim_lifetime is 1"), "{range}");
        let unknown = files.problem(&FINE.replace("claim_lifetime", "claim_liftime"));
        assert!(unknown.contains("claim_liftime") && unknown.contains("line 12"), "{unknown}");
    }

    #[test]
    fn a_store_is_a_file_or_a_database_and_its_password_is_nobody_elses() {
        let files = Files::new();
        let with = |line: &str| FINE.replace("path = \"freischalt.db\"", line);
        let none = files.problem(&with(""));
        assert!(none.starts_with("store: needs one of path"), "{none}");
        let both = files.problem(&with("path = \"a\"\nurl = \"postgres://db/x\""));
        assert!(both.starts_with("store: needs one of path"), "{both}");
        let open = files.problem(&with("url = \"postgres://me:hunter2@db/x\""));
        assert!(open.contains("store.url_file") && !open.contains("hunter2"), "{open}");
        let other = files.problem(&with("url = \"mysql://me@db/x\""));
        assert!(other.starts_with("store.url: is no PostgreSQL URL"), "{other}");
        files.put("url", "postgres://me:hunter2@db.example/x\n", 0o644);
        let readable = files.problem(&with("url_file = \"url\""));
        assert!(readable.contains("store.url_file") && readable.contains("chmod 600"));

        files.put("url", "postgres://me:hunter2@db.example/x\n", 0o600);
        files.put("freischalt.toml", &with("url_file = \"url\""), 0o644);
        let path = files.0.path().join("freischalt.toml");
        let config = read_file(&path, None).unwrap();
        let shown = format!("{:?}", config.location);
        assert!(shown.contains("db.example") && !shown.contains("hunter2"), "{shown}");
        let elsewhere = read_file(&path, Some("/var/lib/x.db")).unwrap().location;
        assert_eq!(elsewhere, Location::File(PathBuf::from("/var/lib/x.db")));
    }

    #[test]
    fn secrets_that_others_can_read_or_that_are_too_short_are_refused() {
        let files = Files::new();
        files.put("key", "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13", 0o644);
        assert!(files.problem(FINE).contains("chmod 600"));
        files.put("key", "xyz", 0o600);
        assert!(files.problem(FINE).contains("64 hexadecimal digits"));
        files.put("key", "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13", 0o600);
        files.put("token", "short", 0o600);
        assert!(files.problem(FINE).contains("at least 32 characters"));
        for (text, expected) in [
            ("undefined", "where a variable is not set"),
            ("TOKEN=vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6", "the value alone is the secret"),
            (
                "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13\n",
                "the same value as store.encryption_key_file",
            ),
        ] {
            files.put("token", text, 0o600);
            let problem = files.problem(FINE);
            assert!(problem.contains("management.token_file"), "{problem}");
            assert!(problem.contains(expected), "{problem}");
        }
    }

    /// What serde would have accepted in the place of a key that nobody has.
    fn known(toml: &str) -> Vec<String> {
        let problem = toml::from_str::<File>(toml).err().unwrap().message().to_owned();
        let (_, expected) = problem.split_once("expected ").unwrap();
        expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// The line of the documentation about a key.
    fn line(key: &str) -> &'static str {
        const DOCUMENTATION: &str = include_str!("../../../../docs/configuration.md");
        let start = format!("| `{key}` |");
        let found = DOCUMENTATION.lines().find(|line| line.starts_with(&start));
        found.unwrap_or_else(|| panic!("`{key}` is not in docs/configuration.md"))
    }

    #[test]
    fn every_key_is_documented() {
        let sections = known("nothing = 1");
        assert!(sections.contains(&"policy".to_owned()), "{sections:?}");
        for section in sections {
            for key in known(&format!("[{section}]\nnothing = 1")) {
                line(&format!("{section}.{key}"));
            }
        }
    }

    #[test]
    fn ranges_and_defaults_of_the_policy_are_documented() {
        let defaults = toml::Table::try_from(Policy::default()).unwrap();
        for (key, default) in defaults {
            let line = line(&format!("policy.{key}"));
            assert!(line.contains(&format!("| {default} |")), "{default} is not in: {line}");
            let refused = ["3000000", "60000"].into_iter().find_map(|value| {
                let policy: Policy = toml::from_str(&format!("{key} = {value}")).ok()?;
                policy.check().err()
            });
            let expected = refused.map(|problem| problem.expected).unwrap_or_default();
            assert!(line.contains(expected), "{expected} is not in: {line}");
        }
    }
}
