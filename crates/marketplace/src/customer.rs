//! Customers and their people.

use serde::{Deserialize, Serialize};

use crate::{CustomerId, GroupId, Slug, UserId};

/// A customer: one broker office with its users and groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The id inside this marketplace.
    pub id: CustomerId,
    /// The name in addresses and commands.
    pub slug: Slug,
    /// `customerName`.
    pub name: String,
    /// `customerWebId`: opaque and not empty.
    pub web_id: String,
    /// Whether anybody may act for this customer at all.
    pub active: bool,
}

/// A user of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `userId`.
    pub id: UserId,
    /// The name shown to people.
    pub name: String,
    /// Whether the user may activate and block providers.
    pub administrator: bool,
    /// The group, if the user is in one; nobody is in two.
    pub group: Option<GroupId>,
    /// The language of the user's pages.
    pub language: Language,
    /// Whether the user may act at all.
    pub active: bool,
}

impl User {
    /// Whether the user may activate and block providers now.
    pub fn may_activate(&self) -> bool {
        self.active && self.administrator
    }
}

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// `groupId`.
    pub id: GroupId,
    /// The name shown to people.
    pub name: String,
}

/// A language that pages exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// German, `DEU` on the wire.
    #[default]
    De,
    /// English, `ENG` on the wire.
    En,
}

impl Language {
    /// The name on the wire.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::De => "DEU",
            Self::En => "ENG",
        }
    }
}
