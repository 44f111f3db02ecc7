//! The request body, with the members and their order of the vendor's PHP SDK
//! (onOfficeGmbH/sdk).

use std::borrow::Cow;

use freischalt_protocol::{ApiClaim, UnixTime};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{Action, Credentials};

#[derive(Serialize)]
struct Envelope<'a> {
    token: &'a str,
    request: Request<'a>,
}

#[derive(Serialize)]
struct Request<'a> {
    actions: Vec<SignedAction<'a>>,
}

#[derive(Serialize)]
struct SignedAction<'a> {
    actionid: &'a str,
    identifier: &'a str,
    #[serde(serialize_with = "as_php_array")]
    parameters: Cow<'a, Map<String, Value>>,
    resourceid: &'a str,
    resourcetype: &'a str,
    timestamp: UnixTime,
    hmac_version: u8,
    hmac: String,
}

/// Signs `actions` for the moment `now`. The only place that puts a claim into parameters.
pub(crate) fn signed_body(
    credentials: &Credentials,
    actions: &[Action],
    claim: Option<&ApiClaim>,
    now: UnixTime,
) -> Vec<u8> {
    let actions = actions.iter().map(|action| sign(credentials, action, claim, now)).collect();
    let envelope = Envelope { token: credentials.token(), request: Request { actions } };
    #[expect(clippy::expect_used, reason = "maps with text keys and JSON values always serialise")]
    serde_json::to_vec(&envelope).expect("serialisable")
}

fn sign<'a>(
    credentials: &Credentials,
    action: &'a Action,
    claim: Option<&ApiClaim>,
    now: UnixTime,
) -> SignedAction<'a> {
    let mut parameters = Cow::Borrowed(&action.parameters);
    if let Some(claim) = claim {
        parameters.to_mut().insert(ApiClaim::ACTION_PARAMETER.to_owned(), claim.expose().into());
    }
    SignedAction {
        actionid: &action.action_id,
        identifier: &action.identifier,
        parameters,
        resourceid: &action.resource_id,
        resourcetype: &action.resource_type,
        timestamp: now,
        hmac_version: 2,
        hmac: credentials.sign(&now.to_string(), &action.resource_type, &action.action_id),
    }
}

/// An empty array has no keys in PHP, so the SDK sends `[]`.
fn as_php_array<S: Serializer>(
    parameters: &Map<String, Value>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if parameters.is_empty() {
        return serializer.collect_seq::<[(); 0]>([]);
    }
    parameters.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verb;
    use freischalt_protocol::Secret;

    fn credentials() -> Credentials {
        let key = Secret::new("0123456789abcdef".repeat(4));
        Credentials::new("0123456789abcdef0123456789abcdef", key)
    }

    #[test]
    fn an_unlock_call_byte_for_byte() {
        let action =
            Action::new(Verb::Do, "unlockProvider").with_parameter("parameterCacheId", "p");
        let claim = ApiClaim::new("AbC_123-xyz");
        let body = signed_body(&credentials(), &[action], Some(&claim), UnixTime(1_700_000_000));
        let expected = concat!(
            r#"{"token":"0123456789abcdef0123456789abcdef","request":{"actions":[{"#,
            r#""actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do","identifier":"","#,
            r#""parameters":{"extendedclaim":"AbC_123-xyz","parameterCacheId":"p"},"#,
            r#""resourceid":"","resourcetype":"unlockProvider","timestamp":1700000000,"#,
            r#""hmac_version":2,"hmac":"8FtJ6J4zmGHRY/CrC+0tcGnvaR9A+Gb12DWastX5bto="}]}}"#,
        );
        // The order inside `parameters` means nothing and depends on serde_json's features.
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body, serde_json::from_str::<Value>(expected).unwrap());
    }

    #[test]
    fn the_members_stand_in_the_order_of_the_sdk_and_no_parameters_are_an_empty_list() {
        let action = Action::new(Verb::Get, "estateCategories");
        let body = signed_body(&credentials(), &[action], None, UnixTime(1));
        let body = String::from_utf8(body).unwrap();
        let names =
            ["token", "request", "actions", "actionid", "identifier", "parameters", "resourceid"];
        let names = names.into_iter().chain(["resourcetype", "timestamp", "hmac_version", "hmac"]);
        let at: Vec<_> = names.map(|name| body.find(&format!("\"{name}\":")).unwrap()).collect();
        assert!(at.is_sorted(), "{body}");
        assert!(body.contains(r#""parameters":[],"#), "{body}");
    }

    #[test]
    fn every_action_of_a_batch_carries_the_claim() {
        let actions = [Action::new(Verb::Read, "estate"), Action::new(Verb::Read, "address")];
        let body = signed_body(&credentials(), &actions, Some(&ApiClaim::new("c")), UnixTime(1));
        let body: Value = serde_json::from_slice(&body).unwrap();
        for action in body["request"]["actions"].as_array().unwrap() {
            assert_eq!(action["parameters"]["extendedclaim"], "c");
        }
    }
}
