//! What a tool sends to the management API.

use freischalt_protocol::Secret;
use serde::{Deserialize, Serialize, Serializer};

/// A provider to register.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewProvider {
    /// Short name for URLs and commands.
    pub slug: String,
    /// Name that people see.
    pub name: String,
    /// Where the activation iframe is loaded from.
    pub activation_url: String,
    /// Whether a port in its URLs is part of what is signed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_port: bool,
    /// What it offers; may be empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<NewService>,
    /// The provider secret to use; the server makes one up if it is absent.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    pub secret: Option<Secret>,
}

/// Changes of a provider; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderChange {
    /// Whether orders of regular customers are recorded without payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle_directly: Option<bool>,
    /// Whether results of orders are told from server to server, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_results: Option<bool>,
    /// The payment methods that it takes: `all`, `cards` or `directDebit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// Slug of the customer that becomes its own client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// A service of a provider to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewService {
    /// Name that people see.
    pub name: String,
    /// `window` or `webhook`; in a document without it `window`, as the management API has it.
    #[serde(default = "window")]
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// What else is agreed about it, as the management API takes it: `window`, `entryPoints`,
    /// `administratorsOnly`, `parameters`, `triggers`.
    #[serde(flatten)]
    pub agreed: serde_json::Map<String, serde_json::Value>,
}

fn window() -> String {
    "window".to_owned()
}

/// A customer to register.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCustomer {
    /// Short name for URLs and commands.
    pub slug: String,
    /// `customerName` on the wire; the slug if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `customerWebId` on the wire; made up by the server if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_web_id: Option<String>,
    /// Its groups of users; may be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<NewGroup>,
    /// Its users; may be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<NewUser>,
}

/// A group of users of a customer to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// `groupId` on the wire, unique within the customer.
    pub id: i64,
    /// Name that people see.
    pub name: String,
}

/// A user of a customer to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewUser {
    /// `userId` on the wire, unique within the customer.
    pub id: i64,
    /// Name that people see.
    pub name: String,
    /// Whether the user may activate providers.
    #[serde(default)]
    pub administrator: bool,
    /// The group, if the user is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<i64>,
    /// The language of the user interface; the server's default if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether the user is active; absent means yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// An activation to start.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewActivation {
    /// Slug of the provider.
    pub provider: String,
    /// Slug of the customer.
    pub customer: String,
    /// The administrator who activates; the server takes the first one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<i64>,
    /// Whether all users get the right, or administrators only; the server's default if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_users: Option<bool>,
}

/// A service to call.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServiceCall {
    /// Slug of the service; the provider's first one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The user who calls; the one who activated if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<i64>,
}

/// What to do with the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClockSetting {
    /// Which time it is to be.
    #[serde(flatten)]
    pub change: ClockChange,
    /// Whether the clock stands still from now on; unchanged if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<bool>,
}

/// Which time it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ClockChange {
    /// This RFC 3339 time.
    #[serde(rename = "now")]
    At(String),
    /// This Unix time in seconds.
    #[serde(rename = "now")]
    AtUnix(i64),
    /// So many seconds later than it is, or earlier if negative.
    #[serde(rename = "advance")]
    Advance(i64),
    /// The real time, running.
    #[serde(rename = "reset", serialize_with = "always_true")]
    Reset,
}

fn expose<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(to)
}

fn always_true<S: Serializer>(to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bool(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_settings_have_the_shape_of_the_api() {
        let json =
            |change, frozen| serde_json::to_string(&ClockSetting { change, frozen }).unwrap();
        assert_eq!(
            json(ClockChange::At("2030-01-01T00:00:00Z".into()), None),
            r#"{"now":"2030-01-01T00:00:00Z"}"#
        );
        assert_eq!(json(ClockChange::AtUnix(5), Some(true)), r#"{"now":5,"frozen":true}"#);
        assert_eq!(json(ClockChange::Advance(-60), None), r#"{"advance":-60}"#);
        assert_eq!(json(ClockChange::Reset, None), r#"{"reset":true}"#);
    }
}
