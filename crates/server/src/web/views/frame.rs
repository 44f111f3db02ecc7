//! What surrounds every page: header, navigation, account and language.

use crate::web::{
    assets,
    texts::{Language, Texts},
};

/// The surroundings of a page.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The language of the page.
    pub language: Language,
    /// Whether this is the sandbox.
    pub sandbox: bool,
    /// Who is looking, if anybody is signed in.
    pub user: Option<CurrentUser>,
    /// Path and query of this page, for coming back after a change of language.
    pub path: String,
    /// The part of the site the page is in.
    pub section: Section,
    /// The server's clock, only if it differs from real time.
    pub clock: Option<Clock>,
    /// The address that this page was opened at, if it is not the one that frames work under.
    pub opened_at: Option<Misplaced>,
}

/// A sandbox that was opened at another address than its own.
#[derive(Clone, Debug)]
pub struct Misplaced {
    /// The origin that the browser shows.
    pub origin: String,
    /// The sandbox's own.
    pub right: String,
}

/// Who is looking.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    /// Name of the user.
    pub name: String,
    /// Name of the customer.
    pub customer: String,
    /// Whether the user is an administrator of the customer.
    pub administrator: bool,
    /// Whether the customer is a provider's own client, whose sales the user sees to.
    pub sells: bool,
}

/// A clock that was set.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The time it shows, ready to read.
    pub shows: String,
}

/// A part of the site, marked in the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// Providers and their activation.
    Marketplace,
    /// Records and service windows.
    Records,
    /// The marketplace account.
    Account,
    /// What a provider has sold.
    Sales,
    /// Messages of service windows, in the sandbox.
    Messages,
    /// Adding a provider, in the sandbox.
    NewProvider,
    /// The request log, in the sandbox.
    Requests,
    /// Explaining a wrong signature, in the sandbox.
    Explain,
    /// None of the above.
    #[default]
    Elsewhere,
}

impl Frame {
    pub(crate) fn texts(&self) -> &'static Texts {
        self.language.texts()
    }

    pub(crate) fn asset(&self, file: &str) -> String {
        assets::url(file)
    }

    pub(crate) fn is_in(&self, section: &str) -> bool {
        let here = match self.section {
            Section::Marketplace => "marketplace",
            Section::Records => "records",
            Section::Account => "account",
            Section::Sales => "sales",
            Section::Messages => "messages",
            Section::NewProvider => "new-provider",
            Section::Requests | Section::Explain => "requests",
            Section::Elsewhere => return false,
        };
        here == section
    }

    pub(crate) fn sells(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.sells)
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.administrator)
    }
}
