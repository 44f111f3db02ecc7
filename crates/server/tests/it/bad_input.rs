//! Requests that nobody should send. Each gets the documented code or a clean HTTP error, changes
//! nothing, and leaves a server that works.

use serde_json::{Value, json};

use crate::{
    wire::{self, Connection},
    world::{API, Run, World, assert_unlocked},
};

/// The activation is still pending with its old history, and a correct unlock succeeds.
async fn assert_untouched(world: &World, run: &Run) {
    let shown = world.show(run).await;
    assert_eq!(shown["state"], "pending");
    let events: Vec<&Value> = shown["history"].as_array().unwrap().iter().collect();
    let events: Vec<&str> = events.iter().map(|item| item["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["termsAccepted", "rightChosen"]);
    assert_unlocked(&world.unlock(run).await);
}

/// Sends bodies that must all get this code at the top.
async fn all_get(code: i64, bodies: impl IntoIterator<Item = Vec<u8>>) {
    let world = World::new().await;
    let run = world.start("demo").await;
    for body in bodies {
        let answer = world.post(&body).await;
        let start = String::from_utf8_lossy(&body[..body.len().min(80)]);
        assert_eq!((answer.status, answer.top()), (200, (500, code)), "{start}");
        assert_eq!(answer.json()["response"]["results"], json!([]));
    }
    assert_untouched(&world, &run).await;
}

#[tokio::test]
async fn bodies_that_are_not_json() {
    let bodies: [&[u8]; 17] = [
        b"{",
        b"}",
        b"{\"token\":\"t\",}",
        b"{'token':'t'}",
        b"{token:\"t\"}",
        b"{\"token\":\"t\"} trailing",
        b"{\"token\":\"t\"}{}",
        b"token=t&request=r",
        b"<request/>",
        b"NaN",
        b"{\"token\":Infinity}",
        b"{\"token\":-Infinity}",
        b"{\"token\":01}",
        b"{\"token\":+1}",
        b"{\"token\":1.}",
        b"{\"token\":0x10}",
        b"{\"token\":undefined}",
    ];
    all_get(6, bodies.map(<[u8]>::to_vec)).await;
}

#[tokio::test]
async fn control_characters_where_json_has_none() {
    let bodies: [&[u8]; 4] =
        [b"\0", b"{\"token\":\"a\0b\"}", b"{\"token\":\"\t\"}", b"{\"token\":\"a"];
    all_get(5, bodies.map(<[u8]>::to_vec)).await;
}

#[tokio::test]
async fn bodies_that_are_not_utf_8() {
    let texts: [&[u8]; 5] = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80"];
    all_get(7, texts.map(|text| [b"{\"token\":\"", text, b"\"}"].concat())).await;
}

#[tokio::test]
async fn brackets_of_the_wrong_kind_are_php_s_malformed_json() {
    all_get(4, [b"{\"token\":[1}".to_vec(), b"[{\"token\":1]".to_vec()]).await;
}

#[tokio::test]
async fn json_that_is_no_object() {
    let bodies = ["null", "true", "-0", "1e400", "1.5", "\"text\"", "[1]", "[{}]"];
    all_get(4, bodies.map(|body| body.as_bytes().to_vec())).await;
}

#[tokio::test]
async fn nesting_beyond_what_php_reads() {
    let bodies = [512, 513, 100_000, 1_000_000].map(|depth| {
        [b"{\"token\":".to_vec(), b"[".repeat(depth - 1), b"]".repeat(depth - 1), b"}".to_vec()]
            .concat()
    });
    all_get(3, bodies).await;
    let open = [511, 100_000].map(|depth| b"{\"a\":".repeat(depth + 1));
    all_get(3, open).await;
}

#[tokio::test]
async fn nesting_that_php_still_reads() {
    let world = World::new().await;
    let run = world.start("demo").await;
    // 511 levels in all: the envelope, request, actions, the action, parameters, and 506 lists.
    let mut action = world.unlock_action(&run).await;
    action["parameters"]["deep"] = json!("DEEP");
    let deep = format!("{}{}", "[".repeat(506), "]".repeat(506));
    let body = run.envelope(&[action]).to_string();
    let deeper = body.replace("\"DEEP\"", &format!("[{deep}]"));
    assert_eq!(world.post(deeper.as_bytes()).await.top(), (500, 3));
    assert_unlocked(&world.post(body.replace("\"DEEP\"", &deep).as_bytes()).await);
}

/// Each member of the envelope, replaced by each type of JSON.
#[tokio::test]
async fn wrong_types_at_every_level() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let action = world.unlock_action(&run).await;
    let whole = run.envelope(&[action]);
    let places = [
        "/token",
        "/request",
        "/request/actions",
        "/request/actions/0",
        "/request/actions/0/actionid",
        "/request/actions/0/resourceid",
        "/request/actions/0/resourcetype",
        "/request/actions/0/timestamp",
        "/request/actions/0/hmac",
        "/request/actions/0/hmac_version",
        "/request/actions/0/parameters",
        "/request/actions/0/parameters/parameterCacheId",
        "/request/actions/0/parameters/extendedclaim",
        "/request/actions/0/parameters/isRegularCustomer",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(7),
        json!(-0.5),
        json!("other"),
        json!([]),
        json!([1, "a"]),
        json!({}),
        json!({ "a": { "b": [] } }),
    ];
    let mut codes = Vec::new();
    for place in places {
        let row: Vec<String> = {
            let mut row = Vec::new();
            for value in &values {
                let mut body = whole.clone();
                *body.pointer_mut(place).expect("a member") = value.clone();
                row.push(if is_still_fine(place, value) {
                    "fine".to_owned()
                } else {
                    code(&world, &body).await.to_string()
                });
            }
            row
        };
        codes.push(format!("{place}: {}", row.join(" ")));
    }
    assert_eq!(codes, EXPECTED);
    assert_untouched(&world, &run).await;
}

/// What `wrong_types_at_every_level` gets, by the values in their order. Codes from 13 to 15 and
/// 22 stand at the top, the others in the result.
const EXPECTED: [&str; 14] = [
    "/token: 13 13 13 13 13 22 13 13 13 13",
    "/request: 14 14 14 14 14 14 15 15 15 15",
    "/request/actions: 15 15 15 15 15 15 15 247 15 15",
    "/request/actions/0: 247 247 247 247 247 247 16 247 16 16",
    "/request/actions/0/actionid: 16 16 16 16 16 137 16 16 16 16",
    "/request/actions/0/resourceid: fine 18 18 24 18 24 18 18 18 18",
    "/request/actions/0/resourcetype: 19 19 19 19 19 137 19 19 19 19",
    "/request/actions/0/timestamp: 136 136 136 136 136 136 136 136 136 136",
    "/request/actions/0/hmac: 137 137 137 137 137 137 137 137 137 137",
    "/request/actions/0/hmac_version: 137 137 137 137 137 137 137 137 137 137",
    "/request/actions/0/parameters: 193 20 20 20 20 20 193 20 193 193",
    "/request/actions/0/parameters/parameterCacheId: 177 255 255 255 255 177 255 255 255 255",
    "/request/actions/0/parameters/extendedclaim: 193 193 193 193 193 193 193 193 193 193",
    "/request/actions/0/parameters/isRegularCustomer: fine fine fine 255 255 255 255 255 255 255",
];

fn is_still_fine(place: &str, value: &Value) -> bool {
    match place.rsplit('/').next() {
        Some("resourceid") => value.is_null(),
        Some("isRegularCustomer") => value.is_null() || value.is_boolean(),
        _ => false,
    }
}

/// The first code below 97, or the one in the first result.
async fn code(world: &World, body: &Value) -> i64 {
    let answer = world.post(body.to_string().as_bytes()).await;
    assert_eq!(answer.status, 200);
    match answer.top() {
        (_, 97) => answer.codes()[0],
        (_, code) => code,
    }
}

#[tokio::test]
async fn ten_megabytes_are_read() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let mut action = world.unlock_action(&run).await;
    action["parameters"]["note"] = json!("x".repeat(10 * 1024 * 1024));
    let mut wrong = action.clone();
    wrong["hmac"] = json!("wrong");
    assert_eq!(world.call(&run, &[wrong]).await.codes(), [137]);
    assert_unlocked(&world.call(&run, &[action]).await);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_413() {
    let world = World::with(|config| config.limits.largest_body = 2000).await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let padded = |length: usize| [body.as_slice(), &vec![b' '; length - body.len()]].concat();
    let answer = world.post(&padded(2001)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("2000"), "{}", answer.text());
    let shown = world.show(&run).await;
    assert_eq!(shown["state"], "pending");
    assert_unlocked(&world.post(&padded(2000)).await);
}

/// A client that sends everything before it reads hears the reason, too.
#[tokio::test]
async fn a_body_far_over_the_limit_is_refused_with_413() {
    let world = World::with(|config| config.limits.largest_body = 1024 * 1024).await;
    let run = world.start("demo").await;
    for megabytes in [2, 10, 30] {
        let request = wire::request("POST", API, &[], &vec![b' '; megabytes * 1024 * 1024]);
        let mut connection = Connection::open(world.api).await;
        connection.try_write(&request).await;
        let answer = connection.try_read().await.expect("an answer, not a reset");
        assert_eq!(answer.status, 413, "{megabytes} MiB");
    }
    assert_untouched(&world, &run).await;
}

/// The size is not believed but counted, and reading stops at the limit.
#[tokio::test]
async fn a_body_in_chunks_over_the_limit_is_refused_with_413() {
    let world = World::with(|config| config.limits.largest_body = 2000).await;
    let run = world.start("demo").await;
    let mut connection = Connection::open(world.api).await;
    let head = format!("POST {API} HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.write(head.as_bytes()).await;
    for _ in 0..3 {
        connection.try_write(&[b"3e8\r\n", [b' '; 1000].as_slice(), b"\r\n"].concat()).await;
    }
    assert_eq!(connection.read().await.status, 413);
    assert_untouched(&world, &run).await;
}

#[tokio::test]
async fn ten_thousand_actions() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let action = world.unlock_action(&run).await;
    let answer = world.call(&run, &vec![action.clone(); 10_000]).await;
    assert_eq!(answer.top(), (500, 15));
    let answer = world.call(&run, &vec![action; 500]).await;
    assert_eq!(answer.top(), (200, 0));
    assert_eq!(answer.codes(), [0; 500]);
    let history = world.show(&run).await["history"].as_array().unwrap().len();
    assert_eq!(history, 3, "one unlock, however often it is repeated");
}

#[tokio::test]
async fn numbers_that_are_none() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let action = world.unlock_action(&run).await;
    let body = run.envelope(&[action]).to_string();
    for number in ["1e400", "-0", "1e9", "1.7e9", "99999999999999999999", "-1", "0"] {
        let mut action = world.unlock_action(&run).await;
        action["timestamp"] = json!("NUMBER");
        let body = run.envelope(&[action]).to_string().replace("\"NUMBER\"", number);
        assert_eq!(world.post(body.as_bytes()).await.codes(), [136], "{number}");
    }
    for number in ["1e400", "99999999999999999999", "-1", "1.5", "2"] {
        let flag = format!("\"isRegularCustomer\":{number}");
        let body = body.replace("\"isRegularCustomer\":0", &flag);
        assert_eq!(world.post(body.as_bytes()).await.codes(), [255], "{number}");
    }
    assert_untouched(&world, &run).await;
}

/// Whoever holds one activation's credentials does nothing with another's.
#[tokio::test]
async fn credentials_of_two_tenants_do_not_mix() {
    let world = World::new().await;
    let body = json!({ "provider": "demo", "customer": "hafenblick" });
    let other = Run::read(&world.managed("POST", "/v1/activations", Some(&body)).await);
    let other_provider = world.start("funkstille").await;
    let run = world.start("demo").await;
    for foreign in [&other, &other_provider] {
        let token = Run { token: foreign.token.clone(), ..run.clone() };
        let key = Run { key: foreign.key.clone(), ..run.clone() };
        let claim = Run { claim: foreign.claim.clone(), ..run.clone() };
        let entry = Run { entry: foreign.entry.clone(), ..run.clone() };
        let both =
            Run { claim: foreign.claim.clone(), entry: foreign.entry.clone(), ..run.clone() };
        assert_eq!(world.unlock(&token).await.codes(), [137]);
        assert_eq!(world.unlock(&key).await.codes(), [137]);
        assert_eq!(world.unlock(&claim).await.codes(), [248]);
        assert_eq!(world.unlock(&entry).await.codes(), [177]);
        assert_eq!(world.unlock(&both).await.codes(), [248]);
        assert_eq!(world.state(foreign).await, "pending");
    }
    assert_untouched(&world, &run).await;
    assert_untouched(&world, &other).await;
    assert_untouched(&world, &other_provider).await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_an_hour_or_a_time_zone() {
    let world = World::new().await;
    let run = world.start("demo").await;
    for seconds in [-7200, -3600, -130, 130, 3600, 7200] {
        let body = world
            .resigned(&run, |a| a["timestamp"] = json!(a["timestamp"].as_i64().unwrap() + seconds))
            .await;
        assert_eq!(world.post(&body).await.codes(), [136], "{seconds}");
    }
    assert_untouched(&world, &run).await;
}

/// Every way of signing wrongly that people were seen trying.
#[tokio::test]
async fn wrong_constructions_of_the_signature() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let right = world.unlock_action(&run).await["hmac"].as_str().unwrap().to_owned();
    let unpadded = right.trim_end_matches('=').to_owned();
    let url_safe = right.replace('+', "-").replace('/', "_").replace('=', "");
    let upper = right.to_uppercase();
    let doubled = format!("{right}{right}");
    for wrong in [unpadded, url_safe, upper, doubled, format!(" {right}"), format!("{right}\n")] {
        let body = world.changed(&run, |action| action["hmac"] = json!(wrong)).await;
        assert_eq!(world.post(&body).await.codes(), [137], "{wrong:?}");
    }
    assert_untouched(&world, &run).await;
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_no_call() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let head =
        format!("POST {API} HTTP/1.1\r\nHost: m\r\nContent-Length: {}\r\n\r\n", body.len() + 1);
    let mut connection = Connection::open(world.api).await;
    connection.write(&[head.as_bytes(), &body].concat()).await;
    connection.finish().await;
    let answer = connection.try_read().await;
    assert!(answer.is_none_or(|answer| answer.status == 400));
    assert_untouched(&world, &run).await;
}

/// What follows the announced length is the next request, and here that is none.
#[tokio::test]
async fn a_body_longer_than_announced_is_cut() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let head =
        format!("POST {API} HTTP/1.1\r\nHost: m\r\nContent-Length: {}\r\n\r\n", body.len() - 1);
    let mut connection = Connection::open(world.api).await;
    connection.write(&[head.as_bytes(), &body].concat()).await;
    assert_eq!(connection.read().await.top(), (500, 6));
    assert_untouched(&world, &run).await;
}

#[tokio::test]
async fn http_that_is_none_is_refused_with_400() {
    let world = World::new().await;
    let run = world.start("demo").await;
    for request in [
        "POST /api/stable/api.php HTTP/1.1\r\nHost: m\r\nContent-Length: x\r\n\r\n".to_owned(),
        "POST /api/stable/api.php HTTP/1.1\r\nHost: m\r\nContent-Length: -1\r\n\r\n".to_owned(),
        "POST /api/stable/api.php HTTP/1.1\r\nHost: m\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"
            .to_owned(),
        "nonsense\r\n\r\n".to_owned(),
        format!("{}\r\n\r\n", "\u{1}".repeat(100)),
    ] {
        let mut connection = Connection::open(world.api).await;
        connection.write(request.as_bytes()).await;
        let answer = connection.try_read().await;
        assert!(answer.is_none_or(|answer| answer.status == 400), "{request}");
    }
    assert_untouched(&world, &run).await;
}

/// A client that stops in the middle of its body keeps nobody else waiting.
#[tokio::test]
async fn a_slow_body_holds_nobody_up() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let request = wire::request("POST", API, &[], &body);
    let (first, rest) = request.split_at(request.len() - 10);
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut connection = Connection::open(world.api).await;
        connection.write(first).await;
        slow.push(connection);
    }
    assert_untouched(&world, &run).await;
    for mut connection in slow {
        connection.write(rest).await;
        assert_unlocked(&connection.read().await);
    }
}

#[tokio::test]
async fn get_without_a_body_is_an_empty_request() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let request = format!("GET {API} HTTP/1.1\r\nHost: m\r\n\r\n");
    let answer = wire::exchange(world.api, request.as_bytes()).await;
    assert_eq!((answer.status, answer.top()), (200, (500, 9)));
    assert_untouched(&world, &run).await;
}

#[tokio::test]
async fn other_methods_are_refused_with_405_even_with_a_fine_body() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let answer = wire::exchange(world.api, &wire::request(method, API, &[], &body)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST, GET")), "{method}");
    }
    assert_untouched(&world, &run).await;
}

/// The key in place of the token is a mistake people make; the answer is that of any other.
#[tokio::test]
async fn token_and_key_swapped() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let swapped = Run { token: run.key.clone(), key: run.token.clone(), ..run.clone() };
    assert_eq!(world.unlock(&swapped).await.top(), (400, 22));
    assert_untouched(&world, &run).await;
}
