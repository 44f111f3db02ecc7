//! Orders from the window to the callback, and the calls of section 7 about what was paid.

use freischalt_protocol::{Secret, signed_order, signed_url};
use serde_json::{Value, json};

use crate::{
    windows::{Visitor, attribute, frame_url, sealed, world},
    wire::Answer,
    world::{Run, World},
};

/// A shop window of a user, and what it takes to order in it.
struct Shop<'a> {
    world: &'a World,
    visitor: Visitor<'a>,
    secret: Secret,
    origin: String,
    window: String,
    entry: String,
}

impl<'a> Shop<'a> {
    async fn open(world: &'a World, origin: &str, user: i64) -> Self {
        let visitor = Visitor::sign_in(world, user).await;
        let page = visitor.open("from=menu").await;
        let secret = world.provider_secret("demo").await;
        let verified = signed_url::verify(&frame_url(&page), &secret).unwrap();
        let entry = verified.get("parameterCacheId").unwrap().to_owned();
        let (window, origin) = (sealed(&page), origin.to_owned());
        Self { world, visitor, secret, origin, window, entry }
    }

    async fn product(&self, circle: &str) -> Value {
        json!({
            "parametercacheid": self.entry, "callbackurl": "http://shop.example/result?own=1",
            "products": [{ "name": "Rundgang <b>groß</b>", "price": "38.70", "quantity": "2",
                           "circleofusers": circle }],
            "totalprice": "77.40", "timestamp": self.world.now().await,
        })
    }

    async fn abo(&self) -> Value {
        json!({
            "parametercacheid": self.entry, "callbackurl": "http://shop.example/result",
            "abo": { "durationinmonth": "6", "noticeperiod": "3 Monate",
                     "automaticrenewal": "6 Monate", "monthlycosts": "25.30",
                     "monthlyservicedescription": "Abo", "circleofusers": "customer" },
            "timestamp": self.world.now().await,
        })
    }

    fn sign(&self, order: &Value) -> String {
        signed_order::sign(order.to_string().as_bytes(), &self.secret).unwrap()
    }

    async fn post(&self, text: &str) -> Value {
        let body = json!({ "window": self.window, "origin": self.origin, "text": text });
        self.visitor.post(&body).await.json()
    }

    /// Places an order; the path of its page.
    async fn place(&self, order: &Value) -> String {
        let answer = self.post(&self.sign(order)).await;
        assert_eq!(answer["effect"], "order", "{answer}");
        answer["url"].as_str().unwrap().to_owned()
    }

    /// Pays with the stored method whose label ends like this; where that leads.
    async fn pay(&self, order: &str, label: &str) -> String {
        let page = self.visitor.get(order).await;
        let labels = scraper::Html::parse_document(page.text());
        let selector = scraper::Selector::parse(".choice label").unwrap();
        let label = labels
            .select(&selector)
            .find(|element| element.inner_html().ends_with(label))
            .unwrap_or_else(|| panic!("no method {label}: {}", page.text()));
        let id = label.value().attr("for").unwrap().trim_start_matches("method-").to_owned();
        self.form(&format!("{order}/pay"), &format!("method={id}")).await;
        self.next(order).await
    }

    async fn form(&self, path: &str, body: &str) -> Answer {
        self.visitor.form(path, body).await
    }

    /// Where an order leads now, or nothing if it shows its own page.
    async fn next(&self, order: &str) -> String {
        self.visitor.get(order).await.header("location").unwrap_or_default().to_owned()
    }

    /// The verified parameters of the callback.
    async fn callback(&self, order: &str) -> Value {
        let page = self.visitor.get(&format!("{order}/result")).await;
        let url = frame_url(&page);
        let verified = signed_url::verify(&url, &self.secret).expect("a good signature");
        let names = ["status", "transactionid", "referenceid", "aboid", "message", "own"];
        names.into_iter().filter_map(|name| Some((name, verified.get(name)?))).collect()
    }
}

const PAID: &str = "0010";
const CHALLENGE: &str = "0127";
const NO_FUNDS: &str = "0218";
const SEPA: &str = "0001";

fn origin(listener: &std::net::TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}

/// A change of an order.
type Change<'a> = &'a dyn Fn(&mut Value);

/// Waits until the caretaker has done what is due.
async fn until<F: Future<Output = bool>>(mut fine: impl FnMut() -> F) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !fine().await {
        assert!(std::time::Instant::now() < deadline, "it never came");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn transactions(world: &World) -> Vec<Value> {
    let list = world.managed("GET", "/v1/providers/demo/transactions", None).await;
    list.as_array().unwrap().clone()
}

/// An API user of the demo provider's own client.
async fn client_user(world: &World, customer: &str) -> Run {
    let path = format!("/v1/customers/{customer}/api-users");
    let made = world.managed("POST", &path, Some(&json!({ "name": "test" }))).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let empty = String::new;
    Run {
        id: empty(),
        token: text("apiToken"),
        key: text("apiKey"),
        claim: empty(),
        entry: empty(),
        url: empty(),
    }
}

async fn call(world: &World, run: &Run, verb: &str, kind: &str, parameters: Value) -> Answer {
    let action = run.action(world.now().await, verb, kind, parameters);
    world.call(run, &[action]).await
}

#[tokio::test]
async fn a_product_is_ordered_paid_and_called_back_and_its_recipient_read() {
    let (world, run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 21).await;
    let order = shop.product("customer").await;
    let path = shop.place(&order).await;
    let page = shop.visitor.get(&path).await;
    assert!(page.text().contains("€77.40"), "{}", page.text());
    assert!(!page.text().contains("<b>groß</b>"), "names are shown as text");
    assert_eq!(shop.pay(&path, PAID).await, format!("{path}/result"));
    let callback = shop.callback(&path).await;
    assert_eq!((&callback["status"], &callback["own"]), (&json!("success"), &json!("1")));
    let transaction = callback["transactionid"].as_str().unwrap().to_owned();
    assert_eq!(callback["referenceid"].as_str().unwrap().len(), 20);

    // The same order again is the same order, and is not paid again.
    assert_eq!(shop.place(&order).await, path);
    shop.form(&format!("{path}/pay"), "method=1").await;
    assert_eq!(transactions(&world).await.len(), 1);
    assert_eq!(world.store.ledger_sum().await.unwrap().cents(), 0);

    let of = json!({ "transactionid": transaction, "userid": 21 });
    let answer = call(&world, &run, "get", "getMarketplaceInvoiceRecipient", of.clone()).await;
    let data = answer.json()["response"]["results"][0]["data"].clone();
    assert_eq!(data["meta"]["cntabsolute"], 1, "{}", answer.text());
    assert_eq!(data["records"][0]["elements"]["companyUstId"], "DE123456789");
    let recipient = async |of: Value| {
        call(&world, &run, "get", "getMarketplaceInvoiceRecipient", of).await.codes()[0]
    };
    assert_eq!(recipient(json!({ "transactionid": transaction, "userid": 22 })).await, 184);
    assert_eq!(recipient(json!({ "transactionid": transaction })).await, 184);
    assert_eq!(recipient(json!({ "transactionid": transaction, "userid": "x" })).await, 186);
    assert_eq!(recipient(json!({ "transactionid": 7, "userid": 21 })).await, 189);
    world.advance(901).await;
    assert_eq!(recipient(of.clone()).await, 190, "without a claim for 900 s only");
    let called = world.service_call(&run).await;
    let mut with_claim = of;
    with_claim["extendedclaim"] = json!(called.claim);
    assert_eq!(recipient(with_claim).await, 0);
}

#[tokio::test]
async fn a_hundred_submits_of_one_order_are_one_order() {
    let (world, _run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 21).await;
    let text = shop.sign(&shop.product("").await);
    let answers = futures_util::future::join_all((0..100).map(|_| shop.post(&text))).await;
    assert!(answers.iter().all(|answer| answer["effect"] == "order"));
    assert!(answers.iter().all(|answer| answer["url"] == answers[0]["url"]));
    assert_eq!(
        world.store.orders(freischalt_marketplace::CustomerId(1), 1000).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn an_order_that_was_changed_or_is_wrong_is_refused_in_plain_words() {
    let (world, run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 22).await;
    let fine = shop.product("customer").await;
    let text = shop.sign(&fine);
    for position in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[position] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let effect = shop.post(&changed).await["effect"].clone();
        assert!(effect == "refused" || effect == "ignored", "byte {position}: {effect}");
    }
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut order = fine.clone();
        change(&mut order);
        order
    };
    let wrong: [(&str, Change<'_>); 8] = [
        ("the sum", &|order| order["totalprice"] = json!("77.41")),
        ("a comma", &|order| order["products"][0]["price"] = json!("38,70")),
        ("three decimals", &|order| order["products"][0]["price"] = json!("38.700")),
        ("no quantity", &|order| order["products"][0]["quantity"] = json!("0")),
        ("too old", &|order| order["timestamp"] = json!(1_700_000_000)),
        ("foreign entry", &|order| {
            order["parametercacheid"] = json!("6802c44a-7ac0-4210-a3d4-e5581e3fa0b6");
        }),
        ("two products", &|order| {
            let again = order["products"][0].clone();
            order["products"].as_array_mut().unwrap().push(again);
        }),
        ("a script as callback", &|order| order["callbackurl"] = json!("javascript:alert(1)")),
    ];
    for (what, change) in wrong {
        let answer = shop.post(&shop.sign(&changed(change))).await;
        assert_eq!(answer["effect"], "refused", "{what}: {answer}");
        assert!(!answer["sentence"].as_str().unwrap().is_empty());
        if what == "a script as callback" {
            assert!(answer["callback"].is_null());
            continue;
        }
        assert!(answer["callback"].is_null(), "the window does not show shop.example");
        let page = shop.visitor.get(answer["elsewhere"].as_str().unwrap()).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-src http://shop.example http://127."), "{policy}");
        assert!(page.text().contains(answer["sentence"].as_str().unwrap()), "{what}");
        let verified = signed_url::verify(&frame_url(&page), &shop.secret).unwrap();
        assert_eq!(verified.get("status"), Some("error"), "{what}");
        assert!(verified.get("errorCodes").is_some() && verified.get("message").is_some());
    }
    let at_home = changed(&|order| {
        order["callbackurl"] = json!(format!("{}/result", shop.origin));
        order["totalprice"] = json!("0.01");
    });
    let answer = shop.post(&shop.sign(&at_home)).await;
    assert!(answer["callback"].as_str().unwrap().starts_with(&shop.origin), "{answer}");
    assert!(answer["elsewhere"].is_null(), "the window shows its own origin");
    // Anna is in no group; Bernd is.
    let anna = Shop::open(&world, &origin(&listener), 21).await;
    let answer = anna.post(&anna.sign(&anna.product("group").await)).await;
    assert_eq!(answer["effect"], "refused");
    shop.place(&shop.product("group").await).await;
    // Blocked in mid-session.
    world.block(&run).await;
    let answer = shop.post(&shop.sign(&shop.product("user").await)).await;
    assert_eq!(answer["effect"], "refused");
    assert!(transactions(&world).await.is_empty());
}

#[tokio::test]
async fn a_declined_card_leaves_the_order_open_for_another() {
    let (world, _run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 21).await;
    let path = shop.place(&shop.product("").await).await;
    assert_eq!(shop.pay(&path, NO_FUNDS).await, "", "the confirmation is shown again");
    assert!(shop.visitor.get(&path).await.text().contains("payment-failed"));
    assert_eq!(shop.pay(&path, CHALLENGE).await, format!("{path}/bank"));
    shop.form(&format!("{path}/bank"), "answer=fail").await;
    assert_eq!(shop.next(&path).await, "");
    assert_eq!(shop.pay(&path, CHALLENGE).await, format!("{path}/bank"));
    shop.form(&format!("{path}/bank"), "answer=confirm").await;
    assert_eq!(shop.next(&path).await, format!("{path}/result"));
    assert_eq!(shop.callback(&path).await["status"], "success");
    let states: Vec<Value> =
        transactions(&world).await.iter().map(|t| t["state"].clone()).collect();
    assert_eq!(states, ["paid", "failed", "failed"]);
    // Nobody else sees the order.
    let other = Visitor::sign_in(&world, 22).await;
    assert_eq!(other.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_direct_debit_is_in_process_until_the_clock_says_otherwise() {
    let (world, _run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 21).await;
    let path = shop.place(&shop.product("").await).await;
    shop.pay(&path, SEPA).await;
    assert_eq!(shop.callback(&path).await["status"], "inprocess");
    let client = client_user(&world, "grundrisswerk").await;
    let id = transactions(&world).await[0]["id"].clone();
    let refund = async || {
        let parameters = json!({ "transactionid": id });
        call(&world, &client, "do", "transactionRefund", parameters).await.codes()[0]
    };
    assert_eq!(refund().await, 210, "in process");
    world.advance(3 * 24 * 60 * 60).await;
    until(async || transactions(&world).await[0]["state"] == "paid").await;
    assert_eq!(refund().await, 210, "younger than 7 days");
    world.advance(8 * 24 * 60 * 60).await;
    assert_eq!(refund().await, 0);
    assert_eq!(refund().await, 210, "not twice");
    until(async || transactions(&world).await.iter().any(|t| t["state"] == "refunded")).await;
    assert_eq!(world.store.ledger_sum().await.unwrap().cents(), 0);
}

#[tokio::test]
async fn a_subscription_is_billed_each_month_until_it_is_cancelled() {
    let (world, run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 21).await;
    let path = shop.place(&shop.abo().await).await;
    shop.pay(&path, PAID).await;
    let callback = shop.callback(&path).await;
    assert_eq!(callback["status"], "success");
    let abo = callback["aboid"].as_str().unwrap().to_owned();
    world.advance(366 * 24 * 60 * 60).await;
    until(async || transactions(&world).await.len() == 13).await;
    let all = transactions(&world).await;
    assert!(all.iter().all(|one| one["amount"] == "25.30"));
    let times: Vec<&str> = all.iter().map(|one| one["begunAt"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|later, earlier| later > earlier), "{times:?}");

    let called = world.service_call(&run).await;
    let cancel = async |abo: &str, day: &str| {
        let parameters =
            json!({ "aboid": abo, "cancelationDate": day, "extendedclaim": called.claim });
        call(&world, &called, "do", "marketplaceCancelAbo", parameters).await
    };
    let year = all[0]["begunAt"].as_str().unwrap()[..4].parse::<i32>().unwrap() + 1;
    for (abo, day, code) in [
        ("999", "2999-01-01", 255),
        (abo.as_str(), "2026-02-31", 122),
        (abo.as_str(), "2001-01-01", 255),
    ] {
        assert_eq!(cancel(abo, day).await.codes(), [code], "{abo} {day}");
    }
    let day = format!("{year}-12-31");
    let answer = cancel(&abo, &day).await;
    assert!(answer.text().contains(r#""elements":{"result":"success"}"#), "{}", answer.text());
    assert_eq!(cancel(&abo, &day).await.codes(), [0], "the same again");
    assert_eq!(cancel(&abo, &format!("{year}-12-30")).await.codes(), [255]);
}

#[tokio::test]
async fn extra_costs_are_paid_by_a_link_and_only_the_seller_asks() {
    let (world, run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 21).await;
    let path = shop.place(&shop.product("").await).await;
    shop.pay(&path, PAID).await;
    let id = transactions(&world).await[0]["id"].clone();
    let client = client_user(&world, "grundrisswerk").await;
    let ask = async |user: &Run, price: &str| {
        let parameters = json!({ "transactionid": id, "priceNet": price,
            "description": "Anfahrt <i>", "sendMailToCustomer": true });
        call(&world, user, "do", "subsequentPaymentLink", parameters).await
    };
    for price in ["0.00", "-1.00", "1100,50", "5", "1e3"] {
        assert_eq!(ask(&client, price).await.codes(), [214], "{price}");
    }
    let stranger = client_user(&world, "hafenblick").await;
    assert_eq!(ask(&stranger, "12.50").await.codes(), [205]);
    let foreign = json!({ "transactionid": id });
    assert_eq!(call(&world, &stranger, "do", "transactionRefund", foreign).await.codes(), [205]);
    let unlock = json!({ "parameterCacheId": run.entry });
    assert_eq!(call(&world, &client, "do", "unlockProvider", unlock).await.codes(), [183]);
    assert_eq!(
        call(
            &world,
            &run,
            "do",
            "transactionRefund",
            json!({
                "transactionid": id, "extendedclaim": world.service_call(&run).await.claim
            })
        )
        .await
        .codes(),
        [240]
    );

    let answer = ask(&client, "12.50").await;
    let result = &answer.json()["response"]["results"][0]["data"]["records"][0]["elements"];
    assert_eq!(result["result"]["mailToCustomerSent"], false, "{}", answer.text());
    let url = result["result"]["subsequentPaymentUrl"].as_str().unwrap().to_owned();
    let (_, link) = url.split_at(url.find("/smart/").unwrap());
    let token = link.split_once("c=").unwrap().1;
    assert_eq!(token.len(), 64);
    let page = shop.visitor.get(link).await;
    assert!(page.text().contains("€12.50") && !page.text().contains("<i>"), "{}", page.text());
    shop.form("/smart/short.php", &format!("c={token}&number=123")).await;
    assert_eq!(transactions(&world).await.len(), 1, "an unknown number pays nothing");
    shop.form("/smart/short.php", &format!("c={token}&number=4000+0000+0000+0010")).await;
    let all = transactions(&world).await;
    assert_eq!((&all[0]["amount"], &all[0]["state"]), (&json!("12.50"), &json!("paid")));
    shop.form("/smart/short.php", &format!("c={token}&number=4000000000000010")).await;
    assert_eq!(transactions(&world).await.len(), 2, "paid once");
}

#[tokio::test]
async fn the_provider_sees_what_it_has_sold_in_its_own_client() {
    let (world, _run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 21).await;
    let path = shop.place(&shop.product("").await).await;
    shop.pay(&path, PAID).await;
    let greta = Visitor::sign_in_to(&world, "grundrisswerk", 1).await;
    let page = greta.get("/provider").await;
    assert!(page.text().contains("€77.40"), "{}", page.text());
    let id = attribute(&page, "form[action='/provider/refund'] input", "value");
    greta.form("/provider/refund", &format!("transaction={id}")).await;
    until(async || transactions(&world).await.iter().any(|t| t["state"] == "refunded")).await;
    assert!(greta.get("/provider").await.text().contains("€0.00"), "the balance is back");
    assert_eq!(Visitor::sign_in(&world, 21).await.get("/provider").await.status, 404);
}

#[tokio::test]
async fn without_an_account_there_is_no_recipient() {
    let (world, run, listener) = world().await;
    let shop = Shop::open(&world, &origin(&listener), 22).await;
    let path = shop.place(&shop.product("").await).await;
    shop.pay(&path, PAID).await;
    let transaction = transactions(&world).await[0]["id"].clone();
    let administrator = Visitor::sign_in(&world, 21).await;
    administrator.form("/account", "of=client&lastname=Albrecht&user=21").await;
    let of = json!({ "transactionid": transaction, "userid": 22 });
    let answer = call(&world, &run, "get", "getMarketplaceInvoiceRecipient", of).await;
    assert_eq!(answer.codes(), [188], "{}", answer.text());
    // With an account of his own there is one again.
    shop.form("/account", "of=user&lastname=Brandt&city=Aachen").await;
    let of = json!({ "transactionid": transaction, "userid": 22 });
    let answer = call(&world, &run, "get", "getMarketplaceInvoiceRecipient", of).await;
    assert!(answer.text().contains(r#""lastname":"Brandt""#), "{}", answer.text());
    assert_eq!(shop.visitor.get("/account?of=client").await.status, 403);
}

#[tokio::test]
async fn a_webhook_is_queued_at_once_and_arrives_signed_after_a_failure() {
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    world.place("preisradar", &url).await;
    let run = world.start("preisradar").await;
    world.unlock(&run).await;
    let user = client_user(&world, "musterimmo").await;
    let execute = async |module: &str, id: &str| {
        let parameters = json!({ "module": module });
        let kind = "executeMarketplaceWebhooks";
        let mut action = user.action(world.now().await, "do", kind, parameters);
        action["resourceid"] = json!(id);
        world.call(&user, &[action]).await
    };
    assert_eq!(execute("estate", "999").await.codes(), [24]);
    assert_eq!(execute("estates", "11").await.codes(), [255]);
    let answer = execute("estate", "11").await;
    assert!(answer.text().contains(r#""elements":{"result":"success"}"#), "{}", answer.text());

    let mut ids = Vec::new();
    for status in ["503 Service Unavailable", "204 No Content"] {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = read_head(&mut stream).await;
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await.unwrap();
        let target = head.split(' ').nth(1).unwrap();
        let secret = world.provider_secret("preisradar").await;
        let verified = signed_url::verify(&format!("{url}{target}"), &secret).expect("signed");
        assert_eq!(verified.get("estateId"), Some("11"));
        assert_eq!(verified.get("userId"), Some("21"));
        assert!(verified.get("apiClaim").is_some() && head.starts_with("GET /service?"));
        let id = head.lines().find_map(|line| line.strip_prefix("x-freischalt-delivery: "));
        ids.push(id.expect("an id").to_owned());
        world.advance(60).await;
    }
    assert_eq!(ids[0], ids[1], "the id is the same in every attempt");
}

async fn read_head(stream: &mut tokio::net::TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tokio::io::AsyncReadExt::read_u8(stream).await.unwrap());
    }
    String::from_utf8(head).unwrap()
}
