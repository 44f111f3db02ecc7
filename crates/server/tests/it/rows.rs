//! Every row of the decision table, over a socket. A row without a test here fails the ledger.

use freischalt_marketplace::decision::{Place, TABLE};
use freischalt_protocol::ErrorCode;
use freischalt_server::Config;
use serde_json::{Value, json};

use crate::{
    call_rows, signing,
    wire::Answer,
    world::{Run, World},
};

/// One test per row: settings, then what brings the situation about and makes the request.
macro_rules! rows {
    ($($name:ident $id:literal $settings:expr, |$world:ident, $run:ident| $body:expr;)*) => {
        /// The rows that have a test.
        const TESTED: &[&str] = &[$($id),*];

        $(#[tokio::test]
        async fn $name() {
            let settings: fn(&mut Config) = $settings;
            let world = World::with(settings).await;
            let run = world.start("demo").await;
            let body: Vec<u8> = {
                let ($world, $run) = (&world, &run);
                let _ = ($world, $run);
                $body.into()
            };
            check_row($id, &world, &run, &body).await;
        })*
    };
}

/// Sends the request: the row's code stands in the row's place, and nothing has changed.
pub async fn check_row(id: &str, world: &World, run: &Run, body: &[u8]) {
    let row = TABLE.iter().find(|row| row.id == id).expect("a row of the table");
    let before = world.show(run).await;
    let answer = world.post(body).await;
    assert_eq!(answer.status, 200, "{id}");
    assert_refused(&answer, row.code, row.place);
    assert_eq!(world.show(run).await, before, "{id}: a refused call changes nothing");
}

#[track_caller]
fn assert_refused(answer: &Answer, code: u32, place: Place) {
    let top = match place {
        Place::Top500 => (500, i64::from(code)),
        Place::Top400 => (400, i64::from(code)),
        Place::Result => (500, 97),
    };
    let results = match place {
        Place::Top500 | Place::Top400 => vec![],
        Place::Result => vec![i64::from(code)],
    };
    assert_eq!((answer.top(), answer.codes()), (top, results), "{}", answer.text());
    for result in answer.json()["response"]["results"].as_array().unwrap() {
        assert!(result["status"]["message"].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(result["data"], json!({ "meta": { "cntabsolute": null }, "records": [] }));
    }
}

#[test]
fn every_row_is_tested_once() {
    let mut tested = [TESTED, call_rows::TESTED].concat();
    tested.sort_unstable();
    let mut rows: Vec<&str> = TABLE.iter().map(|row| row.id).collect();
    rows.sort_unstable();
    assert_eq!(tested, rows);
}

fn default(_: &mut Config) {}

rows! {
    body_empty "body-empty" default, |_w, _r| *b"";
    json_depth "json-depth" default, |_w, _r| "[".repeat(600) + &"]".repeat(600);
    json_brackets "json-brackets" default, |_w, _r| *b"{\"token\":[1}";
    json_control_character "json-control-character" default, |_w, _r| *b"{\"token\":\"a\nb\"}";
    json_syntax "json-syntax" default, |_w, _r| *b"{\"token\":}";
    json_utf8 "json-utf8" default, |_w, _r| *b"{\"token\":\"\xff\"}";
    json_other "json-other" default, |_w, _r| *br#"{"token":"\ud800"}"#;
    json_not_an_object "json-not-an-object" default, |_w, _r| *b"[1,2]";
    token_missing "token-missing" default, |w, r| {
        let mut envelope = r.envelope(&[w.unlock_action(r).await]);
        envelope.as_object_mut().unwrap().remove("token");
        envelope.to_string()
    };
    request_missing "request-missing" default, |_w, r| json!({ "token": r.token }).to_string();
    actions_missing "actions-missing" default, |_w, r| r.envelope(&[]).to_string();
    actions_too_many "actions-too-many" |config| config.policy.max_actions = 2, |w, r| {
        let action = w.unlock_action(r).await;
        r.envelope(&[action.clone(), action.clone(), action]).to_string()
    };
    token_unknown "token-unknown" default, |w, r| {
        let unknown = Run { token: "0".repeat(32), ..r.clone() };
        unknown.envelope(&[w.unlock_action(&unknown).await]).to_string()
    };
    api_user_inactive "api-user-inactive" default, |w, r| {
        w.block(r).await;
        w.changed(r, |_| {}).await
    };
    action_not_an_object "action-not-an-object" default, |_w, r| {
        r.envelope(&[json!("unlockProvider")]).to_string()
    };
    actionid_missing "actionid-missing" default, |w, r| w.changed(r, |a| remove(a, "actionid")).await;
    actionid_empty "actionid-empty" default, |w, r| w.resigned(r, |a| a["actionid"] = json!("")).await;
    resourceid_invalid "resourceid-invalid" default, |w, r| {
        w.changed(r, |a| a["resourceid"] = json!(["1"])).await
    };
    resourcetype_missing "resourcetype-missing" default, |w, r| {
        w.changed(r, |a| remove(a, "resourcetype")).await
    };
    parameters_invalid "parameters-invalid" default, |w, r| {
        w.changed(r, |a| a["parameters"] = json!(["parameterCacheId"])).await
    };
    parameter_name_empty "parameter-name-empty" default, |w, r| {
        w.changed(r, |a| a["parameters"][""] = json!(1)).await
    };
    timestamp_unreadable "timestamp-unreadable" default, |w, r| {
        w.resigned(r, |a| a["timestamp"] = json!("yesterday")).await
    };
    timestamp_outside "timestamp-outside" default, |w, r| {
        w.resigned(r, |a| a["timestamp"] = json!(a["timestamp"].as_i64().unwrap() - 130)).await
    };
    hmac_missing "hmac-missing" default, |w, r| w.changed(r, |a| remove(a, "hmac")).await;
    hmac_version "hmac-version" default, |w, r| {
        w.changed(r, |a| a["hmac_version"] = json!("3")).await
    };
    hmac_legacy_off "hmac-legacy-off" |config| config.policy.hmac_v1 = false, |w, r| {
        w.changed(r, |a| sign_legacy(r, a)).await
    };
    hmac_wrong "hmac-wrong" default, |w, r| {
        let key = "0".repeat(64);
        w.resigned(&Run { key, ..r.clone() }, |_| {}).await
    };
    secret_wrong "secret-wrong" |config| config.policy.wrong_signature = ErrorCode::SECRET_WRONG,
        |w, r| w.resigned(&Run { key: "0".repeat(64), ..r.clone() }, |_| {}).await;
    hmac_float "hmac-float" default, |w, r| {
        w.changed(r, |a| {
            a["parameters"]["price"] = json!(1.25);
            remove(a, "hmac_version");
            a["hmac"] = json!("0".repeat(32));
        })
        .await
    };
    claim_missing "claim-missing" default, |w, r| {
        w.changed(r, |a| remove(&mut a["parameters"], "extendedclaim")).await
    };
    claim_unreadable "claim-unreadable" default, |w, r| {
        let flipped = if r.claim.starts_with('A') { "B" } else { "A" };
        let claim = format!("{flipped}{}", &r.claim[1..]);
        w.changed(&Run { claim, ..r.clone() }, |_| {}).await
    };
    claim_foreign "claim-foreign" default, |w, r| {
        let other = w.start("funkstille").await;
        w.changed(&Run { claim: other.claim, ..r.clone() }, |_| {}).await
    };
    claim_outdated "claim-outdated" |config| config.policy.claim_lifetime = 60, |w, r| {
        w.advance(61).await;
        w.changed(r, |_| {}).await
    };
    action_unknown "action-unknown" default, |w, r| {
        w.resigned(r, |a| a["actionid"] = json!("urn:onoffice-de-ns:smart:2.5:smartml:action:dance"))
            .await
    };
    resourcetype_unknown "resourcetype-unknown" default, |w, r| {
        w.resigned(r, |a| a["resourcetype"] = json!("unlockprovider")).await
    };
    resourceid_unknown "resourceid-unknown" default, |w, r| {
        w.changed(r, |a| a["resourceid"] = json!("5")).await
    };
    not_for_marketplace_users "not-for-marketplace-users" default, |w, r| {
        w.resigned(r, |a| a["resourcetype"] = json!("transactionRefund")).await
    };
    only_unlock "only-unlock" default, |w, r| {
        w.resigned(r, |a| a["resourcetype"] = json!("marketplaceCancelAbo")).await
    };
    claim_of_service_call "claim-of-service-call" default, |w, r| {
        w.unlock(r).await;
        let claim = w.service_call(r).await.claim;
        w.changed(&Run { claim, ..r.clone() }, |_| {}).await
    };
    claim_of_activation "claim-of-activation" default, |w, r| {
        w.unlock(r).await;
        w.resigned(r, |a| a["resourcetype"] = json!("marketplaceCancelAbo")).await
    };
    parameter_invalid "parameter-invalid" default, |w, r| {
        w.changed(r, |a| a["parameters"]["isRegularCustomer"] = json!(2)).await
    };
    user_switched_off "user-switched-off"
        |config| config.policy.blocked_api_user = ErrorCode::USER_NOT_ACTIVE,
        |w, r| {
            w.block(r).await;
            w.changed(r, |_| {}).await
        };
    client_revoked "client-revoked"
        |config| config.policy.blocked_api_user = ErrorCode(48),
        |w, r| {
            w.block(r).await;
            w.changed(r, |_| {}).await
        };
    customer_inactive "customer-inactive" default, |w, r| {
        w.managed("PATCH", "/v1/customers/musterimmo", Some(&json!({ "active": false }))).await;
        w.changed(r, |_| {}).await
    };
    user_inactive "user-inactive" default, |w, r| {
        let user = json!({ "name": "Anna Albrecht", "administrator": true, "active": false });
        w.managed("PUT", "/v1/customers/musterimmo/users/21", Some(&user)).await;
        w.changed(r, |_| {}).await
    };
    user_not_administrator "user-not-administrator" default, |w, r| {
        let user = json!({ "name": "Anna Albrecht", "administrator": false });
        w.managed("PUT", "/v1/customers/musterimmo/users/21", Some(&user)).await;
        w.changed(r, |_| {}).await
    };
    user_without_right "user-without-right" default, |w, r| {
        // Restricted to administrators, and called by one who is none any more.
        w.block(r).await;
        let body = json!({ "provider": "demo", "customer": "musterimmo", "allUsers": false });
        let again = Run::read(&w.managed("POST", "/v1/activations", Some(&body)).await);
        w.unlock(&again).await;
        let called = w.service_call_by(&again, 24).await;
        let user = json!({ "name": "Deniz Demir", "administrator": false });
        w.managed("PUT", "/v1/customers/musterimmo/users/24", Some(&user)).await;
        w.other(&called, "read", "estate", json!({}), |_| {}).await
    };
    field_unknown "field-unknown" default, |w, r| {
        w.unlock(r).await;
        let called = w.service_call(r).await;
        w.other(&called, "read", "estate", json!({ "data": ["Id", "KaufPreis"] }), |_| {}).await
    };
    operator_unknown "operator-unknown" default, |w, r| {
        w.unlock(r).await;
        let called = w.service_call(r).await;
        let filter = json!({ "Nr": [{ "op": "==", "val": 21 }] });
        w.other(&called, "read", "user", json!({ "data": ["Nr"], "filter": filter }), |_| {}).await
    };
    filter_malformed "filter-malformed" default, |w, r| {
        w.unlock(r).await;
        let called = w.service_call(r).await;
        let filter = json!({ "Nr": 21 });
        w.other(&called, "read", "user", json!({ "data": ["Nr"], "filter": filter }), |_| {}).await
    };
    user_not_readable "user-not-readable" default, |w, r| {
        w.unlock(r).await;
        let called = w.service_call_by(r, 22).await;
        w.other(&called, "read", "user", json!({}), |a| a["resourceid"] = json!("21")).await
    };
    entry_missing "entry-missing" default, |w, r| {
        w.changed(r, |a| remove(&mut a["parameters"], "parameterCacheId")).await
    };
    entry_unknown "entry-unknown" default, |w, r| {
        let entry = w.start("funkstille").await.entry;
        w.changed(&Run { entry, ..r.clone() }, |_| {}).await
    };
    entry_expired "entry-expired" |config| config.policy.parameter_cache_lifetime = 60, |w, r| {
        w.advance(61).await;
        w.changed(r, |_| {}).await
    };
    entry_used "entry-used" default, |w, r| {
        w.unlock(r).await;
        w.changed(r, |a| a["parameters"]["isRegularCustomer"] = json!(1)).await
    };
    entry_of_service_call "entry-of-service-call" default, |w, r| {
        w.unlock(r).await;
        let entry = w.service_call(r).await.entry;
        w.changed(&Run { entry, ..r.clone() }, |_| {}).await
    };
}

fn remove(object: &mut Value, name: &str) {
    object.as_object_mut().unwrap().remove(name).expect("it was there");
}

/// Signs the unlock with version 1.
fn sign_legacy(run: &Run, action: &mut Value) {
    remove(action, "hmac_version");
    let parameters = format!(
        r#"{{"extendedclaim":"{}","isRegularCustomer":0,"parameterCacheId":"{}"}}"#,
        run.claim, run.entry
    );
    action["hmac"] = signing::v1(&run.key, &run.token, &parameters, action).into();
}
