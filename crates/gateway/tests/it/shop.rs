//! The demo shop: opened by a signed URL only, signs what was clicked, shows signed results.

use freischalt_protocol::{Secret, signed_order, signed_url};
use serde_json::{Value, json};

use crate::http::{self, Answer};
use crate::setup::{SECRET, Setup};

async fn shop() -> Setup {
    Setup::with(|config| config.demo_shop = true).await
}

/// A signed query for a path of the shop.
fn signed(setup: &Setup, path: &str, parameters: &[(&str, &str)]) -> String {
    let base = format!("http://{}{path}", setup.address);
    let mut all = vec![("timestamp", "1700000000")];
    all.extend(parameters);
    let url = signed_url::sign_with(&base, &all, &Secret::new(SECRET)).unwrap();
    url.split_once('?').unwrap().1.to_owned()
}

fn call(setup: &Setup, more: &[(&str, &str)]) -> String {
    let mut parameters = vec![
        ("customerName", "Müller & <b>Söhne</b>"),
        ("userId", "21"),
        ("parameterCacheId", "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6"),
        ("apiClaim", "claim-that-nobody-sees"),
    ];
    parameters.extend(more);
    signed(setup, "/service", &parameters)
}

async fn sign(setup: &Setup, query: &str, item: &str, origin: &str) -> Answer {
    let headers = [("Content-Type", "application/json"), ("Origin", origin)];
    let body = json!({"query": query, "item": item}).to_string();
    http::exchange(setup.address, "POST", "/shop/sign", &headers, &body).await
}

async fn own(setup: &Setup, query: &str, item: &str) -> Answer {
    sign(setup, query, item, &format!("http://{}", setup.address)).await
}

#[tokio::test]
async fn only_a_young_signed_call_opens_the_shop() {
    let setup = shop().await;
    let query = call(&setup, &[("estateId", "12"), ("UserLanguage", "ENG")]);
    let page = http::get(setup.address, &format!("/service?{query}"), &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Order for everybody"), "{}", page.body);
    assert!(page.body.contains(r#"<dd id="fact-estateId">12</dd>"#), "{}", page.body);
    assert!(!page.body.contains("<b>Söhne</b>") && !page.body.contains("claim-that"));
    assert!(!page.body.contains(r#"data-item="group""#), "nobody without a group buys for one");
    let other = query.replace("estateId=12", "estateId=13");
    assert_eq!(http::get(setup.address, &format!("/service?{other}"), &[]).await.status, 403);
    setup.wait(301);
    assert_eq!(http::get(setup.address, &format!("/service?{query}"), &[]).await.status, 403);
}

#[tokio::test]
async fn every_item_is_signed_for_the_page_that_was_opened() {
    let setup = shop().await;
    let query = call(&setup, &[("groupId", "2")]);
    let orders = ["single", "customer", "group", "user", "abo"];
    for item in orders.into_iter().chain(["refresh", "refresh-and-close", "close"]) {
        let answer = own(&setup, &query, item).await;
        assert_eq!(answer.status, 200, "{item}");
        assert!(signed_order::verify(answer.body.as_bytes(), &Secret::new(SECRET)).is_ok());
        let message: Value = answer.json();
        assert_eq!(message["parametercacheid"], "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6");
        assert_eq!(message["timestamp"], 1_700_000_000);
        assert_eq!(message["callbackurl"].is_string(), orders.contains(&item), "{item}");
    }
    let abo = own(&setup, &query, "abo").await.json();
    assert_eq!(abo["abo"]["monthlycosts"], "25.30");
    let group = own(&setup, &query, "group").await.json();
    assert_eq!(group["products"][0]["circleofusers"], "group");
    assert_eq!(group["totalprice"], group["products"][0]["price"]);
}

#[tokio::test]
async fn nothing_is_signed_for_strangers() {
    let setup = shop().await;
    let query = call(&setup, &[]);
    assert_eq!(own(&setup, "parameterCacheId=1&timestamp=1700000000", "single").await.status, 403);
    assert_eq!(sign(&setup, &query, "single", "https://evil.example").await.status, 403);
    assert_eq!(own(&setup, &query, "everything").await.status, 404);
    setup.wait(3901);
    assert_eq!(own(&setup, &query, "single").await.status, 403);
}

#[tokio::test]
async fn the_result_page_shows_what_was_signed_as_text() {
    let setup = shop().await;
    let open = async |parameters: &[(&str, &str)]| {
        let query = signed(&setup, "/shop/result", parameters);
        http::get(setup.address, &format!("/shop/result?{query}"), &[]).await
    };
    let paid = open(&[("item", "single"), ("status", "success"), ("transactionid", "11")]).await;
    assert_eq!(paid.status, 200);
    assert!(paid.body.contains("Thank you") && paid.body.contains(r#"id="transactionid">11<"#));
    let failed = open(&[("status", "error"), ("message", "<script>x</script>")]).await;
    assert!(failed.body.contains("The payment failed") && !failed.body.contains("<script>x"));
    assert!(open(&[]).await.body.contains("No status"));
    let forged = "/shop/result?status=success&transactionid=11&timestamp=1700000000&signature=0";
    assert_eq!(http::get(setup.address, forged, &[]).await.status, 403);
}

#[tokio::test]
async fn without_being_asked_for_there_is_no_shop() {
    let setup = Setup::start().await;
    let query = call(&setup, &[]);
    assert_eq!(http::get(setup.address, &format!("/service?{query}"), &[]).await.status, 404);
}
