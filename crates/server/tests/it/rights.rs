//! Who may use a provider, one by one: the administrators' page, and what the others are told.

use serde_json::json;

use crate::windows::{Visitor, world};

#[tokio::test]
async fn administrators_give_and_take_the_right_of_single_users() {
    let (world, _run, _listener) = world().await;
    let (anna, bernd) = (Visitor::sign_in(&world, 21).await, Visitor::sign_in(&world, 22).await);
    let page = "/marketplace/providers/demo/rights";
    assert!(anna.get("/marketplace/providers/demo").await.text().contains(page));
    assert!(anna.get(page).await.text().contains("Bernd Brandt"));
    assert_eq!(bernd.get(page).await.status, 403);
    assert_eq!(bernd.form(page, "22=given").await.status, 403);
    assert_eq!(anna.form(page, "22=perhaps").await.status, 400);

    assert_eq!(bernd.open("from=menu").await.status, 200);
    let saved = anna.form(page, "22=taken&23=chosen&21=taken").await;
    assert_eq!(saved.header("location"), Some("/marketplace/providers/demo/rights?saved=1"));
    let refused = bernd.open("from=menu").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("do not have the right"), "{}", refused.text());
    assert!(!bernd.get("/records").await.text().contains("demo/floor-plan"), "not even offered");
    assert!(bernd.get("/marketplace/providers/demo").await.text().contains("Anna Albrecht"));
    assert_eq!(anna.open("from=menu").await.status, 200, "administrators keep it");
    assert_eq!(Visitor::sign_in(&world, 23).await.open("from=menu").await.status, 200);
    anna.form(page, "22=chosen").await;
    assert_eq!(bernd.open("from=menu").await.status, 200);
}

#[tokio::test]
async fn a_right_that_is_given_counts_where_only_administrators_were_chosen() {
    let world = crate::world::World::new().await;
    let body = json!({ "provider": "demo", "customer": "musterimmo", "allUsers": false });
    let started = world.managed("POST", "/v1/activations", Some(&body)).await;
    let run = crate::world::Run::read(&started);
    world.unlock(&run).await;
    let (anna, bernd) = (Visitor::sign_in(&world, 21).await, Visitor::sign_in(&world, 22).await);
    assert_eq!(bernd.open("from=menu").await.status, 403);
    anna.form("/marketplace/providers/demo/rights", "22=given").await;
    assert_eq!(bernd.open("from=menu").await.status, 200);
    assert!(bernd.get("/records").await.text().contains("demo/floor-plan"));
    // Taken in mid-session: the claim of an open window ends with the right.
    let called = world.service_call_by(&run, 22).await;
    let read = async || {
        let body = world.other(&called, "read", "estate", json!({}), |_| {}).await;
        world.post(&body).await.codes()[0]
    };
    assert_eq!(read().await, 0);
    anna.form("/marketplace/providers/demo/rights", "22=taken").await;
    assert_ne!(read().await, 0);
}
