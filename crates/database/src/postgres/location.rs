//! The URL of a PostgreSQL database, which may hold a password and so is never shown.

use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};

use tokio_postgres::config::{Config, Host, SslMode, TargetSessionAttrs};

/// Where a PostgreSQL database is and how to talk to it:
/// `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?sslmode=require`.
///
/// The parameters are those of libpq as far as `tokio-postgres` knows them, with these of ours:
/// `sslmode` is `disable` or `require`, where a certificate is always verified and the name in it
/// as well (the default, except for a socket and the machine itself); `sslrootcert` names a PEM
/// file with the authorities to trust instead of those of the system; `prepared_statements=off`
/// suits a pooler that gives each transaction another connection; `connections` is how many are
/// kept for everything but the grouped path.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    pub(super) config: Config,
    pub(super) root_certificates: Option<PathBuf>,
    pub(super) prepare: bool,
    pub(super) connections: usize,
}

/// What is wrong with such a URL. Says nothing of its content but names of parameters and hosts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostgresProblem {
    /// It is none at all.
    #[error("is no PostgreSQL URL such as postgres://user:password@host/database")]
    NoUrl,
    /// A parameter has a value that it cannot have.
    #[error("{parameter} must be {expected}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// What PostgreSQL's driver does not understand, in its words: they name a parameter.
    #[error("is no PostgreSQL URL that can be used: {0}")]
    Refused(String),
    /// A password, or another part, has a character that ends it.
    #[error(
        "is no PostgreSQL URL that can be used: in a password, @ is written as %40, / as %2F, \
         ? as %3F and % as %25"
    )]
    Unescaped,
}

impl PostgresUrl {
    /// Whether it holds a password, and so must be kept as one.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }
}

impl FromStr for PostgresUrl {
    type Err = PostgresProblem;

    fn from_str(url: &str) -> Result<Self, PostgresProblem> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(PostgresProblem::NoUrl);
        }
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        // One is between password and host, and no host, port or parameter of a right URL has one.
        if base.matches('@').count() > 1 || query.contains('@') {
            return Err(PostgresProblem::Unescaped);
        }
        let mut ours = Ours::default();
        let mut theirs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !ours.take(name, value)? {
                theirs.push(pair);
            }
        }
        let plain = format!("{base}?{}", theirs.join("&"));
        let mut config = Config::from_str(&plain).map_err(refused)?;
        if config.get_hosts().is_empty() {
            return Err(PostgresProblem::NoUrl);
        }
        let encrypt = ours.encrypt.unwrap_or(!config.get_hosts().iter().all(is_here));
        config.ssl_mode(if encrypt { SslMode::Require } else { SslMode::Disable });
        if config.get_hosts().len() > 1 {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(std::time::Duration::from_secs(5));
        }
        if config.get_application_name().is_none() {
            config.application_name("freischalt");
        }
        Ok(Self {
            config,
            root_certificates: ours.root_certificates,
            prepare: ours.prepare.unwrap_or(true),
            connections: ours.connections.unwrap_or(8),
        })
    }
}

#[derive(Default)]
struct Ours {
    encrypt: Option<bool>,
    root_certificates: Option<PathBuf>,
    prepare: Option<bool>,
    connections: Option<usize>,
}

impl Ours {
    /// Whether the parameter is one of ours.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, PostgresProblem> {
        let wrong = |parameter, expected| PostgresProblem::Parameter { parameter, expected };
        match name {
            "sslmode" => {
                self.encrypt = Some(match value {
                    "disable" => false,
                    "require" | "verify-full" => true,
                    _ => return Err(wrong("sslmode", "disable or require")),
                });
            }
            "sslrootcert" => self.root_certificates = Some(PathBuf::from(value)),
            "prepared_statements" => {
                self.prepare = Some(match value {
                    "on" => true,
                    "off" => false,
                    _ => return Err(wrong("prepared_statements", "on or off")),
                });
            }
            "connections" => {
                let number = value.parse().ok().filter(|number| (1..=256).contains(number));
                let number = number.ok_or(wrong("connections", "a number from 1 to 256"))?;
                self.connections = Some(number);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn refused(error: tokio_postgres::Error) -> PostgresProblem {
    error
        .into_source()
        .map_or(PostgresProblem::NoUrl, |source| PostgresProblem::Refused(source.to_string()))
}

/// Whether what is sent to the host stays on the machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
            let ports = self.config.get_ports();
            if let Some(port) = ports.get(index).or(ports.first()) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_where_it_is_and_no_password() {
        let url: PostgresUrl =
            "postgres://me:hunter2@a.example:5433,b.example:5434/db?sslmode=require"
                .parse()
                .unwrap();
        assert_eq!(url.to_string(), "postgres://a.example:5433,b.example:5434/db");
        assert!(url.has_password() && !format!("{url:?}").contains("hunter2"));
        assert_eq!(url.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
    }

    #[test]
    fn encrypts_unless_nothing_leaves_the_machine() {
        let mode = |url: &str| url.parse::<PostgresUrl>().unwrap().config.get_ssl_mode();
        assert_eq!(mode("postgres://me@db.example/db"), SslMode::Require);
        assert_eq!(mode("postgres://me@127.0.0.1,db.example/db"), SslMode::Require);
        assert_eq!(mode("postgres://me@db.example/db?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://me@[::1]/db"), SslMode::Disable);
        assert_eq!(mode("postgresql://me@localhost/db"), SslMode::Disable);
        assert_eq!(mode("postgres:///db?host=/run/postgresql"), SslMode::Disable);
        assert_eq!(mode("postgres://me@localhost/db?sslmode=require"), SslMode::Require);
    }

    #[test]
    fn what_is_wrong_is_named_without_its_content() {
        let refused = |url: &str| url.parse::<PostgresUrl>().unwrap_err().to_string();
        assert_eq!(
            refused("postgres://me:pw@h/db?sslmode=prefer"),
            "sslmode must be disable or require"
        );
        assert_eq!(
            refused("postgres://h/db?connections=0"),
            "connections must be a number from 1 to 256"
        );
        assert_eq!(
            refused("postgres://h/db?prepared_statements=no"),
            "prepared_statements must be on or off"
        );
        for none in ["mysql://me@h/db", "postgres:///db"] {
            assert!(refused(none).starts_with("is no PostgreSQL URL such as"), "{none}");
        }
        for (url, named) in [
            ("postgres://me:pw@h:port/db", "`port`"),
            ("postgres://me:pw@h/db?sslmod=disable", "`sslmod`"),
            ("postgres://me:pw@h/db?connect_timeout=soon", "`connect_timeout`"),
        ] {
            let problem = refused(url);
            assert!(problem.contains(named) && !problem.contains("pw"), "{problem}");
        }
    }

    #[test]
    fn a_password_that_is_not_escaped_is_no_part_of_a_host() {
        for url in ["postgres://me:hun@ter2@h/db", "postgres://me:hun?ter2@h/db"] {
            let problem = url.parse::<PostgresUrl>().unwrap_err();
            assert_eq!(problem, PostgresProblem::Unescaped, "{url}");
            assert!(!problem.to_string().contains("ter2"));
        }
        for url in ["postgres://me:hun/ter2@h/db", "postgres://me:hun%40ter2@h/db"] {
            assert_eq!(url.parse::<PostgresUrl>().unwrap().to_string(), "postgres://h:5432/db");
        }
    }
}
