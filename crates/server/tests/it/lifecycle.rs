//! The life of an activation through the management API.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    wire,
    world::{Run, World, assert_unlocked},
};

/// What happened to an activation, and who did it.
fn history(shown: &Value) -> Vec<(String, String)> {
    let items = shown["history"].as_array().expect("history").iter();
    let text = |item: &Value, name: &str| item[name].as_str().expect("a text").to_owned();
    items.map(|item| (text(item, "event"), text(item, "by"))).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(event, by)| ((*event).to_owned(), (*by).to_owned())).collect()
}

#[tokio::test]
async fn a_whole_life() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let shown = world.show(&run).await;
    assert_eq!(shown["id"], json!(run.id));
    assert_eq!(shown["state"], "pending");
    assert_eq!((&shown["provider"], &shown["customer"]), (&json!("demo"), &json!("musterimmo")));
    assert_eq!((&shown["user"], &shown["allUsers"]), (&json!(21), &json!(true)));
    assert_eq!(shown["isRegularCustomer"], json!(null));
    assert_eq!(shown["activatedAt"], json!(null));
    let begun = [
        ("termsAccepted", "management for user 21"),
        ("rightChosen", "management for user 21"),
        ("unlocked", "provider"),
        ("blocked", "management for user 21"),
    ];
    assert_eq!(history(&shown), owned(&begun[..2]));

    assert_unlocked(&world.unlock(&run).await);
    let shown = world.show(&run).await;
    assert_eq!(shown["state"], "active");
    assert_eq!(shown["isRegularCustomer"], json!(false));
    assert!(shown["activatedAt"].is_string());
    assert_eq!(history(&shown), owned(&begun[..3]));

    let called = world.service_call(&run).await;
    assert_ne!(called.entry, run.entry);
    assert_ne!(called.claim, run.claim);

    world.block(&run).await;
    let shown = world.show(&run).await;
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("blocked"), &json!("blocked")));
    assert!(shown["blockedAt"].is_string());
    assert_eq!(history(&shown), owned(&begun));
    assert_eq!(world.unlock(&run).await.top(), (400, 22));
    world.block(&run).await;
    assert_eq!(world.show(&run).await, shown, "blocking twice changes nothing");
}

#[tokio::test]
async fn credentials_have_the_documented_shapes() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(run.token.len() == 32 && plain(&run.token), "token");
    assert!(run.key.len() == 64 && plain(&run.key), "key");
    let url_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    assert!(!run.claim.is_empty() && run.claim.bytes().all(url_safe), "claim");
    let groups: Vec<usize> = run.entry.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "a UUID");
}

/// The URL that the administrator's browser loads carries the credentials and a signature that
/// the reference provider would accept: without the port, sorted, under the provider secret.
#[tokio::test]
async fn the_activation_url_is_complete_and_signed() {
    let world = World::new().await;
    let provider = json!({
        "slug": "mine", "name": "Mine", "secret": "a provider secret of mine",
        "activationUrl": "http://localhost:3000/activate?mode=2",
    });
    world.managed("POST", "/v1/providers", Some(&provider)).await;
    let run = world.start("mine").await;
    let (base, query) = run.url.split_once('?').expect("a query");
    assert_eq!(base, "http://localhost:3000/activate");
    let mut pairs: Vec<(&str, &str)> =
        query.split('&').map(|pair| pair.split_once('=').expect("a pair")).collect();
    pairs.sort_unstable();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| *name).collect();
    let expected = [
        "apiClaim",
        "apiToken",
        "customerName",
        "customerWebId",
        "mode",
        "parameterCacheId",
        "signature",
        "timestamp",
        "userId",
    ];
    assert_eq!(names, expected);
    let value = |name: &str| pairs.iter().find(|pair| pair.0 == name).expect("there").1;
    assert_eq!(value("apiToken"), run.token);
    assert_eq!(value("apiClaim"), run.claim);
    assert_eq!(value("parameterCacheId"), run.entry);
    assert_eq!(value("customerName"), "Musterimmo+GmbH");
    assert_eq!(value("userId"), "21");
    assert!(!run.url.contains(&run.key), "the key is never part of a URL");
    let signed: Vec<String> = pairs
        .iter()
        .filter(|(name, _)| *name != "signature")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let text = format!("http://localhost/activate?{}", signed.join("&"));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a provider secret of mine").unwrap();
    mac.update(text.as_bytes());
    let hex: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(value("signature"), hex);
}

/// The example of the documentation works again and again; the answer says what had to go.
#[tokio::test]
async fn starting_again_replaces_and_says_so() {
    let world = World::new().await;
    let body = json!({ "provider": "demo", "customer": "musterimmo" });
    let first = world.managed("POST", "/v1/activations", Some(&body)).await;
    assert_eq!(first.get("replaced"), None);
    let mut last = Run::read(&first);
    for unlocked in [false, true, false, true, true] {
        if unlocked {
            assert_unlocked(&world.unlock(&last).await);
        }
        let before = if unlocked { "active" } else { "pending" };
        let answer = world.managed("POST", "/v1/activations", Some(&body)).await;
        assert_eq!(answer["replaced"], json!({ "id": last.id, "state": before }));
        let old = world.show(&last).await;
        assert_eq!((&old["state"], &old["reason"]), (&json!("blocked"), &json!("superseded")));
        assert_eq!(world.unlock(&last).await.top(), (400, 22));
        last = Run::read(&answer);
    }
    let all = world.managed("GET", "/v1/activations?provider=demo&customer=musterimmo", None).await;
    let states: Vec<&str> =
        all.as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["pending", "blocked", "blocked", "blocked", "blocked", "blocked"]);
}

#[tokio::test]
async fn block_and_activate_again() {
    let world = World::new().await;
    let old = world.start("demo").await;
    assert_unlocked(&world.unlock(&old).await);
    world.block(&old).await;
    let new = world.start("demo").await;
    assert_ne!((&old.token, &old.key, &old.entry), (&new.token, &new.key, &new.entry));
    let mixed = [
        (Run { key: new.key.clone(), ..old.clone() }, 22),
        (Run { key: old.key.clone(), ..new.clone() }, 137),
        (Run { claim: old.claim.clone(), ..new.clone() }, 248),
        (Run { entry: old.entry.clone(), ..new.clone() }, 177),
        (old.clone(), 22),
    ];
    for (run, code) in &mixed {
        let answer = world.unlock(run).await;
        let found = answer.codes().first().copied().unwrap_or(answer.top().1);
        assert_eq!(found, *code, "{}", answer.text());
    }
    assert_unlocked(&world.unlock(&new).await);
    assert_eq!(world.unlock(&old).await.top(), (400, 22));
    assert_eq!(world.state(&old).await, "blocked");
}

#[tokio::test]
async fn the_right_is_for_all_or_for_administrators() {
    let world = World::new().await;
    let body = json!({
        "provider": "demo", "customer": "musterimmo", "user": 24, "allUsers": false,
    });
    let run = Run::read(&world.managed("POST", "/v1/activations", Some(&body)).await);
    assert_unlocked(&world.unlock(&run).await);
    let shown = world.show(&run).await;
    assert_eq!((&shown["user"], &shown["allUsers"]), (&json!(24), &json!(false)));
    let path = format!("/v1/activations/{}/service-calls", run.id);
    assert_eq!(world.manage("POST", &path, Some(&json!({ "user": 21 }))).await.status, 201);
    assert_eq!(world.manage("POST", &path, Some(&json!({ "user": 22 }))).await.status, 409);
}

#[tokio::test]
async fn the_clock_can_be_set_moved_stopped_and_reset() {
    let world = World::new().await;
    let put = async |body: Value| world.managed("PUT", "/v1/clock", Some(&body)).await;
    let set = put(json!({ "now": 1_700_000_000, "frozen": true })).await;
    assert_eq!(set["now"], "2023-11-14T22:13:20Z");
    assert_eq!((&set["unix"], &set["frozen"]), (&json!(1_700_000_000), &json!(true)));
    assert_eq!(put(json!({ "advance": 60 })).await["unix"], json!(1_700_000_060));
    assert_eq!(put(json!({ "advance": -120 })).await["unix"], json!(1_699_999_940));
    let text = put(json!({ "now": "2030-01-01T00:00:00+01:00", "frozen": true })).await;
    assert_eq!(text["now"], "2029-12-31T23:00:00Z");
    let running = put(json!({ "now": 2_000_000_000 })).await;
    assert_eq!(running["frozen"], json!(false));
    assert!(running["unix"].as_i64().unwrap() >= 2_000_000_000);
    assert!(running["offsetSeconds"].as_i64().unwrap() != 0);
    let reset = put(json!({ "reset": true })).await;
    assert_eq!((&reset["offsetSeconds"], &reset["frozen"]), (&json!(0), &json!(false)));
}

/// The last second of each lifetime still serves, the one after does not.
#[tokio::test]
async fn entry_and_claim_expire_by_the_server_s_clock() {
    const HOUR: i64 = 3600;
    for (lifetimes, at, code) in [
        ((10 * HOUR, 10 * HOUR), 10 * HOUR, 0),
        ((10 * HOUR, 20 * HOUR), 10 * HOUR + 1, 201),
        ((20 * HOUR, 10 * HOUR), 10 * HOUR + 1, 177),
    ] {
        let world = World::with(|config| {
            (config.policy.claim_lifetime, config.policy.parameter_cache_lifetime) = lifetimes;
        })
        .await;
        let frozen = json!({ "now": 1_700_000_000, "frozen": true });
        world.managed("PUT", "/v1/clock", Some(&frozen)).await;
        let run = world.start("demo").await;
        world.advance(at).await;
        assert_eq!(world.unlock(&run).await.codes(), [code]);
        let state = if code == 0 { "active" } else { "pending" };
        assert_eq!(world.state(&run).await, state);
    }
}

/// A lost answer is asked for again; the repetition succeeds and changes nothing.
#[tokio::test]
async fn a_repeated_unlock_succeeds_and_changes_nothing() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let first = world.unlock(&run).await;
    let shown = world.show(&run).await;
    world.advance(100).await;
    let second = world.unlock(&run).await;
    assert_eq!(first.text(), second.text());
    assert_eq!(world.show(&run).await, shown);
}

#[tokio::test]
async fn the_last_requests_are_shown_with_an_explanation() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let wrong = Run { key: run.token.clone(), ..run.clone() };
    world.unlock(&wrong).await;
    world.unlock(&run).await;
    let all = world.managed("GET", "/v1/requests", None).await;
    let codes: Vec<i64> =
        all.as_array().unwrap().iter().map(|entry| entry["code"].as_i64().unwrap()).collect();
    assert_eq!(codes, [0, 137], "newest first");
    let failed = world.managed("GET", "/v1/requests?failed=true", None).await;
    assert_eq!(failed.as_array().unwrap().len(), 1);
    let explanation = failed[0]["explanation"].as_str().unwrap();
    assert!(explanation.contains("The API token was used as the key"), "{explanation}");
    for secret in [&run.key, &run.token, &run.claim, &run.entry] {
        assert!(!all.to_string().contains(secret.as_str()));
    }
}

/// What a caller has read and what stands in the log have to be the same words.
#[tokio::test]
async fn the_log_of_requests_keeps_the_text_that_was_answered() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.resigned(&run, |action| action["resourcetype"] = json!("hurz")).await;
    let answered = world.post(&body).await;
    let wire = answered.json()["response"]["results"][0]["status"]["message"].clone();
    assert_eq!(wire, "missing configuration for resourceType \"hurz\"");
    let logged = world.managed("GET", "/v1/requests", None).await;
    assert_eq!(logged[0]["message"], wire);
}

/// The documents may have another version when an unfinished activation is taken up again.
#[tokio::test]
async fn terms_that_are_accepted_again_are_recorded_again() {
    let world = World::new().await;
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let become_anna = b"customer=musterimmo&user=21";
    let request = wire::request("POST", "/sandbox/user", &[form], become_anna);
    let cookie = wire::exchange(world.api, &request).await;
    let cookie = cookie.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let headers = [form, ("Cookie", cookie.as_str())];
    for _ in 0..2 {
        let path = "/marketplace/providers/demo/activation/terms";
        let request = wire::request("POST", path, &headers, b"terms=on&dpa=on");
        assert_eq!(wire::exchange(world.api, &request).await.status, 303);
    }
    let runs = world.managed("GET", "/v1/activations", None).await;
    let id = runs[0]["id"].as_str().unwrap();
    let shown = world.managed("GET", &format!("/v1/activations/{id}"), None).await;
    let accepted = ("termsAccepted", "user 21");
    assert_eq!(history(&shown), owned(&[accepted, accepted]));
    assert_eq!(runs.as_array().unwrap().len(), 1, "the same activation");
}
