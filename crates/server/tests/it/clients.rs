//! The unlock as public clients send it, byte by byte in their member order and with their
//! headers, and judged by each client's own test of success. The transcripts are our own, written
//! from what the clients' source shows.

use serde_json::{Value, json};

use crate::{
    signing::{self, PREFIX},
    wire::{Answer, Connection},
    world::{Run, World},
};

/// Sends a transcript on a connection of its own.
async fn send(world: &World, head: &str, body: &str) -> Answer {
    let mut connection = Connection::open(world.api).await;
    let length = body.len();
    connection.write(format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes()).await;
    connection.read().await
}

/// The version 2 signature of the unlock.
fn sign(run: &Run, timestamp: i64) -> String {
    let action_id = format!("{PREFIX}do");
    signing::v2(&run.key, &timestamp.to_string(), &run.token, "unlockProvider", &action_id)
}

/// As PHP's `json_encode` writes a text.
fn php(text: &str) -> String {
    text.replace('/', "\\/")
}

/// onOfficeGmbH/sdk (PHP): `getResponseArray` looks at the first result alone, wants its
/// errorcode to be 0 (loosely) and `actionid`, `resourcetype` and `data` to be set and not null.
fn php_sdk_accepts(answer: &Answer) -> bool {
    let json = answer.json();
    let result = &json["response"]["results"][0];
    let is_set = |name: &str| !result[name].is_null();
    result["status"]["errorcode"] == 0
        && is_set("actionid")
        && is_set("resourcetype")
        && is_set("data")
}

/// `callGeneric` sends a null identifier and resource id.
#[tokio::test]
async fn the_official_php_sdk() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let head = "POST /api/latest/api.php HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\
                Accept-Encoding: deflate, gzip\r\n\
                Content-Type: application/x-www-form-urlencoded";
    let (token, entry, claim) = (&run.token, &run.entry, &run.claim);
    let hmac = php(&sign(&run, now));
    let body = format!(
        r#"{{"token":"{token}","request":{{"actions":[{{"actionid":"{PREFIX}do","identifier":null,"parameters":{{"parameterCacheId":"{entry}","extendedclaim":"{claim}"}},"resourceid":"","resourcetype":"unlockProvider","timestamp":{now},"hmac_version":2,"hmac":"{hmac}"}}]}}}}"#
    );
    let answer = send(&world, head, &body).await;
    assert!(php_sdk_accepts(&answer), "{}", answer.text());
    assert_eq!(world.state(&run).await, "active");
}

/// The same SDK before 2022 signed with MD5, and its unlock example sends no claim.
#[tokio::test]
async fn the_official_php_sdk_before_version_2() {
    let world = World::with(|config| config.policy.claim_required = false).await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let parameters = format!(r#"{{"parameterCacheId":"{}"}}"#, run.entry);
    let action = json!({
        "actionid": format!("{PREFIX}do"), "identifier": null, "resourceid": "",
        "resourcetype": "unlockProvider", "timestamp": now,
    });
    let hmac = signing::v1(&run.key, &run.token, &parameters, &action);
    let token = &run.token;
    let body = format!(
        r#"{{"token":"{token}","request":{{"actions":[{{"actionid":"{PREFIX}do","identifier":null,"parameters":{parameters},"resourceid":"","resourcetype":"unlockProvider","timestamp":{now},"hmac":"{hmac}"}}]}}}}"#
    );
    let head = "POST /api/stable/api.php HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\
                Content-Type: application/x-www-form-urlencoded";
    let answer = send(&world, head, &body).await;
    assert!(php_sdk_accepts(&answer), "{}", answer.text());
    assert_eq!(world.state(&run).await, "active");
}

/// innobraingmbh/laravel-onoffice-adapter (PHP): refuses a `status.code` from 300 on and an
/// errorcode in the first result, then wants the element `success` to be the text `success`.
fn laravel_accepts(answer: &Answer) -> bool {
    let json = answer.json();
    let result = &json["response"]["results"][0];
    json["status"]["code"].as_i64().is_some_and(|code| code < 300)
        && result["status"]["errorcode"] == 0
        && result["data"]["records"][0]["elements"]["success"] == "success"
}

#[tokio::test]
async fn the_laravel_adapter() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let head = "POST /api/latest/api.php HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                User-Agent: GuzzleHttp/7\r\nAccept: application/json\r\n\
                Content-Type: application/json";
    let (token, entry, claim) = (&run.token, &run.entry, &run.claim);
    let hmac = php(&sign(&run, now));
    let body = format!(
        r#"{{"token":"{token}","request":{{"actions":[{{"actionid":"{PREFIX}do","resourceid":"","identifier":"","resourcetype":"unlockProvider","hmac":"{hmac}","hmac_version":2,"timestamp":{now},"parameters":{{"parameterCacheId":"{entry}","extendedclaim":"{claim}"}}}}]}}}}"#
    );
    let answer = send(&world, head, &body).await;
    assert!(laravel_accepts(&answer), "{}", answer.text());
    assert_eq!(world.state(&run).await, "active");
}

/// homeday-de/onoffice_ruby_sdk (Ruby): asks for compression by hand, which switches Ruby's own
/// decompression off; wants an HTTP status of the 200s and a result that has three members.
#[tokio::test]
async fn the_ruby_sdk() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let head = "POST /api/stable/api.php HTTP/1.1\r\nAccept: */*\r\nUser-Agent: Ruby\r\n\
                Host: 127.0.0.1\r\nContent-Type: application/json\r\n\
                Accept-Encoding: gzip,deflate,br\r\nConnection: close";
    let (token, entry, claim) = (&run.token, &run.entry, &run.claim);
    let hmac = sign(&run, now);
    let body = format!(
        r#"{{"token":"{token}","request":{{"actions":[{{"actionid":"{PREFIX}do","identifier":null,"parameters":{{"parameterCacheId":"{entry}","extendedclaim":"{claim}"}},"resourceid":null,"resourcetype":"unlockProvider","timestamp":{now},"hmac_version":2,"hmac":"{hmac}"}}]}}}}"#
    );
    let answer = send(&world, head, &body).await;
    assert!((200..300).contains(&answer.status));
    assert_eq!(answer.header("content-encoding"), None);
    let json = answer.json();
    let result = &json["response"]["results"][0];
    assert!(["actionid", "resourcetype", "data"].iter().all(|name| result.get(name).is_some()));
    assert_eq!(result["status"]["errorcode"], 0);
    assert_eq!(world.state(&run).await, "active");
}

/// BluePicSoftware/onoffice-sdk (TypeScript, axios): misspells `identifier`, sends no claim, and
/// takes every `status.code` below 300.
#[tokio::test]
async fn the_bluepic_sdk() {
    let world = World::with(|config| config.policy.claim_required = false).await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let head = "POST /api/stable/api.php HTTP/1.1\r\nAccept: application/json, text/plain, */*\r\n\
                Content-Type: application/json\r\nUser-Agent: axios/1.3.4\r\n\
                Accept-Encoding: gzip, compress, deflate, br\r\nHost: 127.0.0.1\r\n\
                Connection: keep-alive";
    let (token, entry) = (&run.token, &run.entry);
    let hmac = sign(&run, now);
    let body = format!(
        r#"{{"token":"{token}","request":{{"actions":[{{"actionid":"{PREFIX}do","indentifier":"","parameters":{{"parameterCacheId":"{entry}","isRegularCustomer":1}},"resourceid":"","resourcetype":"unlockProvider","timestamp":{now},"hmac_version":2,"hmac":"{hmac}"}}]}}}}"#
    );
    let answer = send(&world, head, &body).await;
    assert_eq!(answer.status, 200);
    assert!(answer.json()["status"]["code"].as_i64().is_some_and(|code| code < 300));
    assert!(answer.json()["response"]["results"].as_array().is_some_and(|list| list.len() == 1));
    assert_eq!(world.show(&run).await["isRegularCustomer"], json!(true));
}

/// That SDK has versions which send milliseconds; they are far ahead of every clock.
#[tokio::test]
async fn a_timestamp_in_milliseconds_is_outside() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world
        .resigned(&run, |a| a["timestamp"] = json!(a["timestamp"].as_i64().unwrap() * 1000))
        .await;
    assert_eq!(world.post(&body).await.codes(), [136]);
}

/// workdev1211/area-butler (TypeScript, axios): wants 200, 0 and `OK` above, and in every result
/// 0 and `OK`.
fn area_butler_accepts(answer: &Answer) -> bool {
    let json = answer.json();
    let fine = |status: &Value| status["errorcode"] == 0 && status["message"] == "OK";
    let results = json["response"]["results"].as_array().cloned().unwrap_or_default();
    json["status"]["code"] == 200
        && fine(&json["status"])
        && results.iter().all(|result| fine(&result["status"]))
}

#[tokio::test]
async fn area_butler() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let head = "POST /api/latest/api.php HTTP/1.1\r\nAccept: application/json, text/plain, */*\r\n\
                Content-Type: application/json\r\nUser-Agent: axios/0.27.2\r\nHost: 127.0.0.1\r\n\
                Connection: close";
    let (token, entry, claim) = (&run.token, &run.entry, &run.claim);
    let hmac = sign(&run, now);
    let body = format!(
        r#"{{"token":"{token}","request":{{"actions":[{{"timestamp":{now},"hmac":"{hmac}","hmac_version":2,"actionid":"{PREFIX}do","resourceid":"","identifier":"","resourcetype":"unlockProvider","parameters":{{"parameterCacheId":"{entry}","extendedclaim":"{claim}"}}}}]}}}}"#
    );
    let answer = send(&world, head, &body).await;
    assert!(area_butler_accepts(&answer), "{}", answer.text());
    assert_eq!(world.state(&run).await, "active");
}

/// stainly/onoffice (Python, requests): GET with a JSON body, never looks at the HTTP status,
/// reads the first result's status if `status.code` is 500 and its data otherwise.
#[tokio::test]
async fn the_python_wrapper() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let head = "GET /api/stable/api.php HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                User-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\n\
                Accept: */*\r\nConnection: keep-alive\r\nContent-Type: application/json";
    let body = |hmac: &str| {
        let (token, entry, claim) = (&run.token, &run.entry, &run.claim);
        format!(
            r#"{{"token": "{token}", "request": {{"actions": [{{"actionid": "{PREFIX}do", "resourceid": "", "resourcetype": "unlockProvider", "identifier": "", "timestamp": {now}, "hmac_version": "2", "hmac": "{hmac}", "parameters": {{"parameterCacheId": "{entry}", "extendedclaim": "{claim}"}}}}]}}}}"#
        )
    };
    let answer = send(&world, head, &body("wrong")).await.json();
    assert_eq!(answer["status"]["code"], 500);
    assert_eq!(answer["response"]["results"][0]["status"]["errorcode"], 137);
    let answer = send(&world, head, &body(&sign(&run, now))).await.json();
    assert_eq!(answer["status"]["code"], 200);
    let data = &answer["response"]["results"][0]["data"];
    assert!(data["meta"].as_object().is_some_and(|meta| meta.contains_key("cntabsolute")));
    assert!(data["records"].is_array());
    assert_eq!(world.state(&run).await, "active");
}

/// No client takes a refused call for a success.
#[tokio::test]
async fn no_client_accepts_a_failure() {
    let world = World::new().await;
    let mut run = world.start("demo").await;
    let wrong_key = Run { key: "0".repeat(64), ..run.clone() };
    let refused = world.unlock(&wrong_key).await;
    assert_eq!(refused.codes(), [137]);
    run.token = "0".repeat(32);
    let unknown = world.unlock(&run).await;
    assert_eq!(unknown.top(), (400, 22));
    for answer in [refused, unknown] {
        assert!(!php_sdk_accepts(&answer));
        assert!(!laravel_accepts(&answer));
        assert!(!area_butler_accepts(&answer));
        assert!(answer.json()["response"]["results"].is_array(), "the SDKs want the member");
    }
}
