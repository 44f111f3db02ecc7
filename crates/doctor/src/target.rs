//! What is examined, and how its pages talk to their back end.

use freischalt_protocol::Secret;
use url::Url;

/// A provider as the doctor reaches it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The registered activation URL.
    pub activation: Url,
    /// A service URL.
    pub service: Option<Url>,
    /// The URL of a webhook service.
    pub webhook: Option<Url>,
    /// A callback URL, as an order of this provider names it.
    pub callback: Option<Url>,
    /// The address from which the provider's page fetches a signed order, by POST.
    pub order: Option<Url>,
    /// An address that shows what was delivered, in any form, for the doctor alone.
    pub delivered: Option<Url>,
    /// The secret that the provider verifies and signs with.
    pub secret: Secret,
    /// How the activation page asks for the unlock.
    pub hop: UnlockHop,
}

/// The request from the activation page to its own back end. It is private to each provider; by
/// default the page's form is filled in, and without a form the documented request is made.
#[derive(Clone, Debug, Default)]
pub struct UnlockHop {
    /// Where it goes; the form's action, or the activation page itself, if absent.
    pub url: Option<Url>,
    /// How it is written; as the form says, or multipart, if absent.
    pub body: Option<UnlockBody>,
    /// Names and templates of its fields. In a template `{token}`, `{key}`, `{cache}`, `{claim}` and
    /// `{query}` stand for what they say, and `{hidden:NAME}` for a hidden field of the page. Empty:
    /// the form's fields, or the documented ones.
    pub fields: Vec<(String, String)>,
}

/// How the fields of the unlock are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlockBody {
    /// `multipart/form-data`, as in the vendor's sample.
    Multipart,
    /// `application/x-www-form-urlencoded`
    Form,
    /// A JSON object.
    Json,
}

impl Target {
    /// Every address that is going to be called.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        let some = [
            &self.service,
            &self.webhook,
            &self.callback,
            &self.order,
            &self.delivered,
            &self.hop.url,
        ];
        std::iter::once(&self.activation).chain(some.into_iter().flatten())
    }
}
