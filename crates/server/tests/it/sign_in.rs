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

async fn signed_in(world: &World) -> String {
    let first = redeem(world, &ticket(world).await).await;
    session_of(&first).expect("a session")
}

fn session_of(answer: &Answer) -> Option<String> {
    Some(answer.header("set-cookie")?.split(';').next().unwrap_or_default().to_owned())
}

async fn sign_out(world: &World, cookie: &str) -> Answer {
    let request = wire::request("POST", "/sign-out", &[("Cookie", cookie)], b"");
    wire::exchange(world.api, &request).await
}

#[tokio::test]
async fn whoever_kept_the_cookie_is_out_after_signing_out() {
    let world = World::production(TOKEN).await;
    let (cookie, other) = (signed_in(&world).await, signed_in(&world).await);
    assert_eq!(sign_out(&world, &cookie).await.status, 303);
    assert_eq!(overview(&world, &cookie).await.status, 401);
    assert_eq!(overview(&world, &other).await.status, 200, "another browser's session goes on");
}

/// Switched off and on again, renamed, or another person under the same id: the old session is over.
#[tokio::test]
async fn a_change_of_the_user_or_the_customer_ends_the_sessions_before_it() {
    let world = World::production(TOKEN).await;
    let user = "/v1/customers/musterimmo/users/21";
    let anna =
        |active: bool| json!({ "name": "Anna Albrecht", "administrator": true, "active": active });
    let before = signed_in(&world).await;
    let unused = ticket(&world).await;
    world.managed("PUT", user, Some(&anna(false))).await;
    world.managed("PUT", user, Some(&anna(true))).await;
    assert_eq!(overview(&world, &before).await.status, 401);
    assert_eq!(redeem(&world, &unused).await.status, 400, "and its tickets");
    let before = signed_in(&world).await;
    let other = json!({ "name": "Berta Berg", "administrator": true });
    world.managed("PUT", user, Some(&other)).await;
    assert_eq!(overview(&world, &before).await.status, 401);
    let before = signed_in(&world).await;
    for active in [false, true] {
        let change = json!({ "active": active });
        world.managed("PATCH", "/v1/customers/musterimmo", Some(&change)).await;
    }
    assert_eq!(overview(&world, &before).await.status, 401);
    assert_eq!(overview(&world, &signed_in(&world).await).await.status, 200);
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_one_in_use_goes_on() {
    let world = World::with(|config| config.session_idle = Some(600)).await;
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let anna = wire::request("POST", "/sandbox/user", &[form], b"customer=musterimmo&user=21");
    let idle = session_of(&wire::exchange(world.api, &anna).await).unwrap();
    let mut used = idle.clone();
    for _ in 0..3 {
        world.advance(300).await;
        let answer = overview(&world, &used).await;
        assert_eq!(answer.status, 200);
        used = session_of(&answer).expect("a cookie that says when it was used");
    }
    assert_eq!(overview(&world, &idle).await.status, 303, "900 s old: to the user switcher");
    assert_eq!(session_of(&overview(&world, &used).await), None, "nothing new to say");
    // However busy it is, it ends after 12 hours.
    for _ in 0..86 {
        world.advance(500).await;
        used = session_of(&overview(&world, &used).await).unwrap_or(used);
    }
    assert_eq!(overview(&world, &used).await.status, 303);
}

#[tokio::test]
async fn over_https_the_cookies_are_this_hosts_alone() {
    let world = World::production_with(TOKEN, |config| {
        config.public_url = Some("https://marketplace.example".to_owned());
    })
    .await;
    let first = redeem(&world, &ticket(&world).await).await;
    let cookie = first.header("set-cookie").expect("a session");
    assert!(cookie.starts_with("__Host-freischalt_session="), "{cookie}");
    assert!(cookie.contains("Secure") && cookie.contains("Path=/"), "{cookie}");
    // A neighbour's domain can set a cookie without the prefix; it is nobody's session.
    let session = session_of(&first).unwrap();
    let value = session.split_once('=').unwrap().1;
    let forged = format!("freischalt_session={value}; {session}");
    assert_eq!(overview(&world, &format!("freischalt_session={value}")).await.status, 401);
    assert_eq!(overview(&world, &forged).await.status, 200);
    let language = wire::request("GET", "/language?to=en&back=/", &[], b"");
    let language = wire::exchange(world.api, &language).await;
    assert!(language.header("set-cookie").is_some_and(|cookie| cookie.contains("Secure")));
}

/// The previous key still opens what it has sealed.
#[tokio::test]
async fn a_new_encryption_key_ends_no_session() {
    use freischalt_protocol::seal::{MasterKey, SealingKeys};

    let (old, new) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
    let before = SealingKeys::new(&old, &[], "sessions");
    let after = SealingKeys::new(&new, &[old], "sessions");
    let sealed = before.seal([3; 12], b"session", b"who");
    assert_eq!(after.open(b"session", &sealed).unwrap().as_slice(), b"who");
    assert!(!after.is_current(&sealed));
    assert!(after.open(b"session", &after.seal([4; 12], b"session", b"who")).is_some());
}
