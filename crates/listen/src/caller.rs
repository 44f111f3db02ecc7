//! Who calls: the address at the other end, or the one that a proxy we trust names.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, header},
};
use ipnet::IpNet;

/// The other end of the connection, which every request has among its extensions.
type Peer = ConnectInfo<SocketAddr>;

/// The header in which proxies name whom they speak for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressHeader {
    /// `X-Forwarded-For`: a list of addresses, the last one added by the nearest proxy.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239): the same, as `for=` beside other parameters.
    Forwarded,
}

/// The proxies in front of a server, whose word counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: AddressHeader,
}

/// A text that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotANetwork(String);

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = &self.0;
        write!(f, "{given:?} is no address and no network, such as 192.0.2.7 or 10.0.0.0/8")
    }
}

impl std::error::Error for NotANetwork {}

/// Who calls. `?` where the connection is not known, in tests without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller(pub Option<IpAddr>);

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => write!(f, "{address}"),
            None => f.write_str("?"),
        }
    }
}

impl TrustedProxies {
    /// Proxies at these addresses and networks, which name their callers in this header.
    ///
    /// # Errors
    /// The first text that is neither.
    pub fn new<'a>(
        networks: impl IntoIterator<Item = &'a str>,
        header: AddressHeader,
    ) -> Result<Self, NotANetwork> {
        let parse = |text: &str| {
            IpNet::from_str(text)
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| NotANetwork(text.to_owned()))
        };
        let networks = networks.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { networks, header })
    }

    /// Who sent a request.
    ///
    /// From the connection backwards, the first address that is no proxy of ours: what stands
    /// further to the left was written by somebody whom nobody vouches for.
    pub fn caller(&self, headers: &HeaderMap, extensions: &Extensions) -> Caller {
        Caller(extensions.get::<Peer>().map(|ConnectInfo(peer)| self.behind(peer.ip(), headers)))
    }

    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut caller = peer.to_canonical();
        if !self.trusts(caller) {
            return caller;
        }
        let name = match self.header {
            AddressHeader::XForwardedFor => const { HeaderName::from_static("x-forwarded-for") },
            AddressHeader::Forwarded => header::FORWARDED,
        };
        let values: Vec<_> = headers.get_all(name).iter().collect();
        for value in values.into_iter().rev() {
            let Ok(value) = value.to_str() else { return caller };
            for element in elements(value).into_iter().rev() {
                let named = match self.header {
                    AddressHeader::XForwardedFor => address(element),
                    AddressHeader::Forwarded => for_parameter(element).and_then(address),
                };
                let Some(named) = named else { return caller };
                caller = named;
                if !self.trusts(caller) {
                    return caller;
                }
            }
        }
        caller
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// The elements of a list; a comma between quotes is part of one.
fn elements(list: &str) -> Vec<&str> {
    split(list, ',').into_iter().filter(|element| !element.is_empty()).collect()
}

fn split(text: &str, at: char) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= c == '"';
        c == at && !quoted
    });
    parts.map(str::trim).collect()
}

fn for_parameter(element: &str) -> Option<&str> {
    split(element, ';').into_iter().find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
    })
}

/// An address with or without a port; of IPv6 also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(ip, _)| ip);
    let address = text
        .parse()
        .or_else(|_| text.parse().map(|with_port: SocketAddr| with_port.ip()))
        .or_else(|_| bracketed.unwrap_or_default().parse());
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn caller(header: AddressHeader, peer: &str, lines: &[&'static str]) -> String {
        let trusted = TrustedProxies::new(["10.0.0.0/8", "::1", "192.0.2.7"], header).unwrap();
        let mut headers = HeaderMap::new();
        let name = match header {
            AddressHeader::XForwardedFor => "x-forwarded-for",
            AddressHeader::Forwarded => "forwarded",
        };
        for line in lines {
            headers.append(name, HeaderValue::from_static(line));
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        trusted.caller(&headers, &extensions).to_string()
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_of_ours_calls() {
        let x = AddressHeader::XForwardedFor;
        for (peer, lines, expected) in [
            ("203.0.113.9:4711", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.1.2.3:80", &[], "10.1.2.3"),
            ("10.1.2.3:80", &["198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3:80", &["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            ("10.1.2.3:80", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            ("10.1.2.3:80", &["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
            ("10.1.2.3:80", &["1.1.1.1, nonsense"], "10.1.2.3"),
            ("10.1.2.3:80", &["1.1.1.1, nonsense, 192.0.2.7"], "192.0.2.7"),
            ("[::ffff:10.1.2.3]:80", &["[2001:db8::5]:99"], "2001:db8::5"),
            ("[::1]:80", &["2001:db8::5"], "2001:db8::5"),
            ("[::1]:80", &["198.51.100.1:5000"], "198.51.100.1"),
            ("[::1]:80", &["198.51.100.1,"], "198.51.100.1"),
        ] {
            assert_eq!(caller(x, peer, lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        let forwarded = AddressHeader::Forwarded;
        for (lines, expected) in [
            (&["for=198.51.100.1;proto=https;by=10.0.0.1"][..], "198.51.100.1"),
            (&["for=1.1.1.1, For=\"[2001:db8::5]:4711\" ; proto=http"], "2001:db8::5"),
            (&["for=198.51.100.1, for=10.0.0.5"], "198.51.100.1"),
            (&["for=1.1.1.1, for=_hidden"], "10.1.2.3"),
            (&["for=1.1.1.1, for=unknown"], "10.1.2.3"),
            (&["for=1.1.1.1, proto=https"], "10.1.2.3"),
            (&["for=\"198.51.100.1, x\";host=\"a,b\""], "10.1.2.3"),
        ] {
            assert_eq!(caller(forwarded, "10.1.2.3:80", lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["", "proxy", "10.0.0.0/33", "10.0.0.1:80"] {
            let refused = TrustedProxies::new([text], AddressHeader::default()).unwrap_err();
            assert!(refused.to_string().contains("such as 192.0.2.7"), "{refused}");
        }
    }
}
