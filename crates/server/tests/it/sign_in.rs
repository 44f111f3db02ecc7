//! Sign-in in production: a ticket of the system around the marketplace becomes a session, once.

use serde_json::json;

use crate::{
    wire::{self, Answer},
    world::World,
};

const TOKEN: &str = "0123456789abcdefghijklmnopqrstuv";

async fn ticket(world: &World) -> String {
    let who = json!({ "customer": "musterimmo", "user": 21 });
    let made = world.managed("POST", "/v1/sign-in-tickets", Some(&who)).await;
    made["ticket"].as_str().expect("a ticket").to_owned()
}

/// As the user's browser sends it from the other system's page.
async fn redeem(world: &World, ticket: &str) -> Answer {
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "https://crm.example.com"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    let body = format!("ticket={ticket}");
    let request = wire::request("POST", "/session", &headers, body.as_bytes());
    wire::exchange(world.api, &request).await
}

async fn overview(world: &World, cookie: &str) -> Answer {
    let request = wire::request("GET", "/marketplace", &[("Cookie", cookie)], b"");
    wire::exchange(world.api, &request).await
}

#[tokio::test]
async fn a_ticket_signs_in_once() {
    let world = World::production(TOKEN).await;
    let ticket = ticket(&world).await;
    let first = redeem(&world, &ticket).await;
    assert_eq!(first.status, 303, "{}", first.text());
    let cookie = first.header("set-cookie").expect("a session").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap_or_default();
    let page = overview(&world, cookie).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Anna Albrecht"));
    let second = redeem(&world, &ticket).await;
    assert_eq!(second.status, 400);
    assert_eq!(second.header("set-cookie"), None);
}

#[tokio::test]
async fn what_is_no_ticket_or_no_session_signs_nobody_in() {
    let world = World::production(TOKEN).await;
    let good = ticket(&world).await;
    let cut = good[..good.len() - 1].to_owned();
    for nonsense in ["", "x", cut.as_str()] {
        let answer = redeem(&world, nonsense).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (400, None), "{nonsense}");
    }
    for cookie in [
        "",
        "freischalt_session=",
        "freischalt_session=AAAA",
        &format!("freischalt_session={good}"),
    ] {
        assert_eq!(overview(&world, cookie).await.status, 401, "{cookie}");
    }
}

#[tokio::test]
async fn who_is_switched_off_is_out_with_the_next_click() {
    let world = World::production(TOKEN).await;
    let first = redeem(&world, &ticket(&world).await).await;
    let cookie = first.header("set-cookie").expect("a session").to_owned();
    let cookie = cookie.split(';').next().unwrap_or_default();
    assert_eq!(overview(&world, cookie).await.status, 200);
    let off = json!({ "name": "Anna Albrecht", "administrator": true, "active": false });
    world.managed("PUT", "/v1/customers/musterimmo/users/21", Some(&off)).await;
    assert_eq!(overview(&world, cookie).await.status, 401);
}
