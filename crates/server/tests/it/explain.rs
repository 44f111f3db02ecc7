//! The sandbox's page that explains a wrong signature.

use base64::{Engine, engine::general_purpose::STANDARD};
use freischalt_protocol::{Secret, signed_url};
use serde_json::{Value, json};

use crate::{
    signing,
    wire::{self, Answer},
    world::{Run, World},
};

const RIGHT: &str = "the-secret-of-the-provider";
const TAKEN: &str = "the-api-key-by-mistake";
const CLAIM: &str = "a-claim-that-nobody-may-see-0123456789";

async fn ask(world: &World, fields: &[(&str, &str)]) -> Answer {
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("accept-language", "en"),
    ];
    let request = wire::request("POST", "/sandbox/explain", &headers, pairs.join("&").as_bytes());
    wire::exchange(world.api, &request).await
}

fn encoded(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn signed_with(secret: &str) -> String {
    let base = "http://localhost:3000/activate";
    let parameters = [("apiClaim", CLAIM), ("timestamp", "1700000000")];
    signed_url::sign_with(base, &parameters, &Secret::new(secret)).unwrap()
}

#[tokio::test]
async fn a_url_signed_with_another_secret_is_explained_and_no_secret_comes_back() {
    let world = World::new().await;
    let url = signed_with(TAKEN);
    let fields = [("subject", "url"), ("text", &url), ("secret", RIGHT), ("other", TAKEN)];
    let answer = ask(&world, &fields).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let page = answer.text();
    assert!(page.contains("The signature is wrong, and this is why."), "{page}");
    assert!(page.contains("key-other"), "{page}");
    assert!(!page.contains(RIGHT) && !page.contains(TAKEN), "{page}");
    // The claim is in the field, as it was pasted, and masked in what has to be signed.
    assert_eq!(page.matches(CLAIM).count(), 1, "{page}");
}

#[tokio::test]
async fn a_right_signature_is_called_so_although_the_form_has_added_blanks() {
    let world = World::new().await;
    let url = format!("  {}\r\n", signed_with(RIGHT));
    let answer = ask(&world, &[("subject", "url"), ("text", &url), ("secret", RIGHT)]).await;
    assert!(answer.text().contains("The signature is right."), "{}", answer.text());
}

#[tokio::test]
async fn orders_and_requests_are_explained_too() {
    let world = World::new().await;
    let order = r#"{"timestamp":"1700000000","signature":"00"}"#;
    let answer = ask(&world, &[("subject", "order"), ("text", order), ("secret", RIGHT)]).await;
    assert!(answer.text().contains("The signature is wrong"), "{}", answer.text());
    let run = world.start("demo").await;
    let mut action = world.unlock_action(&run).await;
    action["timestamp"] = (action["timestamp"].as_i64().unwrap() * 1000).into();
    run.sign(&mut action);
    let request = run.envelope(&[action]).to_string();
    let key = &run.key;
    let answer = ask(&world, &[("subject", "request"), ("text", &request), ("secret", key)]).await;
    assert!(answer.text().contains("millisecond"), "{}", answer.text());
    assert!(!answer.text().contains(key));
}

#[tokio::test]
async fn what_is_missing_is_named_at_its_field() {
    let world = World::new().await;
    let answer = ask(&world, &[("subject", "url"), ("text", " "), ("secret", "")]).await;
    let page = answer.text();
    assert!(page.contains("Paste the URL, the order or the request."), "{page}");
    assert!(page.contains("Paste the secret"), "{page}");
    let answer = ask(&world, &[("text", "no url"), ("secret", RIGHT)]).await;
    assert!(answer.text().contains("This cannot be read."), "{}", answer.text());
}

/// What the log of the sandbox says of the last action.
async fn logged(world: &World) -> String {
    let entries = world.managed("GET", "/v1/requests", None).await;
    entries[0]["explanation"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_log_says_what_explain_says_of_a_wrong_signature() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let now = world.now().await;
    let right = run.action(now, "do", "unlockProvider", json!({}));
    let id = right["actionid"].as_str().unwrap();
    let sign = |key: &str, time: i64, token: &str| {
        signing::v2(key, &time.to_string(), token, "unlockProvider", id)
    };
    let provider = world.provider_secret("demo").await;
    let bytes = STANDARD.decode(sign(&run.key, now, &run.token)).unwrap();
    for (cause, hmac) in [
        ("time-twice", sign(&run.key, now + 1, &run.token)),
        ("written-hex", bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        ("key-space", sign(&format!(" {}", run.key), now, &run.token)),
        ("key-unset", sign("undefined", now, &run.token)),
        ("piece-unset", sign(&run.key, now, "None")),
        ("key-token", sign(&run.token, now, &run.token)),
        ("key-other", sign(provider.expose(), now, &run.token)),
        ("signature-labelled", format!("sha256={}", right["hmac"].as_str().unwrap())),
    ] {
        let mut action = world.unlock_action(&run).await;
        action["timestamp"] = now.into();
        action["hmac"] = hmac.into();
        assert_eq!(world.call(&run, &[action]).await.codes(), [137], "{cause}");
        let said = logged(&world).await;
        assert!(said.contains(&format!("; {cause}")), "{cause}: {said}");
        for secret in [&run.key, &run.token, &run.claim, &run.entry] {
            assert!(!said.contains(secret.as_str()), "{said}");
        }
    }
}

#[tokio::test]
async fn version_1_and_ordinary_api_users_are_explained_as_well() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let mut action = world.unlock_action(&run).await;
    action.as_object_mut().unwrap().remove("hmac_version");
    let parameters = r#"{"parameterCacheId":"a","extendedclaim":"b"}"#;
    action["parameters"] = serde_json::from_str(parameters).unwrap();
    // Sorted it would begin with extendedclaim.
    action["hmac"] = signing::v1(&run.key, &run.token, parameters, &action).into();
    let text = format!(r#"{{"token":"{}","request":{{"actions":[{}]}}}}"#, run.token, {
        let text = action.to_string();
        let start = text.find("\"parameters\":").unwrap();
        let end = start + text[start..].find('}').unwrap() + 1;
        format!("{}\"parameters\":{parameters}{}", &text[..start], &text[end..])
    });
    assert_eq!(world.post(text.as_bytes()).await.codes(), [137]);
    assert!(logged(&world).await.contains("v1-not-sorted"), "{}", logged(&world).await);

    let body = json!({ "name": "Desk" });
    let made = world.managed("POST", "/v1/customers/musterimmo/api-users", Some(&body)).await;
    let user = Run {
        token: made["apiToken"].as_str().unwrap().to_owned(),
        key: made["apiKey"].as_str().unwrap().to_owned(),
        ..run.clone()
    };
    let mut action = user.action(world.now().await, "do", "transactionRefund", json!({}));
    let bytes = STANDARD.decode(action["hmac"].as_str().unwrap()).unwrap();
    action["hmac"] = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into();
    assert_eq!(world.call(&user, &[action]).await.codes(), [137]);
    assert!(logged(&world).await.contains("written-hex"), "{}", logged(&world).await);
}

#[tokio::test]
async fn a_parameter_in_the_wrong_place_or_spelling_is_named() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let ask = async |code: i64, change: &dyn Fn(&mut Value), told: &str| {
        let mut action = world.unlock_action(&run).await;
        change(&mut action);
        assert_eq!(world.call(&run, &[action]).await.codes(), [code]);
        let said = logged(&world).await;
        assert!(said.contains(told), "{told}: {said}");
        assert!(!said.contains(&run.claim) && !said.contains(&run.entry), "{said}");
    };
    let rename = |action: &mut Value, from: &str, to: &str| {
        let parameters = action["parameters"].as_object_mut().unwrap();
        let value = parameters.remove(from).unwrap();
        parameters.insert(to.to_owned(), value);
    };
    for name in ["extendedClaim", "apiClaim"] {
        let told =
            format!("found {name} inside parameters; extendedclaim stands inside parameters");
        ask(193, &|action| rename(action, "extendedclaim", name), &told).await;
    }
    let beside = |action: &mut Value| {
        let claim = action["parameters"].as_object_mut().unwrap().remove("extendedclaim").unwrap();
        action["extendedclaim"] = claim;
    };
    ask(193, &beside, "found extendedclaim in the action, beside parameters").await;
    for name in ["parametercacheid", "parameterCacheID", "cacheId"] {
        let told = format!("found {name} inside parameters");
        ask(177, &|action| rename(action, "parameterCacheId", name), &told).await;
    }
    let gone = |action: &mut Value| {
        action["parameters"].as_object_mut().unwrap().remove("extendedclaim");
    };
    ask(193, &gone, "extendedclaim is missing or empty").await;
    assert!(!logged(&world).await.contains("found"), "{}", logged(&world).await);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_told_by_what_was_done_to_it() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let whole = run.envelope(&[world.unlock_action(&run).await]).to_string();
    for (body, told) in [
        ([b"\xef\xbb\xbf", whole.as_bytes()].concat(), "byte order mark"),
        (b"\x1f\x8b\x08\0\0\0".to_vec(), "compressed"),
        (b"token=a&request%5Bactions%5D=b".to_vec(), "is a form"),
        (whole.encode_utf16().flat_map(u16::to_le_bytes).collect(), "UTF-16"),
    ] {
        world.post(&body).await;
        let said = logged(&world).await;
        assert!(said.contains(told), "{told}: {said}");
    }
}

/// However many actions of a request are wrong, only a few are explained.
#[tokio::test]
async fn explanations_are_bounded() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let mut known = world.unlock_action(&run).await;
    let time = known["timestamp"].to_string();
    let id = known["actionid"].as_str().unwrap().to_owned();
    known["hmac"] = signing::v2("undefined", &time, &run.token, "unlockProvider", &id).into();
    let actions: Vec<_> = std::iter::repeat_n(known, 40).collect();
    let answer = world.call(&run, &actions).await;
    assert_eq!(answer.codes(), [137; 40]);
    let entries = world.managed("GET", "/v1/requests", None).await;
    let explained = entries.as_array().unwrap().iter();
    let explained =
        explained.filter(|one| one["explanation"].as_str().unwrap().contains("key-unset"));
    assert_eq!(explained.count(), 3);
}
