//! `kill -9` in the middle of sales: an order, its payment, the saved record and the webhook about it.
//! After a restart on the same data no money is lost or there twice, every order can be told, and each
//! webhook arrives under one id.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use freischalt_protocol::{Secret, signed_order, signed_url};
use serde_json::{Value, json};

use crate::{
    crash::{is_success, start_of},
    http,
    process::Running,
};

const SECRET: &str = "0123456789abcdef";
/// The kill comes after so many answers, and so many milliseconds later.
const MOMENTS: [(usize, u64); 8] = [(0, 0), (0, 3), (1, 0), (2, 1), (3, 0), (4, 3), (5, 0), (7, 2)];
/// An account of the test bank from which every debit is paid at once, however many there are in a day.
const ACCOUNT: &str = "DE66 1000 0000 0000 0000 04";
/// Steps of a round: a record, an order and its payment, three times.
const SALES: usize = 3;

/// The ids of the calls that a provider's server got, by the price of which they tell: each id once.
#[derive(Clone, Default)]
struct Hooks(Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>);

impl Hooks {
    /// Listens; the address.
    fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<String> = lines
                    .by_ref()
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .collect();
                let target = head.first().and_then(|line| line.split(' ').nth(1));
                let id = head.iter().find_map(|line| line.strip_prefix("x-freischalt-delivery: "));
                if let (Some(target), Some(id)) = (target, id) {
                    let record = target.split("estateId=").nth(1).unwrap_or_default();
                    let record = record.split('&').next().unwrap_or_default().to_owned();
                    let mut calls = calls.0.lock().unwrap();
                    calls.entry(record).or_default().insert(id.to_owned());
                }
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
            }
        });
        url
    }

    fn of(&self, record: &str) -> BTreeSet<String> {
        self.0.lock().unwrap().get(record).cloned().unwrap_or_default()
    }
}

/// What was acknowledged before the kill.
#[derive(Default)]
struct Acknowledged {
    records: Vec<String>,
    /// The signed texts, all of them, and the ids of those orders that were answered.
    orders: Vec<(String, Option<String>)>,
    paid: Vec<String>,
}

#[test]
fn sales_survive_kill_9() {
    let (folder, hooks) = (tempfile::tempdir().unwrap(), Hooks::default());
    let url = hooks.listen();
    let mut server = Running::sandbox_in(folder.path());
    let provider = json!({
        "name": "Shop", "secret": SECRET, "activationUrl": format!("{url}/activate"),
        "services": [
            { "name": "Window", "url": format!("{url}/window") },
            { "name": "Hook", "kind": "webhook", "url": format!("{url}/hook") },
        ],
    });
    server.manage("POST", "/v1/providers", &provider);
    let run = start_of(&server, "shop", "musterimmo");
    let request = http::request("POST", "/api/stable/api.php", &[], &run.body);
    assert!(is_success(&http::exchange(server.marketplace, &request).unwrap().json()));

    let (mut all, mut records) = (BTreeMap::new(), BTreeSet::new());
    let mut killed_early = 0;
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        let done = sell_until_killed(&mut server, round, moment);
        killed_early += usize::from(done.paid.len() < SALES);
        server = Running::sandbox_in(folder.path());
        for paid in &done.paid {
            let state = show(&server, paid)["state"].clone();
            assert_eq!(state, "paid", "an acknowledged payment is lost");
        }
        for (text, id) in done.orders {
            let order = place(&server, &text).unwrap();
            assert!(id.is_none_or(|id| id == order), "an acknowledged order is another one now");
            all.insert(order, text);
        }
        records.extend(done.records);
    }
    assert!(killed_early > 0, "some sales were under way");
    finish(&server, &all);
    // What a killed process had taken is anybody's again after a while.
    server.manage("PUT", "/v1/clock", &json!({ "advance": 120 }));
    let deadline = Instant::now() + Duration::from_secs(60);
    while let Some(record) = records.iter().find(|record| hooks.of(record).is_empty()) {
        assert!(Instant::now() < deadline, "nobody was called about record {record}");
        thread::sleep(Duration::from_millis(20));
    }
    for record in &records {
        assert_eq!(hooks.of(record).len(), 1, "one event, one id: {record}");
    }
}

/// Pays what is not paid, and counts the money.
fn finish(server: &Running, orders: &BTreeMap<String, String>) {
    let deadline = Instant::now() + Duration::from_secs(60);
    for id in orders.keys() {
        let paid = loop {
            let order = show(server, id);
            match order["state"].as_str().unwrap() {
                "paid" => break order,
                "open" => drop(pay(server, id)),
                // Begun before the kill: the server itself goes on with it.
                _ => thread::sleep(Duration::from_millis(20)),
            }
            assert!(Instant::now() < deadline, "never paid: {order}");
        };
        let transactions = paid["transactions"].as_array().unwrap();
        let taken = transactions.iter().filter(|one| one["state"] == "paid").count();
        assert_eq!(taken, 1, "the money was taken once: {paid}");
        let url = paid["callbackUrl"].as_str().unwrap();
        let told = signed_url::verify(url, &Secret::new(SECRET)).unwrap();
        assert_eq!(told.get("status"), Some("success"));
    }
    let listed = server.manage("GET", "/v1/orders?provider=shop", &Value::Null);
    assert_eq!(listed.as_array().unwrap().len(), orders.len(), "no order is there twice");
    let balance = server.manage("GET", "/v1/providers/shop/balance", &Value::Null);
    let cents = 3870 * orders.len();
    assert_eq!(balance["balance"], format!("{}.{:02}", cents / 100, cents % 100));
}

/// Sells, and kills the server in the middle of it.
fn sell_until_killed(server: &mut Running, round: usize, moment: (usize, u64)) -> Acknowledged {
    let launch = json!({ "provider": "shop", "customer": "musterimmo" });
    let entry = server.manage("POST", "/v1/services/launch", &launch)["parameterCacheId"].clone();
    let (management, answers) = (server.management, AtomicUsize::new(0));
    thread::scope(|scope| {
        let sales = scope.spawn(|| {
            let mut done = Acknowledged::default();
            for number in 0..SALES {
                let step = || answers.fetch_add(1, Ordering::SeqCst);
                let fields = json!({ "fields": { "objekttitel": format!("{round}-{number}") } });
                let path = "/v1/customers/musterimmo/records/estate";
                let Some(record) = call(management, path, &fields) else { return done };
                done.records.push(record["id"].to_string());
                step();
                let text = signed(&entry, &format!("{round}-{number}"));
                done.orders.push((text.clone(), None));
                let Some(order) = call(management, "/v1/orders", &order_body(&text)) else {
                    return done;
                };
                let id = order["id"].as_str().unwrap().to_owned();
                done.orders.last_mut().unwrap().1 = Some(id.clone());
                step();
                let number = json!({ "number": ACCOUNT });
                let path = format!("/v1/orders/{id}/pay");
                let Some(paid) = call(management, &path, &number) else { return done };
                assert_eq!(paid["state"], "paid", "{paid}");
                done.paid.push(id);
                step();
            }
            done
        });
        let (count, later) = moment;
        while answers.load(Ordering::SeqCst) < count && !sales.is_finished() {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(later));
        server.kill();
        sales.join().unwrap()
    })
}

/// A call that may find the server dead.
fn call(address: std::net::SocketAddr, path: &str, body: &Value) -> Option<Value> {
    let headers = [("Content-Type", "application/json")];
    let request = http::request("POST", path, &headers, &body.to_string());
    let answer = http::exchange(address, &request).ok()?;
    assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.body);
    Some(answer.json())
}

fn order_body(text: &str) -> Value {
    json!({ "customer": "musterimmo", "provider": "shop", "order": text })
}

fn signed(entry: &Value, name: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let order = json!({
        "parametercacheid": entry, "callbackurl": "http://127.0.0.1:9/result",
        "products": [{ "name": name, "price": "38.70", "quantity": "1" }],
        "totalprice": "38.70", "timestamp": now,
    });
    signed_order::sign(order.to_string().as_bytes(), &Secret::new(SECRET)).unwrap()
}

/// Sells something to a customer of the sandbox; the id of the order, which is paid.
pub(crate) fn sell_one(server: &Running) -> String {
    let url = "http://127.0.0.1:9";
    let window = json!({ "name": "Window", "url": format!("{url}/window") });
    let provider = json!({ "name": "Shop", "secret": SECRET, "services": [window],
        "activationUrl": format!("{url}/activate") });
    server.manage("POST", "/v1/providers", &provider);
    let run = start_of(server, "shop", "musterimmo");
    let request = http::request("POST", "/api/stable/api.php", &[], &run.body);
    assert!(is_success(&http::exchange(server.marketplace, &request).unwrap().json()));
    let launch = json!({ "provider": "shop", "customer": "musterimmo" });
    let entry = server.manage("POST", "/v1/services/launch", &launch)["parameterCacheId"].clone();
    let order = place(server, &signed(&entry, "one")).unwrap();
    assert_eq!(pay(server, &order)["state"], "paid");
    order
}

fn place(server: &Running, text: &str) -> Option<String> {
    let order = call(server.management, "/v1/orders", &order_body(text))?;
    Some(order["id"].as_str()?.to_owned())
}

fn pay(server: &Running, id: &str) -> Value {
    let number = json!({ "number": ACCOUNT });
    server.manage("POST", &format!("/v1/orders/{id}/pay"), &number)
}

fn show(server: &Running, id: &str) -> Value {
    server.manage("GET", &format!("/v1/orders/{id}"), &Value::Null)
}
