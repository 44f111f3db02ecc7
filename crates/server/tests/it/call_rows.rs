//! The rows of the decision table that take something sold or an ordinary API user, over a socket, and
//! the rules of claims for every marketplace call.

use serde_json::{Value, json};

use crate::{
    desk::{self, PAID},
    rows::check_row,
    windows::Visitor,
    world::{Run, World},
};

/// An account that is debited after two days.
const SEPA: &str = "DE50 1000 0000 0000 0000 01";

/// A sale, and everybody who may call about it.
struct Sold<'a> {
    world: &'a World,
    /// The customer's marketplace API user.
    run: &'a Run,
    /// An API user of the provider's own client.
    client: Run,
    /// An API user of a customer who has nothing to do with it.
    stranger: Run,
    /// An API user of the customer that no activation made.
    own: Run,
    order: Value,
}

impl Sold<'_> {
    fn transaction(&self) -> i64 {
        self.order["transactions"][0]["id"].as_i64().expect("paid")
    }

    /// A signed call in somebody's name.
    async fn by(&self, who: &Run, verb: &str, kind: &str, parameters: Value) -> Vec<u8> {
        let action = who.action(self.world.now().await, verb, kind, parameters);
        who.envelope(&[action]).to_string().into_bytes()
    }

    async fn recipient(&self, parameters: Value) -> Vec<u8> {
        self.by(self.run, "get", "getMarketplaceInvoiceRecipient", parameters).await
    }

    async fn refund(&self, who: &Run) -> Vec<u8> {
        let of = json!({ "transactionid": self.transaction() });
        self.by(who, "do", "transactionRefund", of).await
    }

    async fn cancel(&self, abo: &Value, day: &str) -> Vec<u8> {
        let claim = self.world.service_call(self.run).await.claim;
        let of = json!({ "aboid": abo, "cancelationDate": day, "extendedclaim": claim });
        self.by(self.run, "do", "marketplaceCancelAbo", of).await
    }
}

pub async fn api_user(world: &World, customer: &str) -> Run {
    let path = format!("/v1/customers/{customer}/api-users");
    let made = world.managed("POST", &path, Some(&json!({ "name": "test" }))).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let none = String::new;
    Run {
        id: none(),
        token: text("apiToken"),
        key: text("apiKey"),
        claim: none(),
        entry: none(),
        url: none(),
    }
}

/// One test per row: how the order is paid, then what brings the situation about.
macro_rules! rows {
    ($($name:ident $id:literal $number:expr, |$sold:ident| $body:expr;)*) => {
        /// The rows that have a test.
        pub const TESTED: &[&str] = &[$($id),*];

        $(#[tokio::test]
        async fn $name() {
            let (world, run) = desk::world().await;
            let order = desk::pay(&world, &desk::placed(&world).await, $number).await;
            let $sold = Sold {
                client: api_user(&world, "grundrisswerk").await,
                stranger: api_user(&world, "hafenblick").await,
                own: api_user(&world, "musterimmo").await,
                world: &world,
                run: &run,
                order,
            };
            let body: Vec<u8> = $body;
            let before = world.managed("GET", "/v1/orders", None).await;
            check_row($id, &world, &run, &body).await;
            let after = world.managed("GET", "/v1/orders", None).await;
            assert_eq!(without_urls(before), without_urls(after), "a refused call changes nothing");
        })*
    };
}

/// Callback URLs are signed anew whenever they are shown.
fn without_urls(mut orders: Value) -> Value {
    for order in orders.as_array_mut().unwrap() {
        order["callbackUrl"].take();
    }
    orders
}

rows! {
    only_for_marketplace_users "only-for-marketplace-users" PAID, |s| {
        s.by(&s.client, "do", "unlockProvider", json!({ "parameterCacheId": s.run.entry })).await
    };
    payer_unknown "payer-unknown" PAID, |s| {
        s.recipient(json!({ "transactionid": s.transaction(), "userid": 22 })).await
    };
    userid_not_a_number "userid-not-a-number" PAID, |s| {
        s.recipient(json!({ "transactionid": s.transaction(), "userid": "x" })).await
    };
    transaction_unknown "transaction-unknown" PAID, |s| {
        s.recipient(json!({ "transactionid": 7, "userid": 21 })).await
    };
    transaction_foreign "transaction-foreign" PAID, |s| s.refund(&s.stranger).await;
    transaction_too_old "transaction-too-old" PAID, |s| {
        s.world.advance(901).await;
        s.recipient(json!({ "transactionid": s.transaction(), "userid": 21 })).await
    };
    recipient_unknown "recipient-unknown" PAID, |s| {
        // The account of the company is that of somebody else from now on.
        let anna = Visitor::sign_in(s.world, 21).await;
        anna.form("/account", "of=client&lastname=Albrecht&user=22").await;
        s.recipient(json!({ "transactionid": s.transaction(), "userid": 21 })).await
    };
    refund_state "refund-state" SEPA, |s| s.refund(&s.client).await;
    refund_before "refund-before" PAID, |s| {
        let path = format!("/v1/providers/demo/transactions/{}/refund", s.transaction());
        s.world.managed("POST", &path, None).await;
        s.refund(&s.client).await
    };
    price_format "price-format" PAID, |s| {
        let of = json!({ "transactionid": s.transaction(), "priceNet": "12,50",
                         "description": "Anfahrt" });
        s.by(&s.client, "do", "subsequentPaymentLink", of).await
    };
    cancellation_unknown "cancellation-unknown" PAID, |s| s.cancel(&json!("999"), "2999-01-01").await;
    cancellation_no_day "cancellation-no-day" PAID, |s| {
        let abo = desk::subscribed(s.world).await["subscription"]["id"].to_string();
        s.cancel(&json!(abo), "2027-02-31").await
    };
    cancellation_date "cancellation-date" PAID, |s| {
        let abo = desk::subscribed(s.world).await["subscription"]["id"].to_string();
        s.cancel(&json!(abo), "2001-01-01").await
    };
    record_unknown "record-unknown" PAID, |s| {
        let kind = "executeMarketplaceWebhooks";
        let parameters = json!({ "module": "estate" });
        let mut action = s.own.action(s.world.now().await, "do", kind, parameters);
        action["resourceid"] = json!("999");
        s.own.envelope(&[action]).to_string().into_bytes()
    };
}

/// A call cannot name on whose behalf it is made other than by its claim, but it can name what
/// somebody else has bought.
#[tokio::test]
async fn a_claim_serves_what_its_own_user_has_bought() {
    let (world, run) = desk::world().await;
    let order = desk::pay(&world, &desk::placed(&world).await, PAID).await;
    let transaction = &order["transactions"][0]["id"];
    let abo = desk::subscribed(&world).await["subscription"]["id"].clone();
    // Bernd, then Deniz, who is an administrator as the buyer is, then the buyer.
    for (user, expected) in [(22, 248), (24, 248), (21, 0)] {
        let called = world.service_call_by(&run, user).await;
        let ask = async |verb: &str, kind: &str, parameters: Value| {
            world.post(&world.other(&called, verb, kind, parameters, |_| {}).await).await.codes()[0]
        };
        let of = json!({ "transactionid": transaction, "userid": 21 });
        let code = ask("get", "getMarketplaceInvoiceRecipient", of).await;
        assert_eq!(code, expected, "the recipient, for user {user}");
        let of = json!({ "transactionid": transaction, "userid": user });
        let code = ask("get", "getMarketplaceInvoiceRecipient", of).await;
        assert_eq!(code, if user == 21 { 0 } else { 184 }, "user {user} has not bought it");
        let of = json!({ "aboid": abo, "cancelationDate": "2999-01-01" });
        let code = ask("do", "marketplaceCancelAbo", of).await;
        assert_eq!(code, expected, "the cancellation, for user {user}");
        let shown = world.managed("GET", "/v1/providers/demo/subscriptions", None).await;
        assert_eq!(shown[0]["until"].is_null(), user != 21, "{shown}");
    }
    // A parameter cache entry serves its own user, too.
    let launched = desk::launch(&world, json!({ "user": 22 })).await.json();
    let text = desk::sign(&world, &desk::product(&world, &launched).await).await;
    let refused = desk::place(&world, 21, &text).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("another user"), "{}", refused.text());
}

/// What a marketplace API user calls with a claim of a service call, and what answers if it is good.
const WITH_CLAIM: [(&str, &str); 5] = [
    ("get", "getMarketplaceInvoiceRecipient"),
    ("do", "marketplaceCancelAbo"),
    ("read", "user"),
    ("read", "estate"),
    ("read", "basicsettings"),
];

/// What a marketplace API user may not call, whatever its claim.
const FOR_OTHERS: [&str; 3] =
    ["subsequentPaymentLink", "transactionRefund", "executeMarketplaceWebhooks"];

#[tokio::test]
async fn every_call_keeps_to_the_rules_of_claims() {
    let world = World::with(|config| config.policy.claim_lifetime = 60).await;
    let run = world.start("demo").await;
    world.unlock(&run).await;
    let other = world.start("preisradar").await;
    world.unlock(&other).await;
    let body = json!({ "provider": "demo", "customer": "hafenblick" });
    let neighbour = Run::read(&world.managed("POST", "/v1/activations", Some(&body)).await);
    world.unlock(&neighbour).await;
    let codes = async |claim: &str, expected: i64, why: &str| {
        let run = Run { claim: claim.to_owned(), ..run.clone() };
        for (verb, kind) in WITH_CLAIM {
            let answer = world.post(&world.other(&run, verb, kind, json!({}), |_| {}).await).await;
            assert_eq!(answer.codes(), [expected], "{kind} with {why}: {}", answer.text());
        }
        for kind in FOR_OTHERS {
            let body = world.other(&run, "do", kind, json!({}), |_| {}).await;
            let code = world.post(&body).await.codes()[0];
            assert!([expected, 240].contains(&code), "{kind} with {why}: {code}");
        }
    };
    codes(&world.service_call(&other).await.claim, 248, "the claim of another provider").await;
    codes(&world.service_call(&neighbour).await.claim, 248, "the claim of another customer").await;
    codes(&run.claim, 248, "the claim of the activation").await;
    codes("AAAA", 193, "a claim that was made up").await;
    let fine = world.service_call(&run).await.claim;
    for kind in FOR_OTHERS {
        let run = Run { claim: fine.clone(), ..run.clone() };
        let body = world.other(&run, "do", kind, json!({}), |_| {}).await;
        assert_eq!(world.post(&body).await.codes(), [240], "{kind} with a good claim");
    }
    world.advance(61).await;
    codes(&fine, 201, "a claim whose lifetime is over").await;
    let fresh = Run { claim: world.service_call(&run).await.claim, ..run.clone() };
    let answer = world.post(&world.other(&fresh, "read", "user", json!({}), |_| {}).await).await;
    assert_eq!(answer.top(), (200, 0));
    world.block(&run).await;
    for (verb, kind) in WITH_CLAIM {
        let answer = world.post(&world.other(&fresh, verb, kind, json!({}), |_| {}).await).await;
        assert_eq!(answer.top(), (400, 22), "{kind} after a block");
    }
}
