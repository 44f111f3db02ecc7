//! Selling without a browser: services opened, orders placed and paid, and what was sold, all through
//! the management API, as a test of a shop in CI does it.

use freischalt_protocol::{signed_order, signed_url};
use serde_json::{Value, json};

use crate::{
    webhooks::Hooks,
    wire::Answer,
    world::{Run, World},
};

pub const PAID: &str = "4000 0000 0000 0010";
pub const CHALLENGE: &str = "4000 0000 0000 0127";
pub const NO_FUNDS: &str = "4000 0000 0000 0218";

/// A sandbox whose demo provider is active.
pub async fn world() -> (World, Run) {
    let world = World::new().await;
    let run = world.start("demo").await;
    world.unlock(&run).await;
    (world, run)
}

/// What the management API answers to an opened service.
pub async fn launch(world: &World, more: Value) -> Answer {
    let mut body = json!({ "customer": "musterimmo", "provider": "demo" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.manage("POST", "/v1/services/launch", Some(&body)).await
}

pub async fn product(world: &World, launched: &Value) -> Value {
    json!({
        "parametercacheid": launched["parameterCacheId"],
        "callbackurl": "http://shop.example/result?own=1",
        "products": [{ "name": "Rundgang", "price": "38.70", "quantity": "2",
                       "circleofusers": "customer" }],
        "totalprice": "77.40", "timestamp": world.now().await,
    })
}

async fn abo(world: &World, launched: &Value) -> Value {
    json!({
        "parametercacheid": launched["parameterCacheId"],
        "callbackurl": "http://shop.example/result",
        "abo": { "durationinmonth": "6", "noticeperiod": "3 Monate",
                 "automaticrenewal": "6 Monate", "monthlycosts": "25.30",
                 "monthlyservicedescription": "Abo", "circleofusers": "customer" },
        "timestamp": world.now().await,
    })
}

pub async fn sign(world: &World, order: &Value) -> String {
    let secret = world.provider_secret("demo").await;
    signed_order::sign(order.to_string().as_bytes(), &secret).unwrap()
}

pub async fn place(world: &World, user: i64, text: &str) -> Answer {
    let body = json!({ "customer": "musterimmo", "provider": "demo", "user": user, "order": text });
    world.manage("POST", "/v1/orders", Some(&body)).await
}

/// An order of two products, placed in the name of Anna.
pub async fn placed(world: &World) -> Value {
    let launched = launch(world, json!({})).await.json();
    let text = sign(world, &product(world, &launched).await).await;
    let answer = place(world, 21, &text).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

/// A subscription that Anna has ordered and begun to pay.
pub async fn subscribed(world: &World) -> Value {
    let launched = launch(world, json!({})).await.json();
    let text = sign(world, &abo(world, &launched).await).await;
    pay(world, &place(world, 21, &text).await.json(), PAID).await
}

pub async fn pay(world: &World, order: &Value, number: &str) -> Value {
    let path = format!("/v1/orders/{}/pay", order["id"].as_str().unwrap());
    world.managed("POST", &path, Some(&json!({ "number": number }))).await
}

async fn callback(world: &World, order: &Value) -> signed_url::VerifiedUrl {
    let secret = world.provider_secret("demo").await;
    signed_url::verify(order["callbackUrl"].as_str().expect("a callback"), &secret).unwrap()
}

/// One of everything that a path of the management API can name.
pub struct Things {
    pub run: Run,
    pub order: String,
    pub to_pay: String,
    pub at_bank: String,
    pub to_leave: String,
    pub delivery: String,
    pub transaction: i64,
    pub subscription: i64,
}

impl Things {
    /// Names of things that are not there.
    pub fn of_nothing(run: &Run) -> Self {
        let id = || run.id.clone();
        Self {
            run: run.clone(),
            order: id(),
            to_pay: id(),
            at_bank: id(),
            to_leave: id(),
            delivery: id(),
            transaction: 1,
            subscription: 1,
        }
    }

    /// All of them, in a sandbox whose demo provider is active.
    pub async fn make(world: &World, run: &Run) -> Self {
        let hooks = Hooks::listen().await;
        world.place("preisradar", &hooks.url).await;
        let other = world.start("preisradar").await;
        world.unlock(&other).await;
        let price = json!({ "fields": { "kaufpreis": "7" } });
        let record = "/v1/customers/musterimmo/records/estate/11";
        assert_eq!(world.managed("PATCH", record, Some(&price)).await["webhooks"], 1);
        let call = hooks.next().await;
        let delivery = call.id();
        call.answer("204 No Content").await;
        state_becomes(world, &delivery, "delivered").await;

        let id = |order: &Value| order["id"].as_str().unwrap().to_owned();
        let (to_pay, to_leave) = (placed(world).await, placed(world).await);
        let at_bank = pay(world, &placed(world).await, CHALLENGE).await;
        let paid = pay(world, &placed(world).await, PAID).await;
        let begun = subscribed(world).await;
        Self {
            run: run.clone(),
            order: id(&paid),
            to_pay: id(&to_pay),
            at_bank: id(&at_bank),
            to_leave: id(&to_leave),
            delivery,
            transaction: paid["transactions"][0]["id"].as_i64().unwrap(),
            subscription: begun["subscription"]["id"].as_i64().unwrap(),
        }
    }
}

/// Waits until a delivery is in this state, and returns it with its log.
pub async fn state_becomes(world: &World, delivery: &str, state: &str) -> Value {
    let path = format!("/v1/deliveries/{delivery}");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let shown = world.managed("GET", &path, None).await;
        if shown["state"] == state {
            return shown;
        }
        assert!(std::time::Instant::now() < deadline, "never {state}: {shown}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_order_is_placed_and_paid_and_its_answer_is_all_that_a_test_needs() {
    let (world, _run) = world().await;
    let launched =
        launch(&world, json!({ "from": "files", "records": [11], "images": [101, 999] }))
            .await
            .json();
    let secret = world.provider_secret("demo").await;
    let url = signed_url::verify(launched["serviceUrl"].as_str().unwrap(), &secret).unwrap();
    assert_eq!((url.get("estateId"), url.get("imageIds")), (Some("11"), Some("101")));
    assert_eq!(url.get("apiClaim"), launched["apiClaim"].as_str());
    let text = sign(&world, &product(&world, &launched).await).await;
    let order = place(&world, 21, &text).await.json();
    assert_eq!((&order["state"], &order["next"]), (&json!("open"), &json!("pay")));
    assert_eq!((&order["amount"], &order["callbackUrl"]), (&json!("77.40"), &Value::Null));
    assert_eq!(place(&world, 21, &text).await.json()["id"], order["id"], "the same order");

    let declined = pay(&world, &order, NO_FUNDS).await;
    assert_eq!((&declined["state"], &declined["next"]), (&json!("open"), &json!("pay")));
    assert!(declined["transactions"][0]["reason"].is_string(), "{declined}");
    let asked = pay(&world, &order, CHALLENGE).await;
    assert_eq!(asked["next"], "answerBank");
    let id = order["id"].as_str().unwrap();
    let twice = json!({ "number": PAID });
    let refused = world.manage("POST", &format!("/v1/orders/{id}/pay"), Some(&twice)).await;
    assert_eq!(refused.status, 409, "one payment at a time");
    let confirm = json!({ "answer": "confirm" });
    let paid = world.managed("POST", &format!("/v1/orders/{id}/bank"), Some(&confirm)).await;
    assert_eq!((&paid["state"], &paid["next"]), (&json!("paid"), &Value::Null));
    let told = callback(&world, &paid).await;
    assert_eq!((told.get("status"), told.get("own")), (Some("success"), Some("1")));
    let transaction = paid["transactions"][1]["id"].to_string();
    assert_eq!(told.get("transactionid"), Some(transaction.as_str()));
    assert_eq!(told.get("referenceid"), paid["transactions"][1]["reference"].as_str());
    let states: Vec<_> = paid["history"].as_array().unwrap().iter().map(|e| &e["state"]).collect();
    assert_eq!(states.first(), Some(&&json!("open")), "{states:?}");
    assert!(states.len() > 4, "{states:?}");
    for list in ["/v1/orders", "/v1/orders?customer=musterimmo&provider=demo"] {
        let all = world.managed("GET", list, None).await;
        assert_eq!(all.as_array().unwrap().len(), 1);
        assert_eq!(all[0]["state"], "paid");
    }
    assert_eq!(world.managed("GET", "/v1/orders?provider=preisradar", None).await, json!([]));
}

#[tokio::test]
async fn a_refused_order_says_why_and_holds_the_callback_that_tells_its_provider() {
    let (world, _run) = world().await;
    let launched = launch(&world, json!({})).await.json();
    let mut order = product(&world, &launched).await;
    order["totalprice"] = json!("77.41");
    let refused = place(&world, 21, &sign(&world, &order).await).await;
    assert_eq!(refused.status, 422);
    let problem = refused.json();
    assert_eq!(problem["type"], "refused-order");
    let told = callback(&world, &problem).await;
    let code = problem["errorCode"].to_string();
    assert_eq!((told.get("status"), told.get("errorCodes")), (Some("error"), Some(code.as_str())));
    assert!(told.get("message").is_some_and(|text| !text.is_empty()));
    // What nobody has signed is told to nobody.
    let unsigned = place(&world, 21, &order.to_string()).await;
    assert_eq!((unsigned.status, &unsigned.json()["callbackUrl"]), (422, &Value::Null));
    // The entry is Anna's.
    let fine = sign(&world, &product(&world, &launched).await).await;
    assert_eq!(place(&world, 22, &fine).await.status, 422);
    assert_eq!(place(&world, 99, &fine).await.status, 422);
    assert_eq!(world.managed("GET", "/v1/orders", None).await, json!([]));
}

#[tokio::test]
async fn what_was_sold_is_refunded_asked_more_for_and_cancelled() {
    let (world, _run) = world().await;
    let balance = async || world.managed("GET", "/v1/providers/demo/balance", None).await;
    assert_eq!(balance().await["balance"], "0.00");
    let paid = pay(&world, &placed(&world).await, PAID).await;
    assert_eq!(balance().await["balance"], "77.40");
    let id = paid["transactions"][0]["id"].as_i64().unwrap();
    let path = |rest: &str| format!("/v1/providers/demo/transactions/{id}/{rest}");
    for (price, status) in [("12.50", 201), ("12,50", 422), ("0.00", 422), ("1e2", 422)] {
        let more = json!({ "priceNet": price, "description": "Anfahrt" });
        let made = world.manage("POST", &path("payment-links"), Some(&more)).await;
        assert_eq!(made.status, status, "{price}: {}", made.text());
        assert!(status != 201 || made.json()["url"].as_str().unwrap().contains("short.php?c="));
    }
    let refunded = world.managed("POST", &path("refund"), None).await;
    assert_eq!(refunded["id"], id);
    assert_eq!(balance().await["balance"], "0.00");
    assert_eq!(world.manage("POST", &path("refund"), None).await.status, 409, "not twice");
    let foreign = format!("/v1/providers/preisradar/transactions/{id}/refund");
    assert_eq!(world.manage("POST", &foreign, None).await.status, 404);

    let begun = subscribed(&world).await;
    let abo = begun["subscription"]["id"].as_i64().unwrap();
    assert!(begun["subscription"]["nextDue"].is_string(), "{begun}");
    let cancel = async |provider: &str, day: &str| {
        let path = format!("/v1/providers/{provider}/subscriptions/{abo}/cancel");
        world.manage("POST", &path, Some(&json!({ "day": day }))).await
    };
    assert_eq!(cancel("demo", "2027-02-31").await.status, 422);
    assert_eq!(cancel("demo", "2001-01-01").await.status, 409);
    assert_eq!(cancel("preisradar", "2999-01-01").await.status, 409);
    let cancelled = cancel("demo", "2999-01-01").await.json();
    assert_eq!(
        (&cancelled["state"], &cancelled["until"]),
        (&json!("ending"), &json!("2999-01-01"))
    );
    assert_eq!(cancel("demo", "2999-01-02").await.status, 409, "cancelled to another day already");
    let all = world.managed("GET", "/v1/providers/demo/subscriptions", None).await;
    assert_eq!((all.as_array().unwrap().len(), &all[0]["id"]), (1, &json!(abo)));
    assert_eq!(world.store.ledger_sum().await.unwrap().cents(), 0);
}

#[tokio::test]
async fn a_provider_takes_only_what_it_wants() {
    let (world, _run) = world().await;
    let order = placed(&world).await;
    let only = json!({ "accepted": "directDebit" });
    world.managed("PATCH", "/v1/providers/demo", Some(&only)).await;
    let path = format!("/v1/orders/{}/pay", order["id"].as_str().unwrap());
    let refused = world.manage("POST", &path, Some(&json!({ "number": PAID }))).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("does not take this kind"), "{}", refused.text());
    assert_eq!(world.manage("POST", &path, Some(&json!({ "method": 1 }))).await.status, 409);
    let anna = crate::windows::Visitor::sign_in(&world, 21).await;
    let page = anna.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await;
    assert!(page.text().contains("0001") && !page.text().contains("0010"), "{}", page.text());
    let all = json!({ "accepted": "all" });
    world.managed("PATCH", "/v1/providers/demo", Some(&all)).await;
    assert_eq!(pay(&world, &order, PAID).await["state"], "paid");
    // The same in the provider's own client.
    let greta = crate::windows::Visitor::sign_in_to(&world, "grundrisswerk", 1).await;
    assert_eq!(greta.form("/provider/settings", "accepted=cards").await.status, 303);
    assert_eq!(world.managed("GET", "/v1/providers/demo", None).await["accepted"], "cards");
    assert_eq!(greta.form("/provider/settings", "accepted=cash").await.status, 400);
    let page = greta.get("/provider/settings").await;
    assert!(page.text().contains(r#"value="cards" selected"#), "{}", page.text());
    let wrong = json!({ "accepted": "cash" });
    let answer = world.manage("PATCH", "/v1/providers/demo", Some(&wrong)).await;
    assert_eq!(answer.status, 400);
}

/// What a provider of one's own needs to see its sales and to give money back.
#[tokio::test]
async fn a_provider_gets_a_client_of_its_own() {
    let (world, _run) = world().await;
    let before = world.managed("GET", "/v1/providers/funkstille", None).await;
    assert_eq!(before["client"], json!(null));
    let greta = crate::windows::Visitor::sign_in_to(&world, "grundrisswerk", 1).await;
    assert!(greta.get("/provider").await.text().contains("Grundrisswerk"));
    let paid = pay(&world, &placed(&world).await, PAID).await;
    let user = crate::call_rows::api_user(&world, "hafenblick").await;
    let refund = async || {
        let of = json!({ "transactionid": paid["transactions"][0]["id"] });
        let action = user.action(world.now().await, "do", "transactionRefund", of);
        world.call(&user, &[action]).await.codes()[0]
    };
    assert_eq!(refund().await, 205, "nobody's client yet");
    let client = json!({ "client": "hafenblick" });
    let demo = "/v1/providers/demo";
    let taken = json!({ "client": "grundrisswerk" });
    assert_eq!(world.manage("PATCH", "/v1/providers/funkstille", Some(&taken)).await.status, 409);
    let missing = json!({ "client": "nobody" });
    assert_eq!(world.manage("PATCH", demo, Some(&missing)).await.status, 404);
    assert_eq!(world.managed("PATCH", demo, Some(&client)).await["client"], "hafenblick");
    assert_eq!(refund().await, 0);
    let emma = crate::windows::Visitor::sign_in_to(&world, "hafenblick", 1).await;
    assert!(emma.get("/provider").await.text().contains("77.40"));
    assert_eq!(greta.get("/provider").await.status, 404, "the client before is none any more");
}

#[tokio::test]
async fn payment_methods_are_listed_added_and_removed() {
    let (world, _run) = world().await;
    let path = "/v1/customers/musterimmo/payment-methods";
    let before = world.managed("GET", path, None).await;
    let kinds: Vec<&Value> = before.as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds.len(), 5, "{before}");
    assert!(kinds.contains(&&json!("card")) && kinds.contains(&&json!("directDebit")));
    let added = world.managed("POST", path, Some(&json!({ "number": PAID }))).await;
    assert_eq!((&added["group"], &added["user"]), (&json!(null), &json!(null)), "{added}");
    assert!(!added.to_string().contains("40000000"), "no whole number: {added}");
    let order = placed(&world).await;
    let pay = format!("/v1/orders/{}/pay", order["id"].as_str().unwrap());
    let paid = world.managed("POST", &pay, Some(&json!({ "method": added["id"] }))).await;
    assert_eq!(paid["state"], "paid", "{paid}");
    let one = format!("{path}/{}", added["id"]);
    assert_eq!(world.managed("DELETE", &one, None).await, added);
    assert_eq!(world.manage("DELETE", &one, None).await.status, 404);
    assert_eq!(world.managed("GET", path, None).await, before);
    // Nobody has set up an account of his own.
    let own = json!({ "number": PAID, "user": 22 });
    assert_eq!(world.manage("POST", path, Some(&own)).await.status, 409);
    let elsewhere = "/v1/customers/hafenblick/payment-methods/1";
    assert_eq!(world.manage("DELETE", elsewhere, None).await.status, 404, "of another customer");
}

#[tokio::test]
async fn a_service_is_opened_by_those_who_may() {
    let (world, run) = world().await;
    assert_eq!(launch(&world, json!({ "user": 22 })).await.status, 201);
    assert_eq!(launch(&world, json!({ "user": 99 })).await.status, 404);
    assert_eq!(launch(&world, json!({ "service": "nothing" })).await.status, 404);
    let right = async |user: i64, right: &str| {
        let path = format!("/v1/customers/musterimmo/rights/demo/{user}");
        world.managed("PUT", &path, Some(&json!({ "right": right }))).await
    };
    let shown = right(22, "taken").await;
    assert_eq!(shown["mayUse"], false);
    assert!(shown["refusal"].as_str().unwrap().contains("right"), "{shown}");
    let refused = launch(&world, json!({ "user": 22 })).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("does not have the right"), "{}", refused.text());
    assert_eq!(right(21, "taken").await["mayUse"], true, "administrators keep it");
    right(22, "asChosen").await;
    assert_eq!(launch(&world, json!({ "user": 22 })).await.status, 201);
    world.block(&run).await;
    let refused = launch(&world, json!({ "user": 22 })).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("not active"), "{}", refused.text());
    let rights = world.managed("GET", "/v1/customers/musterimmo/rights/demo", None).await;
    assert!(rights.as_array().unwrap().iter().all(|one| one["mayUse"] == false));
}

#[tokio::test]
async fn records_are_saved_with_what_their_fields_may_hold() {
    let (world, _run) = world().await;
    let estates = "/v1/customers/musterimmo/records/estate";
    let all = world.managed("GET", estates, None).await;
    assert_eq!(all.as_array().unwrap().len(), 5);
    assert!(all[0]["fields"].get(".images").is_none(), "{}", all[0]);
    let save = async |method: &str, path: &str, fields: Value| {
        world.manage(method, path, Some(&json!({ "user": 22, "fields": fields }))).await
    };
    let made = save("POST", estates, json!({ "objekttitel": "Neu", "kaufpreis": "1000" })).await;
    assert_eq!((made.status, &made.json()["fields"]["kaufpreis"]), (201, &json!("1000.00")));
    let own = format!("{estates}/{}", made.json()["id"]);
    for (fields, wrong) in [
        (json!({ "kaufpreis": "viel" }), "at most 12 digits"),
        (json!({ "Kaufpreis": "1" }), "there is no field"),
        (json!({ ".confidential": "0" }), "there is no field"),
        (json!({ "verkauft": "2" }), "0 or 1"),
    ] {
        let refused = save("PATCH", &own, fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(wrong), "{}", refused.text());
    }
    assert_eq!(save("PATCH", &format!("{estates}/1234"), json!({})).await.status, 404);
    assert_eq!(save("PATCH", &format!("{estates}/9999"), json!({})).await.status, 404);
    assert_eq!(save("POST", "/v1/customers/musterimmo/records/task", json!({})).await.status, 404);
    let nobody = json!({ "user": 99, "fields": {} });
    assert_eq!(world.manage("POST", estates, Some(&nobody)).await.status, 422);
}
