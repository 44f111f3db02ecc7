//! An installation on its way between SQLite, PostgreSQL and a backup, and several processes on
//! one database, through PgBouncer too.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use freischalt_protocol::{Secret, signed_order};
use freischalt_testbed::{Cluster, Pooler};
use serde_json::{Value, json};

use crate::{
    crash::unlock_body,
    http,
    process::Running,
    support::{Run, run},
};

const TOKEN: &str = "vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6";

/// The configuration of a server for real, in this folder.
pub(crate) fn configuration(folder: &Path) -> PathBuf {
    let put = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    };
    put("token", TOKEN);
    put("key", "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13");
    put(
        "freischalt.toml",
        "[server]\nbind = \"127.0.0.1:0\"\npublic_url = \"https://marketplace.example.com\"\n\
         [management]\nbind = \"127.0.0.1:0\"\ntoken_file = \"token\"\n\
         [store]\npath = \"freischalt.db\"\nencryption_key_file = \"key\"\n",
    );
    folder.join("freischalt.toml")
}

/// A call of the management API that must succeed.
#[track_caller]
pub(crate) fn manage(server: &Running, method: &str, path: &str, body: &Value) -> Value {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = http::request(method, path, &headers, &body);
    let answer = http::exchange(server.management, &request).unwrap();
    assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
    answer.json()
}

/// The status of any other.
pub(crate) fn manage_status(server: &Running, method: &str, path: &str, body: &Value) -> u16 {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = http::request(method, path, &headers, &body);
    http::exchange(server.management, &request).unwrap().status
}

/// The code that a provider's call is answered with.
fn call(server: &Running, body: &str) -> i64 {
    let request = http::request("POST", "/api/stable/api.php", &[], body);
    let answer = http::exchange(server.marketplace, &request).unwrap().json();
    let result = &answer["response"]["results"][0]["status"]["errorcode"];
    let code = if result.is_null() { &answer["status"]["errorcode"] } else { result };
    code.as_i64().unwrap_or_else(|| panic!("{answer}"))
}

fn populate(server: &Running) {
    let ada = json!({ "id": 1, "name": "Ada Größer", "administrator": true });
    manage(server, "POST", "/v1/customers", &json!({ "slug": "nord", "users": [ada] }));
    let url = "https://provider.example/activate";
    let provider = json!({ "slug": "plan", "name": "Plan", "activationUrl": url });
    manage(server, "POST", "/v1/providers", &provider);
}

fn begin(server: &Running) -> Value {
    let wanted = json!({ "provider": "plan", "customer": "nord" });
    manage(server, "POST", "/v1/activations", &wanted)
}

fn path_of(started: &Value) -> String {
    format!("/v1/activations/{}", started["id"].as_str().unwrap())
}

#[track_caller]
fn fails(code: i32, words: &[&str], said: &str) {
    let run = run(words);
    assert_eq!(run.code, code, "{words:?}: {}{}", run.out, run.err);
    assert!(run.err.contains(said), "{words:?}: {}", run.err);
}

#[test]
fn an_installation_goes_to_postgres_and_back_with_everything_that_is_sealed() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (config, at) = (configuration(folder.path()), |name: &str| {
        folder.path().join(name).to_str().unwrap().to_owned()
    });
    let server = Running::serve(&config);
    populate(&server);
    let (first, second) = (begin(&server), begin(&server));
    assert_eq!(call(&server, &unlock_body(&second)), 0);
    let shown = manage(&server, "GET", &path_of(&second), &Value::Null);

    let (lite, url) = (at("freischalt.db"), cluster.schema("copied"));
    fails(1, &["store", "copy", &lite, &url], "the source is in use: stop every server");
    server.stop();
    fs::write(at("other"), "1".repeat(64)).unwrap();
    fs::set_permissions(at("other"), fs::Permissions::from_mode(0o600)).unwrap();
    let wrong = ["store", "copy", &lite, &url, "--key-file", &at("other")];
    fails(1, &wrong, "the encryption key does not fit");
    fails(2, &["store", "copy", &at("nothing.db"), &url], "there is no database");
    fails(1, &["store", "copy", &url, &at("x.db")], "nothing has been started on it yet");

    let there = copied(&["store", "copy", &lite, &url, "--key-file", &at("key")]);
    fails(1, &["store", "copy", &lite, &url], "the target is not empty");
    let server = Running::serve_on(&config, &url);
    assert_eq!(manage(&server, "GET", &path_of(&second), &Value::Null), shown);
    assert_eq!(call(&server, &unlock_body(&second)), 0, "the sealed key opens there");
    assert_eq!(call(&server, &unlock_body(&first)), 22, "and what had ended is over");
    fails(1, &["store", "copy", &url, &at("y.db")], "the source is in use");
    server.stop();
    // Whatever its connections are called, its jobs are taken, a moment after it is ready.
    let server = Running::serve_on(&config, &format!("{url}&application_name=other"));
    let targets = (0..100).map(|number| at(&format!("y{number}.db")));
    let mut refused = targets.map(|to| run(&["store", "copy", &url, &to])).skip_while(|run| {
        thread::sleep(Duration::from_millis(100));
        run.code == 0
    });
    let refused = refused.next().expect("a copy beside a running server");
    assert!(refused.err.contains("a server uses the source"), "{}", refused.err);
    server.stop();

    fs::write(at("url"), &url).unwrap();
    let back = copied(&["store", "copy", &format!("@{}", at("url")), &at("back.db")]);
    assert_eq!(back, there, "the same rows, whatever the engine");
    // The file alone is the database.
    fs::copy(at("back.db"), at("alone.db")).unwrap();
    let server = Running::serve_on(&config, &at("alone.db"));
    assert_eq!(manage(&server, "GET", &path_of(&second), &Value::Null), shown);
    // Numbers that the database gives out go on.
    let provider = json!({ "name": "Next", "activationUrl": "https://next.example/activate" });
    manage(&server, "POST", "/v1/providers", &provider);
    server.stop();
}

/// As docs/production.md says: the old key can go when the log says so.
#[test]
fn a_new_encryption_key_takes_the_place_of_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let server = Running::serve(&config);
    populate(&server);
    let body = unlock_body(&begin(&server));
    assert_eq!(call(&server, &body), 0);
    server.stop();

    fs::write(
        folder.path().join("new"),
        "27c5e0914bd83f6aa1097e5d42f8c36b9e05d17a38cb642f50e98d1bf4a7c326",
    )
    .unwrap();
    fs::set_permissions(folder.path().join("new"), fs::Permissions::from_mode(0o600)).unwrap();
    let text = fs::read_to_string(&config).unwrap().replace("\"key\"", "\"new\"");
    let both = format!("{text}previous_encryption_key_files = [\"key\"]\n");
    fs::write(&config, both).unwrap();
    let server = Running::serve(&config);
    server.until_logged("previous keys can be dropped");
    server.stop();

    fs::write(&config, text).unwrap();
    let server = Running::serve(&config);
    assert_eq!(
        call(&server, &body),
        193,
        "the API key opens, and the claim ended with the old key"
    );
    let again = begin(&server);
    assert_eq!(call(&server, &unlock_body(&again)), 0, "and so does the provider's secret");
    server.stop();
}

/// Sells something to a customer of the sandbox; the id of the order, which is paid.
fn sell_one(server: &Running) -> String {
    const SECRET: &str = "0123456789abcdef";
    let url = "http://127.0.0.1:9";
    let window = json!({ "name": "Window", "url": format!("{url}/window") });
    let provider = json!({ "name": "Shop", "secret": SECRET, "services": [window],
        "activationUrl": format!("{url}/activate") });
    server.manage("POST", "/v1/providers", &provider);
    let whose = json!({ "provider": "shop", "customer": "musterimmo" });
    let started = server.manage("POST", "/v1/activations", &whose);
    assert_eq!(call(server, &unlock_body(&started)), 0);
    let entry = server.manage("POST", "/v1/services/launch", &whose)["parameterCacheId"].clone();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let order = json!({
        "parametercacheid": entry, "callbackurl": format!("{url}/result"), "timestamp": now,
        "products": [{ "name": "Plan", "price": "38.70", "quantity": "1" }], "totalprice": "38.70",
    });
    let text = signed_order::sign(order.to_string().as_bytes(), &Secret::new(SECRET)).unwrap();
    let body = json!({ "provider": "shop", "customer": "musterimmo", "order": text });
    let order = server.manage("POST", "/v1/orders", &body)["id"].as_str().unwrap().to_owned();
    // An account of the test bank from which every debit is paid at once.
    let account = json!({ "number": "DE66 1000 0000 0000 0000 04" });
    let paid = server.manage("POST", &format!("/v1/orders/{order}/pay"), &account);
    assert_eq!(paid["state"], "paid", "{paid}");
    order
}

/// Every table that a shop writes in, of the newest schema.
#[test]
fn a_sandbox_with_its_sales_goes_to_postgres_and_back() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Running::sandbox_in(&data);
    let order = sell_one(&server);
    let show = |server: &Running| {
        let mut shown = server.manage("GET", &format!("/v1/orders/{order}"), &Value::Null);
        // Signed anew each time.
        assert!(shown["callbackUrl"].take().is_string());
        shown
    };
    let shown = show(&server);
    server.stop();

    let path = |path: PathBuf| path.to_str().unwrap().to_owned();
    let (lite, url) = (path(data.join("freischalt.db")), cluster.schema("sold"));
    let there = tables(&["store", "copy", &lite, &url]);
    for table in ["orders", "transactions", "postings", "order_history", "bank_commands", "records"]
    {
        assert!(rows(&there, table) > 0, "{table} is empty: {there}");
    }
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(data.join("encryption.key"), other.join("encryption.key")).unwrap();
    let back = path(other.join("freischalt.db"));
    assert_eq!(
        tables(&["store", "copy", &url, &back]),
        there,
        "the same rows, whatever the engine"
    );
    let server = Running::sandbox_in(&other);
    assert_eq!(show(&server), shown);
    server.stop();
}

/// Runs a copy; the tables that it reports.
fn tables(words: &[&str]) -> Value {
    let done = run(&[words, &["--json"]].concat());
    assert_eq!(done.code, 0, "{}", done.err);
    let mut report: Value = serde_json::from_str(&done.out).unwrap();
    assert!(report["rows"].as_u64().unwrap() > 10, "{report}");
    report["tables"].take()
}

fn rows(tables: &Value, name: &str) -> u64 {
    let table = tables.as_array().unwrap().iter().find(|one| one["table"] == name);
    table.unwrap()["rows"].as_u64().unwrap()
}

/// The same of an installation with one customer and two activations.
fn copied(words: &[&str]) -> Value {
    let tables = tables(words);
    assert_eq!((rows(&tables, "activations"), rows(&tables, "customers")), (2, 1), "{tables}");
    tables
}

#[test]
fn a_backup_is_made_while_the_sandbox_runs_and_restored_to_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (old, new, file) = (at("old"), at("new"), at("backup.db"));
    let server = Running::sandbox(&["--data", &old]);
    let wanted = json!({ "provider": "demo", "customer": "musterimmo" });
    let started = server.manage("POST", "/v1/activations", &wanted);
    let shown = server.manage("GET", &path_of(&started), &Value::Null);

    let made = run(&["backup", &file, "--data", &old]);
    assert!(made.code == 0 && made.out.contains("complete and on disk"), "{}", made.err);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "others cannot read it");
    fails(1, &["backup", &file, "--data", &old], "is there already and is not overwritten");
    fails(2, &["backup", &at("x.db"), "--data", &at("nowhere")], "cannot read");
    server.manage("POST", &format!("{}/block", path_of(&started)), &Value::Null);
    server.stop();

    fails(1, &["restore", &file, "--data", &old], "is there already and is not overwritten");
    fails(2, &["restore", &file, "--data", &new], "cannot read");
    fs::create_dir(&new).unwrap();
    fs::write(format!("{new}/encryption.key"), "2".repeat(64)).unwrap();
    fails(1, &["restore", &file, "--data", &new], "the encryption key does not fit");
    fs::copy(format!("{old}/encryption.key"), format!("{new}/encryption.key")).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes.truncate(middle);
    fs::write(at("half.db"), &bytes).unwrap();
    fails(1, &["restore", &at("half.db"), "--data", &new], "is damaged");
    fs::write(at("text.db"), "no database at all").unwrap();
    fails(1, &["restore", &at("text.db"), "--data", &new], "is damaged");
    assert_eq!(fs::read_dir(&new).unwrap().count(), 1, "nothing is left of what failed");

    // A folder of somebody else, where whoever runs the tests can give it away.
    let owner = |path: &str| fs::metadata(path).unwrap().uid();
    if owner(&new) == 0 {
        chown(&new, Some(65534), Some(65534)).unwrap();
    }
    let done = run(&["restore", &file, "--data", &new, "--json"]);
    let report: Value = serde_json::from_str(&done.out).unwrap_or_else(|_| panic!("{}", done.err));
    assert_eq!(report["kind"], "sandbox");
    assert_eq!(owner(report["file"].as_str().unwrap()), owner(&new), "a server there can open it");
    let server = Running::sandbox(&["--data", &new]);
    assert_eq!(server.manage("GET", &path_of(&started), &Value::Null), shown, "before the block");
    server.stop();
}

#[test]
fn a_backup_of_an_installation_on_postgres_names_the_tools() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let text = fs::read_to_string(&config).unwrap();
    let url = "url = \"postgres://freischalt@db.example/freischalt\"";
    fs::write(&config, text.replace("path = \"freischalt.db\"", url)).unwrap();
    let config = config.to_str().unwrap();
    fails(1, &["backup", "x.db", "--config", config], "pg_dump --format=custom");
}

#[test]
fn two_postgres_processes_share_everything_and_a_block_is_known_to_both_at_once() {
    let Some(cluster) = Cluster::start() else { return };
    share(&cluster.schema("direct"), &cluster.schema("other"));
}

#[test]
fn two_postgres_processes_share_everything_through_a_pooler() {
    let Some(cluster) = Cluster::start() else { return };
    let pooler = Pooler::start(&cluster);
    share(&pooler.url(), &cluster.schema("other"));
}

/// Starts on one process, unlocks on the other, blocks on one of them: dead on both.
fn share(url: &str, other: &str) {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let servers = [Running::serve_on(&config, url), Running::serve_on(&config, url)];
    let stranger = Running::serve_on(&config, other);
    populate(&servers[0]);
    for round in 0..6 {
        let (one, two) = (&servers[round % 2], &servers[1 - round % 2]);
        let started = begin(one);
        let body = unlock_body(&started);
        assert_eq!(call(&stranger, &body), 22, "a database of its own knows nothing of it");
        assert_eq!(call(two, &body), 0, "started there, unlocked here");
        assert_eq!(call(one, &body), 0, "both have seen the key at work");
        let path = path_of(&started);
        let shown = manage(one, "GET", &path, &Value::Null);
        assert_eq!((&shown["state"], unlocked(&shown)), (&json!("active"), 1), "{shown}");
        let blocker = if round < 3 { one } else { two };
        manage(blocker, "POST", &format!("{path}/block"), &Value::Null);
        for server in [one, two] {
            assert_eq!(call(server, &body), 22, "dead the moment the block was answered");
        }
    }
    for server in &servers {
        let metrics = metrics(server);
        let number = |name: &str| -> f64 {
            let line = metrics.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name}: {metrics}")).trim().parse().unwrap()
        };
        assert!(number("freischalt_store_commit_duration_seconds_count") > 0.0, "{metrics}");
        assert!(number("freischalt_store_group_changes_sum") >= 3.0, "{metrics}");
        assert!(number("freischalt_store_connections_max") >= 12.0, "{metrics}");
        assert!(number("freischalt_store_connections_busy") >= 0.0, "{metrics}");
    }
    for server in servers {
        server.stop();
    }
}

fn unlocked(shown: &Value) -> usize {
    let history = shown["history"].as_array().unwrap();
    history.iter().filter(|entry| entry["event"] == "unlocked").count()
}

fn metrics(server: &Running) -> String {
    let bearer = format!("Bearer {TOKEN}");
    let request = http::request("GET", "/metrics", &[("Authorization", bearer.as_str())], "");
    let answer = http::exchange(server.management, &request).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// A change that waits for somebody's lock is slow, and the log says so.
#[test]
fn a_slow_postgres_transaction_is_logged() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text + "slow_commit_milliseconds = 200\n").unwrap();
    let server = Running::serve_on(&config, &cluster.schema("slow"));
    populate(&server);
    let started = begin(&server);
    thread::scope(|scope| {
        let holder = scope.spawn(|| {
            cluster.run_sql(
                "BEGIN; SELECT * FROM slow.activations FOR UPDATE; SELECT pg_sleep(1); COMMIT",
            )
        });
        let deadline = Instant::now() + Duration::from_secs(60);
        let held = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        while cluster.run_sql(held) != "1" {
            assert!(Instant::now() < deadline && !holder.is_finished(), "nobody holds the lock");
        }
        assert_eq!(call(&server, &unlock_body(&started)), 0);
        holder.join().unwrap();
    });
    let ended = server.stop();
    let slow = ended.err.lines().find(|line| line.contains("a commit was slow"));
    let slow: Value = serde_json::from_str(slow.expect(&ended.err)).unwrap();
    assert!(slow["took_ms"].as_u64().unwrap() >= 200, "{slow}");
}

/// What is named in the help exists.
#[test]
fn the_help_says_where_the_key_is() {
    let Run { out, .. } = run(&["backup", "--help"]);
    assert!(out.contains("The encryption key is not in it"), "{out}");
}
