//! Pages about providers: the overview, one provider, one document.

use askama::Template;

use super::{frame::Frame, tile};
use crate::web::texts::Texts;

/// Where a provider stands with the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProviderState {
    /// Never activated, or not begun.
    #[default]
    Inactive,
    /// An activation has begun.
    Pending,
    /// Active.
    Active,
    /// An administrator blocked it.
    Blocked,
}

impl ProviderState {
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Inactive => "badge-inactive",
            Self::Pending => "badge-pending",
            Self::Active => "badge-active",
            Self::Blocked => "badge-blocked",
        }
    }

    pub(crate) fn label(&self, texts: &'static Texts) -> &'static str {
        match self {
            Self::Inactive => texts.state.inactive,
            Self::Pending => texts.state.pending,
            Self::Active => texts.state.active,
            Self::Blocked => texts.state.blocked,
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        *self == Self::Active
    }

    /// What the button says that begins an activation or goes on with it.
    pub(crate) fn invitation(&self, texts: &'static Texts) -> &'static str {
        match self {
            Self::Pending => texts.overview.proceed,
            Self::Blocked => texts.overview.again,
            Self::Inactive | Self::Active => texts.overview.activate,
        }
    }
}

/// `GET /marketplace`: all providers.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct Overview {
    /// The surroundings.
    pub frame: Frame,
    /// The providers, in the order shown.
    pub providers: Vec<ProviderTile>,
}

/// A provider in the overview.
#[derive(Clone, Debug, Default)]
pub struct ProviderTile {
    /// Names the provider in URLs.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Slogan; may be empty.
    pub slogan: String,
    /// Where it stands with the customer.
    pub state: ProviderState,
    /// How many services it offers.
    pub services: usize,
}

impl ProviderTile {
    pub(crate) fn art(&self) -> String {
        tile::svg(&self.slug, &self.name)
    }

    pub(crate) fn page(&self) -> String {
        format!("/marketplace/providers/{}", self.slug)
    }
}

/// `GET /marketplace/providers/{slug}`: one provider.
#[derive(Debug, Template)]
#[template(path = "provider.html")]
pub struct ProviderPage {
    /// Whether the visitor may use the provider now.
    pub may_use: bool,
    /// The surroundings.
    pub frame: Frame,
    /// Name, slogan and state.
    pub provider: ProviderTile,
    /// The description, by paragraphs.
    pub description: Vec<String>,
    /// The services.
    pub services: Vec<Service>,
    /// How to reach the provider.
    pub contact: Contact,
    /// The documents it has.
    pub documents: Vec<DocumentLink>,
    /// The activation that is active, if one is.
    pub active: Option<ActiveSummary>,
    /// What happened, newest first.
    pub history: Vec<HistoryEntry>,
    /// Names of the customer's administrators, for users who are not.
    pub administrators: Vec<String>,
}

impl ProviderPage {
    /// Whether the visitor can neither activate the provider nor use it.
    pub(crate) fn has_to_ask(&self) -> bool {
        !self.frame.is_administrator() && !self.may_use
    }

    /// Whether there is a service that needs the right.
    pub(crate) fn has_windows(&self) -> bool {
        self.services.iter().any(|service| matches!(service.kind, ServiceKind::Window))
    }
}

/// A service of a provider.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: ServiceKind,
}

/// How a service works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServiceKind {
    /// Opens in a window.
    #[default]
    Window,
    /// Called in the background.
    Webhook,
}

impl ServiceKind {
    pub(crate) fn label(&self, texts: &'static Texts) -> &'static str {
        match self {
            Self::Window => texts.provider.window,
            Self::Webhook => texts.provider.webhook,
        }
    }

    pub(crate) fn is_webhook(&self) -> bool {
        *self == Self::Webhook
    }
}

/// How to reach a provider. What is empty is not shown.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// Postal address.
    pub address: String,
    /// E-mail address.
    pub email: String,
    /// Phone number.
    pub phone: String,
}

impl Contact {
    /// The phone number as a link dials it.
    pub(crate) fn dial(&self) -> String {
        self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.address.is_empty() && self.email.is_empty() && self.phone.is_empty()
    }
}

/// Which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// General terms and conditions.
    Terms,
    /// Data-processing agreement.
    Dpa,
    /// Privacy notice.
    Privacy,
}

impl DocumentKind {
    /// The last part of the document's URL.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Dpa => "dpa",
            Self::Privacy => "privacy",
        }
    }

    pub(crate) fn title(&self, texts: &'static Texts) -> &'static str {
        match self {
            Self::Terms => texts.documents.terms,
            Self::Dpa => texts.documents.dpa,
            Self::Privacy => texts.documents.privacy,
        }
    }
}

/// A document in a list.
#[derive(Clone, Debug)]
pub struct DocumentLink {
    /// Which.
    pub kind: DocumentKind,
    /// Its version; may be empty.
    pub version: String,
}

/// Who may use a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// All users of the customer.
    AllUsers,
    /// Only its administrators.
    Administrators,
}

impl Audience {
    pub(crate) fn label(&self, texts: &'static Texts) -> &'static str {
        match self {
            Self::AllUsers => texts.activation.all,
            Self::Administrators => texts.activation.administrators,
        }
    }
}

/// What is known of an activation that is active.
#[derive(Clone, Debug)]
pub struct ActiveSummary {
    /// When the provider unlocked.
    pub since: String,
    /// The administrator who activated it.
    pub by: String,
    /// Who may use it.
    pub audience: Audience,
    /// Whether the provider said that this is a regular customer.
    pub regular_customer: bool,
    /// Whether orders are therefore settled with the provider, and not paid here.
    pub settles_directly: bool,
}

/// Something that happened to an activation.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    /// When.
    pub at: String,
    /// What.
    pub event: HistoryEvent,
    /// Who; may be empty.
    pub by: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryEvent {
    /// Terms and data-processing agreement were accepted.
    TermsAccepted,
    /// It was chosen who may use the provider.
    RightChosen,
    /// The provider called `unlockProvider`.
    Unlocked,
    /// An administrator blocked the provider.
    Blocked,
    /// A newer activation took its place.
    Superseded,
}

impl HistoryEvent {
    pub(crate) fn label(&self, texts: &'static Texts) -> &'static str {
        match self {
            Self::TermsAccepted => texts.history.terms_accepted,
            Self::RightChosen => texts.history.right_chosen,
            Self::Unlocked => texts.history.unlocked,
            Self::Blocked => texts.history.blocked,
            Self::Superseded => texts.history.superseded,
        }
    }
}

/// `GET /marketplace/providers/{slug}/documents/{kind}`: one document.
#[derive(Debug, Template)]
#[template(path = "document.html")]
pub struct DocumentPage {
    /// The surroundings.
    pub frame: Frame,
    /// Names the provider in URLs.
    pub slug: String,
    /// Name of the provider.
    pub provider: String,
    /// Which document, and its version.
    pub document: DocumentLink,
    /// Its text, by paragraphs.
    pub paragraphs: Vec<String>,
}
