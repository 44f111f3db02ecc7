//! Marketplace accounts of customers: who pays, with what, and whose address is on the invoice.
//!
//! A client account is set up by an administrator and names the users who may use it; groups and
//! users can have accounts of their own. A user is linked to exactly one (enterprise help,
//! "Marketplace-Konto").

use serde::{Deserialize, Serialize};

use crate::{GroupId, MethodId, StoredMeans, User, UserId, transaction::MeansKind};

/// A marketplace account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayAccount {
    /// Whose it is.
    pub owner: AccountOwner,
    /// The users who may pay with a client account. The other kinds follow from their owner.
    pub users: Vec<UserId>,
    /// The address for invoices.
    pub contact: Contact,
    /// Cards and accounts.
    pub methods: Vec<PaymentMethod>,
}

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountOwner {
    /// The customer's.
    Client,
    /// A group's.
    Group(GroupId),
    /// A user's.
    User(UserId),
}

impl AccountOwner {
    /// Its kind and number in the store; the client account has the number 0.
    pub const fn stored(self) -> (&'static str, i64) {
        match self {
            Self::Client => ("client", 0),
            Self::Group(id) => ("group", id.0),
            Self::User(id) => ("user", id.0),
        }
    }

    /// Reads what [`stored`](Self::stored) gives.
    pub fn from_stored(kind: &str, number: i64) -> Option<Self> {
        match kind {
            "client" => Some(Self::Client),
            "group" => Some(Self::Group(GroupId(number))),
            "user" => Some(Self::User(UserId(number))),
            _ => None,
        }
    }
}

/// The address for invoices, with the members of `getMarketplaceInvoiceRecipient`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Contact {
    /// `salutation`.
    pub salutation: String,
    /// `firstname`.
    #[serde(rename = "firstname")]
    pub first_name: String,
    /// `lastname`.
    #[serde(rename = "lastname")]
    pub last_name: String,
    /// `companyname`.
    #[serde(rename = "companyname")]
    pub company_name: String,
    /// `address`: street and number.
    pub address: String,
    /// `zipcode`.
    #[serde(rename = "zipcode")]
    pub zip_code: String,
    /// `city`.
    pub city: String,
    /// `country`.
    pub country: String,
    /// `email`.
    pub email: String,
    /// `companyUstId`.
    pub company_ust_id: String,
}

/// A stored card or account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethod {
    /// The id, unique in the customer.
    pub id: MethodId,
    /// Card or account.
    pub kind: MeansKind,
    /// The bank's name for it.
    pub token: String,
    /// What people know it by.
    pub label: String,
}

impl PaymentMethod {
    /// As it stands in a payment.
    pub fn means(&self) -> StoredMeans {
        StoredMeans {
            method: self.id,
            kind: self.kind,
            token: self.token.clone(),
            label: self.label.clone(),
        }
    }
}

/// The account that a user pays with: the own one, or that of the group, or that of the client if
/// the user is linked to it.
pub fn paying_account<'a>(user: &User, accounts: &'a [PayAccount]) -> Option<&'a PayAccount> {
    let owned = |owner: AccountOwner| accounts.iter().find(|account| account.owner == owner);
    owned(AccountOwner::User(user.id))
        .or_else(|| user.group.and_then(|group| owned(AccountOwner::Group(group))))
        .or_else(|| owned(AccountOwner::Client).filter(|client| client.users.contains(&user.id)))
}
