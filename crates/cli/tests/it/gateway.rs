//! `freischalt gateway` as a process: killed at the worst moments, its secrets replaced while it
//! runs, and with apps in three languages behind it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read, Write},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::any};
use freischalt_client::{Secret, UnixTime, system_time};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::support::{freischalt, run};

const SECRET: &str = "provider-secret-0123456789";
pub(crate) const TOKEN: &str = "app-token-0123456789-0123456789-01";
const APP_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An API that unlocks whatever is asked for, after a while, and remembers the tokens; and an app
/// that confirms every event and remembers it by its id.
#[derive(Clone, Default)]
struct World {
    asked: Arc<Mutex<BTreeSet<String>>>,
    events: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl World {
    async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/api/stable/api.php", any(unlock))
            .fallback(tell)
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    /// The events of this type that came, and the data of each.
    fn told(&self, kind: &str) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        let of_kind = events.values().filter(|event| event["type"] == kind);
        of_kind.map(|event| event["data"].clone()).collect()
    }
}

async fn unlock(State(world): State<World>, body: String) -> String {
    let request: Value = serde_json::from_str(&body).unwrap();
    world.asked.lock().unwrap().insert(request["token"].as_str().unwrap().to_owned());
    tokio::time::sleep(Duration::from_millis(5)).await;
    json!({
        "status": {"code": 200, "errorcode": 0, "message": "OK"},
        "response": {"results": [{
            "data": {"records": [{"id": 0, "elements": {"success": "success"}}]},
            "status": {"errorcode": 0, "message": "OK"},
        }]},
    })
    .to_string()
}

async fn tell(State(world): State<World>, headers: HeaderMap, body: Bytes) {
    if let Some(id) = headers.get("webhook-id") {
        let id = id.to_str().unwrap().to_owned();
        world.events.lock().unwrap().insert(id, serde_json::from_slice(&body).unwrap());
    }
}

/// A gateway with its files, started and killed again and again.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
}

/// A gateway that runs. Dropping it kills it.
pub(crate) struct Gateway {
    process: Child,
    pub(crate) address: SocketAddr,
    pub(crate) app: SocketAddr,
}

impl Installation {
    pub(crate) fn new(marketplace: SocketAddr, app: &str) -> Self {
        let installation = Self { folder: tempfile::tempdir().unwrap() };
        installation.put("secret", SECRET);
        installation.put("token", TOKEN);
        installation.put("app-secret", APP_SECRET);
        installation.put("key", "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13");
        // A signature without the port is right for every port.
        let config = format!(
            r#"
            [gateway]
            bind = "127.0.0.1:0"
            public_url = "http://127.0.0.1"
            [provider]
            name = "Grundrisswerk"
            secret_file = "secret"
            other_secret_files = []
            [marketplace]
            api_url = "http://{marketplace}/api/stable/api.php"
            origins = ["http://{marketplace}"]
            [app]
            bind = "127.0.0.1:0"
            url = "http://{app}"
            token_file = "token"
            secret_file = "app-secret"
            [store]
            path = "gateway.db"
            encryption_key_file = "key"
            [[service]]
            name = "shop"
            path = "/shop"
            [[webhook]]
            name = "saved"
            "#
        );
        installation.put("gateway.toml", &config);
        installation
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Lets the gateway listen on a port that is known beforehand, which its pages come from.
    pub(crate) fn on_a_port_of_its_own(self) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = fs::read_to_string(self.path("gateway.toml")).unwrap();
        let config = config
            .replacen("bind = \"127.0.0.1:0\"", &format!("bind = \"{free}\""), 1)
            .replacen("\"http://127.0.0.1\"", &format!("\"http://{free}\""), 1);
        self.put("gateway.toml", &config);
        self
    }

    pub(crate) async fn start(&self) -> Gateway {
        let log = self.path("log");
        let err = fs::File::create(&log).unwrap();
        let config = self.path("gateway.toml");
        if !self.path("gateway.db").exists() {
            let made = run(&["store", "create", "--gateway", config.to_str().unwrap()]);
            assert_eq!(made.code, 0, "{}", made.err);
        }
        let mut command = freischalt(["gateway", "--config", config.to_str().unwrap()]);
        let mut process = command.stdout(Stdio::null()).stderr(err).spawn().unwrap();
        loop {
            let text = fs::read_to_string(&log).unwrap();
            let ready = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
                .find(|line| line["message"] == "ready");
            if let Some(ready) = ready {
                let at = |name: &str| ready[name].as_str().unwrap().parse().unwrap();
                return Gateway { process, address: at("gateway"), app: at("app") };
            }
            assert!(process.try_wait().unwrap().is_none(), "it ended: {text}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Gateway {
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let token = format!("Bearer {TOKEN}");
        let headers = [("Authorization", token.as_str()), ("Content-Type", "application/json")];
        let answer = send(self.app, method, path, &headers, &body.to_string()).await.unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    async fn customers(&self) -> BTreeMap<String, String> {
        let customers = self.ask("GET", "/api/customers", &json!(null)).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let entry = |customer: &Value| (text(&customer["customer"]), text(&customer["state"]));
        customers.as_array().unwrap().iter().map(entry).collect()
    }

    async fn unlock(&self, customer: &str) -> Option<String> {
        unlock_at(self.address, customer).await
    }
}

async fn unlock_at(address: SocketAddr, customer: &str) -> Option<String> {
    let url = signed("/activate", customer, &[("apiToken", &token_of(customer))], system_time());
    let query = url.split_once('?').unwrap().1;
    let body = json!({"query": query, "key": "k".repeat(64)}).to_string();
    let headers = [("Origin", "http://127.0.0.1"), ("Content-Type", "application/json")];
    send(address, "POST", "/activate/unlock", &headers, &body).await
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn token_of(customer: &str) -> String {
    format!("{customer:0>32}")
}

/// Path and query that the marketplace signed for this gateway.
fn signed(path: &str, customer: &str, more: &[(&str, &str)], at: UnixTime) -> String {
    let at = at.to_string();
    let mut parameters = vec![
        ("customerName", "Müller & Söhne"),
        ("customerWebId", customer),
        ("userId", "21"),
        ("parameterCacheId", "pc"),
        ("apiClaim", "claim"),
        ("timestamp", &at),
    ];
    parameters.extend(more);
    let base = format!("http://127.0.0.1{path}");
    let secret = Secret::new(SECRET);
    let url = freischalt_protocol::signed_url::sign_with(&base, &parameters, &secret).unwrap();
    url.strip_prefix("http://127.0.0.1").unwrap().to_owned()
}

/// The whole answer, or nothing if there was none.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<String> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    (!answer.is_empty()).then_some(answer)
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let mut lines = answer.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).unwrap().1
}

async fn until(condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
}

/// Moments from before the key is kept until after the answer, in microseconds.
const MOMENTS: [u64; 12] =
    [0, 300, 1000, 2000, 3000, 5000, 7000, 9000, 12_000, 16_000, 25_000, 60_000];

#[tokio::test(flavor = "multi_thread")]
async fn killed_amid_an_unlock_it_is_active_or_to_be_activated_again() {
    let world = World::default();
    let marketplace = world.start().await;
    let installation = Installation::new(marketplace, &marketplace.to_string());
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        let customer = format!("customer-{round}");
        let mut gateway = installation.start().await;
        let address = gateway.address;
        let pressed = {
            let customer = customer.clone();
            tokio::spawn(async move { unlock_at(address, &customer).await })
        };
        tokio::time::sleep(Duration::from_micros(moment)).await;
        gateway.kill();
        let answer = pressed.await.unwrap();
        let told_active = answer.is_some_and(|answer| answer.contains(r#""active""#));
        let was_asked = world.asked.lock().unwrap().contains(&token_of(&customer));

        let gateway = installation.start().await;
        if was_asked || told_active {
            // The marketplace thinks so; the gateway finds out by itself.
            until(async || gateway.customers().await.contains_key(&customer)).await;
        } else if !gateway.customers().await.contains_key(&customer) {
            // Either nothing was kept, and the administrator does it again, or it was kept and is
            // finished at this start.
            gateway.unlock(&customer).await;
            until(async || gateway.customers().await.contains_key(&customer)).await;
        }
        assert_eq!(gateway.customers().await[&customer], "active", "{moment} µs");
        let is_told = || {
            let told = world.told("provider.activated");
            told.iter().any(|data| data["customer"] == customer.as_str())
        };
        until(async || is_told()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_amid_a_callback_no_payment_is_lost_and_none_told_twice() {
    let world = World::default();
    let marketplace = world.start().await;
    let installation = Installation::new(marketplace, &marketplace.to_string());
    let mut gateway = installation.start().await;
    assert!(gateway.unlock("42").await.unwrap().contains(r#""active""#));
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        let cache_id = format!("pc-{round}");
        let url = signed("/services/shop", "42", &[("parameterCacheId", &cache_id)], system_time());
        let opened = send(gateway.address, "GET", &url, &[], "").await.unwrap();
        let visit = header(&opened, "location").split('/').nth(2).unwrap().to_owned();
        let order = json!({"visit": visit, "product": {"name": "p", "price": "1.00"}});
        let placed = gateway.ask("POST", "/api/orders", &order).await;
        let id = placed["orderId"].as_str().unwrap();
        let transaction = format!("{}", 1_100_000_000 + round);
        let result = signed(
            &format!("/callback/{id}"),
            "42",
            &[("status", "success"), ("transactionid", &transaction)],
            system_time(),
        );
        let address = gateway.address;
        let returning = {
            let result = result.clone();
            tokio::spawn(async move { send(address, "GET", &result, &[], "").await })
        };
        tokio::time::sleep(Duration::from_micros(moment)).await;
        gateway.kill();
        let answered = returning.await.unwrap().is_some_and(|answer| answer.contains(" 303 "));
        gateway = installation.start().await;
        if !answered {
            // The browser shows an error and the person reloads.
            let again = send(gateway.address, "GET", &result, &[], "").await.unwrap();
            assert!(again.starts_with("HTTP/1.1 303"), "{again}");
        }
        let told = || {
            let told = world.told("order.paid");
            told.iter().filter(|data| data["orderId"] == id).count()
        };
        until(async || told() > 0).await;
        assert_eq!(told(), 1, "one event, however often it is sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_replaces_the_provider_secret() {
    let world = World::default();
    let marketplace = world.start().await;
    let installation = Installation::new(marketplace, &marketplace.to_string());
    let gateway = installation.start().await;
    gateway.unlock("42").await.unwrap();
    let open = async |cache_id: &str| {
        let more = [("parameterCacheId", cache_id)];
        let url = signed("/services/shop", "42", &more, system_time());
        send(gateway.address, "GET", &url, &[], "").await.unwrap()
    };
    assert!(open("a").await.starts_with("HTTP/1.1 303"));
    installation.put("secret", "another-secret-9876543210");
    let script = format!("kill -HUP {}", gateway.process.id());
    assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    until(async || open("b").await.starts_with("HTTP/1.1 403")).await;
    assert!(!fs::read_to_string(installation.path("log")).unwrap().contains("another-secret"));
}

#[test]
fn a_configuration_is_checked_without_starting() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let installation = Installation::new(nobody, "127.0.0.1:2");
    let config = installation.path("gateway.toml");
    let check = ["gateway", "--check", "--config", config.to_str().unwrap()];
    let fine = run(&check);
    assert_eq!((fine.code, fine.out.as_str()), (0, "The configuration is fine.\n"), "{}", fine.err);
    fs::set_permissions(installation.path("secret"), fs::Permissions::from_mode(0o644)).unwrap();
    let open = run(&check);
    assert_eq!(open.code, 2);
    assert!(open.err.contains("provider.secret_file: ") && open.err.contains("chmod 600"));
}

/// What only the start would find is found by the check, too.
#[test]
fn what_a_start_would_refuse_the_check_refuses_by_the_name_of_the_setting() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let installation = Installation::new(nobody, "127.0.0.1:2");
    let config = installation.path("gateway.toml");
    let right = fs::read_to_string(&config).unwrap();
    for (name, wrong, told) in [
        ("api_url", "ftp://api.example", "marketplace.api_url: the API address"),
        ("origins", "[\"https://m.example/smart\"]", "marketplace.origins is"),
        ("origins", "[]", "marketplace.origins is empty"),
        ("public_url", "https://provider.example/activate", "gateway.public_url is"),
        ("url", "http://", "app.url is"),
    ] {
        let lines = right.lines().map(|line| match line.trim().starts_with(&format!("{name} =")) {
            true if wrong.starts_with('[') => format!("{name} = {wrong}\n"),
            true => format!("{name} = \"{wrong}\"\n"),
            false => format!("{line}\n"),
        });
        fs::write(&config, lines.collect::<String>()).unwrap();
        for words in [&["gateway", "--check", "--config"][..], &["gateway", "--config"]] {
            let run = run(&[words, &[config.to_str().unwrap()]].concat());
            assert_eq!(run.code, 2, "{name}: {}", run.err);
            assert!(run.err.contains(told), "{name}: {}", run.err);
        }
    }
    fs::write(&config, right.replace("[app]", "[app]\n[app.oops]")).unwrap();
    let run = run(&["gateway", "--check", "--config", config.to_str().unwrap()]);
    assert!(run.code == 2 && run.err.contains("docs/gateway.md"), "{}", run.err);
}

/// An app of the examples, started on a free port.
struct App {
    process: Child,
    address: SocketAddr,
}

impl App {
    /// `None`, with a word on it, where the language is not installed.
    async fn start(program: &str, name: &str, secret: &Path) -> Option<Self> {
        let address = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap()
        };
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/gateway").join(name);
        let mut command = Command::new(program);
        if program == "php" {
            command.args(["-S", &address.to_string()]);
        }
        command.arg(file).env("APP_SECRET_FILE", secret).env("PORT", address.port().to_string());
        let started = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let Ok(process) = started else {
            assert!(std::env::var_os("CI").is_none(), "{program} is not installed");
            let note = format!("skipped: {program} is not installed, so {name} was not tried\n");
            std::io::stderr().write_all(note.as_bytes()).unwrap();
            return None;
        };
        until(async || TcpStream::connect(address).await.is_ok()).await;
        Some(Self { process, address })
    }

    /// Ends it and returns what it wrote.
    fn stop(mut self) -> String {
        self.process.kill().unwrap();
        let mut text = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        self.process.wait().unwrap();
        text
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_in_php_node_and_python_greet_their_caller() {
    let world = World::default();
    let marketplace = world.start().await;
    for (program, name) in [("php", "app.php"), ("node", "app.mjs"), ("python3", "app.py")] {
        let text = fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/gateway").join(name),
        );
        assert!(text.unwrap().lines().count() <= 30, "{name} has at most 30 lines");
        let files = tempfile::tempdir().unwrap();
        let secret = files.path().join("app-secret");
        fs::write(&secret, APP_SECRET).unwrap();
        let Some(app) = App::start(program, name, &secret).await else { continue };
        let forged = send(app.address, "GET", "/shop", &[], "").await.unwrap();
        assert!(forged.contains(" 401 "), "{name} without a session: {forged}");
        let unsigned = [("Freischalt-Session", "e30.eyJleHAiOjk5OTk5OTk5OTl9.AAAA")];
        let forged = send(app.address, "GET", "/shop", &unsigned, "").await.unwrap();
        assert!(forged.contains(" 401 "), "{name} with a forged session: {forged}");

        let installation = Installation::new(marketplace, &app.address.to_string());
        let gateway = installation.start().await;
        assert!(gateway.unlock("42").await.unwrap().contains(r#""active""#));
        let url = signed("/services/shop", "42", &[], system_time());
        let opened = send(gateway.address, "GET", &url, &[], "").await.unwrap();
        let path = header(&opened, "location").to_owned();
        let page = send(gateway.address, "GET", &path, &[], "").await.unwrap();
        assert!(page.contains("Söhne, user 21</h1>") && !page.contains("r & S"), "{name}: {page}");
        until(async || {
            let numbers = send(gateway.app, "GET", "/metrics", &[], "").await.unwrap();
            numbers.contains("freischalt_gateway_events_delivered_total 2")
        })
        .await;
        let log = app.stop();
        assert!(log.contains("provider.activated") && log.contains("service.called"), "{log}");
    }
}
