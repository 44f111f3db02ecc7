//! The commands that talk to the management API, against one that a test plays.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::{FakeServer, Run, freischalt};

const STARTED: &str = r#"{ "id":"a1", "state":"pending", "provider":"demo", "customer":"musterimmo",
  "user":21, "activationUrl":"http://p/?x=1", "parameterCacheId":"pc-1", "apiClaim":"claim-1",
  "apiToken":"token-1", "apiKey":"key-1", "expiresAt":"2030-01-01T00:00:00Z",
  "replaced":{"id":"a0","state":"active"}, "news":[1.50] }"#;

#[test]
fn a_provider_is_registered_and_its_secret_shown_once() {
    let server = FakeServer::answering(
        201,
        r#"{"slug":"my-service","name":"My service","activationUrl":"http://localhost:3000/a",
            "services":[{"slug":"t","name":"Tour","kind":"window","url":"http://h/?a=b"}],
            "secret":"s3cret"}"#,
    );
    let words = [
        "provider",
        "add",
        "--name",
        "My service",
        "--activation-url",
        "http://localhost:3000/a",
        "--service",
        "Tour=window=http://h/?a=b",
    ];
    let run = server.run(&words);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.contains("provider secret  s3cret"), "{}", run.out);
    let seen = server.request();
    assert_eq!(seen.line, "POST /v1/providers");
    assert!(seen.headers.contains(&"content-type: application/json".to_owned()));
    assert_eq!(
        serde_json::from_str::<Value>(&seen.body).unwrap(),
        json!({"slug":"my-service", "name":"My service", "activationUrl":"http://localhost:3000/a",
            "services":[{"name":"Tour","kind":"window","url":"http://h/?a=b"}]})
    );
}

#[test]
fn lists_are_tables_and_empty_ones_say_so() {
    let providers = r#"[{"slug":"demo","name":"Demo","activationUrl":"http://p","services":[]},
        {"slug":"other-one","name":"Other","activationUrl":"http://q"}]"#;
    let run = FakeServer::answering(200, providers).run(&["provider", "list"]);
    let lines: Vec<_> = run.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", run.out);
    assert!(lines[0].starts_with("SLUG"), "{}", run.out);
    assert_eq!(lines[1].find("Demo"), lines[2].find("Other"), "columns are aligned");
    let empty = FakeServer::answering(200, "[]").run(&["customer", "list"]);
    assert!(empty.out.contains("freischalt customer add"), "{}", empty.out);
}

#[test]
fn a_customer_is_registered_with_its_users() {
    let server = FakeServer::answering(
        201,
        r#"{"slug":"nord","name":"Nord","customerWebId":"w1","active":true,
            "users":[{"id":1,"name":"Ada","administrator":true,"active":true}]}"#,
    );
    let words =
        ["customer", "add", "--slug", "nord", "--administrator", "1=Ada", "--user", "2=Uwe"];
    let run = server.run(&words);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("administrator"), "{}", run.out);
    let body: Value = serde_json::from_str(&server.request().body).unwrap();
    assert_eq!(
        body,
        json!({"slug":"nord", "users":[{"id":1,"name":"Ada","administrator":true},
            {"id":2,"name":"Uwe","administrator":false}]})
    );
}

#[test]
fn a_customer_is_registered_from_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let customer = json!({"slug":"nord", "groups":[{"id":3,"name":"Sales"}],
        "users":[{"id":1,"name":"Ada","administrator":true,"groupId":3,"language":"de"}]});
    std::fs::write(file.path(), customer.to_string()).unwrap();
    let path = file.path().to_str().unwrap();
    let server = FakeServer::answering(201, r#"{"slug":"nord"}"#);
    assert_eq!(server.run(&["customer", "add", "--from", path]).code, 0);
    let body: Value = serde_json::from_str(&server.request().body).unwrap();
    assert_eq!(body, customer);

    std::fs::write(file.path(), r#"{"slug":"nord","user":[]}"#).unwrap();
    let run = Run::of(&mut freischalt(["customer", "add", "--from", path]));
    assert_eq!(run.code, 2);
    assert!(run.err.contains(path) && run.err.contains("unknown field `user`"), "{}", run.err);
}

#[test]
fn an_activation_is_started_and_json_is_the_answer_byte_for_byte() {
    let server = FakeServer::answering(201, STARTED);
    let words = [
        "activation",
        "start",
        "--provider",
        "demo",
        "--customer",
        "musterimmo",
        "--user",
        "21",
        "--administrators-only",
        "--json",
    ];
    let run = server.run(&words);
    assert_eq!(run.out, format!("{STARTED}\n"));
    let seen = server.request();
    assert_eq!(seen.line, "POST /v1/activations");
    assert_eq!(
        serde_json::from_str::<Value>(&seen.body).unwrap(),
        json!({"provider":"demo","customer":"musterimmo","user":21,"allUsers":false})
    );
}

#[test]
fn an_activation_is_shown_with_what_a_provider_would_receive() {
    let server = FakeServer::answering(201, STARTED);
    let run =
        server.run(&["activation", "start", "--provider", "demo", "--customer", "musterimmo"]);
    for part in ["pc-1", "claim-1", "token-1", "key-1", "http://p/?x=1", "a0 (was active)"] {
        assert!(run.out.contains(part), "{part} is missing in\n{}", run.out);
    }
    let body: Value = serde_json::from_str(&server.request().body).unwrap();
    assert_eq!(body, json!({"provider":"demo","customer":"musterimmo"}), "no choice, no allUsers");
}

#[test]
fn activations_are_listed_shown_and_blocked() {
    let one = r#"{"id":"a1","state":"blocked","provider":"demo","customer":"m","user":21,
        "allUsers":true,"isRegularCustomer":null,"createdAt":"2030-01-01T00:00:00Z",
        "expiresAt":null,"activatedAt":null,"blockedAt":"2030-01-02T00:00:00Z",
        "history":[{"at":"2030-01-02T00:00:00Z","event":"blocked","by":"management"}]}"#;
    let server = FakeServer::answering(200, one);
    let run = server.run(&["activation", "block", "a/1"]);
    assert!(run.out.contains("all users") && run.out.contains("management"), "{}", run.out);
    assert!(!run.out.contains("regular customer"), "{}", run.out);
    assert_eq!(server.request().line, "POST /v1/activations/a%2F1/block");

    let server = FakeServer::answering(200, "[]");
    server.run(&["activation", "list", "--customer", "m&m"]);
    assert_eq!(server.request().line, "GET /v1/activations?customer=m%26m");
}

#[test]
fn the_clock_is_set_in_every_way() {
    const CLOCK: &str = r#"{"now":"2030-01-01T00:00:00Z","offsetSeconds":-60,"frozen":true}"#;
    let cases: [(&[&str], &str); 5] = [
        (&["set", "2030-01-01T00:00:00Z"], r#"{"now":"2030-01-01T00:00:00Z"}"#),
        (&["set", "1893456000", "--freeze"], r#"{"now":1893456000,"frozen":true}"#),
        (&["advance", "1h30m"], r#"{"advance":5400}"#),
        (&["advance", "-90"], r#"{"advance":-90}"#),
        (&["reset"], r#"{"reset":true}"#),
    ];
    for (words, body) in cases {
        let server = FakeServer::answering(200, CLOCK);
        let run = server.run(&[&["clock"], words].concat());
        assert_eq!(run.code, 0, "{words:?}: {}", run.err);
        assert!(run.out.contains("1m behind") && run.out.contains("stands still"), "{}", run.out);
        let seen = server.request();
        assert_eq!((seen.line.as_str(), seen.body.as_str()), ("PUT /v1/clock", body));
    }
}

#[test]
fn the_log_can_be_narrowed_to_failures() {
    const LOG: &str = r#"[{"at":"t1","action":"urn:x:action:do","resourceType":"unlockProvider",
        "code":0,"message":"OK","durationMicros":210},
        {"at":"t2","action":"urn:x:action:do","resourceType":"unlockProvider","customer":"m",
        "provider":"demo","code":137,"message":"The HMAC is invalid.",
        "explanation":"the key is that of an earlier run","durationMicros":1.50e2}]"#;
    let all = FakeServer::answering(200, LOG.replace("1.50e2", "150").leak()).run(&["requests"]);
    assert!(all.out.contains("do unlockProvider") && all.out.contains("210 µs"), "{}", all.out);
    let log = LOG.replace("1.50e2", "150").leak();
    let failed = FakeServer::answering(200, log).run(&["requests", "--failed"]);
    let said = "\n    137 The HMAC is invalid.\n    the key is that of an earlier run";
    assert!(failed.out.contains(said), "{}", failed.out);
    assert!(!failed.out.contains("t1"), "{}", failed.out);
    let json = FakeServer::answering(200, log).run(&["requests", "--failed", "--json"]);
    let element = &log[log.rfind("{").unwrap()..log.len() - 1];
    assert_eq!(json.out, format!("[{element}]\n"), "the element is as it came");
}

#[test]
fn the_token_comes_from_a_file_or_the_environment_and_is_never_shown() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "t0ken\n").unwrap();
    let path = file.path().to_str().unwrap();
    let server = FakeServer::answering(401, "");
    let run = server.run(&["clock", "show", "--token-file", path]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("does not accept this token"), "{}", run.err);
    assert!(!run.err.contains("t0ken"), "{}", run.err);
    assert!(server.request().headers.contains(&"authorization: Bearer t0ken".to_owned()));

    let server = FakeServer::answering(401, "");
    let words = ["clock", "show", "--management", &server.address];
    Run::of(freischalt(words).env("FREISCHALT_MANAGEMENT_TOKEN", "t1ken"));
    assert!(server.request().headers.contains(&"authorization: Bearer t1ken".to_owned()));
}

#[test]
fn without_a_token_none_is_sent_and_the_refusal_says_so() {
    let server = FakeServer::answering(401, r#"{"title":"Unauthorized","status":401}"#);
    let run = server.run(&["clock", "show"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("none was sent"), "{}", run.err);
    assert!(!server.request().headers.iter().any(|line| line.starts_with("authorization")));
}

#[test]
fn refusals_failures_and_strangers_have_their_exit_codes() {
    let problem = r#"{"type":"about:blank","title":"Unknown provider","status":404,
        "detail":"there is no provider `x`","field":"provider"}"#;
    let cases = [
        (404, problem, 1, "Unknown provider in `provider`: there is no provider `x`"),
        (500, r#"{"title":"Out of order"}"#, 4, "HTTP 500: Out of order"),
        (404, "<html>", 4, "is this its address"),
        (200, "<html>", 4, "never says"),
        (200, r#"{"slug":"x"}"#, 4, "missing field `name`"),
        (302, "", 4, "HTTP 302"),
    ];
    for (status, body, code, text) in cases {
        let run = FakeServer::answering(status, body).run(&["provider", "show", "x"]);
        assert_eq!(run.code, code, "{status} {body}: {}", run.err);
        assert!(run.err.contains(text), "{status} {body}: {}", run.err);
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_server_that_is_not_there_is_named_with_the_way_to_start_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = Run::of(&mut freischalt(["clock", "show", "--management", &address]));
    assert_eq!(run.code, 3);
    assert!(
        run.err.contains(&address) && run.err.contains("`freischalt` starts a sandbox"),
        "{}",
        run.err
    );
    assert!(run.err.contains("refused"), "{}", run.err);
}

#[test]
fn an_address_that_is_none_is_a_usage_error() {
    let run = Run::of(&mut freischalt(["clock", "show", "--management", "localhost:8081"]));
    assert_eq!(run.code, 2);
    assert!(run.err.contains("http://127.0.0.1:8081"), "{}", run.err);
}
