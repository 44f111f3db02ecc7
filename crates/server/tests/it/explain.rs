//! The sandbox's page that explains a wrong signature.

use freischalt_protocol::{Secret, signed_url};

use crate::{
    wire::{self, Answer},
    world::World,
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
