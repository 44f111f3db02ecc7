//! A call with the marketplace's signature: of the service, or of the result of an order.

use freischalt_protocol::{
    Secret, UnixTime,
    signed_url::{Port, SignedUrlError, VerifiedUrl},
};

use crate::language::Language;

/// The parameters of a genuine, young enough URL.
pub(super) struct Visit(VerifiedUrl);

impl Visit {
    /// Hosts are known that sign the port, and hosts that do not.
    pub(super) fn verify(
        url: &str,
        secret: &Secret,
        now: UnixTime,
        max_age: i64,
        max_ahead: i64,
    ) -> Option<Self> {
        let check = |port: Port| port.verify_fresh(url, secret, now, max_age, max_ahead);
        let verified = match check(Port::Dropped) {
            Err(SignedUrlError::WrongSignature) => check(Port::Kept),
            verified => verified,
        };
        verified.ok().map(Self)
    }

    /// `parameterCacheId`, which an order has to name.
    pub(super) fn parameter_cache_id(&self) -> &str {
        self.get("parameterCacheId")
    }

    /// The value of a parameter; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }

    /// The macro with the user's language, if the service has it.
    pub(super) fn language(&self) -> Option<Language> {
        match self.get("UserLanguage") {
            "DEU" => Some(Language::German),
            "ENG" => Some(Language::English),
            _ => None,
        }
    }

    /// The parameters that say who calls and about what; a claim is none of them.
    pub(super) fn facts(&self) -> Vec<(&'static str, &str)> {
        const SHOWN: [&str; 8] = [
            "customerName",
            "userId",
            "groupId",
            "estateId",
            "addressId",
            "imageIds",
            "language",
            "UserLanguage",
        ];
        SHOWN
            .map(|name| (name, self.get(name)))
            .into_iter()
            .filter(|(_, v)| !v.is_empty())
            .collect()
    }

    /// Whether the buyer may choose the group as circle of users.
    pub(super) fn has_group(&self) -> bool {
        !self.get("groupId").is_empty()
    }
}
