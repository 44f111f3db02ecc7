//! What real clients send beside the documentation, each a request that must succeed.

use serde_json::{Value, json};

use crate::{
    signing, wire,
    world::{API, Run, World, assert_unlocked},
};

/// Sends a request under these headers; it must unlock.
async fn unlocks(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
    let answer = wire::exchange(world.api, &wire::request(method, path, headers, body)).await;
    assert_unlocked(&answer);
}

/// A fresh activation is unlocked by its action after this change, signed after it or before.
async fn unlocks_changed(resign: bool, change: impl FnOnce(&mut Value)) {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = match resign {
        true => world.resigned(&run, change).await,
        false => world.changed(&run, change).await,
    };
    assert_unlocked(&world.post(&body).await);
    assert_eq!(world.state(&run).await, "active");
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    for content_type in [
        "application/json",
        "application/json; charset=iso-8859-1",
        "application/x-www-form-urlencoded",
        "text/plain;charset=UTF-8",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "nonsense",
        "",
    ] {
        let world = World::new().await;
        let run = world.start("demo").await;
        let body = world.changed(&run, |_| {}).await;
        unlocks(&world, "POST", API, &[("Content-Type", content_type)], &body).await;
    }
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    unlocks(&world, "POST", API, &[], &body).await;
}

#[tokio::test]
async fn the_version_in_the_path_is_only_a_wish() {
    for path in [
        "/api/stable/api.php",
        "/api/latest/api.php",
        "/api/stable/api.php/",
        "/api/latest/api.php/",
        "/api/v2.5/api.php",
        "/api/stable/api.php?utm=1",
    ] {
        let world = World::new().await;
        let run = world.start("demo").await;
        let body = world.changed(&run, |_| {}).await;
        unlocks(&world, "POST", path, &[], &body).await;
    }
}

#[tokio::test]
async fn get_with_a_body_is_a_call() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    unlocks(&world, "GET", API, &[("Content-Type", "application/json")], &body).await;
}

#[tokio::test]
async fn a_body_in_chunks_is_a_body() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let mut request =
        format!("POST {API} HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n")
            .into_bytes();
    for chunk in body.chunks(100) {
        request.extend(format!("{:x}\r\n", chunk.len()).bytes());
        request.extend(chunk);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    assert_unlocked(&wire::exchange(world.api, &request).await);
}

#[tokio::test]
async fn http_1_0_is_answered() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let head = format!("POST {API} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
    assert_unlocked(&wire::exchange(world.api, &[head.as_bytes(), &body].concat()).await);
}

#[tokio::test]
async fn a_connection_serves_many_requests_even_sent_at_once() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let fine = wire::request("POST", API, &[], &body);
    let empty = wire::request("POST", API, &[], b"");
    let mut connection = wire::Connection::open(world.api).await;
    connection.write(&[fine.as_slice(), &empty, &fine].concat()).await;
    assert_unlocked(&connection.read().await);
    assert_eq!(connection.read().await.top(), (500, 9));
    assert_unlocked(&connection.read().await);
    connection.write(&fine).await;
    assert_unlocked(&connection.read().await);
}

#[tokio::test]
async fn hmac_version_is_a_number_or_a_text() {
    for version in [json!("2"), json!(2)] {
        unlocks_changed(false, |action| action["hmac_version"] = version).await;
    }
}

#[tokio::test]
async fn without_hmac_version_the_signature_is_the_legacy_one() {
    for version in [None, Some(json!(1)), Some(json!("1")), Some(json!(null)), Some(json!(""))] {
        let world = World::new().await;
        let run = world.start("demo").await;
        let body = world.changed(&run, |action| sign_legacy(&run, action, version)).await;
        assert_unlocked(&world.post(&body).await);
    }
}

/// Members as a PHP program signs them: null is nothing, a number its digits.
#[tokio::test]
async fn a_legacy_signature_covers_identifier_and_resource_id_as_php_joins_them() {
    for (resource_id, identifier) in
        [(json!(null), json!(null)), (json!(""), json!(7)), (json!(null), json!("Müller/Söhne"))]
    {
        let world = World::new().await;
        let run = world.start("demo").await;
        let change = |action: &mut Value| {
            action["resourceid"] = resource_id;
            action["identifier"] = identifier;
            sign_legacy(&run, action, None);
        };
        let body = world.changed(&run, change).await;
        assert_unlocked(&world.post(&body).await);
    }
}

/// The server compares with what PHP would make of the parameters, not with their bytes.
#[tokio::test]
async fn a_legacy_signature_is_checked_over_the_parameters_as_php_writes_them() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let mut action = world.unlock_action(&run).await;
    action.as_object_mut().unwrap().remove("hmac_version");
    let (entry, claim) = (&run.entry, &run.claim);
    let canonical = format!(
        r#"{{"Z":[],"extendedclaim":"{claim}","note":"\u00e4\/b","parameterCacheId":"{entry}"}}"#
    );
    action["hmac"] = signing::v1(&run.key, &run.token, &canonical, &action).into();
    action["parameters"] = json!("PARAMETERS");
    let sent = format!(
        r#"{{ "parameterCacheId": "{entry}", "note": "ä/b", "Z": {{}}, "extendedclaim": "{claim}" }}"#
    );
    let body = run.envelope(&[action]).to_string().replace("\"PARAMETERS\"", &sent);
    assert_unlocked(&world.post(body.as_bytes()).await);
}

#[tokio::test]
async fn resource_id_may_be_null_empty_or_missing() {
    unlocks_changed(false, |action| action["resourceid"] = json!(null)).await;
    unlocks_changed(false, |action| action["resourceid"] = json!("")).await;
    unlocks_changed(false, |action| {
        action.as_object_mut().unwrap().remove("resourceid");
    })
    .await;
}

#[tokio::test]
async fn resource_id_may_be_filled_where_the_marketplace_does_not_mind() {
    for resource_id in [json!(32), json!("6313"), json!("0")] {
        let world = World::with(|config| config.policy.strict_resource_id = false).await;
        let run = world.start("demo").await;
        let body = world.changed(&run, |action| action["resourceid"] = resource_id.clone()).await;
        let answer = world.post(&body).await;
        assert_unlocked(&answer);
        let text = resource_id.as_str().map_or_else(|| resource_id.to_string(), str::to_owned);
        assert_eq!(answer.json()["response"]["results"][0]["resourceid"], json!(text));
    }
}

#[tokio::test]
async fn identifier_is_repeated_as_text() {
    for (sent, repeated) in [
        (Some(json!(null)), ""),
        (Some(json!("")), ""),
        (Some(json!(17)), "17"),
        (Some(json!("a/ä\u{1F600}")), "a/ä\u{1F600}"),
        (None, ""),
    ] {
        let world = World::new().await;
        let run = world.start("demo").await;
        let change = |action: &mut Value| match sent {
            Some(value) => action["identifier"] = value,
            None => {
                action.as_object_mut().unwrap().remove("identifier");
                action["indentifier"] = json!("misspelled");
            }
        };
        let body = world.changed(&run, change).await;
        let answer = world.post(&body).await;
        assert_unlocked(&answer);
        assert_eq!(answer.json()["response"]["results"][0]["identifier"], json!(repeated));
    }
}

#[tokio::test]
async fn unknown_members_are_ignored_everywhere() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let mut action = world.unlock_action(&run).await;
    action["cacheable"] = json!(true);
    action["parameters"]["params_list_cache"] = json!({ "a": [1.5, null] });
    let mut envelope = run.envelope(&[action]);
    envelope["version"] = json!("2.5");
    envelope["request"]["comment"] = json!([]);
    assert_unlocked(&world.post(envelope.to_string().as_bytes()).await);
}

#[tokio::test]
async fn timestamp_may_be_a_text() {
    unlocks_changed(true, |action| {
        action["timestamp"] = json!(action["timestamp"].to_string());
    })
    .await;
}

#[tokio::test]
async fn timestamp_may_differ_by_the_documented_120_seconds() {
    for seconds in [-120_i64, 120] {
        let world = World::new().await;
        let frozen = json!({ "now": 1_700_000_000, "frozen": true });
        world.managed("PUT", "/v1/clock", Some(&frozen)).await;
        let run = world.start("demo").await;
        for beyond in [seconds + seconds.signum(), 10 * seconds] {
            let body =
                world.resigned(&run, |a| a["timestamp"] = json!(1_700_000_000 + beyond)).await;
            assert_eq!(world.post(&body).await.codes(), [136]);
        }
        let body = world.resigned(&run, |a| a["timestamp"] = json!(1_700_000_000 + seconds)).await;
        assert_unlocked(&world.post(&body).await);
    }
}

/// Without parameters the call fails for want of a claim, not for its structure.
#[tokio::test]
async fn empty_parameters_have_four_spellings() {
    let world = World::new().await;
    let run = world.start("demo").await;
    for spelling in [Some(json!([])), Some(json!({})), Some(json!(null)), None] {
        let change = |action: &mut Value| match spelling {
            Some(value) => action["parameters"] = value,
            None => drop(action.as_object_mut().unwrap().remove("parameters")),
        };
        let body = world.changed(&run, change).await;
        assert_eq!(world.post(&body).await.codes(), [193]);
    }
}

#[tokio::test]
async fn parameter_cache_id_may_be_a_list_of_one() {
    unlocks_changed(false, |action| {
        let parameters = &mut action["parameters"];
        parameters["parameterCacheId"] = json!([parameters["parameterCacheId"]]);
    })
    .await;
    let world = World::new().await;
    let run = world.start("demo").await;
    for list in [json!([]), json!([run.entry, run.entry]), json!({ "a": run.entry }), json!([1])] {
        let body = world.changed(&run, |a| a["parameters"]["parameterCacheId"] = list).await;
        assert_eq!(world.post(&body).await.codes(), [255]);
    }
}

#[tokio::test]
async fn is_regular_customer_has_many_spellings() {
    let spellings = [
        (json!(1), true),
        (json!("1"), true),
        (json!(true), true),
        (json!("true"), true),
        (json!(1.0), true),
        (json!(0), false),
        (json!("0"), false),
        (json!(false), false),
        (json!("false"), false),
        (json!(""), false),
        (json!(null), false),
    ];
    for (sent, meaning) in spellings {
        let world = World::new().await;
        let run = world.start("demo").await;
        let body = world.changed(&run, |a| a["parameters"]["isRegularCustomer"] = sent).await;
        assert_unlocked(&world.post(&body).await);
        assert_eq!(world.show(&run).await["isRegularCustomer"], json!(meaning));
    }
}

#[tokio::test]
async fn is_regular_customer_is_0_if_absent() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let change = |action: &mut Value| {
        action["parameters"].as_object_mut().unwrap().remove("isRegularCustomer");
    };
    let body = world.changed(&run, change).await;
    assert_unlocked(&world.post(&body).await);
    assert_eq!(world.show(&run).await["isRegularCustomer"], json!(false));
}

/// PHP escapes slashes and everything beyond ASCII; both spellings are the same text.
#[tokio::test]
async fn escapes_do_not_matter() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let mut action = world.unlock_action(&run).await;
    action["identifier"] = json!("SPOT");
    let body = run
        .envelope(&[action])
        .to_string()
        .replace('/', "\\/")
        .replace("unlockProvider", "\\u0075nlock\\u0050rovider")
        .replace("SPOT", "\\u00e4\\ud83c\\udfe0\\/");
    let answer = world.post(body.as_bytes()).await;
    assert_unlocked(&answer);
    assert_eq!(answer.json()["response"]["results"][0]["identifier"], json!("ä\u{1F3E0}/"));
    assert!(answer.text().contains(r#""\u00e4\ud83c\udfe0\/""#), "{}", answer.text());
}

#[tokio::test]
async fn white_space_does_not_matter() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let action = world.unlock_action(&run).await;
    let pretty = serde_json::to_string_pretty(&run.envelope(&[action])).unwrap();
    let body = format!("\r\n\t {} \n\n", pretty.replace('\n', "\r\n"));
    assert_unlocked(&world.post(body.as_bytes()).await);
}

/// `json_decode` takes a byte order mark for a syntax error, and so do we.
#[tokio::test]
async fn a_byte_order_mark_is_a_syntax_error_as_in_php() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = [b"\xef\xbb\xbf", world.changed(&run, |_| {}).await.as_slice()].concat();
    assert_eq!(world.post(&body).await.top(), (500, 6));
}

#[tokio::test]
async fn of_two_members_with_one_name_the_last_counts() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = String::from_utf8(world.changed(&run, |_| {}).await).unwrap();
    let twice = body
        .replace("\"token\":", "\"token\":\"wrong\",\"token\":")
        .replace("\"parameterCacheId\":", "\"parameterCacheId\":\"wrong\",\"parameterCacheId\":");
    assert_unlocked(&world.post(twice.as_bytes()).await);
}

/// Older clients know of no claim; a marketplace may still serve them.
#[tokio::test]
async fn a_claim_can_be_made_optional() {
    let world = World::with(|config| config.policy.claim_required = false).await;
    let run = world.start("demo").await;
    let change = |action: &mut Value| {
        action["parameters"].as_object_mut().unwrap().remove("extendedclaim");
    };
    let body = world.changed(&run, change).await;
    assert_unlocked(&world.post(&body).await);
}

fn sign_legacy(run: &Run, action: &mut Value, version: Option<Value>) {
    action.as_object_mut().unwrap().remove("hmac_version");
    let parameters = format!(
        r#"{{"extendedclaim":"{}","isRegularCustomer":0,"parameterCacheId":"{}"}}"#,
        run.claim, run.entry
    );
    action["hmac"] = signing::v1(&run.key, &run.token, &parameters, action).into();
    if let Some(version) = version {
        action["hmac_version"] = version;
    }
}
