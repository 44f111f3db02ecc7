//! Deliveries by the clock: tried until they are dead, shown with every attempt, and tried again.

use serde_json::{Value, json};

use crate::{
    desk::state_becomes,
    webhooks::Hooks,
    windows::Visitor,
    world::{Run, World},
};

const HOUR: i64 = 3600;

async fn world(hooks: &Hooks) -> (World, Run) {
    let world = World::new().await;
    world.place("preisradar", &hooks.url).await;
    let run = world.start("preisradar").await;
    world.unlock(&run).await;
    (world, run)
}

/// Saves a price, and answers the call that comes of it; the id of the delivery.
async fn fail_once(world: &World, hooks: &Hooks, price: &str) -> String {
    let body = json!({ "fields": { "kaufpreis": price } });
    let path = "/v1/customers/musterimmo/records/estate/11";
    assert_eq!(world.managed("PATCH", path, Some(&body)).await["webhooks"], 1);
    let call = hooks.next().await;
    let id = call.id();
    call.answer("500 Internal Server Error").await;
    attempts_become(world, &id, 1).await;
    id
}

async fn attempts_become(world: &World, id: &str, count: usize) -> Value {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let shown = world.managed("GET", &format!("/v1/deliveries/{id}"), None).await;
        if shown["log"].as_array().unwrap().len() == count {
            return shown;
        }
        assert!(std::time::Instant::now() < deadline, "no attempt {count}: {shown}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn seconds(time: &Value) -> i64 {
    time.as_str().expect("a time").parse::<jiff::Timestamp>().unwrap().as_second()
}

#[tokio::test]
async fn it_is_tried_for_three_days_under_one_id_then_dead_and_then_replayed() {
    let hooks = Hooks::listen().await;
    let (world, _run) = world(&hooks).await;
    let id = fail_once(&world, &hooks, "1").await;
    let mut shown = attempts_become(&world, &id, 1).await;
    let mut waits = Vec::new();
    for attempt in 2.. {
        if shown["state"] == "dead" {
            break;
        }
        let last = seconds(&shown["log"][attempt - 2]["at"]);
        waits.push(seconds(&shown["nextAttemptAt"]) - last);
        // The first ones to the second; then in strides, which the rule alone walks in full.
        let due = seconds(&shown["nextAttemptAt"]) - world.now().await;
        world.advance(if attempt <= 4 { due.max(0) } else { 24 * HOUR }).await;
        let call = hooks.next().await;
        assert_eq!(call.id(), id, "the id is the same in every attempt");
        call.answer("503 Service Unavailable").await;
        shown = attempts_become(&world, &id, attempt).await;
    }
    assert!((24..=36).contains(&waits[0]), "30 s, give or take a fifth: {waits:?}");
    assert!((96..=144).contains(&waits[1]) && (384..=576).contains(&waits[2]), "{waits:?}");
    let log = shown["log"].as_array().unwrap();
    assert!(seconds(&log[log.len() - 1]["at"]) - seconds(&shown["since"]) >= 72 * HOUR);
    assert!(seconds(&log[log.len() - 2]["at"]) - seconds(&shown["since"]) < 72 * HOUR);
    assert!(log.iter().all(|entry| entry["problem"].is_null()));
    assert_eq!((&log[0]["status"], &log[1]["status"]), (&json!(500), &json!(503)));
    assert_eq!(shown["nextAttemptAt"], Value::Null);

    let dead = world.managed("GET", "/v1/deliveries?dead=true", None).await;
    assert_eq!(dead.as_array().unwrap().len(), 1);
    let replay = format!("/v1/deliveries/{id}/replay");
    assert_eq!(world.managed("POST", &replay, None).await["state"], "waiting");
    assert_eq!(world.manage("POST", &replay, None).await.status, 409, "it waits already");
    let call = hooks.next().await;
    assert_eq!(call.id(), id);
    call.answer("204 No Content").await;
    let arrived = state_becomes(&world, &id, "delivered").await;
    assert_eq!(arrived["log"].as_array().unwrap().len(), log.len() + 1);
    assert_eq!(world.managed("GET", "/v1/deliveries?dead=true", None).await, json!([]));
}

#[tokio::test]
async fn the_dead_are_shown_and_replayed_together_on_pages_too() {
    let hooks = Hooks::listen().await;
    let (world, _run) = world(&hooks).await;
    let mut ids = vec![fail_once(&world, &hooks, "1").await, fail_once(&world, &hooks, "2").await];
    world.advance(73 * HOUR).await;
    for _ in 0..2 {
        hooks.next().await.answer("404 Not Found").await;
    }
    for id in &ids {
        state_becomes(&world, id, "dead").await;
    }
    let anna = Visitor::sign_in(&world, 21).await;
    let list = anna.get("/deliveries?dead=1").await;
    assert!(list.text().contains("Given up") && list.text().contains("estate 11"));
    let page = anna.get(&format!("/deliveries/{}", ids[0])).await;
    assert!(page.text().contains("Answer 500") && page.text().contains("Answer 404"));
    assert_eq!(anna.get("/deliveries/1-2-3").await.status, 404);

    // A provider's own client sees its own deliveries and no others.
    let greta = Visitor::sign_in_to(&world, "grundrisswerk", 1).await;
    assert!(!greta.get("/provider/deliveries").await.text().contains("estate 11"));
    assert_eq!(greta.get(&format!("/provider/deliveries/{}", ids[0])).await.status, 404);
    greta.form("/provider/deliveries/replay", "").await;
    greta.form("/provider/deliveries/replay", &format!("id={}", ids[0])).await;
    assert_eq!(anna.get("/provider/deliveries").await.status, 404);
    let other = json!({ "provider": "demo" });
    let replayed = world.managed("POST", "/v1/deliveries/replay", Some(&other)).await;
    assert_eq!(replayed["replayed"], 0);

    anna.form("/deliveries/replay", "").await;
    let mut called = Vec::new();
    for _ in 0..2 {
        let call = hooks.next().await;
        called.push(call.id());
        call.answer("200 OK").await;
    }
    called.sort();
    ids.sort();
    assert_eq!(called, ids);
}

#[tokio::test]
async fn the_delivery_of_a_blocked_provider_waits_and_its_log_says_why() {
    let hooks = Hooks::listen().await;
    let (world, run) = world(&hooks).await;
    let id = fail_once(&world, &hooks, "1").await;
    world.block(&run).await;
    world.advance(HOUR).await;
    let shown = attempts_become(&world, &id, 2).await;
    let problem = shown["log"][1]["problem"].as_str().unwrap();
    assert!(problem.contains("not active"), "{problem}");
    assert!(!shown.to_string().contains("apiClaim"), "a log holds no claim");
}
