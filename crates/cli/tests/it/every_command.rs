//! Every command once against the built sandbox, for people and for scripts. A command that is
//! not called here fails the ledger at the end.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    process::Running,
    serve::Installation,
    support::{Run, freischalt, run},
};

/// Commands that have tests of their own because they do not end by themselves.
const SERVERS: [&str; 3] = ["gateway", "sandbox", "serve"];

/// Runs commands against one sandbox and remembers which.
struct Ledger {
    server: Running,
    called: BTreeSet<String>,
}

impl Ledger {
    /// Runs the command with these words, which must end with this code, twice: what it prints
    /// for people, and the JSON that it prints for scripts.
    #[track_caller]
    fn both(&mut self, code: i32, words: &[&str]) -> (String, Value) {
        let people = self.run(words);
        let scripts = self.run(&[words, &["--json"]].concat());
        assert_eq!((people.code, scripts.code), (code, code), "{words:?}: {}", people.err);
        assert!(serde_json::from_str::<Value>(&people.out).is_err(), "{words:?}: {}", people.out);
        let json = serde_json::from_str(&scripts.out);
        assert!(scripts.out.ends_with('\n') && scripts.out.lines().count() == 1, "{words:?}");
        (people.out, json.unwrap_or_else(|_| panic!("{words:?}: {}", scripts.out)))
    }

    /// Runs the command with these words.
    fn run(&mut self, words: &[&str]) -> Run {
        self.with_input(words, "")
    }

    fn with_input(&mut self, words: &[&str], input: &str) -> Run {
        let name = words.iter().take_while(|word| is_name(word)).copied().collect::<Vec<_>>();
        self.called.insert(name.join(" "));
        let mut command = freischalt(words);
        command.env("FREISCHALT_MANAGEMENT", self.server.management_url());
        command.env("FREISCHALT_PROVIDER_SECRET", SECRET);
        Run::with_input(&mut command, input)
    }
}

const SECRET: &str = "0123456789abcdef";

/// The words of a command come before its arguments, which all look different here.
fn is_name(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !word.starts_with('-')
}

#[test]
fn every_command_works_for_people_and_for_scripts() {
    let mut ledger = Ledger { server: Running::sandbox(&["--ephemeral"]), called: BTreeSet::new() };
    customers_and_providers(&mut ledger);
    activations(&mut ledger);
    sales(&mut ledger);
    clock(&mut ledger);
    signatures(&mut ledger);
    without_a_server(&mut ledger);
    installations(&mut ledger);

    let mut called = ledger.called;
    called.extend(SERVERS.map(str::to_owned));
    let missing: Vec<_> = commands().into_iter().filter(|name| !has(&called, name)).collect();
    assert!(missing.is_empty(), "no black-box test calls {missing:?}: add them to this file");
    ledger.server.stop();
}

/// Arguments of a command may look like words, so a call is known by its beginning.
fn has(called: &BTreeSet<String>, command: &str) -> bool {
    called.iter().any(|call| call == command || call.starts_with(&format!("{command} ")))
}

/// Every command that does something, found by asking for help at each level.
fn commands() -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(words) = open.pop() {
        let path: Vec<&str> = words.iter().map(String::as_str).collect();
        let below = subcommands(&run(&[&path[..], &["--help"]].concat()).out);
        if below.is_empty() {
            found.push(words.join(" "));
        }
        open.extend(below.into_iter().map(|name| [&words[..], &[name]].concat()));
    }
    assert!(found.len() > 15, "{found:?}");
    found
}

fn subcommands(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    list.take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

fn customers_and_providers(ledger: &mut Ledger) {
    let add = ["customer", "add", "--slug", "nord", "--administrator", "1=Ada"];
    assert!(ledger.run(&add).out.contains("administrator"));
    let twice = ledger.run(&add);
    assert_eq!(twice.code, 1);
    assert!(twice.err.contains("taken"), "{}", twice.err);
    let (people, json) = ledger.both(0, &["customer", "show", "nord"]);
    assert!(people.contains("Ada"), "{people}");
    assert_eq!(json["users"][0]["name"], "Ada");
    let (people, json) = ledger.both(0, &["customer", "list"]);
    assert!(people.contains("Musterimmo GmbH") && people.contains("nord"), "{people}");
    assert_eq!(json.as_array().unwrap().len(), 4, "three of the sandbox, and the new one: {json}");
    assert_eq!(ledger.run(&["customer", "show", "nobody"]).code, 1);

    let url = "http://127.0.0.1:9/activate";
    let add = ["provider", "add", "--name", "Tours", "--activation-url", url, "--json"];
    let added = ledger.run(&add);
    let json: Value = serde_json::from_str(&added.out).unwrap();
    assert_eq!((added.code, json["slug"].as_str()), (0, Some("tours")), "{}", added.err);
    assert_eq!(json["secret"].as_str().unwrap().len(), 64);
    let (people, json) = ledger.both(0, &["provider", "show", "tours"]);
    assert!(people.contains(url), "{people}");
    assert_eq!(json.get("secret"), None, "shown once and never again");
    let set = ["provider", "set", "tours", "--settle-directly", "on"];
    let (people, json) = ledger.both(0, &set);
    assert!(people.contains("settle directly  on"), "{people}");
    assert_eq!((&json["settleDirectly"], &json["notifyResults"]), (&json!(true), &json!(false)));
    let other = ["provider", "set", "tours", "--notify-results", "on", "--settle-directly", "off"];
    let (_, json) = ledger.both(0, &other);
    assert_eq!((&json["settleDirectly"], &json["notifyResults"]), (&json!(false), &json!(true)));
    let (people, json) = ledger.both(0, &["provider", "set", "tours", "--accepts", "direct-debit"]);
    assert!(people.contains("accepts") && json["accepted"] == "directDebit", "{people}");
    let (people, json) = ledger.both(0, &["provider", "set", "tours", "--client", "nord"]);
    assert!(people.contains("own client") && json["client"] == "nord", "{people}");
    let taken = ledger.run(&["provider", "set", "demo", "--client", "nord"]);
    assert!(taken.code == 1 && taken.err.contains("another provider"), "{}", taken.err);
    let add = ["customer", "add-api-user", "nord", "--name", "refunds"];
    let (people, json) = ledger.both(0, &add);
    assert!(people.contains("API key") && json["apiKey"].as_str().unwrap().len() == 64, "{people}");
    assert_eq!(ledger.run(&["provider", "set", "tours"]).code, 2, "nothing to change");
    let folder = tempfile::tempdir().unwrap();
    let services = folder.path().join("services.json");
    let services = services.to_str().unwrap();
    let add = ["provider", "add", "--name", "Hooks", "--activation-url", url, "--services-file"];
    std::fs::write(services, "{}").unwrap();
    assert_eq!(ledger.run(&[&add[..], &[services]].concat()).code, 2, "no list");
    let trigger = json!({ "module": "estate", "on": "saved", "fields": ["kaufpreis"] });
    let service = json!({ "name": "Hook", "kind": "webhook", "url": url, "triggers": [trigger] });
    // As POST takes it: what is left out has its default there; an editor has put a mark first.
    let plain = json!({ "name": "Plan", "slug": "my-plan", "url": url });
    std::fs::write(services, format!("\u{feff}{}", json!([service, plain]))).unwrap();
    assert_eq!(ledger.run(&[&add[..], &[services]].concat()).code, 0);
    let (_, json) = ledger.both(0, &["provider", "show", "hooks"]);
    assert_eq!(json["services"][0]["triggers"], json!([trigger]));
    assert_eq!(
        (&json["services"][1]["slug"], &json["services"][1]["kind"]),
        (&json!("my-plan"), &json!("window"))
    );
    assert_eq!(ledger.run(&["provider", "set", "nobody", "--notify-results", "on"]).code, 1);
    let (people, json) = ledger.both(0, &["provider", "list"]);
    assert!(people.contains("Grundrisswerk") && people.contains("Tours"), "{people}");
    assert_eq!(json.as_array().unwrap().len(), 5);
}

fn activations(ledger: &mut Ledger) {
    let api = ledger.server.marketplace_url();
    let start = ["activation", "start", "--provider", "demo", "--customer", "musterimmo"];
    let (people, started) = ledger.both(0, &start);
    assert!(people.contains("pending"), "{people}");
    assert_eq!(started["replaced"]["state"], "pending", "the first of the two: {started}");
    let id = started["id"].as_str().unwrap();

    let unlock = ["unlock", "--api", &api, "--from-activation", "-"];
    let mut wrong = started.clone();
    wrong["apiKey"] = json!("0".repeat(64));
    let refused = ledger.with_input(&unlock, &wrong.to_string());
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("137"), "{}", refused.err);
    let fine = ledger.with_input(&unlock, &started.to_string());
    assert_eq!((fine.code, fine.out.as_str()), (0, "The provider is active.\n"), "{}", fine.err);

    let (people, json) = ledger.both(0, &["activation", "show", id]);
    assert!(people.contains("active") && people.contains("unlocked"), "{people}");
    assert_eq!(json["state"], "active");
    let (people, json) = ledger.both(0, &["activation", "list", "--customer", "musterimmo"]);
    assert!(people.contains(id), "{people}");
    assert_eq!(json.as_array().unwrap().len(), 2);
    let (people, json) = ledger.both(0, &["activation", "block", id]);
    assert!(people.contains("blocked"), "{people}");
    assert_eq!(json["state"], "blocked");
    assert_eq!(ledger.run(&["activation", "show", "1-2-3"]).code, 1);

    let (people, json) = ledger.both(0, &["requests", "--failed"]);
    assert!(people.contains("137 The HMAC is invalid."), "{people}");
    assert_eq!(json[0]["code"], 137);
}

/// A provider of our own sells something, without a browser.
fn sales(ledger: &mut Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.txt");
    std::fs::write(&secret, SECRET).unwrap();
    let add = ["provider", "add", "--name", "Shop", "--activation-url", "http://127.0.0.1:9/a"];
    let secret = ["--secret-file", secret.to_str().unwrap()];
    assert_eq!(ledger.run(&[&add[..], &secret].concat()).code, 0);
    let of = ["--provider", "shop", "--customer", "musterimmo"];
    let started = ledger.run(&[&["activation", "start"][..], &of, &["--json"]].concat());
    let api = ledger.server.marketplace_url();
    let unlock = ["unlock", "--api", &api, "--from-activation", "-"];
    assert_eq!(ledger.with_input(&unlock, &started.out).code, 0);

    let (people, opened) = ledger.both(0, &[&["service", "open"][..], &of].concat());
    assert!(people.contains("service URL"), "{people}");
    let paid = placed(ledger, &opened, "one");
    let pay = ["order", "pay", &paid, "--number", "4000 0000 0000 0127"];
    assert!(ledger.run(&pay).out.contains("freischalt order bank"), "the bank asks");
    let confirmed = ledger.run(&["order", "bank", &paid, "confirm", "--json"]);
    let confirmed: Value = serde_json::from_str(&confirmed.out).unwrap();
    assert_eq!(confirmed["state"], "paid");
    let (people, shown) = ledger.both(0, &["order", "show", &paid]);
    assert!(people.contains("callback URL") && people.contains("77.40 EUR"), "{people}");
    assert!(shown["callbackUrl"].as_str().unwrap().contains("status=success"), "{shown}");
    let left = placed(ledger, &opened, "two");
    assert!(ledger.run(&["order", "give-up", &left]).out.contains("givenup"));
    let late = ledger.run(&["order", "pay", &left, "--number", "4000 0000 0000 0010"]);
    assert_eq!(late.code, 1);
    assert!(late.err.contains("over"), "{}", late.err);
    let (people, list) = ledger.both(0, &["order", "list", "--customer", "musterimmo"]);
    assert!(people.contains(&paid) && people.contains(&left), "{people}");
    assert_eq!(list.as_array().unwrap().len(), 2);

    let id = shown["transactions"][0]["id"].to_string();
    let shop = ["--provider", "shop"];
    let (people, _) = ledger.both(0, &[&["transaction", "balance"][..], &shop].concat());
    assert_eq!(people, "77.40 EUR\n");
    let link = ["transaction", "link", &id, "--price", "5.00", "--description", "More"];
    assert!(ledger.run(&[&link[..], &shop].concat()).out.contains("/smart/short.php?c="));
    assert_eq!(ledger.run(&[&["transaction", "refund", &id][..], &shop].concat()).code, 0);
    let (people, _) = ledger.both(0, &[&["transaction", "list"][..], &shop].concat());
    assert!(people.contains("refund"), "{people}");
    let (people, none) = ledger.both(0, &[&["subscription", "list"][..], &shop].concat());
    assert_eq!((people.as_str(), none), ("There are no subscriptions.\n", json!([])));
    let cancel = ["subscription", "cancel", "999", "--day", "2999-01-01"];
    assert_eq!(ledger.run(&[&cancel[..], &shop].concat()).code, 1);
    payment_methods(ledger);
    rights_records_and_deliveries(ledger, &of);
}

fn payment_methods(ledger: &mut Ledger) {
    let customer = ["--customer", "musterimmo"];
    let list = [&["payment-method", "list"][..], &customer].concat();
    let (people, before) = ledger.both(0, &list);
    assert!(people.contains("directDebit") && people.contains("company"), "{people}");
    let add = ["payment-method", "add", "4000 0000 0000 0010", "--json"];
    let added = ledger.run(&[&add[..], &customer].concat());
    let added: Value = serde_json::from_str(&added.out).unwrap();
    let id = added["id"].to_string();
    let remove = [&["payment-method", "remove", &id][..], &customer].concat();
    assert!(ledger.run(&remove).out.contains(&id));
    assert_eq!(ledger.run(&remove).code, 1, "it is gone");
    assert_eq!(ledger.both(0, &list).1, before);
}

/// Places an order of two for 77.40; its id.
fn placed(ledger: &mut Ledger, opened: &Value, name: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let order = json!({
        "parametercacheid": opened["parameterCacheId"],
        "callbackurl": "http://127.0.0.1:9/result",
        "products": [{ "name": name, "price": "38.70", "quantity": "2",
                       "circleofusers": "customer" }],
        "totalprice": "77.40", "timestamp": now.as_secs(),
    });
    let signed = ledger.with_input(&["sign", "order"], &order.to_string());
    let place = ["order", "place", "--provider", "shop", "--customer", "musterimmo", "--json"];
    let placed = ledger.with_input(&place, &signed.out);
    assert_eq!(placed.code, 0, "{}", placed.err);
    let placed: Value = serde_json::from_str(&placed.out).unwrap();
    placed["id"].as_str().unwrap().to_owned()
}

fn rights_records_and_deliveries(ledger: &mut Ledger, of: &[&str]) {
    let (people, json) = ledger.both(0, &[&["right", "set", "22", "taken"][..], of].concat());
    assert!(people.contains("may not"), "{people}");
    assert_eq!(json["mayUse"], false);
    let open = [&["service", "open", "--user", "22"][..], of].concat();
    let refused = ledger.run(&open);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("right"), "{}", refused.err);
    let (people, _) = ledger.both(0, &[&["right", "list"][..], of].concat());
    assert!(people.contains("Bernd Brandt") && people.contains("taken"), "{people}");

    let start = ["activation", "start", "--provider", "preisradar", "--customer", "musterimmo"];
    let started = ledger.run(&[&start[..], &["--json"]].concat());
    let api = ledger.server.marketplace_url();
    let unlock = ["unlock", "--api", &api, "--from-activation", "-"];
    assert_eq!(ledger.with_input(&unlock, &started.out).code, 0);
    let save = ["record", "save", "--customer", "musterimmo", "--id", "11", "kaufpreis=5"];
    let (people, json) = ledger.both(0, &save);
    assert!(people.contains("called: 1"), "{people}");
    assert_eq!(json["webhooks"], 0, "the second time nothing has changed");
    let wrong = ["record", "save", "--customer", "musterimmo", "--id", "11", "kaufpreis=viel"];
    assert_eq!(ledger.run(&wrong).code, 1);
    let (people, _) = ledger.both(0, &["record", "list", "--customer", "musterimmo"]);
    assert!(people.contains("kaufpreis=5.00"), "{people}");
    let (people, list) = ledger.both(0, &["deliveries", "list", "--customer", "musterimmo"]);
    assert!(people.contains("price-check: estate 11"), "{people}");
    let id = list[0]["id"].as_str().unwrap();
    let (_, shown) = ledger.both(0, &["deliveries", "show", id]);
    assert_eq!(shown["id"], id);
    let (people, replayed) = ledger.both(0, &["deliveries", "replay", "--all-dead"]);
    assert_eq!((people.as_str(), &replayed["replayed"]), ("0 to be delivered again.\n", &json!(0)));
    assert_eq!(ledger.run(&["deliveries", "show", "1-2-3"]).code, 1);
}

fn clock(ledger: &mut Ledger) {
    let (people, json) = ledger.both(0, &["clock", "show"]);
    assert!(people.contains("the real time"), "{people}");
    assert_eq!(json["offsetSeconds"], 0);
    let (_, json) = ledger.both(0, &["clock", "set", "2040-01-01T00:00:00Z", "--freeze"]);
    assert_eq!(json["now"], "2040-01-01T00:00:00Z");
    let moved = ledger.run(&["clock", "advance", "1h30m", "--json"]);
    assert!(moved.out.contains("2040-01-01T01:30:00Z"), "{}", moved.out);
    let (people, json) = ledger.both(0, &["clock", "reset"]);
    assert!(people.contains("runs"), "{people}");
    assert_eq!(json["frozen"], false);
}

fn signatures(ledger: &mut Ledger) {
    let signed = ledger.run(&["sign", "url", "https://provider.example/a?b=c"]);
    assert_eq!(signed.code, 0, "{}", signed.err);
    let url = signed.out.trim_end();
    let (_, json) = ledger.both(0, &["verify", "url", url]);
    assert_eq!(json["valid"], true);
    let changed = url.replace("b=c", "b=d");
    assert_eq!(ledger.run(&["verify", "url", &changed]).code, 1);

    let order = ledger.with_input(&["sign", "order"], r#"{"a":"1"}"#);
    assert_eq!(order.code, 0, "{}", order.err);
    assert_eq!(ledger.with_input(&["verify", "order"], &order.out).code, 0);
    let changed = order.out.replace("\"1\"", "\"2\"");
    let refused = ledger.with_input(&["verify", "order", "--json"], &changed);
    assert_eq!(refused.code, 1);
    assert_eq!(serde_json::from_str::<Value>(&refused.out).unwrap()["valid"], false);
    explanations(ledger, url, &order.out);
}

fn explanations(ledger: &mut Ledger, url: &str, order: &str) {
    let (_, json) = ledger.both(0, &["explain", "url", url]);
    assert_eq!(json["verdict"], "genuine");
    assert_eq!(ledger.with_input(&["explain", "order"], order).code, 0);
    let request = ledger.with_input(&["explain", "request", "--key", SECRET, "--json"], "{}");
    let json: Value = serde_json::from_str(&request.out).unwrap();
    assert_eq!((request.code, &json["verdict"]), (1, &json!("unreadable")));
    let (_, causes) = ledger.both(0, &["explain", "causes"]);
    assert!(causes.as_array().is_some_and(|causes| !causes.is_empty()));
}

fn without_a_server(ledger: &mut Ledger) {
    let (people, json) = ledger.both(0, &["error", "137"]);
    assert!(people.contains("The HMAC is invalid."), "{people}");
    assert_eq!(json["code"], 137);
    let (_, checks) = ledger.both(0, &["doctor", "--list"]);
    assert!(checks.as_array().is_some_and(|checks| !checks.is_empty()));
    let script = ledger.run(&["completions", "bash"]);
    assert_eq!(script.code, 0);
    assert!(script.out.contains("freischalt"));
}

/// Those that need a database which nobody uses: what they do is tested in `databases`.
fn installations(ledger: &mut Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    Running::sandbox_in(&folder.path().join("data")).stop();
    let (data, database) = (at("data"), at("data/freischalt.db"));
    let people = ledger.run(&["store", "copy", &database, &at("one.db")]);
    assert!(people.code == 0 && people.out.contains("CHECKSUM"), "{}{}", people.out, people.err);
    let scripts = ledger.run(&["store", "copy", &database, &at("two.db"), "--json"]);
    assert!(serde_json::from_str::<Value>(&scripts.out).unwrap()["rows"].is_u64());
    let people = ledger.run(&["backup", &at("b.db"), "--data", &data]);
    assert!(people.code == 0 && people.out.contains("The key is not in it"), "{}", people.err);
    std::fs::rename(&database, at("moved-away.db")).unwrap();
    let scripts = ledger.run(&["restore", &at("b.db"), "--data", &data, "--json"]);
    let report: Value = serde_json::from_str(&scripts.out).unwrap();
    assert_eq!(
        (report["kind"].as_str(), report["file"].as_str()),
        (Some("sandbox"), Some(&*database))
    );
    let installation = Installation::new();
    let config = installation.path("freischalt.toml");
    for (name, json) in [("people", false), ("scripts", true)] {
        let store = at(&format!("{name}.db"));
        let config = config.to_str().unwrap();
        let words = ["store", "create", "--config", config, "--store", &store];
        let made = ledger.run(&[&words[..], if json { &["--json"] } else { &[] }].concat());
        assert_eq!(made.code, 0, "{}", made.err);
        assert_eq!(serde_json::from_str::<Value>(&made.out).is_ok(), json, "{}", made.out);
        let again = ledger.run(&words);
        assert!(again.code != 0 && again.err.contains("in use already"), "{}", again.err);
    }
}
