//! Providers and their services.

use freischalt_protocol::signed_url::Port;
use serde::{Deserialize, Serialize};

use crate::{ProviderId, ServiceSettings, Slug, transaction::MeansKind};

/// A provider as everybody may see it. Its secret is kept apart, so that whoever lists providers
/// never holds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The id inside this marketplace.
    pub id: ProviderId,
    /// The name in addresses and commands.
    pub slug: Slug,
    /// The name shown to people.
    pub name: String,
    /// Where the activation page is; may have its own query, which becomes part of the signature.
    pub activation_url: String,
    /// What becomes of a port in the text that is signed. The published sample verifier exists in
    /// a version that drops it and in one that keeps it.
    pub port: Port,
    /// Texts, contact and documents.
    pub profile: Profile,
    /// What it offers.
    pub services: Vec<Service>,
    /// How it sells.
    pub commerce: Commerce,
}

impl Provider {
    /// Whether the special case of a single webhook service applies: the right is not a choice
    /// then, because webhooks serve all users (marketplacedoc.onoffice.de, "Freischaltung").
    pub fn is_single_webhook(&self) -> bool {
        matches!(self.services.as_slice(), [only] if only.kind == ServiceKind::Webhook)
    }
}

/// How a provider sells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Commerce {
    /// What it takes (marketplacedoc.onoffice.de, "Payment processing": a provider can restrict the
    /// payment methods).
    pub accepted: Accepted,
    /// What becomes of the orders of regular customers.
    pub regular_customers: RegularCustomers,
    /// Whether results of orders are also told from server to server: our own extension, so that a
    /// browser that closes early loses nothing. The call goes to the callback URL.
    pub notify_results: bool,
}

/// The payment methods that a provider takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Accepted {
    /// Cards and direct debit.
    #[default]
    All,
    /// Cards.
    Cards,
    /// Direct debit.
    DirectDebit,
}

impl Accepted {
    /// Whether this kind of payment method is taken.
    pub const fn takes(self, kind: MeansKind) -> bool {
        match self {
            Self::All => true,
            Self::Cards => matches!(kind, MeansKind::Card),
            Self::DirectDebit => matches!(kind, MeansKind::DirectDebit),
        }
    }
}

/// What becomes of the orders of regular customers, those activated with `isRegularCustomer`.
/// The documentation says that a provider may settle with them directly; how is our choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RegularCustomers {
    /// They pay as everybody does.
    #[default]
    Pay,
    /// Their orders are recorded without payment.
    SettleDirectly,
}

impl RegularCustomers {
    /// What a switch for settling directly means.
    pub const fn settling(directly: bool) -> Self {
        if directly { Self::SettleDirectly } else { Self::Pay }
    }
}

/// The part of a provider that is only read by people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// One line for the tile (German: Claim).
    pub slogan: Localized,
    /// A paragraph about the company and what it offers.
    pub description: Localized,
    /// The rights the API user gets, in words.
    pub rights: Localized,
    /// Postal address.
    pub address: String,
    /// E-mail address.
    pub email: String,
    /// Phone number.
    pub phone: String,
    /// Terms, data-processing agreement, privacy notice.
    pub documents: Vec<Document>,
}

/// A text in both languages; an empty one falls back to the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Localized {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// The same text in both languages.
    pub fn same(text: &str) -> Self {
        Self { de: text.to_owned(), en: text.to_owned() }
    }

    /// The text in `language`, or in the other one if there is none.
    pub fn get(&self, language: crate::Language) -> &str {
        let (first, second) = match language {
            crate::Language::De => (&self.de, &self.en),
            crate::Language::En => (&self.en, &self.de),
        };
        if first.is_empty() { second } else { first }
    }
}

/// A document that people read, and accept, before an activation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Which one.
    pub kind: DocumentKind,
    /// The version that was accepted; kept in the history of an activation.
    pub version: String,
    /// The text; blank lines separate paragraphs.
    pub text: Localized,
}

/// The three documents of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// General terms and conditions (AGB); must be accepted.
    Terms,
    /// Data-processing agreement (AVV); must be accepted.
    Dpa,
    /// Privacy notice; acknowledged in the provider's own page.
    Privacy,
}

impl DocumentKind {
    /// All kinds, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Terms, Self::Dpa, Self::Privacy];

    /// The name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Dpa => "dpa",
            Self::Privacy => "privacy",
        }
    }
}

/// A service of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name in addresses and commands, unique inside the provider.
    pub slug: Slug,
    /// The name shown to people.
    pub name: String,
    /// How it is called.
    pub kind: ServiceKind,
    /// Where it is.
    pub url: String,
    /// What was agreed about it.
    pub settings: ServiceSettings,
}

/// How a service is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceKind {
    /// In a window, by a person.
    Window,
    /// In the background, when a record is saved; serves all users.
    Webhook,
}
