//! `freischalt unlock`, against a server that a test plays.

use serde_json::{Value, json};

use crate::support::{FakeServer, Run, freischalt};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const UNLOCKED: &str = r#"{"status":{"code":200,"errorcode":0,"message":"OK"},"response":{"results":[
    {"actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do","resourceid":"",
    "resourcetype":"unlockProvider","cacheable":false,"identifier":"",
    "data":{"meta":{"cntabsolute":null},
    "records":[{"id":0,"type":"","elements":{"success":"success"}}]},
    "status":{"errorcode":0,"message":"OK"}}]}}"#;
const REFUSED: &str = r#"{"status":{"code":500,"errorcode":97,"message":"Error in action"},
    "response":{"results":[{"actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do",
    "resourceid":"","resourcetype":"unlockProvider","cacheable":false,"identifier":"",
    "data":{"meta":{"cntabsolute":null},"records":[]},
    "status":{"errorcode":177,"message":"Parameter cache does not exist"}}]}}"#;

fn unlock(server: &FakeServer, more: &[&str]) -> Run {
    let words = ["unlock", "--api", &server.address, "--from-activation", "-"];
    let activation = json!({"id": "a1", "apiToken": TOKEN, "apiKey": KEY,
        "parameterCacheId": "pc-1", "apiClaim": "cl4im"});
    Run::with_input(&mut freischalt([&words, more].concat()), &activation.to_string())
}

#[test]
fn the_call_is_made_from_a_started_activation() {
    let server = FakeServer::answering(200, UNLOCKED);
    let run = unlock(&server, &["--regular-customer"]);
    assert_eq!((run.code, run.out.as_str()), (0, "The provider is active.\n"), "{}", run.err);
    let seen = server.request();
    assert_eq!(seen.line, "POST /api/stable/api.php");
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body["token"], TOKEN);
    let action = &body["request"]["actions"][0];
    assert_eq!(action["resourcetype"], "unlockProvider");
    assert_eq!(action["hmac"].as_str().unwrap().len(), 44);
    let expected = json!({"parameterCacheId": "pc-1", "extendedclaim": "cl4im",
        "isRegularCustomer": 1});
    assert_eq!(action["parameters"], expected);
}

#[test]
fn the_call_is_made_from_arguments_files_and_the_environment() {
    let server = FakeServer::answering(200, UNLOCKED);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "cl4im\n").unwrap();
    let claim = file.path().to_str().unwrap();
    let words = [
        "unlock",
        "--api",
        &server.address,
        "--token",
        TOKEN,
        "--claim-file",
        claim,
        "--parameter-cache-id",
        "pc-1",
        "--json",
    ];
    let run = Run::of(freischalt(words).env("FREISCHALT_API_KEY", KEY));
    assert_eq!((run.code, run.out.as_str()), (0, "{\"unlocked\":true}\n"), "{}", run.err);
    let body: Value = serde_json::from_str(&server.request().body).unwrap();
    assert_eq!(body["request"]["actions"][0]["parameters"]["extendedclaim"], "cl4im");
}

#[test]
fn a_refusal_is_a_no_with_its_code_and_without_credentials() {
    let server = FakeServer::answering(200, REFUSED);
    let run = unlock(&server, &[]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("177") && run.err.contains("freischalt error 177"), "{}", run.err);
    assert!(![TOKEN, KEY, "cl4im"].iter().any(|secret| run.err.contains(secret)), "{}", run.err);

    let json = unlock(&FakeServer::answering(200, REFUSED), &["--json"]);
    assert_eq!((json.code, json.err.as_str()), (1, ""));
    assert_eq!(serde_json::from_str::<Value>(&json.out).unwrap()["code"], 177);
}

#[test]
fn servers_that_are_no_api_have_their_exit_codes() {
    let page = unlock(&FakeServer::answering(200, "<html>"), &[]);
    assert_eq!(page.code, 4, "{}", page.err);
    let nobody = Run::of(&mut freischalt([
        "unlock",
        "--api",
        "http://127.0.0.1:1",
        "--token",
        TOKEN,
        "--key",
        KEY,
        "--claim",
        "c",
        "--parameter-cache-id",
        "p",
    ]));
    assert_eq!(nobody.code, 3, "{}", nobody.err);
    let wrong = Run::of(&mut freischalt([
        "unlock",
        "--api",
        "h",
        "--token",
        TOKEN,
        "--key",
        KEY,
        "--claim",
        "c",
        "--parameter-cache-id",
        "p",
    ]));
    assert_eq!(wrong.code, 2, "{}", wrong.err);
}
