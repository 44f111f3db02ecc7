//! Signatures of actions, written from the vendor's description (apidoc.onoffice.de) with nothing
//! of ours.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::Value;
use sha2::Sha256;

pub const PREFIX: &str = "urn:onoffice-de-ns:smart:2.5:smartml:action:";

/// Version 2: base64 of HMAC-SHA256 over timestamp, token, resource type and action id.
pub fn v2(key: &str, timestamp: &str, token: &str, kind: &str, action_id: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(format!("{timestamp}{token}{kind}{action_id}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Version 1: MD5 over the secret and the MD5 of parameters and attributes. `parameters` is the
/// JSON that PHP would make of them.
pub fn v1(key: &str, token: &str, parameters: &str, action: &Value) -> String {
    let text = |name: &str| match &action[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let members = [
        parameters.to_owned(),
        token.to_owned(),
        text("actionid"),
        text("identifier"),
        text("resourceid"),
        key.to_owned(),
        text("timestamp"),
        text("resourcetype"),
    ];
    md5(&format!("{key}{}", md5(&members.join(","))))
}

fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The published vectors, so that a mistake here is not taken for one of the server.
#[test]
fn signs_as_published() {
    let action_id = format!("{PREFIX}get");
    assert_eq!(
        v2("dhY8h7FeU9", "123456789", "dX5hkIIU6W", "estateCategories", &action_id),
        "F9OXyaJv7p+bLkwGDGV7ZUmfYgjH2E24zpsxY5/nVDk="
    );
    let action = serde_json::json!({
        "actionid": "action", "identifier": "identifier", "resourceid": "1",
        "timestamp": 100, "resourcetype": "type",
    });
    assert_eq!(
        v1("secret", "token", r#"{"paramKey":"paramValue"}"#, &action),
        "7e0bb4b6ceb4b3cff609524e416f2ac3"
    );
}
