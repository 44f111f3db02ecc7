//! Identifiers. Each is its own type, so that one cannot stand in for another.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// A customer (German: Mandant) inside this marketplace. Never on the wire; the wire has
    /// `customerWebId`.
    CustomerId
}
number_id! {
    /// A provider inside this marketplace. Never on the wire.
    ProviderId
}
number_id! {
    /// `userId`: unique inside one customer only.
    UserId
}
number_id! {
    /// `groupId`: unique inside one customer only.
    GroupId
}

number_id! {
    /// `transactionid`: one payment. Unique in this marketplace.
    TransactionId
}
number_id! {
    /// `aboid`: one subscription. Unique in this marketplace.
    SubscriptionId
}
number_id! {
    /// A stored payment method; unique inside one customer only.
    MethodId
}

impl TransactionId {
    /// The ids in the vendor's samples lie a little above this number.
    pub const FIRST: Self = Self(1_100_000_001);
}

macro_rules! time_ordered_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// An id of something that begins at `unix_millis`, made unique by `random`.
            pub fn new(unix_millis: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_millis, &random).into_uuid())
            }

            /// Reads the text form.
            pub fn parse(text: &str) -> Option<Self> {
                text.parse().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

time_ordered_id! {
    /// One run of an activation, from accepted terms to its end. Time-ordered (UUID version 7), so
    /// that new rows stand together in an index.
    ActivationId
}
time_ordered_id! {
    /// One order: what was bought in a shop, or what a subsequent payment asks for. Time-ordered.
    OrderId
}
time_ordered_id! {
    /// One webhook call that is to reach a provider, the same in every attempt. Time-ordered.
    DeliveryId
}

/// `parameterCacheId`: a UUID in its usual spelling, as in the vendor's sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterCacheId(pub Uuid);

impl ParameterCacheId {
    /// A random id (UUID version 4) from 16 random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(random).into_uuid())
    }

    /// Reads the text form in either letter case; `None` for anything that cannot be an id of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let has_usual_length = text.len() == uuid::fmt::Hyphenated::LENGTH;
        if has_usual_length { text.parse().ok().map(Self) } else { None }
    }
}

impl fmt::Display for ParameterCacheId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A name for a customer or provider in addresses and commands: 1 to 63 characters `a-z`, `0-9`
/// and `-`, with a letter or digit at both ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// A text that is no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a slug has 1 to 63 characters out of a-z, 0-9 and -, and begins and ends with a letter or digit"
)]
pub struct NotASlug;

impl Slug {
    const MAX: usize = 63;

    /// Takes a slug as it is.
    pub fn parse(text: &str) -> Result<Self, NotASlug> {
        let fine = (1..=Self::MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fine { Ok(Self(text.to_owned())) } else { Err(NotASlug) }
    }

    /// Makes a slug out of a name: `Müller & Söhne` becomes `mueller-soehne`.
    pub fn from_name(name: &str) -> Result<Self, NotASlug> {
        let mut text = String::new();
        for character in name.to_lowercase().chars() {
            match character {
                'ä' => text.push_str("ae"),
                'ö' => text.push_str("oe"),
                'ü' => text.push_str("ue"),
                'ß' => text.push_str("ss"),
                'a'..='z' | '0'..='9' => text.push(character),
                _ if text.ends_with('-') || text.is_empty() => {}
                _ => text.push('-'),
            }
        }
        text.truncate(Self::MAX);
        Self::parse(text.trim_end_matches('-'))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for fine in ["a", "demo", "a-1", &"x".repeat(63)] {
            assert_eq!(Slug::parse(fine).unwrap().as_str(), fine);
        }
        for wrong in ["", "-a", "a-", "A", "a_b", "a b", "ä", "../x", &"x".repeat(64)] {
            assert!(Slug::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            Slug::from_name("Müller & Söhne GmbH!").unwrap().as_str(),
            "mueller-soehne-gmbh"
        );
        assert!(Slug::from_name("…").is_err());
    }

    #[test]
    fn parameter_cache_ids_are_uuids_in_their_usual_spelling() {
        let id = ParameterCacheId::new([0xab; 16]);
        assert_eq!(ParameterCacheId::parse(&id.to_string()), Some(id));
        assert_eq!(ParameterCacheId::parse(&id.to_string().to_uppercase()), Some(id));
        for wrong in ["", "1", &id.0.simple().to_string(), &format!("{{{id}}}"), &format!(" {id}")]
        {
            assert_eq!(ParameterCacheId::parse(wrong), None, "{wrong}");
        }
    }
}
