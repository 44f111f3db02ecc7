//! The blocks of `docs/proxies.md`, for a machine on which everything listens somewhere else.

use anyhow::{Context, Result, ensure};

pub(super) const DOCUMENT: &str = "docs/proxies.md";

/// The block of a language, as it stands.
pub(super) fn of<'d>(document: &'d str, language: &str) -> Result<&'d str> {
    let start = format!("```{language}\n");
    let rest = document
        .split_once(&start)
        .with_context(|| format!("{DOCUMENT} has no block `{language}`"))?
        .1;
    Ok(rest.split_once("\n```").with_context(|| format!("the block `{language}` does not end"))?.0)
}

/// Where things listen in a test.
#[derive(Clone, Copy)]
pub(super) struct Ports {
    pub(super) proxy: u16,
    pub(super) marketplace: u16,
    pub(super) gateway: u16,
}

/// The block with the listeners of a test, and without TLS. Everything else stays.
pub(super) fn localized(block: &str, ports: Ports) -> Result<String> {
    const OWN: &str = "OWN";
    let text = block
        .replace("listen 443 ssl;", "listen 127.0.0.1:OWN;")
        .replace("<VirtualHost *:443>", "<VirtualHost 127.0.0.1:OWN>")
        .replace("bind :443 ssl crt /etc/haproxy/certificates/", "bind 127.0.0.1:OWN")
        .replace("\nprovider.example {", "\nhttp://provider.example:OWN {");
    let text = match text.strip_prefix("marketplace.example.com {") {
        Some(rest) => format!("http://marketplace.example.com:OWN {{{rest}"),
        None => text,
    };
    let is_tls = |line: &&str| line.trim_start().to_lowercase().starts_with("ssl");
    let text = text.lines().filter(|line| !is_tls(line)).collect::<Vec<_>>().join("\n");
    for address in ["127.0.0.1:8080", "127.0.0.1:8090"] {
        ensure!(text.contains(address), "the block does not lead to {address}");
    }
    let known = text.contains(OWN) && !text.contains(":443") && !text.contains(" 443");
    ensure!(known, "the block listens in a way that the test does not know:\n{text}");
    Ok(text
        .replace(OWN, &ports.proxy.to_string())
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{}", ports.marketplace))
        .replace("127.0.0.1:8090", &format!("127.0.0.1:{}", ports.gateway)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: Ports = Ports { proxy: 1, marketplace: 2, gateway: 3 };

    #[test]
    fn every_block_of_the_page_can_be_run_here() {
        let document =
            std::fs::read_to_string(crate::shell::workspace_root().join(DOCUMENT)).unwrap();
        for language in ["nginx", "apache", "haproxy", "caddy"] {
            let text = localized(of(&document, language).unwrap(), PORTS).unwrap();
            assert!(text.contains("127.0.0.1:2") && text.contains("127.0.0.1:3"), "{text}");
            assert!(!text.to_lowercase().contains("ssl"), "{text}");
        }
    }

    #[test]
    fn a_listener_that_is_not_known_is_told() {
        let block = "listen 443 quic; 127.0.0.1:8080 127.0.0.1:8090";
        assert!(localized(block, PORTS).unwrap_err().to_string().contains("quic"));
        assert!(localized("nothing", PORTS).is_err());
    }
}
