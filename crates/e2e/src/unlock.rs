//! The call that a provider makes, written out by hand.
//!
//! Deliberately not the client crate: whoever checks both ends with the same code finds only half
//! of the mistakes.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use freischalt_protocol::Secret;
use freischalt_protocol::hmac::{SigningKey, V2Message};
use serde_json::{Value, json};

use crate::http;

const ACTION: &str = "urn:onoffice-de-ns:smart:2.5:smartml:action:do";
const RESOURCE: &str = "unlockProvider";

/// What a provider needs for the call. Comes from the object that an activation begins with.
#[derive(Debug, Clone)]
pub struct Unlock {
    token: String,
    key: Secret,
    parameters: Value,
}

/// The two numbers of an answer that decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// 200, 400 or 500, from the envelope.
    pub code: u64,
    /// The error code of the single result; 0 for success.
    pub error: u64,
}

impl Unlock {
    /// Takes the values from what `POST /v1/activations` answers.
    pub fn from_activation(activation: &Value) -> Result<Self> {
        let text = |name: &str| -> Result<String> {
            let value = activation[name].as_str();
            value.map(str::to_owned).with_context(|| format!("the activation has no `{name}`"))
        };
        Ok(Self {
            token: text("apiToken")?,
            key: Secret::new(text("apiKey")?),
            parameters: json!({
                "parameterCacheId": text("parameterCacheId")?,
                "extendedclaim": text("apiClaim")?,
            }),
        })
    }

    /// Signs and sends the call.
    pub async fn send(&self, api: &str) -> Result<Verdict> {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let answer = http::post_json(api, &self.request(timestamp)).await?;
        let body: Value = serde_json::from_str(&answer.body).context("the API answers no JSON")?;
        let number = |pointer: &str| body.pointer(pointer).and_then(Value::as_u64);
        let code = number("/status/code").context("the answer has no status code")?;
        let error = number("/response/results/0/status/errorcode")
            .or_else(|| number("/status/errorcode"))
            .context("the answer has no error code")?;
        Ok(Verdict { code, error })
    }

    fn request(&self, timestamp: u64) -> Value {
        let hmac = SigningKey::new(&self.key).sign(&V2Message {
            timestamp: &timestamp.to_string(),
            token: &self.token,
            resource_type: RESOURCE,
            action_id: ACTION,
        });
        let action = json!({
            "actionid": ACTION,
            "resourceid": "",
            "resourcetype": RESOURCE,
            "identifier": "",
            "timestamp": timestamp,
            "hmac": hmac,
            "hmac_version": "2",
            "parameters": self.parameters,
        });
        json!({"token": self.token, "request": {"actions": [action]}})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activation() -> Value {
        json!({
            "apiToken": "0123456789abcdef".repeat(2),
            "apiKey": "0123456789abcdef".repeat(4),
            "parameterCacheId": "pc",
            "apiClaim": "claim",
        })
    }

    /// The signature is a vector computed with PHP.
    #[test]
    fn the_request_is_what_the_vendor_documents() {
        let request = Unlock::from_activation(&activation()).unwrap().request(1_700_000_000);
        let action = &request["request"]["actions"][0];
        assert_eq!(action["hmac"], "8FtJ6J4zmGHRY/CrC+0tcGnvaR9A+Gb12DWastX5bto=");
        assert_eq!(action["parameters"]["extendedclaim"], "claim");
        assert_eq!(request["token"], "0123456789abcdef0123456789abcdef");
    }

    #[test]
    fn a_missing_value_is_named() {
        let mut activation = activation();
        activation["apiKey"] = Value::Null;
        let error = Unlock::from_activation(&activation).unwrap_err();
        assert_eq!(error.to_string(), "the activation has no `apiKey`");
    }
}
