//! What keeps a run harmless: hosts, numbers, speed.

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;
use url::{Host, Url};

/// Bounds of a run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Hosts beside loopback that may be called; they have to be named by whoever runs the doctor.
    pub hosts: Vec<String>,
    /// Most requests of a run.
    pub requests: usize,
    /// Most requests in a second.
    pub per_second: u32,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long the API keeps the provider waiting in the check of a slow API.
    pub slow: Duration,
    /// How long after a callback a delivery may take to be seen.
    pub delivery: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            requests: 1000,
            per_second: 100,
            timeout: Duration::from_secs(20),
            slow: Duration::from_secs(3),
            delivery: Duration::from_millis(1500),
        }
    }
}

/// Why an address is not called.
#[derive(Debug, thiserror::Error)]
pub enum SafetyError {
    /// A host of the vendor's.
    #[error("{0} is the vendor's host; the doctor examines providers and never calls it")]
    Vendor(String),
    /// A host that nobody named.
    #[error("{0} is not this machine; name it with --host {0} if you may examine it")]
    NotNamed(String),
    /// An address that is not HTTP.
    #[error("{0} is no http or https address with a host")]
    NoHost(String),
}

/// Whether an address may be called.
pub(crate) fn check(url: &Url, limits: &Limits) -> Result<(), SafetyError> {
    let host = match url.host() {
        Some(host) if matches!(url.scheme(), "http" | "https") => host,
        _ => return Err(SafetyError::NoHost(url.to_string())),
    };
    let name = host.to_string().trim_end_matches('.').to_ascii_lowercase();
    // The dot is put before it so that the bare domain is meant as well.
    if [".onoffice.de", ".onoffice.com"].iter().any(|vendor| format!(".{name}").ends_with(vendor)) {
        return Err(SafetyError::Vendor(name));
    }
    let named = limits.hosts.iter().any(|named| named.eq_ignore_ascii_case(&name));
    if is_loopback(url) || named { Ok(()) } else { Err(SafetyError::NotNamed(name)) }
}

/// Whether an address is one of this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Counts requests and keeps them apart.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Mutex<(usize, Instant)>,
    gap: Duration,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        let gap = Duration::from_secs(1) / limits.per_second.max(1);
        Self { left: Mutex::new((limits.requests, Instant::now())), gap }
    }

    /// Waits for the next turn; false if there is none left.
    pub(crate) async fn take(&self) -> bool {
        let turn = {
            let Ok(mut state) = self.left.lock() else { return false };
            let (left, next) = *state;
            if left == 0 {
                return false;
            }
            let turn = next.max(Instant::now());
            *state = (left - 1, turn + self.gap);
            turn
        };
        tokio::time::sleep_until(turn).await;
        true
    }

    /// How many requests may still be made.
    pub(crate) fn left(&self) -> usize {
        self.left.lock().map(|state| state.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(url: &str, hosts: &[&str]) -> Result<(), SafetyError> {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        check(&Url::parse(url).unwrap(), &Limits { hosts, ..Limits::default() })
    }

    #[test]
    fn only_this_machine_and_named_hosts_are_called() {
        for url in
            ["http://127.0.0.1:1/", "http://[::1]/", "https://localhost/", "http://a.localhost"]
        {
            assert!(allowed(url, &[]).is_ok(), "{url}");
        }
        assert!(matches!(allowed("https://p.example/", &[]), Err(SafetyError::NotNamed(_))));
        assert!(allowed("https://p.example/", &["P.example"]).is_ok());
        assert!(matches!(allowed("ftp://127.0.0.1/", &[]), Err(SafetyError::NoHost(_))));
    }

    #[test]
    fn the_vendor_is_never_called_even_if_named() {
        for host in ["onoffice.de", "api.onoffice.de", "SMART.onOffice.de.", "x.onoffice.com"] {
            let url = format!("https://{host}/");
            assert!(matches!(allowed(&url, &[host]), Err(SafetyError::Vendor(_))), "{host}");
        }
        assert!(allowed("https://notonoffice.de/", &["notonoffice.de"]).is_ok());
    }

    #[tokio::test]
    async fn the_budget_ends() {
        let budget = Budget::new(&Limits { requests: 2, per_second: 1000, ..Limits::default() });
        assert!(budget.take().await && budget.take().await);
        assert!(!budget.take().await);
    }
}
