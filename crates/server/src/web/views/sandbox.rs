//! Pages that only the sandbox has: the user switcher, adding a provider, the request log.

use askama::Template;

use super::{catalogue::ServiceKind, frame::Frame};

/// The user switcher.
#[derive(Debug, Template)]
#[template(path = "users.html")]
pub struct Users {
    /// The surroundings.
    pub frame: Frame,
    /// All customers.
    pub customers: Vec<Customer>,
}

/// A customer and its users.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Names the customer in the form.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Its users.
    pub users: Vec<User>,
}

/// A user who can be chosen.
#[derive(Clone, Debug)]
pub struct User {
    /// Names the user in the form.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether the user is an administrator.
    pub administrator: bool,
    /// Name of the user's group, if there is one.
    pub group: Option<String>,
    /// Whether this is who is looking.
    pub current: bool,
}

/// `GET /providers/new`: the form, empty or as it was sent.
#[derive(Debug, Default, Template)]
#[template(path = "provider_new.html")]
pub struct NewProvider {
    /// The surroundings.
    pub frame: Frame,
    /// `name`.
    pub name: Field,
    /// `slug`.
    pub slug: Field,
    /// `activation_url`.
    pub activation_url: Field,
    /// `service_name`.
    pub service_name: Field,
    /// `service_kind`: `window` or `webhook`.
    pub service_kind: ServiceKind,
    /// `service_url`.
    pub service_url: Field,
}

/// A form field.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// What was sent.
    pub value: String,
    /// What is wrong with it and what would be right.
    pub error: Option<String>,
}

impl NewProvider {
    /// The ids of the fields that have an error, with the error.
    pub(crate) fn errors(&self) -> Vec<(&'static str, &String)> {
        [
            ("name", &self.name),
            ("slug", &self.slug),
            ("activation_url", &self.activation_url),
            ("service_name", &self.service_name),
            ("service_url", &self.service_url),
        ]
        .into_iter()
        .filter_map(|(id, field)| field.error.as_ref().map(|error| (id, error)))
        .collect()
    }
}

/// A provider was added; its secret is shown once.
#[derive(Template)]
#[template(path = "provider_added.html")]
pub struct ProviderAdded {
    /// The surroundings.
    pub frame: Frame,
    /// Names the provider in URLs.
    pub slug: String,
    /// Name.
    pub name: String,
    /// The provider secret in the clear.
    pub secret: String,
    /// Lines of a shell that show the secret at work.
    pub example: String,
}

impl std::fmt::Debug for ProviderAdded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderAdded").field("slug", &self.slug).finish_non_exhaustive()
    }
}

/// `GET /requests`: the last API requests.
#[derive(Debug, Template)]
#[template(path = "requests.html")]
pub struct Requests {
    /// The surroundings.
    pub frame: Frame,
    /// Whether only failed ones are shown, as with `?failed=1`.
    pub failed_only: bool,
    /// The requests, newest first.
    pub requests: Vec<Request>,
}

/// A request of the log.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Names it in URLs.
    pub number: u64,
    /// When, ready to read.
    pub at: String,
    /// Action, as short as it can be.
    pub action: String,
    /// Resource type.
    pub resource_type: String,
    /// Name of the customer, if the token was known.
    pub customer: Option<String>,
    /// Name of the provider, if the token was known.
    pub provider: Option<String>,
    /// Error code; 0 is success.
    pub code: u32,
    /// The code's text.
    pub text: String,
    /// What was wrong, where, and what would be right; empty on success.
    pub explanation: String,
}

impl Request {
    pub(crate) fn failed(&self) -> bool {
        self.code != 0
    }
}

/// `GET /requests/{number}`: one request.
#[derive(Debug, Template)]
#[template(path = "request.html")]
pub struct RequestPage {
    /// The surroundings.
    pub frame: Frame,
    /// The request.
    pub request: Request,
    /// How long it took, ready to read.
    pub duration: String,
}
