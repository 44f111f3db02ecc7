//! The app's calls to the API, and what the gateway concludes from their answers.

use serde_json::{Value, json};

use crate::http;
use crate::setup::{SERVICE_CLAIM, Setup, TOKEN};

fn call() -> Value {
    json!({"customer": "42", "user": "21", "action": "read", "resourceType": "estate",
        "resourceId": "7", "parameters": {"data": ["Id"]}})
}

async fn ready() -> Setup {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    setup.call_service().await;
    setup
}

pub(crate) async fn a_call_is_signed_and_carries_the_newest_claim_of_its_user() {
    let setup = ready().await;
    setup.api.will_answer_with(json!([{"id": 7, "type": "estate", "elements": {"Id": "7"}}]));
    let answer = setup.ask("/api/call", &call()).await;
    let expected = json!({
        "identifier": "", "cacheable": false, "total": null,
        "records": [{"id": "7", "type": "estate", "elements": {"Id": "7"}}],
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
    let asked = setup.api.asked();
    let sent = asked.last().unwrap();
    assert_eq!(sent["token"], TOKEN);
    let action = &sent["request"]["actions"][0];
    let parameters = json!({"data": ["Id"], "extendedclaim": SERVICE_CLAIM});
    assert_eq!((&action["parameters"], &action["resourceid"]), (&parameters, &json!("7")));

    // A URL that was signed earlier and opened later brings no newer claim.
    setup.wait(-10);
    let older = setup.service_url_with(&[("apiClaim", "older")]);
    setup.wait(20);
    let newer = setup.service_url_with(&[("apiClaim", "newer")]);
    for url in [newer, older] {
        assert_eq!(http::get(setup.address, &url, &[]).await.status, 303);
    }
    setup.api.will_succeed();
    setup.ask("/api/call", &call()).await;
    let asked = setup.api.asked();
    let sent = &asked.last().unwrap()["request"]["actions"][0]["parameters"]["extendedclaim"];
    assert_eq!(sent, "newer");
}

pub(crate) async fn a_batch_has_a_result_for_each_action() {
    let setup = ready().await;
    setup.api.will_answer(
        json!({
            "status": {"code": 500, "errorcode": 97, "message": "Error in action"},
            "response": {"results": [
                {"data": {"records": []}, "status": {"errorcode": 0}},
                {"data": {"records": []}, "status": {"errorcode": 141, "message": "no such field"}},
            ]},
        })
        .to_string(),
    );
    let action = json!({"action": "read", "resourceType": "estate"});
    let batch = json!({"customer": "42", "user": "21", "actions": [action, action]});
    let results = setup.ask("/api/batch", &batch).await.json();
    assert_eq!(results["results"][0]["records"], json!([]));
    assert_eq!(results["results"][1]["error"]["code"], 141);
    let empty = json!({"customer": "42", "user": "21", "actions": []});
    assert_eq!(setup.ask("/api/batch", &empty).await.status, 400);
}

pub(crate) async fn nobody_asks_without_the_token_and_nobody_asks_for_strangers() {
    let setup = ready().await;
    let before = setup.api.asked().len();
    for headers in
        [&[][..], &[("Authorization", "Bearer wrong")], &[("Authorization", "Basic eA==")]]
    {
        let address = setup.app_address.unwrap();
        let answer =
            http::exchange(address, "POST", "/api/call", headers, &call().to_string()).await;
        assert_eq!(answer.status, 401);
    }
    let on_the_public_side =
        http::exchange(setup.address, "POST", "/api/call", &[], &call().to_string()).await;
    assert_eq!(on_the_public_side.status, 404);

    let cases = [
        (json!({"customer": "43"}), 404, "not_activated"),
        (json!({"user": "22"}), 409, "no_claim"),
        (json!({"parameters": {"extendedclaim": "mine"}}), 400, "bad_request"),
        (json!({"action": "steal"}), 400, "bad_request"),
        (json!({"extra": 1}), 400, "bad_request"),
    ];
    for (change, status, kind) in cases {
        let mut call = call();
        call.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = setup.ask("/api/call", &call).await;
        assert_eq!((answer.status, answer.json()["error"]["kind"].as_str()), (status, Some(kind)));
    }
    let wrong_address = setup.ask("/api/nothing", &call()).await;
    assert_eq!((wrong_address.status, wrong_address.header("content-type").is_some()), (404, true));
    assert!(wrong_address.body.contains("docs/gateway.md"), "{}", wrong_address.body);
    assert_eq!(setup.ask("/api/customers", &call()).await.status, 405);
    assert_eq!(setup.api.asked().len(), before);
}

pub(crate) async fn refusals_have_a_kind_and_a_hint() {
    let setup = ready().await;
    for (code, status, kind) in [
        (141, 422, "refused"),
        (201, 409, "claim"),
        (136, 422, "clock"),
        (183, 409, "user_blocked"),
    ] {
        setup.api.will_refuse(code);
        let answer = setup.ask("/api/call", &call()).await;
        let error = answer.json()["error"].clone();
        assert_eq!((answer.status, error["kind"].as_str()), (status, Some(kind)), "{error}");
        assert_eq!(error["code"], code);
    }
    for nonsense in ["<html>", "", "{\"status\":", &"x".repeat(10 * 1024 * 1024)] {
        // A read is tried three times when a proxy fails, but an answer is an answer.
        setup.api.will_answer(nonsense);
        let answer = setup.ask("/api/call", &call()).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["kind"].as_str()),
            (502, Some("unintelligible"))
        );
    }
}

pub(crate) async fn a_block_is_noticed_and_told_once() {
    let setup = ready().await;
    setup.api.will_always_answer(22);
    let first = setup.ask("/api/call", &call()).await;
    assert_eq!((first.status, first.json()["error"]["kind"].as_str()), (409, Some("blocked")));
    assert_eq!(setup.customer_state().await, "doubtful");
    // The gateway asks again by itself.
    setup.wait(5);
    let told = setup.app().event("provider.blocked").await;
    assert_eq!(told, json!({"customer": "42", "code": 22}));
    assert_eq!(setup.customer_state().await, "blocked");
    setup.ask("/api/call", &call()).await;

    // A new activation lets everybody in again, and the app hears of it.
    setup.api.will_always_answer(0);
    setup.wait(1);
    setup.activate().await;
    setup.app().event("provider.reactivated").await;
    assert_eq!(setup.customer_state().await, "active");
    let blocked = setup.app().event_types().into_iter().filter(|kind| kind == "provider.blocked");
    assert_eq!(blocked.count(), 1);
}

pub(crate) async fn a_poll_notices_a_block_without_any_call() {
    let setup = ready().await;
    setup.api.will_always_answer(137);
    setup.wait(900);
    while setup.customer_state().await == "active" {
        tokio::task::yield_now().await;
    }
    setup.wait(5);
    assert_eq!(setup.app().event("provider.blocked").await["code"], 137);
}

pub(crate) async fn clock_network_and_claims_are_no_block() {
    let setup = ready().await;
    for code in [136, 201, 193, 248, 240, 141] {
        setup.api.will_refuse(code);
        setup.ask("/api/call", &call()).await;
        setup.wait(10);
    }
    setup.api.will_answer("<html>502</html>");
    setup.ask("/api/call", &call()).await;
    assert_eq!(setup.customer_state().await, "active");
}

pub(crate) async fn a_user_without_the_right_is_told_and_the_customer_stays() {
    let setup = ready().await;
    for _ in 0..2 {
        setup.api.will_refuse(183);
        setup.ask("/api/call", &call()).await;
    }
    let told = setup.app().event("user.blocked").await;
    assert_eq!(told, json!({"customer": "42", "user": "21", "code": 183}));
    assert_eq!(setup.customer_state().await, "active");
    let told = setup.app().event_types().into_iter().filter(|kind| kind == "user.blocked");
    assert_eq!(told.count(), 1);
}

pub(crate) async fn key_and_token_serve_all_users_of_a_customer_and_of_no_other() {
    let setup = ready().await;
    let sibling = setup.service_url_with(&[("userId", "22"), ("apiClaim", "sibling")]);
    assert_eq!(http::get(setup.address, &sibling, &[]).await.status, 303);
    setup.api.will_succeed();
    let mut as_sibling = call();
    as_sibling["user"] = json!("22");
    assert_eq!(setup.ask("/api/call", &as_sibling).await.status, 200);
    let asked = setup.api.asked();
    let sent = asked.last().unwrap();
    assert_eq!(sent["token"], TOKEN);
    assert_eq!(sent["request"]["actions"][0]["parameters"]["extendedclaim"], "sibling");
    let stranger = setup.service_url_with(&[("customerWebId", "43")]);
    assert_eq!(http::get(setup.address, &stranger, &[]).await.status, 409);
}

pub(crate) async fn a_renamed_customer_is_the_same_customer() {
    let setup = ready().await;
    let renamed = setup.service_url_with(&[("customerName", "Neu & Alt")]);
    assert_eq!(http::get(setup.address, &renamed, &[]).await.status, 303);
    let customers = setup.customers().await;
    assert_eq!(customers.as_array().unwrap().len(), 1);
    assert_eq!(
        (&customers[0]["customer"], &customers[0]["name"]),
        (&json!("42"), &json!("Neu & Alt"))
    );
}

pub(crate) async fn the_app_is_asked_who_is_a_regular_customer() {
    for (says, expected) in
        [(r#"{"isRegularCustomer": true}"#, 1), (r#"{"isRegularCustomer": false}"#, 0), ("yes", 0)]
    {
        let setup = Setup::with_app_and(
            |_| (),
            |config| {
                let path = "/regular".to_owned();
                config.regular_customer = freischalt_gateway::RegularCustomer::Ask { path };
            },
        )
        .await;
        setup.app().will_say(says);
        setup.activate().await;
        let asked = setup.api.asked();
        assert_eq!(asked[0]["request"]["actions"][0]["parameters"]["isRegularCustomer"], expected);
        let question = setup.app().asked()[0].clone();
        assert_eq!(question.event()["customer"], "42");
    }
}

pub(crate) async fn a_cancelled_subscription_is_reported_and_told() {
    let setup = ready().await;
    setup.api.will_answer_with(json!([{"id": 0, "elements": {"result": "success"}}]));
    let cancel =
        |from| json!({"customer": "42", "user": "21", "subscriptionId": "5", "from": from});
    let answer = setup.ask("/api/subscriptions/cancel", &cancel("2027-02-28")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = setup.app().event("subscription.ended").await;
    assert_eq!(told, json!({"customer": "42", "subscriptionId": "5", "from": "2027-02-28"}));
    let wrong = setup.ask("/api/subscriptions/cancel", &cancel("2027-02-30")).await;
    assert_eq!(wrong.status, 400);
}

pub(crate) async fn health_and_numbers_without_the_token() {
    let setup = ready().await;
    let address = setup.app_address.unwrap();
    assert_eq!(http::get(address, "/healthz", &[]).await.body, "ok\n");
    assert_eq!(http::get(address, "/readyz", &[]).await.status, 200);
    let numbers = http::get(address, "/metrics", &[]).await.body;
    for line in ["freischalt_gateway_activations_total 1", "freischalt_gateway_launches_total 1"] {
        assert!(numbers.lines().any(|found| found == line), "{line} is not in {numbers}");
    }
}

/// Small values take many times the bytes that they are written with.
pub(crate) async fn a_body_of_very_many_small_values_is_refused_before_it_is_read() {
    let setup = ready().await;
    let before = setup.api.asked().len();
    let mut call = call();
    call["parameters"] = json!({"list": vec![json!({"a": {"b": [1]}}); 60_000]});
    let answer = setup.ask("/api/call", &call).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["kind"].as_str()),
        (413, Some("bad_request"))
    );
    assert!(answer.body.contains("Send fewer values"), "{}", answer.body);
    assert_eq!(setup.api.asked().len(), before);
    // As many bytes in one text are an upload like any other.
    call["parameters"] = json!({"file": "x".repeat(1_000_000)});
    assert_eq!(setup.ask("/api/call", &call).await.json()["error"]["kind"], json!(null));
    call["parameters"] = json!({"file": "x".repeat(33 * 1024 * 1024)});
    assert_eq!(setup.ask("/api/call", &call).await.status, 413);
}

/// Neither listener keeps the other waiting, and health is outside of both.
pub(crate) async fn browsers_and_the_app_have_shares_of_their_own() {
    let setup =
        Setup::with_app_and(|app| app.limits.requests = 0, |config| config.limits.requests = 0)
            .await;
    let refused = setup.ask("/api/call", &call()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.json()["error"]["kind"], "gateway");
    let page = http::get(setup.address, "/", &[("Accept-Language", "en")]).await;
    assert_eq!((page.status, page.header("retry-after")), (503, Some("1")));
    assert!(page.body.contains("try again"), "{}", page.body);
    let window = http::get(setup.address, "/s/x/", &[]).await;
    assert_eq!((window.status, window.header("retry-after")), (503, Some("1")));
    for address in [setup.address, setup.app_address.unwrap()] {
        assert_eq!(http::get(address, "/healthz", &[]).await.status, 200);
    }
    let one_has_room = Setup::with_app_and(|_| (), |config| config.limits.requests = 0).await;
    assert_eq!(http::get(one_has_room.address, "/", &[]).await.status, 503);
    assert_ne!(one_has_room.ask("/api/call", &call()).await.status, 503);
}
