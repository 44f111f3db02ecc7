//! `freischalt explain`, and that `verify` gives the same reason.

use serde_json::Value;

use crate::support::{Run, freischalt};

const SECRET: &str = "provider-secret-0123456789";
/// The vector of the protocol's reference with its port kept.
const PORT_KEPT: &str = "https://provider.example:8443/shop/index.php?theme=dark+mode\
    &customerName=A%2BB%20GmbH%20%C3%9C&customerWebId=42&userId=7&groupId=3&apiClaim=a%2Fb%2Bc%3D%3D\
    &parameterCacheId=pc-1&timestamp=1700000001&estateId=1.234&language=DEU&UserLanguage=ENG\
    &imageIds=12%2C34&signature=85148de6d11212c0a7be31c0ac4af268ab40fa631e450ac68af81080ccc97a8e";
/// `8FtJ…` is right; this is the same in hex.
const REQUEST: &str = r#"{"token":"0123456789abcdef0123456789abcdef","request":{"actions":[{
    "actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do","resourceid":"","identifier":"",
    "resourcetype":"unlockProvider","timestamp":1700000000,"hmac_version":"2",
    "hmac":"f05b49e89e339861d163f0ab0bed2d7069ef691f40f866f5d8359ab2d5f96eda",
    "parameters":{"parameterCacheId":"p","extendedclaim":"c"}}]}}"#;

fn explain(words: &[&str], input: &str) -> Run {
    let mut command = freischalt(["explain"]);
    command.args(words).env("FREISCHALT_PROVIDER_SECRET", SECRET);
    command.env("FREISCHALT_API_KEY", "0123456789abcdef".repeat(4));
    Run::with_input(&mut command, input)
}

#[test]
fn a_genuine_url_with_a_port_is_right_and_the_port_is_mentioned() {
    let run = explain(&["url", PORT_KEPT], "");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("signed with it, between host and path"), "{}", run.out);
}

#[test]
fn a_url_names_step_idiom_and_text() {
    let wrong = PORT_KEPT.replace("https", "http");
    let run = explain(&["url", &wrong, "--json"], "");
    assert_eq!(run.code, 1, "{}", run.err);
    let told: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(told["verdict"], "explained");
    let causes = told["found"][0]["causes"].as_array().unwrap();
    let ids: Vec<_> = causes.iter().map(|cause| cause["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["scheme"]);
    let right = told["right_text_with_port"].as_str().unwrap();
    assert!(right.starts_with("http://provider.example:8443/shop/index.php?UserLanguage=ENG&"));
    let without = told["right_text"].as_str().unwrap();
    assert!(without.starts_with("http://provider.example/shop/index.php?UserLanguage=ENG&"));
    assert!(!run.out.contains(SECRET));
}

#[test]
fn a_request_signed_in_hex_is_recognised() {
    let run = explain(&["request"], REQUEST);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("written-hex") && run.out.contains("digest('hex')"), "{}", run.out);
}

#[test]
fn a_registered_address_tells_what_a_program_behind_a_proxy_sees() {
    let inner = PORT_KEPT.replace("https://provider.example:8443/shop/", "http://app:3000/");
    let address = "https://provider.example:8443/shop/index.php";
    let run = explain(&["url", &inner, "--registered-url", address], "");
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("address-seen-inside"), "{}", run.out);
}

#[test]
fn what_no_known_mistake_makes_is_not_explained_away() {
    let run = explain(&["url", "https://h/?a=1&signature=00"], "");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("another one"), "{}", run.out);
}

#[test]
fn what_cannot_be_read_says_why() {
    let run = explain(&["request"], "{");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("not JSON"), "{}", run.out);
    let run = explain(&["order"], "[]");
    assert!(run.out.contains("JSON object"), "{}", run.out);
}

#[test]
fn the_causes_are_listed() {
    let run = explain(&["causes", "--json"], "");
    let list: Value = serde_json::from_str(&run.out).unwrap();
    assert!(list.as_array().unwrap().len() >= 25);
    assert_eq!(explain(&["causes"], "").code, 0);
}
