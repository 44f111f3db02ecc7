//! What a provider has in its wallet, and instalments when the clock jumps by years.

use serde_json::{Value, json};

use crate::{
    desk::{self, PAID},
    world::World,
};

const DAY: i64 = 86_400;
/// Paid after two days, returned after four.
const RETURNED: &str = "DE33 1000 0000 0000 0000 16";

async fn balance(world: &World) -> String {
    let shown = world.managed("GET", "/v1/providers/demo/balance", None).await;
    shown["balance"].as_str().unwrap().to_owned()
}

async fn becomes(world: &World, wanted: &str) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while balance(world).await != wanted {
        assert!(std::time::Instant::now() < deadline, "{} and not {wanted}", balance(world).await);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn it_holds_what_was_paid_less_fees_refunds_and_what_came_back() {
    let world = World::with(|config| config.policy.fee_permille = 100).await;
    let run = world.start("demo").await;
    world.unlock(&run).await;
    let first = desk::pay(&world, &desk::placed(&world).await, PAID).await;
    assert_eq!(balance(&world).await, "69.66", "77.40 less a tenth");
    desk::pay(&world, &desk::placed(&world).await, desk::NO_FUNDS).await;
    let debit = desk::placed(&world).await;
    assert_eq!(desk::pay(&world, &debit, RETURNED).await["state"], "inprocess");
    assert_eq!(balance(&world).await, "69.66", "money on its way is nobody's yet");
    world.advance(3 * DAY).await;
    becomes(&world, "139.32").await;
    world.advance(2 * DAY).await;
    becomes(&world, "69.66").await;
    let id = debit["id"].as_str().unwrap();
    let returned = world.managed("GET", &format!("/v1/orders/{id}"), None).await;
    assert_eq!(returned["state"], "returned", "{returned}");
    let transaction = &first["transactions"][0]["id"];
    let refund = format!("/v1/providers/demo/transactions/{transaction}/refund");
    world.managed("POST", &refund, None).await;
    becomes(&world, "-7.74").await;
    assert_eq!(world.store.ledger_sum().await.unwrap().cents(), 0);
    let greta = crate::windows::Visitor::sign_in_to(&world, "grundrisswerk", 1).await;
    assert!(greta.get("/provider").await.text().contains("7.74"), "the fee stays kept");
}

#[tokio::test]
async fn years_later_every_instalment_was_debited_once_and_in_order() {
    let (world, _run) = desk::world().await;
    desk::subscribed(&world).await;
    let from = world.now().await;
    world.advance(5 * 365 * DAY + 2 * DAY).await;
    // By the calendar: the first at once, then one for each month that has passed.
    let months = 60;
    becomes(&world, &cents(2530 * (months + 1))).await;
    let path = "/v1/providers/demo/transactions";
    let mut all = world.managed("GET", path, None).await.as_array().unwrap().clone();
    all.reverse();
    assert_eq!(all.len(), 61);
    let ids: Vec<i64> = all.iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    let month = |one: &Value| {
        let text = one["begunAt"].as_str().unwrap();
        text[..4].parse::<i64>().unwrap() * 12 + text[5..7].parse::<i64>().unwrap()
    };
    let counted: Vec<i64> = all.iter().map(month).collect();
    assert!(counted.windows(2).all(|pair| pair[1] == pair[0] + 1), "one a month: {counted:?}");
    assert!(all.iter().all(|one| one["state"] == "paid" && one["amount"] == "25.30"));
    assert!(world.now().await - from < 6 * 365 * DAY);
    let abos = world.managed("GET", "/v1/providers/demo/subscriptions", None).await;
    let due = abos[0]["nextDue"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(due.as_second() > world.now().await, "nothing is due any more: {abos}");
    // Cancelled from today on, another jump debits nothing.
    let today = jiff::Timestamp::from_second(world.now().await).unwrap().to_string();
    let cancel = json!({ "day": &today[..10] });
    let abo = &abos[0]["id"];
    let path = format!("/v1/providers/demo/subscriptions/{abo}/cancel");
    world.managed("POST", &path, Some(&cancel)).await;
    world.advance(365 * DAY).await;
    desk::pay(&world, &desk::placed(&world).await, PAID).await;
    becomes(&world, &cents(2530 * 61 + 7740)).await;
    assert_eq!(world.store.ledger_sum().await.unwrap().cents(), 0);
}

fn cents(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
