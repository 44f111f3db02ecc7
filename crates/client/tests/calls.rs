//! Calls through the stub transport: what is sent, and what each kind of answer means.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use freischalt_client::transport::StubTransport;
use freischalt_client::{
    Action, ApiClaim, BodyKind, CalendarDate, CallError, CallErrorKind, CancelSubscription, Client,
    Credentials, Elements, ErrorCode, HttpResponse, InvoiceRecipientOf, Level, NewPaymentLink,
    RetryPolicy, Secret, Session, TransportError, UnixTime, UnlockProvider, Verb,
};
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000;

fn client(stub: &StubTransport) -> Client {
    let retry = RetryPolicy { first_pause: Duration::ZERO, ..RetryPolicy::default() };
    let clock = AtomicI64::new(NOW);
    Client::builder("http://api.example/api/stable/api.php")
        .transport(stub.clone())
        .retry(retry)
        .clock(move || UnixTime(clock.fetch_add(1, Ordering::Relaxed)))
        .build()
        .unwrap()
}

fn credentials() -> Credentials {
    let key = Secret::new("0123456789abcdef".repeat(4));
    Credentials::new("0123456789abcdef0123456789abcdef", key)
}

fn unlock() -> UnlockProvider {
    UnlockProvider {
        parameter_cache_id: "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6".to_owned(),
        claim: ApiClaim::new("AbC_123-xyz"),
        is_regular_customer: true,
    }
}

/// An answer as the vendor documents it, with one result of this code and these records.
fn answer(top: Value, code: u32, records: Value) -> String {
    let message = if code == 0 { "OK" } else { "HMAC invalid" };
    json!({
        "status": top,
        "response": {"results": [{
            "actionid": "urn:onoffice-de-ns:smart:2.5:smartml:action:do",
            "resourceid": "", "resourcetype": "unlockProvider", "cacheable": false,
            "identifier": "", "data": {"meta": {"cntabsolute": null}, "records": records},
            "status": {"errorcode": code, "message": message},
        }]},
    })
    .to_string()
}

fn ok() -> Value {
    json!({"code": 200, "errorcode": 0, "message": "OK"})
}

fn in_action() -> Value {
    json!({"code": 500, "errorcode": 97, "message": "Error in action"})
}

fn success() -> Value {
    json!([{"id": 0, "type": "", "elements": {"success": "success"}}])
}

async fn unlock_with(body: &str) -> Result<(), CallError> {
    let stub = StubTransport::default();
    stub.answer_json(body);
    client(&stub).unlock_provider(&credentials(), &unlock()).await
}

fn session(stub: &StubTransport) -> Session {
    client(stub).session(credentials(), ApiClaim::new("AbC_123-xyz"))
}

fn payment_link() -> NewPaymentLink {
    NewPaymentLink {
        transaction_id: "1100135697".to_owned(),
        price_net: "35.5".parse().unwrap(),
        description: "Anfahrt".to_owned(),
        send_mail_to_customer: true,
    }
}

/// The one action that was sent.
fn sent_action(stub: &StubTransport) -> Value {
    let body: Value = serde_json::from_slice(&stub.sent()[0].body).unwrap();
    body["request"]["actions"][0].clone()
}

fn refusal(error: CallError) -> freischalt_client::Refusal {
    match error {
        CallError::Refused(refusal) => refusal,
        other => panic!("not a refusal: {other}"),
    }
}

#[tokio::test]
async fn an_unlock_sends_what_the_vendor_documents() {
    let stub = StubTransport::default();
    stub.answer_json(&answer(ok(), 0, success()));
    client(&stub).unlock_provider(&credentials(), &unlock()).await.unwrap();

    let sent = stub.sent();
    assert_eq!(sent[0].url, "http://api.example/api/stable/api.php");
    let body: Value = serde_json::from_slice(&sent[0].body).unwrap();
    let expected = json!({
        "token": "0123456789abcdef0123456789abcdef",
        "request": {"actions": [{
            "actionid": "urn:onoffice-de-ns:smart:2.5:smartml:action:do",
            "identifier": "",
            "parameters": {
                "parameterCacheId": "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6",
                "extendedclaim": "AbC_123-xyz",
                "isRegularCustomer": 1,
            },
            "resourceid": "",
            "resourcetype": "unlockProvider",
            "timestamp": NOW,
            "hmac_version": 2,
            "hmac": "8FtJ6J4zmGHRY/CrC+0tcGnvaR9A+Gb12DWastX5bto=",
        }]},
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn only_a_confirmed_answer_without_any_error_is_a_success() {
    let unconfirmed = [
        json!([]),
        json!([{"id": 0, "type": "", "elements": []}]),
        json!([{"id": 0, "type": "", "elements": {"success": "failure"}}]),
        json!([{"id": 0, "type": "", "elements": {"result": "success"}}]),
    ];
    for records in unconfirmed {
        let error = unlock_with(&answer(ok(), 0, records.clone())).await.unwrap_err();
        assert!(matches!(error, CallError::NotConfirmed), "{records}: {error}");
    }
    // A top-level error wins over a result that claims success.
    let error = unlock_with(&answer(in_action(), 0, success())).await.unwrap_err();
    assert_eq!(refusal(error).code, ErrorCode::ERROR_IN_ACTION);
}

#[tokio::test]
async fn the_code_of_the_result_counts_whatever_the_top_says() {
    for top in [in_action(), ok()] {
        let refusal = refusal(unlock_with(&answer(top, 137, json!([]))).await.unwrap_err());
        assert_eq!(refusal.code, ErrorCode::HMAC_INVALID);
        assert_eq!(refusal.level, Level::Action);
        assert_eq!(refusal.kind(), CallErrorKind::Credentials);
        assert!(refusal.hint.as_ref().unwrap().contains("does not belong to this token"));
        assert!(refusal.to_string().contains("error 137: HMAC invalid. The key does not"));
    }
}

#[tokio::test]
async fn a_refused_request_may_lack_results_and_even_the_response() {
    let status = json!({"code": 400, "errorcode": 22, "message": "Not authenticated"});
    for response in [json!({"results": []}), Value::Null] {
        let body = json!({"status": status, "response": response}).to_string();
        let refusal = refusal(unlock_with(&body).await.unwrap_err());
        assert_eq!((refusal.code, refusal.level), (ErrorCode::NOT_AUTHENTICATED, Level::Request));
    }
    let body = json!({"status": {"code": 500, "errorcode": "Syntax error", "message": "m"}});
    assert_eq!(refusal(unlock_with(&body.to_string()).await.unwrap_err()).code, ErrorCode::UNKNOWN);
}

#[tokio::test]
async fn the_classes_of_refusals() {
    let classes = [
        (136, CallErrorKind::Clock),
        (177, CallErrorKind::ParameterCache),
        (193, CallErrorKind::Claim),
        (201, CallErrorKind::Claim),
        (248, CallErrorKind::Claim),
        (240, CallErrorKind::Refused),
        (4711, CallErrorKind::Refused),
    ];
    for (code, kind) in classes {
        let error = unlock_with(&answer(in_action(), code, json!([]))).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{code}");
        assert_eq!(refusal(error).hint.is_some(), code != 4711, "{code}");
    }
}

#[tokio::test]
async fn a_wrong_clock_is_measured_by_the_date_header() {
    let stub = StubTransport::default();
    stub.answer(Ok(HttpResponse {
        status: 200,
        date: Some("Tue, 14 Nov 2023 22:23:20 GMT".to_owned()),
        content_type: None,
        body: answer(in_action(), 136, json!([])).into_bytes(),
    }));
    let error = client(&stub).unlock_provider(&credentials(), &unlock()).await.unwrap_err();
    assert!(refusal(error).hint.unwrap().contains("600 s behind"));
}

#[tokio::test]
async fn what_is_not_an_answer_is_described_and_not_dumped() {
    let cases = [
        ("", BodyKind::Empty),
        (" \n", BodyKind::Empty),
        ("<html>secret-stuff</html>", BodyKind::Markup),
        (r#"{"status":{"code":200,"err"#, BodyKind::CutJson),
        (r#"{"error":"secret-stuff"}"#, BodyKind::OtherJson),
        ("[1,2]", BodyKind::OtherJson),
        ("secret-stuff", BodyKind::Other),
    ];
    for (text, kind) in cases {
        let error = unlock_with(text).await.unwrap_err();
        assert!(!error.to_string().contains("secret-stuff"), "{error}");
        match error {
            CallError::NotAnAnswer { body, status: 200, .. } => assert_eq!(body, kind, "{text}"),
            other => panic!("{text}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_missing_result_is_an_error() {
    let body = json!({"status": ok(), "response": {"results": []}}).to_string();
    let error = unlock_with(&body).await.unwrap_err();
    assert!(matches!(error, CallError::ResultCount { sent: 1, received: 0 }), "{error}");
}

#[tokio::test]
async fn what_was_never_sent_is_signed_anew_and_sent_again() {
    let stub = StubTransport::default();
    stub.answer(Err(TransportError::Connect("refused".into())));
    stub.answer_json(&answer(ok(), 0, success()));
    client(&stub).unlock_provider(&credentials(), &unlock()).await.unwrap();

    let signed = |index: usize| {
        let body: Value = serde_json::from_slice(&stub.sent()[index].body).unwrap();
        let action = &body["request"]["actions"][0];
        (action["timestamp"].as_i64().unwrap(), action["hmac"].as_str().unwrap().to_owned())
    };
    assert_eq!((signed(0).0, signed(1).0), (NOW, NOW + 1));
    assert_ne!(signed(0).1, signed(1).1);
}

/// The answer gets lost, and the next attempt would succeed.
fn losing(element: &str) -> StubTransport {
    let stub = StubTransport::default();
    stub.answer(Err(TransportError::Interrupted("reset".into())));
    stub.answer_json(&answer(ok(), 0, json!([{"id": 0, "elements": {element: "success"}}])));
    stub
}

#[tokio::test]
async fn what_may_have_arrived_is_sent_again_only_where_twice_is_the_same_as_once() {
    let unlocking = losing("success");
    client(&unlocking).unlock_provider(&credentials(), &unlock()).await.unwrap();
    assert_eq!(unlocking.sent().len(), 2);

    let cancelling = losing("result");
    let from = CalendarDate::new(2027, 3, 1).unwrap();
    let cancel = CancelSubscription { subscription_id: "5".to_owned(), from };
    session(&cancelling).cancel_subscription(&cancel).await.unwrap();
    assert_eq!(cancelling.sent().len(), 2);

    let refunding = losing("result");
    let account = client(&refunding).provider_account(credentials());
    let error = account.refund("1100135697").await.unwrap_err();
    assert_eq!((error.kind(), refunding.sent().len()), (CallErrorKind::Unreachable, 1));

    let linking = losing("result");
    let account = client(&linking).provider_account(credentials());
    let error = account.payment_link(&payment_link()).await.unwrap_err();
    assert_eq!((error.kind(), linking.sent().len()), (CallErrorKind::Unreachable, 1));
}

#[tokio::test]
async fn one_harmful_action_makes_its_batch_harmful() {
    let actions = [Action::new(Verb::Read, "estate"), Action::new(Verb::Create, "estate")];
    let stub = losing("result");
    client(&stub).batch(&credentials(), &actions, None).await.unwrap_err();
    assert_eq!(stub.sent().len(), 1);
}

#[tokio::test]
async fn a_proxys_error_page_is_worth_another_attempt_for_a_read() {
    let stub = StubTransport::default();
    stub.answer(Ok(HttpResponse { status: 503, ..HttpResponse::default() }));
    stub.answer_json(&answer(ok(), 0, json!([])));
    session(&stub).call(&Action::new(Verb::Read, "estate")).await.unwrap();
    assert_eq!(stub.sent().len(), 2);
}

#[tokio::test]
async fn a_batch_brings_a_result_for_each_action_and_tolerates_php() {
    let stub = StubTransport::default();
    let result = |code: u32, data: Value| json!({"data": data, "status": {"errorcode": code}});
    stub.answer_json(
        &json!({
            "status": in_action(),
            "response": {"results": [
                result(0, json!({"meta": {"cntabsolute": "7"}, "records": [
                    {"id": 5, "type": "estate", "elements": {"Id": "5"}},
                    {"id": "impressum", "type": null, "elements": []},
                ]})),
                result(141, json!([])),
                result(0, json!({"records": [{"id": 0, "elements": [{"key": "a"}]}]})),
            ]},
        })
        .to_string(),
    );
    let actions = ["estate", "address", "regions"].map(|kind| Action::new(Verb::Read, kind));
    let results = client(&stub).batch(&credentials(), &actions, None).await.unwrap();

    let first = results[0].as_ref().unwrap();
    assert_eq!(first.total, Some(7));
    assert_eq!(first.records[0].id, "5");
    assert_eq!(first.records[0].elements.get("Id"), Some(&json!("5")));
    assert_eq!(first.records[1].id, "impressum");
    assert_eq!(first.records[1].elements, Elements::Map(serde_json::Map::new()));
    assert_eq!(results[1].as_ref().unwrap_err().code, ErrorCode(141));
    let list = &results[2].as_ref().unwrap().records[0].elements;
    assert_eq!(list, &Elements::List(vec![json!({"key": "a"})]));
}

#[test]
fn an_address_that_cannot_work_is_refused_with_an_example() {
    for url in ["api.onoffice.de", "ftp://api.example/", ""] {
        let error = Client::new(url).unwrap_err().to_string();
        assert!(error.contains("https://api.onoffice.de/api/stable/api.php"), "{error}");
    }
}

#[tokio::test]
async fn the_other_calls_send_and_read_what_the_vendor_documents() {
    let stub = StubTransport::default();
    stub.answer_json(&answer(
        ok(),
        0,
        json!([{"id": 0, "type": "", "elements": {
            "salutation": "Frau", "firstname": "Anna", "lastname": "Albrecht",
            "companyname": "Musterimmo", "address": "Weg 1", "zipcode": 52072, "city": "Aachen",
            "country": "Deutschland", "email": "a@example.com", "companyUstId": "DE1",
        }}]),
    ));
    let of = InvoiceRecipientOf { transaction_id: "1100135697".into(), user_id: "21".into() };
    let to = session(&stub).invoice_recipient(&of).await.unwrap();
    assert_eq!((to.company.as_str(), to.zip_code.as_str()), ("Musterimmo", "52072"));
    assert_eq!(format!("{to:?}"), "InvoiceRecipient(…)");
    let sent = sent_action(&stub);
    assert_eq!(sent["resourcetype"], "getMarketplaceInvoiceRecipient");
    assert_eq!(sent["actionid"], "urn:onoffice-de-ns:smart:2.5:smartml:action:get");
    let parameters =
        json!({"transactionid": "1100135697", "userid": "21", "extendedclaim": "AbC_123-xyz"});
    assert_eq!(sent["parameters"], parameters);

    let stub = StubTransport::default();
    stub.answer_json(&answer(
        ok(),
        0,
        json!([{"id": 0, "type": "", "elements": {"result": {
            "subsequentPaymentUrl": "https://m.example/smart/short.php?c=0f",
            "mailToCustomerSent": true,
        }}}]),
    ));
    let account = client(&stub).provider_account(credentials());
    let link = account.payment_link(&payment_link()).await.unwrap();
    assert_eq!(link.url, "https://m.example/smart/short.php?c=0f");
    assert!(link.mail_sent && !format!("{link:?}").contains("short.php"));
    let parameters = json!({
        "transactionid": "1100135697", "priceNet": "35.50", "description": "Anfahrt",
        "sendMailToCustomer": true,
    });
    assert_eq!(sent_action(&stub)["parameters"], parameters);

    let stub = StubTransport::default();
    stub.answer_json(&answer(ok(), 0, json!([{"id": 0, "elements": {"result": "success"}}])));
    client(&stub).provider_account(credentials()).refund("1100135697").await.unwrap();
    let sent = sent_action(&stub);
    assert_eq!(sent["parameters"], json!({"transactionid": 1_100_135_697}));
    assert_eq!(sent["resourcetype"], "transactionRefund");
}

#[tokio::test]
async fn the_provider_secret_in_place_of_the_key_is_named() {
    let stub = StubTransport::default();
    stub.answer_json(&answer(in_action(), 137, json!([])));
    let secret = Secret::new("0123456789abcdef".repeat(4));
    let client = Client::builder("http://api.example/").transport(stub).provider_secret(secret);
    let client = client.build().unwrap();
    let error = client.unlock_provider(&credentials(), &unlock()).await.unwrap_err();
    let hint = refusal(error).hint.unwrap();
    assert!(hint.starts_with("The provider secret was used as API key"), "{hint}");
}
