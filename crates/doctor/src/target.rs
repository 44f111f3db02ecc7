//! What is examined, and how its pages talk to their back end.

use freischalt_protocol::{Secret, signed_url::Port};
use url::Url;
use uuid::Uuid;

/// A provider as the doctor reaches it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The registered activation URL.
    pub activation: Url,
    /// A service URL.
    pub service: Option<Url>,
    /// The URL of a webhook service.
    pub webhook: Option<Url>,
    /// A callback URL, as an order of this provider names it; that of a new order each time if absent.
    pub callback: Option<Url>,
    /// How the provider's page fetches a signed order, by POST.
    pub order: Option<OrderHop>,
    /// An address that shows what was delivered, in any form, for the doctor alone.
    pub delivered: Option<Url>,
    /// The secret that the provider verifies and signs with.
    pub secret: Secret,
    /// What becomes of a port when a URL is signed. If the provider accepts only the other way, the run
    /// goes on with that one and says so.
    pub port: Port,
    /// The marketplaces whose pages frame those of the provider; only their origins count. Empty: any.
    pub marketplaces: Vec<Url>,
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

/// The request for a signed order from the page of a service to its own back end.
#[derive(Clone, Debug)]
pub struct OrderHop {
    /// Where it goes.
    pub at: OrderAddress,
    /// How it is written; as a form if absent.
    pub body: Option<UnlockBody>,
    /// Names and templates of its fields. In a template `{launch}` stands for the signed query of the
    /// service call, and `{quantity}` for a number. Empty: `launch`, outside of a window, `product`,
    /// which is 1, and `quantity`.
    pub fields: Vec<(String, String)>,
}

/// Where the page of a service asks for a signed order.
#[derive(Clone, Debug)]
pub enum OrderAddress {
    /// An address that is the same for everybody.
    Beside(Url),
    /// An address relative to the page that a service call ends at.
    InWindow(String),
}

/// How the fields of a request of the page are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlockBody {
    /// `multipart/form-data`, as in the vendor's sample.
    Multipart,
    /// `application/x-www-form-urlencoded`
    Form,
    /// A JSON object.
    Json,
}

impl UnlockBody {
    /// Content type and body.
    pub(crate) fn encoded(self, fields: &[(String, String)]) -> (String, Vec<u8>) {
        match self {
            Self::Form => {
                let mut text = url::form_urlencoded::Serializer::new(String::new());
                text.extend_pairs(fields);
                ("application/x-www-form-urlencoded".to_owned(), text.finish().into_bytes())
            }
            Self::Json => {
                let object: serde_json::Map<_, _> = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone().into()))
                    .collect();
                let text = serde_json::Value::Object(object).to_string();
                ("application/json".to_owned(), text.into_bytes())
            }
            Self::Multipart => {
                let boundary = format!("----freischalt{}", Uuid::new_v4().simple());
                let mut text = String::new();
                for (name, value) in fields {
                    text.push_str(&format!(
                        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    ));
                }
                text.push_str(&format!("--{boundary}--\r\n"));
                (format!("multipart/form-data; boundary={boundary}"), text.into_bytes())
            }
        }
    }
}

impl Target {
    /// Every address that is going to be called.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        let order = self.order.as_ref().and_then(|hop| match &hop.at {
            OrderAddress::Beside(url) => Some(url),
            OrderAddress::InWindow(_) => None,
        });
        let some = [
            self.service.as_ref(),
            self.webhook.as_ref(),
            self.callback.as_ref(),
            order,
            self.delivered.as_ref(),
            self.hop.url.as_ref(),
        ];
        std::iter::once(&self.activation).chain(some.into_iter().flatten())
    }
}
