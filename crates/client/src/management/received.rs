//! The part of the management API's answers that a tool shows. Times are RFC 3339 texts and are
//! not interpreted here.
//!
//! Members that an answer may lack are optional, so that a newer or older server is understood.

use freischalt_protocol::Secret;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// A provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Short name for URLs and commands.
    pub slug: String,
    /// Name that people see.
    pub name: String,
    /// Where the activation iframe is loaded from.
    pub activation_url: String,
    /// What it offers.
    #[serde(default)]
    pub services: Vec<Service>,
    /// Whether orders of regular customers are recorded without payment.
    #[serde(default)]
    pub settle_directly: bool,
    /// Whether results of orders are told from server to server, too.
    #[serde(default)]
    pub notify_results: bool,
    /// The payment methods that it takes: `all`, `cards` or `directDebit`.
    #[serde(default)]
    pub accepted: String,
    /// Slug of its own client, if it has one.
    #[serde(default)]
    pub client: Option<String>,
    /// The provider secret, in the answer to its registration only.
    #[serde(default, deserialize_with = "secret")]
    pub secret: Option<Secret>,
}

/// A service of a provider.
#[derive(Clone, Debug, Deserialize)]
pub struct Service {
    /// Name that people see.
    pub name: String,
    /// `window` or `webhook`.
    pub kind: String,
    /// Where it is.
    pub url: String,
}

/// A customer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// Short name for URLs and commands.
    pub slug: String,
    /// `customerName` on the wire.
    #[serde(default)]
    pub name: Option<String>,
    /// `customerWebId` on the wire.
    #[serde(default)]
    pub customer_web_id: Option<String>,
    /// Whether its API users may call at all; absent means yes.
    #[serde(default)]
    pub active: Option<bool>,
    /// Its users.
    #[serde(default)]
    pub users: Vec<User>,
}

/// A user of a customer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// `userId` on the wire.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// Name that people see.
    #[serde(default)]
    pub name: String,
    /// Whether the user may activate providers.
    #[serde(default)]
    pub administrator: bool,
    /// `groupId` on the wire, for users in a group.
    #[serde(default, deserialize_with = "optional_text")]
    pub group_id: Option<String>,
    /// Whether the user is active; absent means yes.
    #[serde(default)]
    pub active: Option<bool>,
}

/// An API user that no activation has made. The key is shown this once.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiUser {
    /// What people call it.
    pub name: String,
    /// Its token.
    #[serde(deserialize_with = "required_secret")]
    pub api_token: Secret,
    /// Its key.
    #[serde(deserialize_with = "required_secret")]
    pub api_key: Secret,
}

/// An activation that was started, with everything that a provider would receive.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// Names the activation in this API.
    pub id: String,
    /// `pending`.
    pub state: String,
    /// Slug of the provider.
    #[serde(default)]
    pub provider: Option<String>,
    /// Slug of the customer.
    #[serde(default)]
    pub customer: Option<String>,
    /// The administrator who activates.
    #[serde(default, deserialize_with = "optional_text")]
    pub user: Option<String>,
    /// The complete signed URL of the activation iframe. It holds the claim and the token.
    #[serde(deserialize_with = "required_secret")]
    pub activation_url: Secret,
    /// `parameterCacheId` of the call to make.
    pub parameter_cache_id: String,
    /// `extendedclaim` of the call to make.
    #[serde(deserialize_with = "required_secret")]
    pub api_claim: Secret,
    /// Token of the API user.
    #[serde(deserialize_with = "required_secret")]
    pub api_token: Secret,
    /// Secret of the API user.
    #[serde(deserialize_with = "required_secret")]
    pub api_key: Secret,
    /// When the parameter cache entry expires.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// The earlier activation that was ended for this one.
    #[serde(default)]
    pub replaced: Option<Replaced>,
}

/// A ticket that signs a user in to the web UI: the user's browser posts it as the form field `ticket`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInTicket {
    /// The ticket. It serves once, for 60 seconds.
    #[serde(deserialize_with = "required_secret")]
    pub ticket: Secret,
    /// Where to post it: an address of the web UI.
    pub action: String,
    /// When it expires.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// A service that was called.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalledService {
    /// The complete signed URL of the service. It holds the claim.
    #[serde(deserialize_with = "required_secret")]
    pub service_url: Secret,
    /// `parameterCacheId` of the launch.
    pub parameter_cache_id: String,
    /// `extendedclaim` of the calls that follow.
    #[serde(deserialize_with = "required_secret")]
    pub api_claim: Secret,
}

/// An activation that had to go.
#[derive(Clone, Debug, Deserialize)]
pub struct Replaced {
    /// Names the activation in this API.
    pub id: String,
    /// The state it was in.
    pub state: String,
}

/// An activation and what became of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activation {
    /// Names the activation in this API.
    pub id: String,
    /// `pending`, `active` or `blocked`.
    pub state: String,
    /// Slug of the provider.
    #[serde(default)]
    pub provider: Option<String>,
    /// Slug of the customer.
    #[serde(default)]
    pub customer: Option<String>,
    /// The administrator who started it.
    #[serde(default, deserialize_with = "optional_text")]
    pub user: Option<String>,
    /// Whether all users have the right, or administrators only.
    #[serde(default)]
    pub all_users: Option<bool>,
    /// Whether the provider knows the customer as its own; absent before the call.
    #[serde(default)]
    pub is_regular_customer: Option<bool>,
    /// When it was started.
    #[serde(default)]
    pub created_at: Option<String>,
    /// When a pending one expires.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// When the provider made the call.
    #[serde(default)]
    pub activated_at: Option<String>,
    /// When it was blocked.
    #[serde(default)]
    pub blocked_at: Option<String>,
    /// What happened, oldest first.
    #[serde(default)]
    pub history: Vec<Event>,
}

/// Something that happened to an activation.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// When.
    pub at: String,
    /// What.
    pub event: String,
    /// By whom.
    #[serde(default, deserialize_with = "optional_text")]
    pub by: Option<String>,
}

/// The clock of the server.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
    /// What the server takes for the time.
    pub now: String,
    /// Seconds by which that is ahead of the real time; negative if behind.
    #[serde(default)]
    pub offset_seconds: i64,
    /// Whether the clock stands still.
    #[serde(default)]
    pub frozen: bool,
}

/// A line of the request log: one action that was answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// When.
    pub at: String,
    /// The action id, or its last word.
    #[serde(default)]
    pub action: Option<String>,
    /// The resource type.
    #[serde(default)]
    pub resource_type: Option<String>,
    /// Slug of the customer, once known.
    #[serde(default)]
    pub customer: Option<String>,
    /// Slug of the provider, once known.
    #[serde(default)]
    pub provider: Option<String>,
    /// The error code answered, 0 for success.
    #[serde(default)]
    pub code: u32,
    /// The text answered.
    #[serde(default)]
    pub message: Option<String>,
    /// What the caller was not told.
    #[serde(default)]
    pub explanation: Option<String>,
    /// How long it took, in microseconds.
    #[serde(default)]
    pub duration_micros: Option<u64>,
}

/// A name that servers write as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Text(String),
    Number(i64),
    Other(IgnoredAny),
}

impl Name {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number.to_string()),
            Self::Other(_) => None,
        }
    }
}

fn optional_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Name>::deserialize(from)?.and_then(Name::into_text))
}

pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = Name::deserialize(from)?;
    name.into_text().ok_or_else(|| serde::de::Error::custom("expected a text or a whole number"))
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(Secret::new))
}

pub(super) fn required_secret<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    Ok(Secret::new(String::deserialize(from)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_be_numbers_or_texts() {
        for id in ["21", "\"21\""] {
            let user: User = serde_json::from_str(&format!(r#"{{"id":{id}}}"#)).unwrap();
            assert_eq!(user.id, "21");
        }
        assert!(serde_json::from_str::<User>(r#"{"id":{}}"#).is_err());
    }

    #[test]
    fn credentials_of_an_activation_are_not_in_its_debug_text() {
        let text = r#"{"id":"1","state":"pending","activationUrl":"http://p/?apiToken=t0ken",
            "parameterCacheId":"pc","apiClaim":"cl4im","apiToken":"t0ken","apiKey":"k3y"}"#;
        let started: Started = serde_json::from_str(text).unwrap();
        let debug = format!("{started:?}");
        assert!(!["t0ken", "cl4im", "k3y"].iter().any(|part| debug.contains(part)), "{debug}");
    }
}
