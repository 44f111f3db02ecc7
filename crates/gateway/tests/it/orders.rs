//! Orders and window messages: signed for the app's page, and their results handed on once.

use freischalt_gateway::GatewayConfig;
use freischalt_protocol::{Secret, signed_order, signed_url};
use serde_json::{Value, json};

use crate::http;
use crate::setup::{MARKETPLACE, SECRET, Setup};

async fn ready() -> (Setup, String) {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let (visit, _) = setup.call_service().await;
    let visit = visit.strip_prefix("/s/").unwrap().to_owned();
    (setup, visit)
}

fn product(visit: &str) -> Value {
    json!({"visit": visit, "returnPath": "/done?from=shop", "reference": "17",
        "product": {"name": "Rundgang", "price": "38.7", "quantity": 2, "circleOfUsers": "group"}})
}

fn signed(answer: &Value) -> Value {
    assert_eq!(answer["targetOrigin"], MARKETPLACE);
    let text = answer["message"].as_str().unwrap();
    signed_order::verify(text.as_bytes(), &Secret::new(SECRET)).unwrap();
    serde_json::from_str(text).unwrap()
}

/// The URL that the marketplace sends the browser to.
fn result(order: &Value, more: &str) -> String {
    let url = format!("{}?{more}&timestamp=1700000000", order["callbackurl"].as_str().unwrap());
    let url = signed_url::sign(&url, &Secret::new(SECRET)).unwrap();
    url[url.find("/callback/").unwrap()..].to_owned()
}

pub(crate) async fn an_order_is_signed_and_its_result_told_once() {
    let (setup, visit) = ready().await;
    let answer = setup.ask("/api/orders", &product(&visit)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    let order = signed(&answer);
    assert_eq!(order["totalprice"], "77.40");
    assert_eq!(order["parametercacheid"], "pc-service");
    let expected =
        json!({"name": "Rundgang", "price": "38.70", "quantity": "2", "circleofusers": "group"});
    assert_eq!(order["products"], json!([expected]));

    let url = result(&order, "status=success&transactionid=1100135697&referenceid=9");
    let mut windows = Vec::new();
    for _ in 0..3 {
        let back = http::get(setup.address, &url, &[]).await;
        assert_eq!(back.status, 303);
        let location = back.header("location").unwrap();
        windows.push(location.to_owned());
        let id = answer["orderId"].as_str().unwrap();
        let expected = format!("/done?from=shop&order={id}&state=paid&reference=17");
        assert!(location.starts_with("/s/") && location.ends_with(&expected), "{location}");
        assert_eq!(http::get(setup.address, location, &[]).await.status, 200);
    }
    windows.dedup();
    assert_eq!(windows.len(), 1, "a reload leads to the same window");
    let told = setup.app().event("order.paid").await;
    let expected = json!({
        "orderId": answer["orderId"], "reference": "17", "customer": "42", "user": "21",
        "transactionId": "1100135697", "referenceId": "9", "subscriptionId": null,
    });
    assert_eq!(told, expected);
    let paid = setup.app().event_types().into_iter().filter(|kind| kind.starts_with("order."));
    assert_eq!(paid.count(), 1);
}

/// Whoever has nothing but the URL of a result gets no session by it once its window is closed.
pub(crate) async fn a_result_opens_one_window_and_no_other_after_it() {
    let setup = Setup::with_app(|app| app.visit_lifetime = 100).await;
    setup.activate().await;
    let (visit, _) = setup.call_service().await;
    let visit = visit.strip_prefix("/s/").unwrap();
    let order = signed(&setup.ask("/api/orders", &product(visit)).await.json());
    let url = result(&order, "status=inprocess&transactionid=7");
    assert_eq!(http::get(setup.address, &url, &[]).await.status, 303);
    setup.wait(100);
    let still = http::get(setup.address, &url, &[]).await;
    assert_eq!(still.status, 303);
    setup.wait(1);
    let over = http::get(setup.address, &url, &[]).await;
    assert_eq!(over.status, 403, "the URL is young, its window was closed");
    assert!(over.body.contains("This request is over."), "{}", over.body);
    let window = still.header("location").unwrap();
    assert_eq!(http::get(setup.address, window, &[]).await.status, 404);
    // The marketplace signs a new URL for whoever asks there.
    let url = result(&order, "status=success&transactionid=7");
    let newer = http::get(setup.address, &url, &[]).await;
    assert_eq!(newer.status, 303);
    let newer = newer.header("location").unwrap();
    assert_ne!(newer.split('/').nth(2), window.split('/').nth(2));
    assert_eq!(http::get(setup.address, newer, &[]).await.status, 200);
}

/// Live and test clients are on different hosts; the provider has one gateway.
pub(crate) async fn an_order_goes_to_the_marketplace_that_opened_its_window() {
    const BETA: &str = "https://beta.example";
    let both = |config: &mut GatewayConfig| config.marketplace_origins.push(BETA.to_owned());
    let setup = Setup::with_app_and(|_| (), both).await;
    setup.activate().await;
    let live = format!("{MARKETPLACE}/");
    let beta = format!("{BETA}/smart/smart.php");
    for (referer, first, all) in [
        (Some(live.as_str()), MARKETPLACE, vec![MARKETPLACE]),
        (Some(beta.as_str()), BETA, vec![BETA]),
        (Some("https://other.example/"), MARKETPLACE, vec![MARKETPLACE, BETA]),
        (None, MARKETPLACE, vec![MARKETPLACE, BETA]),
    ] {
        let headers: Vec<_> = referer.map(|referer| ("Referer", referer)).into_iter().collect();
        let entry = format!("of-{referer:?}");
        let url = setup.service_url_with(&[("parameterCacheId", &entry)]);
        let opened = http::get(setup.address, &url, &headers).await;
        let location = opened.header("location").unwrap().to_owned();
        let page = http::get(setup.address, &location, &[]).await;
        let policy = format!("frame-ancestors {MARKETPLACE} {BETA}");
        assert_eq!(page.header("content-security-policy"), Some(policy.as_str()));
        let shown = setup.app().asked().into_iter().rfind(|asked| asked.path == "/shop").unwrap();
        assert_eq!(shown.session()["marketplace"], first);

        let visit = location.split('/').nth(2).unwrap();
        let order = setup.ask("/api/orders", &product(visit)).await.json();
        let close = setup.ask("/api/messages", &json!({"visit": visit, "message": "close"})).await;
        for answer in [&order, &close.json()] {
            assert_eq!(
                (&answer["targetOrigin"], &answer["targetOrigins"]),
                (&json!(first), &json!(all))
            );
        }
        // Back in the window of the result it is the same one, whatever the browser says by then.
        let order: Value = serde_json::from_str(order["message"].as_str().unwrap()).unwrap();
        let paid = result(&order, &format!("status=success&transactionid={}", entry.len()));
        let back = http::get(setup.address, &paid, &[]).await;
        let visit = back.header("location").unwrap().split('/').nth(2).unwrap();
        let again = setup.ask("/api/orders", &product(visit)).await.json();
        assert_eq!(again["targetOrigins"], json!(all));
    }
}

pub(crate) async fn money_on_its_way_arrives_later_and_failures_are_told() {
    let (setup, visit) = ready().await;
    let order = signed(&setup.ask("/api/orders", &product(&visit)).await.json());
    for outcome in [
        "status=error&message=zu+wenig&errorCodes=3",
        "status=inprocess&transactionid=7&referenceid=8",
        "status=success&transactionid=7&referenceid=8",
        "status=error&message=late",
    ] {
        assert_eq!(http::get(setup.address, &result(&order, outcome), &[]).await.status, 303);
    }
    setup.app().event("order.paid").await;
    assert_eq!(setup.app().event("order.failed").await["message"], "zu wenig");
    let told: Vec<_> =
        setup.app().event_types().into_iter().filter(|kind| kind.starts_with("order.")).collect();
    assert_eq!(told.len(), 3, "{told:?}");
}

pub(crate) async fn results_that_are_not_the_marketplaces_are_refused() {
    let (setup, visit) = ready().await;
    let order = signed(&setup.ask("/api/orders", &product(&visit)).await.json());
    let other = signed(&setup.ask("/api/orders", &product(&visit)).await.json());
    let good = result(&order, "status=error&transactionid=7");
    let other_path = other["callbackurl"].as_str().unwrap();
    let other_path = &other_path[other_path.find("/callback/").unwrap()..];
    let bad = [
        good.replace("status=error", "status=success"),
        format!("{good}&status=success"),
        good.replace(good.split('?').next().unwrap(), other_path),
        result(&order, "status=success"),
        result(&order, "status=paid&transactionid=7"),
    ];
    for url in bad {
        assert_eq!(http::get(setup.address, &url, &[]).await.status, 403, "{url}");
    }
    let paid = "status=success&transactionid=7";
    assert_eq!(http::get(setup.address, &result(&order, paid), &[]).await.status, 303);
    // The same payment cannot pay for two orders.
    assert_eq!(http::get(setup.address, &result(&other, paid), &[]).await.status, 404);
    setup.wait(301);
    assert_eq!(
        http::get(setup.address, &result(&other, "status=success&transactionid=8"), &[])
            .await
            .status,
        403
    );
    setup.app().event("order.paid").await;
    let paid = setup.app().event_types().into_iter().filter(|kind| kind == "order.paid");
    assert_eq!(paid.count(), 1);
}

pub(crate) async fn a_subscription_and_window_messages_are_signed_too() {
    let (setup, visit) = ready().await;
    let subscription = json!({"visit": visit, "subscription": {
        "description": "Abo", "monthlyCosts": "25.30", "months": 6,
        "noticePeriod": "3 Monate", "automaticRenewal": "6 Monate"}});
    let order = signed(&setup.ask("/api/orders", &subscription).await.json());
    assert_eq!(order["abo"]["monthlycosts"], "25.30");
    assert_eq!(order.get("totalprice"), None);
    for (wish, kind) in [
        ("refresh", "onOffice.service.refreshParent"),
        ("refreshAndClose", "onOffice.service.refreshParentAndClose"),
        ("close", "onOffice.service.closeProviderWindow"),
    ] {
        let asked = json!({"visit": visit, "message": wish});
        let message = signed(&setup.ask("/api/messages", &asked).await.json());
        assert_eq!(message["onOfficeType"], kind);
        assert_eq!(message["parametercacheid"], "pc-service");
    }
}

pub(crate) async fn what_is_no_order_is_named() {
    let (setup, visit) = ready().await;
    let changes = [
        (json!({"product": {"name": "a", "price": "38,70"}}), "dot"),
        (json!({"product": {"name": "a", "price": 38.7}}), "string"),
        (json!({"product": {"name": "a", "price": "-1"}}), "dot"),
        (json!({"product": {"name": "a", "price": "1", "quantity": 0}}), "quantity"),
        (json!({"product": null}), "either product or subscription"),
        (json!({"returnPath": "//other.example"}), "returnPath has to begin with one slash"),
        (json!({"returnPath": "https://other.example"}), "returnPath has to begin"),
        (json!({"returnPath": "/a\r\nX: y"}), "returnPath holds"),
        (json!({"returnPath": "/\\other.example"}), "returnPath holds"),
        (json!({"returnPath": "/\t/other.example"}), "returnPath holds"),
        (json!({"returnPath": "/a/../.."}), "returnPath has . or .."),
        (json!({"visit": "guessed"}), "no open window"),
    ];
    for (change, expected) in changes {
        let mut order = product(&visit);
        order.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = setup.ask("/api/orders", &order).await;
        assert_eq!(answer.status, 400, "{change}");
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(expected), "{change}: {message}");
    }
}

/// Somebody may have two windows open; each has its own entry at the marketplace.
pub(crate) async fn an_order_names_the_call_that_opened_its_window() {
    let (setup, first) = ready().await;
    let newer = setup.service_url_with(&[("parameterCacheId", "pc-newer"), ("estateId", "2")]);
    let opened = http::get(setup.address, &newer, &[]).await;
    let second = opened.header("location").unwrap().split('/').nth(2).unwrap().to_owned();
    let mut back = String::new();
    for (visit, entry) in [(&second, "pc-newer"), (&first, "pc-service")] {
        let order = signed(&setup.ask("/api/orders", &product(visit)).await.json());
        assert_eq!(order["parametercacheid"], entry);
        let message = json!({"visit": visit, "message": "close"});
        let message = signed(&setup.ask("/api/messages", &message).await.json());
        assert_eq!(message["parametercacheid"], entry);
        let url = result(&order, &format!("status=success&transactionid={entry}"));
        let answer = http::get(setup.address, &url, &[]).await;
        back = answer.header("location").unwrap().split('/').nth(2).unwrap().to_owned();
    }
    // The window that comes back with the result is the one that ordered.
    let order = signed(&setup.ask("/api/orders", &product(&back)).await.json());
    assert_eq!(order["parametercacheid"], "pc-service");
}

pub(crate) async fn the_app_may_ask_what_became_of_an_order() {
    let (setup, visit) = ready().await;
    let placed = setup.ask("/api/orders", &product(&visit)).await.json();
    let path = format!("/api/orders/{}", placed["orderId"].as_str().unwrap());
    let mut expected = json!({
        "orderId": placed["orderId"], "reference": "17", "customer": "42", "user": "21",
        "state": "open", "transactionId": null, "referenceId": null, "subscriptionId": null,
        "message": null, "errorCodes": null,
    });
    assert_eq!(setup.look(&path).await.json(), expected);
    let order = signed(&placed);
    http::get(setup.address, &result(&order, "status=error&message=no&errorCodes=3"), &[]).await;
    let failed = setup.look(&path).await.json();
    expected["state"] = "failed".into();
    expected["message"] = "no".into();
    expected["errorCodes"] = "3".into();
    assert_eq!(failed, expected);
    let paid = "status=success&transactionid=7&referenceid=8&aboid=9";
    http::get(setup.address, &result(&order, paid), &[]).await;
    expected["state"] = "paid".into();
    expected["message"] = Value::Null;
    expected["errorCodes"] = Value::Null;
    expected["transactionId"] = "7".into();
    expected["referenceId"] = "8".into();
    expected["subscriptionId"] = "9".into();
    assert_eq!(setup.look(&path).await.json(), expected);
    let unknown = setup.look("/api/orders/ord_guessed").await;
    assert_eq!((unknown.status, &unknown.json()["error"]["kind"]), (404, &json!("no_such_order")));
    let stranger = http::get(setup.app_address.unwrap(), &path, &[]).await;
    assert_eq!(stranger.status, 401);
}

/// Who tells from server to server has no use for a page, and a redirect is no confirmation.
pub(crate) async fn a_result_that_the_marketplace_tells_itself_is_confirmed() {
    let (setup, visit) = ready().await;
    let order = signed(&setup.ask("/api/orders", &product(&visit)).await.json());
    let url = result(&order, "status=success&transactionid=7");
    let header = [("X-Freischalt-Delivery", "0191")];
    for _ in 0..2 {
        assert_eq!(http::get(setup.address, &url, &header).await.status, 204);
    }
    assert_eq!(http::get(setup.address, &url, &[]).await.status, 303, "the browser comes as well");
    setup.app().event("order.paid").await;
    let paid = setup.app().event_types().into_iter().filter(|kind| kind == "order.paid");
    assert_eq!(paid.count(), 1);
    let forged = url.replace("status=success", "status=error");
    assert_eq!(http::get(setup.address, &forged, &header).await.status, 403);
}
