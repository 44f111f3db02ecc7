//! By which addresses browsers know the sandbox and its demo providers.
//!
//! A marketplace and its providers are different sites in production, so that browsers keep the
//! cookies of a framed page back. They are here, too: sites differ by name, and ports do not count.
//! The marketplace goes by `127.0.0.1` and everything of a provider's by `localhost`, because that is
//! the name that frameworks print, so that most people's own provider is on the right side by itself.

use std::{
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use freischalt_server::PORT;
use url::{Host, Url};

/// Where browsers reach the sandbox, as whoever starts it says: `scheme://host[:port]`, in which
/// `{port}` stands for the port of the marketplace or of a demo provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    template: String,
    host: Host,
}

/// Why a public address is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotPublic {
    #[error(
        "must be scheme, host and port and nothing else, such as http://machine.example:8080 or \
         https://{{port}}-box.workspace.example"
    )]
    NoOrigin,
    #[error(
        "must have a host name or an IPv4 address, such as http://localhost:8080: browsers know no \
         IPv6 address in a content security policy, so no frame would work"
    )]
    Ipv6,
}

impl FromStr for PublicUrl {
    type Err = NotPublic;

    fn from_str(text: &str) -> Result<Self, NotPublic> {
        let url = Url::parse(&text.replace(PORT, "8080")).map_err(|_| NotPublic::NoOrigin)?;
        let is_bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let host = url.host().filter(|_| is_bare).ok_or(NotPublic::NoOrigin)?.to_owned();
        if matches!(host, Host::Ipv6(_)) {
            return Err(NotPublic::Ipv6);
        }
        // Browsers compare origins as they write them themselves.
        let template = match text.contains(PORT) {
            true => text.trim_end_matches('/').to_ascii_lowercase(),
            false => url.origin().ascii_serialization(),
        };
        Ok(Self { template, host })
    }
}

/// Why a sandbox cannot listen at an address alone.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--bind {0} needs --public-url: browsers know no IPv6 address in a content security policy, so no \
     frame of it would work. Listen on 127.0.0.1, on :: (IPv6 and IPv4), or give a name, such as \
     --public-url http://localhost:8080"
)]
pub(crate) struct NameNeeded(IpAddr);

/// The addresses, which hold `{port}` until ports are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// Of the marketplace; without one the server goes by the address it listens on.
    pub(crate) marketplace: Option<String>,
    /// Of demo providers.
    pub(crate) provider: String,
    /// Where demo providers listen: on any loopback address they can go by both of its names.
    pub(crate) provider_bind: IpAddr,
    /// Scheme and host of a provider on this machine that is another site than the marketplace.
    pub(crate) own_provider: &'static str,
}

impl Addresses {
    pub(crate) fn of(bind: IpAddr, public: Option<&PublicUrl>) -> Result<Self, NameNeeded> {
        let provider_bind = if bind.is_loopback() { Ipv4Addr::LOCALHOST.into() } else { bind };
        let is_localhost = public.is_some_and(|public| is_localhost(&public.host));
        let own_provider = if is_localhost { "http://127.0.0.1" } else { "http://localhost" };
        let provider = match (public, bind) {
            (Some(public), _) => public.provider(own_provider),
            (None, IpAddr::V4(address)) if !address.is_loopback() && !address.is_unspecified() => {
                format!("http://{address}:{PORT}")
            }
            (None, IpAddr::V6(address)) if !address.is_unspecified() => {
                return Err(NameNeeded(bind));
            }
            (None, _) => format!("{own_provider}:{PORT}"),
        };
        let marketplace = public.map(|public| public.template.clone());
        Ok(Self { marketplace, provider, provider_bind, own_provider })
    }
}

impl PublicUrl {
    fn provider(&self, loopback: &str) -> String {
        match &self.host {
            _ if self.template.contains(PORT) => self.template.clone(),
            // Whoever ends TLS for the marketplace does not do it for ports that it has not heard of.
            _ if self.template.starts_with("https:") => format!("{loopback}:{PORT}"),
            host if is_loopback(host) => format!("{loopback}:{PORT}"),
            host => format!("http://{host}:{PORT}"),
        }
    }
}

fn is_localhost(host: &Host) -> bool {
    matches!(host, Host::Domain(name) if name == "localhost")
}

fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(_) => is_localhost(host),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bind: &str, public: Option<&str>) -> (Option<String>, String, String) {
        let public = public.map(|public| public.parse::<PublicUrl>().unwrap());
        let found = Addresses::of(bind.parse().unwrap(), public.as_ref()).unwrap();
        (found.marketplace, found.provider, found.provider_bind.to_string())
    }

    #[test]
    fn marketplace_and_providers_are_different_sites_wherever_the_machine_has_two_names() {
        const LOOPBACK: &str = "127.0.0.1";
        for (bind, public, provider, provider_bind) in [
            (LOOPBACK, None, "http://localhost:{port}", LOOPBACK),
            ("0.0.0.0", None, "http://localhost:{port}", "0.0.0.0"),
            ("127.0.0.2", None, "http://localhost:{port}", LOOPBACK),
            ("::", None, "http://localhost:{port}", "::"),
            ("192.0.2.7", None, "http://192.0.2.7:{port}", "192.0.2.7"),
            (LOOPBACK, Some("http://localhost:8080"), "http://127.0.0.1:{port}", LOOPBACK),
            ("::1", Some("http://localhost:8080"), "http://127.0.0.1:{port}", LOOPBACK),
            ("0.0.0.0", Some("http://127.0.0.1:9000"), "http://localhost:{port}", "0.0.0.0"),
            ("0.0.0.0", Some("http://Box.example:80/"), "http://box.example:{port}", "0.0.0.0"),
            ("0.0.0.0", Some("https://market.example"), "http://localhost:{port}", "0.0.0.0"),
        ] {
            let (_, found, found_bind) = of(bind, public);
            assert_eq!((&*found, &*found_bind), (provider, provider_bind), "{bind} {public:?}");
        }
    }

    #[test]
    fn ports_stand_wherever_a_workspace_has_them() {
        for workspace in ["https://{port}-box.workspace.example", "http://box.example:{port}"] {
            let (marketplace, provider, _) = of("127.0.0.1", Some(workspace));
            assert_eq!(marketplace.as_deref(), Some(workspace));
            assert_eq!(provider, workspace);
        }
        let (marketplace, ..) = of("127.0.0.1", Some("HTTP://Box.Example:80/"));
        assert_eq!(marketplace.as_deref(), Some("http://box.example"));
    }

    #[test]
    fn what_no_frame_can_be_shown_from_is_refused() {
        for text in ["box", "http://box/path", "ftp://box", "http://u@box", "http://box?x", ""] {
            assert_eq!(text.parse::<PublicUrl>(), Err(NotPublic::NoOrigin), "{text}");
        }
        assert_eq!("http://[::1]:8080".parse::<PublicUrl>(), Err(NotPublic::Ipv6));
        for bind in ["::1", "2001:db8::7"] {
            let bind = bind.parse().unwrap();
            assert_eq!(Addresses::of(bind, None), Err(NameNeeded(bind)));
        }
    }
}
