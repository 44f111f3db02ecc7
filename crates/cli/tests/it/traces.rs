//! Traces, as a collector receives them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};

use crate::{
    http,
    process::Running,
    serve,
    support::{Run, freischalt},
};

/// A collector that keeps what it is sent.
struct Collector {
    address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                thread::spawn(move || while receive(&stream, &kept).is_some() {});
            }
        });
        Self { address, received }
    }

    /// Everything that was sent, and the spans in it.
    fn spans(&self) -> (String, Vec<Value>) {
        let bodies = self.received.lock().unwrap().clone();
        let documents = bodies.iter().map(|body| serde_json::from_str::<Value>(body).unwrap());
        let each = |document: &Value, name: &str| document[name].as_array().unwrap().clone();
        let spans = documents
            .flat_map(|document| each(&document, "resourceSpans"))
            .flat_map(|resource| each(&resource, "scopeSpans"))
            .flat_map(|scope| each(&scope, "spans"))
            .collect();
        (bodies.concat(), spans)
    }
}

fn receive(mut stream: &TcpStream, kept: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut path) = (String::new(), 0, String::new());
    while reader.read_line(&mut line).ok()? > 2 {
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()?;
            }
            None => path = line.split(' ').nth(1)?.to_owned(),
            Some(_) => {}
        }
        line.clear();
    }
    assert_eq!(path, "/v1/traces");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    kept.lock().unwrap().push(String::from_utf8(body).ok()?);
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    stream.write_all(head.as_bytes()).ok()
}

/// A form that Anna, administrator of the examples' customer, sends.
fn send(server: &Running, cookie: &str, path: &str, form: &str) -> http::Answer {
    let method = if form.is_empty() { "GET" } else { "POST" };
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let request = http::request(method, path, &[kind, ("Cookie", cookie)], form);
    http::exchange(server.marketplace, &request).unwrap()
}

/// The text between two others.
#[track_caller]
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// Goes through all pages and makes the call; the activation's id, and its secrets.
fn activate(server: &Running) -> (String, [String; 3]) {
    let anna = send(server, "", "/sandbox/user", "customer=musterimmo&user=21");
    let cookie = anna.cookie.split(';').next().unwrap().to_owned();
    let base = "/marketplace/providers/demo/activation";
    for (step, form) in [("terms", "terms=on&dpa=on"), ("right", "audience=all")] {
        assert_eq!(send(server, &cookie, &format!("{base}/{step}"), form).status, 303);
    }
    let page = send(server, &cookie, base, "").body;
    let key = between(between(&page, "<input id=\"api-key\"", ">"), "value=\"", "\"").to_owned();
    let url = between(&page, "<iframe", ">").replace("&#38;", "&").replace("&amp;", "&");
    let parameter = |name: &str| between(&format!("{url}&"), &format!("{name}="), "&").to_owned();
    let (token, claim) = (parameter("apiToken"), parameter("apiClaim"));
    let call = json!({ "apiToken": token, "apiKey": key, "apiClaim": claim,
        "parameterCacheId": parameter("parameterCacheId") });
    let api = server.marketplace_url();
    let words = ["unlock", "--api", &api, "--from-activation", "-"];
    let unlocked = Run::with_input(&mut freischalt(words), &call.to_string());
    assert_eq!(unlocked.code, 0, "{}", unlocked.err);
    let runs = server.manage("GET", "/v1/activations", &Value::Null);
    (runs[0]["id"].as_str().unwrap().to_owned(), [token, key, claim])
}

#[test]
fn an_activation_is_one_trace_from_page_to_commit() {
    let collector = Collector::start();
    let endpoint = format!("http://{}", collector.address);
    let words = ["--port", "0", "--management-port", "0", "--ephemeral", "--json"];
    let server =
        Running::with_environment(&words, &[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str())]);
    let (id, secrets) = activate(&server);
    server.stop();

    let (everything, spans) = collector.spans();
    let trace = id.replace('-', "");
    let of_it: Vec<&Value> = spans.iter().filter(|span| span["traceId"] == trace).collect();
    let names: Vec<&str> = of_it.iter().map(|span| span["name"].as_str().unwrap()).collect();
    let steps = ["accept terms", "choose right", "sign activation URL", "call"];
    let parts = ["check signature", "check claim", "commit", "rule"];
    for name in steps.iter().chain(&parts) {
        assert!(names.contains(name), "{name} is missing in {names:?}");
    }
    assert!(of_it.len() >= 8, "{names:?}");
    assert_eq!(names.iter().filter(|name| **name == "commit").count(), 3, "{names:?}");
    assert_tree(&of_it, &steps);
    for secret in secrets {
        assert!(!everything.contains(&secret), "{everything}");
    }
}

/// Every part stands below a step, and nothing ends before it begins.
fn assert_tree(spans: &[&Value], steps: &[&str]) {
    let id = |span: &Value, name: &str| span[name].as_str().unwrap_or_default().to_owned();
    let known: BTreeMap<String, &&Value> =
        spans.iter().map(|span| (id(span, "spanId"), span)).collect();
    let mut roots = BTreeSet::new();
    for span in spans {
        let name = id(span, "name");
        match known.get(&id(span, "parentSpanId")) {
            Some(_) => assert!(!steps.contains(&name.as_str()), "{name} is below another"),
            None => {
                assert!(roots.insert(name.clone()) && steps.contains(&name.as_str()), "{name}");
                assert_eq!(id(span, "parentSpanId"), "", "{name} names a parent that nobody has");
            }
        }
        let time = |name: &str| -> u128 { id(span, name).parse().unwrap() };
        assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"), "{name}");
    }
}

/// Of a production server that traces as little as can be chosen: the ids of two activations that were
/// unlocked, the second begun with a wish to be traced, and what was sent.
fn two_of_few() -> ([String; 2], Vec<Value>) {
    const TOKEN: &str = "vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6";
    let (collector, folder) = (Collector::start(), tempfile::tempdir().unwrap());
    let few = format!("{}[traces]\none_in = 65536\n", serve::FINE);
    for (name, text) in [
        ("token", TOKEN),
        ("key", "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13"),
        ("freischalt.toml", &few),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let endpoint = format!("http://{}", collector.address);
    let server = Running::serve_with_environment(
        &folder.path().join("freischalt.toml"),
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str())],
    );
    let manage = |path: &str, body: &Value, more: &[(&str, &str)]| {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
        let request = http::request("POST", path, &[&headers, more].concat(), &body.to_string());
        let answer = http::exchange(server.management, &request).unwrap();
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()
    };
    let provider =
        json!({ "slug": "demo", "name": "Demo", "activationUrl": "https://demo.example/activate" });
    manage("/v1/providers", &provider, &[]);
    let sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let ids = [("nord", ""), ("sued", sampled)].map(|(customer, wish)| {
        manage("/v1/customers", &json!({ "slug": customer }), &[]);
        let start = json!({ "provider": "demo", "customer": customer });
        let started = manage("/v1/activations", &start, &[("traceparent", wish)]);
        let api = server.marketplace_url();
        let words = ["unlock", "--api", &api, "--from-activation", "-"];
        let unlocked = Run::with_input(&mut freischalt(words), &started.to_string());
        assert_eq!(unlocked.code, 0, "{}", unlocked.err);
        started["id"].as_str().unwrap().to_owned()
    });
    server.stop();
    (ids, collector.spans().1)
}

#[test]
fn an_activation_that_is_not_chosen_has_no_spans_and_one_that_is_wished_for_has_all() {
    let (ids, spans) = two_of_few();
    let of = |id: &str| {
        let trace = id.replace('-', "");
        let of_it: Vec<&Value> = spans.iter().filter(|span| span["traceId"] == trace).collect();
        of_it.iter().map(|span| span["name"].as_str().unwrap()).collect::<Vec<_>>()
    };
    let [chance, wished] = &ids;
    // It is chosen by chance once in 65536 times.
    assert_eq!(of(chance).is_empty(), !chance.ends_with("0000"), "{chance}");
    let names = of(wished);
    for name in ["accept terms", "choose right", "call", "check signature", "commit", "rule"] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    assert_eq!(spans.len(), of(chance).len() + names.len(), "spans of nothing: {spans:?}");
}

/// A collector that does not answer costs nobody anything.
#[test]
fn without_a_collector_everything_works() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let words = ["--port", "0", "--management-port", "0", "--ephemeral", "--json"];
    let server =
        Running::with_environment(&words, &[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str())]);
    activate(&server);
    server.stop();
}
