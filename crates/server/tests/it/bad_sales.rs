//! Bad input about sales, over a socket, each with a clear refusal and nothing changed: prices,
//! quantities, sums, callback URLs, times, entries, transactions, refunds and cancellations.

use serde_json::{Value, json};

use crate::{
    call_rows::api_user,
    desk::{self, PAID},
    world::{Run, World},
};

type Change = fn(&mut Value);

fn product(order: &mut Value) -> &mut Value {
    &mut order["products"][0]
}

/// What is changed about a good order, and a word of the sentence that refuses it.
const ORDERS: &[(&str, Change, &str)] = &[
    ("negative", |o| product(o)["price"] = json!("-38.70"), "price"),
    ("zero", |o| product(o)["price"] = json!("0.00"), "price"),
    ("huge", |o| product(o)["price"] = json!("99999999999999999999.00"), "price"),
    ("three decimals", |o| product(o)["price"] = json!("38.700"), "price"),
    ("an exponent", |o| product(o)["price"] = json!("3.87e1"), "price"),
    ("a comma", |o| product(o)["price"] = json!("38,70"), "price"),
    ("a float", |o| product(o)["price"] = json!(38.7), "price"),
    ("a currency symbol", |o| product(o)["price"] = json!("38.70 €"), "price"),
    ("a currency symbol in front", |o| product(o)["price"] = json!("$38.70"), "price"),
    ("a comma in the sum", |o| o["totalprice"] = json!("77,40"), "totalprice"),
    ("no quantity", |o| product(o)["quantity"] = json!("0"), "quantity"),
    ("a word as quantity", |o| product(o)["quantity"] = json!("two"), "quantity"),
    ("a float as quantity", |o| product(o)["quantity"] = json!(2.5), "quantity"),
    ("a float in text as quantity", |o| product(o)["quantity"] = json!("2.0"), "quantity"),
    ("a negative quantity", |o| product(o)["quantity"] = json!(-2), "quantity"),
    ("a sum that differs", |o| o["totalprice"] = json!("77.41"), "77.41"),
    (
        "ten thousand products",
        |o| o["products"] = json!(vec![json!({ "n": 1 }); 10_000]),
        "JSON object, or longer",
    ),
    ("a thousand products", |o| o["products"] = json!(vec![json!({ "n": 1 }); 1_000]), "products"),
    ("control characters", |o| product(o)["name"] = json!("a\u{1}b"), "control"),
    ("javascript", |o| o["callbackurl"] = json!("javascript:alert(1)"), "http://"),
    ("data", |o| o["callbackurl"] = json!("data:text/html,x"), "http://"),
    ("another scheme", |o| o["callbackurl"] = json!("ftp://shop.example/r"), "http://"),
    ("credentials", |o| o["callbackurl"] = json!("http://me:pw@shop.example/r"), "password"),
    ("a fragment", |o| o["callbackurl"] = json!("http://shop.example/r#x"), "fragment"),
    ("a host in Unicode", |o| o["callbackurl"] = json!("http://bücher.example/r"), "ASCII"),
    ("status of its own", |o| o["callbackurl"] = json!("http://h/r?status=1"), "status"),
    ("signature of its own", |o| o["callbackurl"] = json!("http://h/r?signature=1"), "signature"),
    ("our name in brackets", |o| o["callbackurl"] = json!("http://h/r?aboid[]=1"), "aboid"),
    ("too old", |o| o["timestamp"] = json!(o["timestamp"].as_i64().unwrap() - 601), "behind"),
    ("too new", |o| o["timestamp"] = json!(o["timestamp"].as_i64().unwrap() + 700), "ahead"),
    (
        "a foreign entry",
        |o| o["parametercacheid"] = json!("6802c44a-7ac0-4210-a3d4-e5581e3fa0b6"),
        "parametercacheid",
    ),
    ("no entry", |o| o["parametercacheid"] = json!(["x"]), "parametercacheid"),
];

#[tokio::test]
async fn wrong_orders_are_refused_in_words_that_name_what_is_wrong() {
    let (world, _run) = desk::world().await;
    let launched = desk::launch(&world, json!({})).await.json();
    let fine = desk::product(&world, &launched).await;
    for (what, change, word) in ORDERS {
        let mut order = fine.clone();
        change(&mut order);
        let refused = desk::place(&world, 21, &desk::sign(&world, &order).await).await;
        assert_eq!(refused.status, 422, "{what}: {}", refused.text());
        let problem = refused.json();
        assert_eq!(problem["type"], "refused-order", "{what}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(word), "{what}: {detail}");
    }
    assert_eq!(world.managed("GET", "/v1/orders", None).await, json!([]), "nothing was taken in");
    // Quantities as number and as text are fine.
    for quantity in [json!(2), json!("2")] {
        let mut order = fine.clone();
        product(&mut order)["quantity"] = quantity.clone();
        product(&mut order)["name"] = json!(format!("<script>alert({quantity})</script>"));
        let placed = desk::place(&world, 21, &desk::sign(&world, &order).await).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        let path = format!("/orders/{}", placed.json()["id"].as_str().unwrap());
        let page = crate::windows::Visitor::sign_in(&world, 21).await.get(&path).await;
        assert!(!page.text().contains("<script>alert"), "shown as text");
        assert!(page.text().contains("alert("), "and shown");
    }
}

#[tokio::test]
async fn what_is_over_cannot_be_done_twice() {
    let (world, run) = desk::world().await;
    let client = api_user(&world, "grundrisswerk").await;
    let stranger = api_user(&world, "hafenblick").await;
    let paid = desk::pay(&world, &desk::placed(&world).await, PAID).await;
    let id = &paid["transactions"][0]["id"];
    let refund = async |who: &Run, id: &Value| code(&world, who, "transactionRefund", id).await;
    assert_eq!(refund(&stranger, id).await, 205, "of another provider");
    assert_eq!(refund(&client, &json!(7)).await, 189, "of nobody");
    assert_eq!(refund(&client, &json!("x")).await, 189);
    assert_eq!(refund(&client, id).await, 0);
    assert_eq!(refund(&client, id).await, 210, "twice");
    let sold = world.managed("GET", "/v1/providers/demo/transactions", None).await;
    let back = sold.as_array().unwrap().iter().find(|one| one["kind"] == "refund").unwrap();
    assert_eq!(refund(&client, &back["id"]).await, 210, "a refund of a refund");
    let balance = world.managed("GET", "/v1/providers/demo/balance", None).await;
    assert_eq!(balance["balance"], "0.00", "given back once");

    let abo = desk::subscribed(&world).await["subscription"]["id"].clone();
    let called = world.service_call(&run).await;
    let cancel = async |abo: &Value, day: &str| {
        let parameters =
            json!({ "aboid": abo, "cancelationDate": day, "extendedclaim": called.claim });
        let now = world.now().await;
        let action = called.action(now, "do", "marketplaceCancelAbo", parameters);
        world.call(&called, &[action]).await.codes()[0]
    };
    assert_eq!(cancel(&abo, "2001-01-01").await, 255, "in the past");
    for day in ["2999-02-31", "2999-13-01", "31.12.2999", "2999-1-1", "", "9999999999-01-01"] {
        assert_eq!(cancel(&abo, day).await, 122, "{day}");
    }
    assert_eq!(cancel(&json!("x"), "2999-01-01").await, 255);
    let shown = world.managed("GET", "/v1/providers/demo/subscriptions", None).await;
    assert_eq!(shown[0]["state"], "running", "nothing has changed");
    assert_eq!(cancel(&abo, "2999-01-01").await, 0);
    assert_eq!(cancel(&abo, "2999-01-01").await, 0, "the first answer may have been lost");
    assert_eq!(cancel(&abo, "2998-01-01").await, 255, "to another day");
    assert_eq!(world.store.ledger_sum().await.unwrap().cents(), 0);
}

async fn code(world: &World, who: &Run, kind: &str, transaction: &Value) -> i64 {
    let action = who.action(world.now().await, "do", kind, json!({ "transactionid": transaction }));
    world.call(who, &[action]).await.codes()[0]
}
