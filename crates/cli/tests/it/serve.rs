//! `freischalt serve`: what it starts with, what it refuses and why, and how it ends.

use std::{fs, io::Write, net::TcpListener, os::unix::fs::PermissionsExt, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    http,
    process::Running,
    support::{Run, freischalt, run},
};

const TOKEN: &str = "vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6";

/// A configuration that is fine, in a folder of its own.
pub(crate) struct Installation(tempfile::TempDir);

impl Installation {
    pub(crate) fn new() -> Self {
        let installation = Self(tempfile::tempdir().unwrap());
        installation.put("token", TOKEN, 0o600);
        installation.put(
            "key",
            "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13",
            0o600,
        );
        installation.configure(|fine| fine.to_owned());
        installation
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Writes the configuration, changed.
    fn configure(&self, change: impl FnOnce(&str) -> String) {
        self.put("freischalt.toml", &change(FINE), 0o644);
    }

    fn start(&self) -> Running {
        Running::serve(&self.path("freischalt.toml"))
    }

    /// Starts it with a changed configuration, which must be refused.
    #[track_caller]
    fn refused(&self, change: impl FnOnce(&str) -> String) -> Run {
        self.configure(change);
        let run = run(&["serve", "--config", self.path("freischalt.toml").to_str().unwrap()]);
        assert!(run.err.starts_with("error: ") && run.out.is_empty(), "{}", run.err);
        run
    }
}

/// A configuration that is as it should be.
pub(crate) const FINE: &str = r#"
[server]
bind = "127.0.0.1:0"
public_url = "https://marketplace.example.com"
[management]
bind = "127.0.0.1:0"
token_file = "token"
[store]
path = "freischalt.db"
encryption_key_file = "key"
"#;

/// A call of the management API with the token.
fn manage(server: &Running, method: &str, path: &str, body: &Value) -> http::Answer {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    http::exchange(server.management, &http::request(method, path, &headers, &body)).unwrap()
}

#[test]
fn a_production_server_starts_empty_carries_on_and_says_so_in_json() {
    let installation = Installation::new();
    let server = installation.start();
    assert_eq!(server.ready["public_url"], "https://marketplace.example.com");
    for path in ["/v1/customers", "/v1/providers"] {
        let answer = manage(&server, "GET", path, &Value::Null);
        assert_eq!((answer.status, answer.body.as_str()), (200, "[]"), "no demo data: {path}");
    }
    let customer = json!({ "slug": "nord" });
    assert_eq!(manage(&server, "POST", "/v1/customers", &customer).status, 201);
    let ended = server.stop();
    assert_eq!(ended.out, "", "logs are on standard error");
    let logged: Vec<Value> =
        ended.err.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let last = logged.last().unwrap();
    assert_eq!(last["message"], "stopped, everything accepted is finished");

    let server = installation.start();
    assert_eq!(manage(&server, "GET", "/v1/customers/nord", &Value::Null).status, 200);
    server.stop();
}

/// Whoever calls, calls with the token.
#[test]
fn the_commands_reach_it_with_the_token_only() {
    let installation = Installation::new();
    let server = installation.start();
    let words = ["customer", "list", "--management", &server.management_url()];
    let without = run(&words);
    assert_eq!(without.code, 1);
    assert!(without.err.contains("none was sent"), "{}", without.err);
    let with = Run::of(freischalt(words).env("FREISCHALT_MANAGEMENT_TOKEN", TOKEN));
    assert_eq!(with.code, 0, "{}", with.err);
    let clock = ["clock", "advance", "1h", "--management", &server.management_url()];
    let clock = Run::of(freischalt(clock).env("FREISCHALT_MANAGEMENT_TOKEN", TOKEN));
    assert_eq!(clock.code, 1, "time in production is not for setting: {}", clock.out);
    server.stop();
}

/// Its users are for everybody to become, and people have seen its secrets.
#[test]
fn a_sandboxs_data_with_its_demo_users_and_secrets_is_refused() {
    let installation = Installation::new();
    let data = installation.path("data");
    Running::sandbox_in(&data).stop();
    let refused = installation.refused(|fine| {
        fine.replace("\"freischalt.db\"", "\"data/freischalt.db\"")
            .replace("\"key\"", "\"data/encryption.key\"")
    });
    assert_eq!(refused.code, 4);
    let why = "this is a sandbox database and cannot be used for production";
    assert!(refused.err.contains(why), "{}", refused.err);
    assert!(refused.err.contains("start with a database of its own"), "{}", refused.err);
}

/// The other way round as well: the sandbox would open it to everybody.
#[test]
fn a_sandbox_refuses_production_data() {
    let installation = Installation::new();
    installation.start().stop();
    fs::rename(installation.path("key"), installation.path("encryption.key")).unwrap();
    let data = installation.0.path().to_str().unwrap();
    let refused = run(&["--port", "0", "--management-port", "0", "--data", data]);
    assert_eq!(refused.code, 4);
    let why = "this is a production database and cannot be used for sandbox";
    assert!(refused.err.contains(why), "{}", refused.err);
}

#[test]
fn an_open_management_api_is_refused() {
    let installation = Installation::new();
    let without = installation.refused(|fine| fine.replace("token_file = \"token\"", ""));
    assert_eq!(without.code, 2);
    let why = "management.token_file: is missing; production does not run with an open management";
    assert!(without.err.contains(why), "{}", without.err);
    installation.put("token", "short", 0o600);
    let short = installation.refused(str::to_owned);
    assert_eq!(short.code, 2);
    assert!(short.err.contains("at least 32 characters"), "{}", short.err);
    assert!(!short.err.contains("short"), "a token is never shown: {}", short.err);
}

#[test]
fn a_missing_wrong_or_readable_key_is_refused() {
    let installation = Installation::new();
    let none = installation.refused(|fine| fine.replace("encryption_key_file = \"key\"", ""));
    assert_eq!(none.code, 2);
    assert!(none.err.contains("missing field `encryption_key_file`"), "{}", none.err);
    let no_file = installation.refused(|fine| fine.replace("\"key\"", "\"no-key\""));
    assert_eq!(no_file.code, 2);
    let path = installation.path("no-key");
    assert!(no_file.err.contains(&format!("cannot read {}", path.display())), "{}", no_file.err);
    installation.put("key", &"0f".repeat(31), 0o600);
    let cut = installation.refused(str::to_owned);
    assert_eq!(cut.code, 2);
    assert!(cut.err.contains("must hold 64 hexadecimal digits"), "{}", cut.err);
    installation.put(
        "key",
        "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13",
        0o640,
    );
    let readable = installation.refused(str::to_owned);
    assert_eq!(readable.code, 2);
    assert!(readable.err.contains("readable by others (mode 640): chmod 600"), "{}", readable.err);

    installation.put(
        "key",
        "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13",
        0o600,
    );
    installation.configure(str::to_owned);
    installation.start().stop();
    installation.put(
        "key",
        "27c5e0914bd83f6aa1097e5d42f8c36b9e05d17a38cb642f50e98d1bf4a7c326",
        0o600,
    );
    let other = installation.refused(str::to_owned);
    assert_eq!(other.code, 4);
    assert!(other.err.contains("the encryption key does not fit this database"), "{}", other.err);
    assert!(other.err.contains("add it to the previous keys"), "{}", other.err);
}

#[test]
fn a_configuration_that_is_wrong_says_where_and_what_would_be_right() {
    let installation = Installation::new();
    let http = installation.refused(|fine| fine.replace("https://", "http://"));
    assert_eq!(http.code, 2);
    assert!(http.err.contains("server.public_url: must begin with https://"), "{}", http.err);
    let unknown = installation.refused(|fine| fine.replacen("bind =", "bnid =", 1));
    assert!(unknown.err.contains("bnid") && unknown.err.contains("line 3"), "{}", unknown.err);
    let range = installation.refused(|fine| format!("{fine}[policy]\nclaim_lifetime = 1\n"));
    assert!(range.err.contains("policy.claim_lifetime is 1"), "{}", range.err);
    let no_file = run(&["serve", "--config", "/nowhere/freischalt.toml"]);
    assert_eq!(no_file.code, 2);
    assert!(no_file.err.contains("cannot read /nowhere/freischalt.toml"), "{}", no_file.err);
    let no_option = run(&["serve"]);
    assert_eq!(no_option.code, 2);
    assert!(no_option.err.contains("--config <FILE>"), "{}", no_option.err);
}

#[test]
fn a_taken_address_names_the_setting() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (section, setting) in
        [("[server]", "setting server.bind"), ("[management]", "setting management.bind")]
    {
        let installation = Installation::new();
        let refused = installation.refused(|fine| {
            let (before, after) = fine.split_once(section).unwrap();
            format!("{before}{section}{}", after.replacen("127.0.0.1:0", &address, 1))
        });
        assert_eq!(refused.code, 4);
        assert!(refused.err.contains(&address), "{}", refused.err);
        assert!(refused.err.contains(setting), "{}", refused.err);
    }
}

#[test]
fn a_signal_lets_accepted_requests_finish() {
    let installation = Installation::new();
    let server = installation.start();
    let body = json!({ "slug": "accepted" }).to_string();
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let request = http::request("POST", "/v1/customers", &headers, &body);
    let (begin, rest) = request.split_at(request.len() - 5);
    let mut slow = http::connect(server.management).unwrap();
    slow.write_all(begin).unwrap();
    http::exchange(server.management, &http::request("GET", "/healthz", &[], "")).unwrap();
    server.ask_to_stop("TERM");
    while http::connect(server.management).is_ok() {
        std::thread::yield_now();
    }
    slow.write_all(rest).unwrap();
    assert_eq!(http::read(&slow).unwrap().status, 201);
    let ended = server.wait();
    assert!(ended.status.success(), "{}: {}", ended.status, ended.err);

    let server = installation.start();
    assert_eq!(manage(&server, "GET", "/v1/customers/accepted", &Value::Null).status, 200);
    server.stop();
}

/// Nothing secret is in what a server logs about its life.
#[test]
fn logs_hold_no_secret() {
    let installation = Installation::new();
    let server = installation.start();
    let provider = json!({ "name": "Tours", "activationUrl": "http://127.0.0.1:1/activate" });
    let provider = manage(&server, "POST", "/v1/providers", &provider).json();
    manage(&server, "POST", "/v1/customers", &json!({ "slug": "nord" }));
    let wanted = json!({ "provider": provider["slug"], "customer": "nord" });
    let started = manage(&server, "POST", "/v1/activations", &wanted).json();
    let api = server.marketplace_url();
    let unlock = ["unlock", "--api", &api, "--from-activation", "-"];
    assert_eq!(Run::with_input(&mut freischalt(unlock), &started.to_string()).code, 0);
    let ended = server.stop();
    assert!(ended.err.contains("unlockProvider"), "each action has its line: {}", ended.err);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let key = fs::read_to_string(installation.path("key")).unwrap();
    let secrets = ["apiToken", "apiKey", "apiClaim"].map(|name| text(&started[name]));
    for secret in secrets.into_iter().chain([text(&provider["secret"]), key, TOKEN.to_owned()]) {
        assert!(!ended.err.contains(&secret), "{}", ended.err);
    }
}
