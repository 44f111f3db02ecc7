//! The unlock behind the page's button.

use serde_json::json;

use crate::http;
use crate::setup::{CLAIM, SECRET, Setup, TOKEN, key};

fn message(answer: &http::Answer) -> String {
    let outcome = answer.json();
    assert_eq!(outcome["state"], "error", "{outcome}");
    outcome["message"].as_str().unwrap().to_owned()
}

pub(crate) async fn a_wrong_key_and_then_the_right_one() {
    let setup = Setup::start().await;
    let query = setup.query();
    setup.open(&query).await;
    setup.api.will_refuse(137);
    let wrong = setup.unlock(&query, &"f".repeat(64)).await;
    assert_eq!(wrong.status, 422);
    assert!(message(&wrong).contains("does not belong to this activation"));

    setup.api.will_succeed();
    let right = setup.unlock(&query, &key()).await;
    assert_eq!((right.status, right.json()), (200, json!({"state": "active"})));
    assert_eq!(right.header("cache-control"), Some("no-store"));

    let asked = setup.api.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1]["token"], TOKEN);
    let action = &asked[1]["request"]["actions"][0];
    assert_eq!(action["resourcetype"], "unlockProvider");
    let parameters = json!({
        "parameterCacheId": "6802c44a-7ac0-4210-a3d4-e5581e3fa0b6",
        "extendedclaim": CLAIM,
        "isRegularCustomer": 0,
    });
    assert_eq!(action["parameters"], parameters);
    // The signature of this key at the time of the test's clock.
    assert_eq!(action["hmac"], "8FtJ6J4zmGHRY/CrC+0tcGnvaR9A+Gb12DWastX5bto=");
}

pub(crate) async fn what_copying_adds_to_a_key_does_not_matter() {
    let setup =
        Setup::with(|config| config.regular_customer = freischalt_gateway::RegularCustomer::Yes)
            .await;
    setup.api.will_succeed();
    let key = key();
    let (first, second) = key.split_at(30);
    let pasted = format!(" \u{feff}{first}\r\n\t{second}\u{a0}\n");
    assert_eq!(setup.unlock(&setup.query(), &pasted).await.status, 200);
    let action = &setup.api.asked()[0]["request"]["actions"][0];
    assert_eq!(action["hmac"], "8FtJ6J4zmGHRY/CrC+0tcGnvaR9A+Gb12DWastX5bto=");
    assert_eq!(action["parameters"]["isRegularCustomer"], 1);
}

pub(crate) async fn a_url_unlocks_once_and_its_page_then_says_so() {
    let setup = Setup::start().await;
    let query = setup.query();
    setup.open(&query).await;
    setup.api.will_succeed();
    setup.unlock(&query, &key()).await;

    // The same URL in other clothes is the same URL.
    let (first, rest) = query.split_once('&').unwrap();
    for query in [query.clone(), format!("{rest}&{first}"), format!("apiToken=x&{query}")] {
        let again = setup.unlock(&query, &key()).await;
        assert_eq!(again.status, 409, "{query}");
        assert!(message(&again).contains("already done"));
    }
    assert_eq!(setup.api.asked().len(), 1);
    let page = setup.open(&query).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("unlockForm") && page.body.contains(">Active</output>"));

    setup.wait(1);
    setup.api.will_succeed();
    assert_eq!(setup.unlock(&setup.query(), &key()).await.status, 200, "a new URL is a new one");
}

pub(crate) async fn token_and_claim_cannot_be_swapped() {
    let setup = Setup::start().await;
    let query = setup.query();
    let other = "ffffffffffffffffffffffffffffffff";
    for tampered in [query.replace(TOKEN, other), format!("{query}&apiClaim=other")] {
        assert_eq!(setup.unlock(&tampered, &key()).await.status, 403);
    }
    assert!(setup.api.asked().is_empty());

    // PHP reads the last of two, so that is the one signed and the one used.
    setup.api.will_succeed();
    setup.unlock(&format!("apiToken={other}&{query}"), &key()).await;
    assert_eq!(setup.api.asked()[0]["token"], TOKEN);
}

pub(crate) async fn what_is_no_key_never_reaches_the_api() {
    let setup = Setup::start().await;
    let query = setup.query();
    let pasted =
        [("  \n", "Please paste"), (SECRET, "provider secret"), (&"k".repeat(600), "long")];
    for (text, expected) in pasted {
        let answer = setup.unlock(&query, text).await;
        assert_eq!(answer.status, 422);
        assert!(message(&answer).contains(expected), "{expected}: {}", answer.body);
    }
    assert!(setup.api.asked().is_empty());
}

pub(crate) async fn a_cut_key_is_refused_with_its_length() {
    let setup = Setup::start().await;
    setup.api.will_refuse(137);
    let answer = setup.unlock(&setup.query(), &key()[..63]).await;
    assert!(message(&answer).contains("it has 63 characters, 64 are right"), "{}", answer.body);
}

pub(crate) async fn every_class_of_refusal_has_its_words() {
    let setup = Setup::start().await;
    let query = setup.query();
    let cases = [
        (22, "does not belong"),
        (136, "clock is wrong"),
        (177, "has run out"),
        (201, "has run out"),
        (240, "error 240"),
    ];
    for (code, expected) in cases {
        setup.api.will_refuse(code);
        let answer = setup.unlock(&query, &key()).await;
        assert_eq!(answer.status, 422, "{code}");
        assert!(message(&answer).contains(expected), "{code}: {}", answer.body);
    }
}

pub(crate) async fn an_api_that_talks_nonsense_uses_nothing_up() {
    let setup = Setup::start().await;
    let query = setup.query();
    for nonsense in ["<html>502 Bad Gateway</html>", "", r#"{"status":{"code":200,"#, "{}"] {
        setup.api.will_answer(nonsense);
        let answer = setup.unlock(&query, &key()).await;
        assert_eq!(answer.status, 502, "{nonsense}");
        assert!(message(&answer).contains("makes no sense"), "{nonsense}: {}", answer.body);
    }
    setup.api.will_succeed();
    assert_eq!(setup.unlock(&query, &key()).await.status, 200);
}

pub(crate) async fn an_api_that_is_not_there() {
    let nobody = "http://127.0.0.1:1/api/stable/api.php";
    let setup = Setup::with(|config| config.api_url = nobody.to_owned()).await;
    let answer = setup.unlock(&setup.query(), &key()).await;
    assert_eq!(answer.status, 502);
    assert!(message(&answer).contains("does not answer"), "{}", answer.body);
}

pub(crate) async fn only_the_gateways_own_page_may_ask() {
    let setup = Setup::start().await;
    let query = setup.query();
    let own = format!("http://{}", setup.address);
    let foreign: [&[(&str, &str)]; 4] = [
        &[],
        &[("Origin", "http://evil.example")],
        &[("Origin", "null")],
        &[("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
    ];
    for headers in foreign {
        assert_eq!(setup.unlock_from(&query, &key(), headers).await.status, 403, "{headers:?}");
    }
    let headers = [("Origin", own.as_str()), ("Content-Type", "text/plain")];
    let body = json!({"query": query, "key": key()}).to_string();
    let plain = http::exchange(setup.address, "POST", "/activate/unlock", &headers, &body).await;
    assert_eq!(plain.status, 400);
    assert!(setup.api.asked().is_empty());
}

pub(crate) async fn a_page_opened_in_time_may_be_used_later_but_not_for_ever() {
    let setup = Setup::start().await;
    let (opened, never_opened) = (setup.query(), setup.query_with(&[("parameterCacheId", "b")]));
    setup.open(&opened).await;
    setup.wait(301);
    let late = setup.unlock(&never_opened, &key()).await;
    assert_eq!(late.status, 409);
    assert!(message(&late).contains("too old"));
    setup.api.will_refuse(137);
    assert_eq!(setup.unlock(&opened, &key()).await.status, 422, "it may be asked");
    setup.wait(3600);
    assert_eq!(setup.unlock(&opened, &key()).await.status, 403);
    assert_eq!(setup.api.asked().len(), 1);
}

pub(crate) async fn of_two_at_once_one_waits() {
    let setup = Setup::start().await;
    let query = setup.query();
    setup.api.hold();
    setup.api.will_succeed();
    let key = key();
    let second = async {
        setup.api.arrival().await;
        let second = setup.unlock(&query, &key).await;
        setup.api.let_go();
        second
    };
    let (first, second) = tokio::join!(setup.unlock(&query, &key), second);
    assert_eq!((first.status, second.status), (200, 409));
    assert!(message(&second).contains("under way"));
    assert_eq!(setup.api.asked().len(), 1);
}
