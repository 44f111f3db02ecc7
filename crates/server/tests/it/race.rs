//! Calls at the same moment.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::{Run, World, assert_unlocked};

fn events(shown: &Value, wanted: &str) -> usize {
    shown["history"].as_array().unwrap().iter().filter(|item| item["event"] == wanted).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_unlocks_of_one_activation_are_one() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    for answer in join_all((0..16).map(|_| world.post(&body))).await {
        assert_unlocked(&answer);
    }
    let shown = world.show(&run).await;
    assert_eq!(shown["state"], "active");
    assert_eq!(events(&shown, "unlocked"), 1);
}

/// The first decides for which kind of customer; the others are told.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_flags_one_wins() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let mut bodies = Vec::new();
    for flag in (0..16).map(|number| number % 2) {
        bodies.push(
            world.changed(&run, |a| a["parameters"]["isRegularCustomer"] = json!(flag)).await,
        );
    }
    let answers = join_all(bodies.iter().map(|body| world.post(body))).await;
    let codes: Vec<i64> = answers.iter().map(|answer| answer.codes()[0]).collect();
    let shown = world.show(&run).await;
    let winner = usize::from(shown["isRegularCustomer"] == json!(true));
    for (index, code) in codes.iter().enumerate() {
        assert_eq!(*code, if index % 2 == winner { 0 } else { 177 }, "{codes:?}");
    }
    assert_eq!(events(&shown, "unlocked"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_block_is_acknowledged_nothing_is_active() {
    let world = World::new().await;
    for _ in 0..30 {
        let run = world.start("demo").await;
        let body = world.changed(&run, |_| {}).await;
        let (unlocked, ()) = tokio::join!(world.post(&body), async {
            world.block(&run).await;
            let after = world.post(&body).await;
            assert_eq!(after.top(), (400, 22), "{}", after.text());
            assert_eq!(world.state(&run).await, "blocked");
        });
        let shown = world.show(&run).await;
        assert_eq!(shown["state"], "blocked");
        let succeeded = unlocked.top() == (200, 0);
        if !succeeded {
            let code = unlocked.codes().first().copied().unwrap_or(unlocked.top().1);
            assert_eq!(code, 22, "{}", unlocked.text());
        }
        assert_eq!(events(&shown, "unlocked"), usize::from(succeeded));
        assert_eq!(events(&shown, "blocked"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_blocks_are_one() {
    let world = World::new().await;
    for _ in 0..10 {
        let run = world.start("demo").await;
        join_all((0..16).map(|_| world.block(&run))).await;
        assert_eq!(events(&world.show(&run).await, "blocked"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_starts_one_stays() {
    let world = World::new().await;
    let body = json!({ "provider": "demo", "customer": "musterimmo" });
    let start = || world.manage("POST", "/v1/activations", Some(&body));
    let answers = join_all((0..16).map(|_| start())).await;
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)));
    let all = world.managed("GET", "/v1/activations", None).await;
    let live: Vec<&Value> =
        all.as_array().unwrap().iter().filter(|run| run["state"] == "pending").collect();
    assert_eq!((all.as_array().unwrap().len(), live.len()), (16, 1));
    let runs: Vec<Run> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| Run::read(&answer.json()))
        .collect();
    let mut unlocked = Vec::new();
    for run in &runs {
        let answer = world.unlock(run).await;
        match answer.top() {
            (200, 0) => unlocked.push(run.id.clone()),
            other => assert_eq!(other, (400, 22)),
        }
    }
    assert_eq!(json!(unlocked), json!([live[0]["id"]]));
}
