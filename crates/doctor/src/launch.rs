//! What the marketplace hands to a provider when one of its pages is opened, and the signed URL that
//! carries it.

use freischalt_protocol::{Secret, UnixTime, signed_url::Port};
use url::{Url, form_urlencoded::byte_serialize};
use uuid::Uuid;

/// What claims begin with, so that they can be found in any text.
const CLAIM: &str = "claim-";
/// How many characters of a claim follow.
const CLAIM_LENGTH: usize = 32;

/// The text without the claims of any launch.
pub(crate) fn without_claims(text: &str) -> String {
    let mut pieces = text.split(CLAIM);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let hex = piece.bytes().take_while(u8::is_ascii_hexdigit).count();
        match piece.get(CLAIM_LENGTH..).filter(|_| hex >= CLAIM_LENGTH) {
            Some(rest) => out.extend(["‹claim›", rest]),
            None => out.extend([CLAIM, piece]),
        }
    }
    out
}

/// Credentials and names of one launch, new each time.
#[derive(Clone)]
pub(crate) struct Launch {
    pub(crate) customer: String,
    pub(crate) user: String,
    pub(crate) token: String,
    pub(crate) key: String,
    pub(crate) cache: String,
    pub(crate) claim: String,
}

impl Launch {
    /// Of a customer that never was before.
    pub(crate) fn new() -> Self {
        let (a, b) = (Uuid::new_v4().simple(), Uuid::new_v4().simple());
        Self {
            customer: format!("web-{}", Uuid::new_v4().simple()),
            user: "21".to_owned(),
            token: Uuid::new_v4().simple().to_string(),
            key: format!("{a}{b}"),
            cache: Uuid::new_v4().to_string(),
            claim: format!("{CLAIM}{}", Uuid::new_v4().simple()),
        }
    }

    /// Another launch of the same customer: new claim and cache entry, same token and key.
    pub(crate) fn again(&self) -> Self {
        let Self { cache, claim, .. } = Self::new();
        Self { cache, claim, ..self.clone() }
    }
}

/// A signed URL in the making.
#[derive(Clone)]
pub(crate) struct Ticket {
    pub(crate) base: Url,
    pub(crate) parameters: Vec<(String, String)>,
    /// Whether a port is part of what is signed.
    pub(crate) port: Port,
}

impl Ticket {
    /// The parameters of an activation (marketplacedoc.onoffice.de, "Activation").
    pub(crate) fn activation(base: &Url, launch: &Launch, now: UnixTime) -> Self {
        let mut ticket = Self::service(base, launch, now);
        ticket.parameters.push(("apiToken".to_owned(), launch.token.clone()));
        ticket
    }

    /// The parameters of a service call or webhook: no token.
    pub(crate) fn service(base: &Url, launch: &Launch, now: UnixTime) -> Self {
        let parameters = [
            ("customerName", "Muster & Söhne Immobilien"),
            ("customerWebId", &launch.customer),
            ("userId", &launch.user),
            ("parameterCacheId", &launch.cache),
            ("apiClaim", &launch.claim),
            ("timestamp", &now.to_string()),
        ];
        Self { base: base.clone(), parameters: owned(&parameters), port: Port::default() }
    }

    /// The parameters of a callback after a payment.
    pub(crate) fn callback(base: &Url, now: UnixTime) -> Self {
        let number = Uuid::new_v4().as_u64_pair().0 % 100_000_000;
        let parameters = [
            ("status", "success"),
            ("transactionid", &format!("11{number:08}")),
            ("referenceid", &format!("9{number:08}")),
            ("timestamp", &now.to_string()),
        ];
        Self { base: base.clone(), parameters: owned(&parameters), port: Port::default() }
    }

    /// The same, with this treatment of a port.
    pub(crate) fn on(self, port: Port) -> Self {
        Self { port, ..self }
    }

    /// The same with nothing in it that a provider may read or write wrongly: sorted, and without
    /// blanks, umlauts and `&`.
    pub(crate) fn plain(mut self) -> Self {
        if self.parameters.iter().any(|(name, _)| name == "customerName") {
            self.set("customerName", "Muster");
        }
        self.parameters.sort();
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.parameters.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.parameters.push((name.to_owned(), value.to_owned())),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// The URL with its signature.
    pub(crate) fn signed(&self, secret: &Secret) -> String {
        let parameters =
            self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let parameters: Vec<_> = parameters.collect();
        // Every base has a scheme and a host, and there are a dozen parameters.
        self.port.sign_with(self.base.as_str(), &parameters, secret).unwrap_or_default()
    }

    /// The URL of these parameters, followed by `tail` as it is.
    pub(crate) fn followed_by(&self, tail: &str) -> String {
        let pairs = self.parameters.iter().map(|(name, value)| {
            let encoded: String = byte_serialize(value.as_bytes()).collect();
            format!("{name}={encoded}")
        });
        let query = pairs.collect::<Vec<_>>().join("&");
        let base = self.base.as_str();
        let mark = if base.contains('?') { '&' } else { '?' };
        format!("{base}{mark}{query}{tail}")
    }

    /// The URL with this text as its signature.
    pub(crate) fn with_signature(&self, signature: &str) -> String {
        self.followed_by(&format!("&signature={signature}"))
    }

    /// The signature of this ticket.
    pub(crate) fn signature(&self, secret: &Secret) -> String {
        self.signed(secret)
            .rsplit_once("signature=")
            .map(|(_, hex)| hex.to_owned())
            .unwrap_or_default()
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_taken_out_of_any_text() {
        let claim = Launch::new().claim;
        let text = format!("<input value=\"{claim}\"> claim-form claim-abc {claim}&x=1");
        let left = "<input value=\"‹claim›\"> claim-form claim-abc ‹claim›&x=1";
        assert_eq!(without_claims(&text), left);
    }
}
