//! The sandbox's demo provider over sockets: a gateway, and behind it an app that knows nothing of
//! the marketplace. What a browser does here is done by hand.

use std::{net::SocketAddr, thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    http::{self, Answer},
    process::Running,
};

/// A user of the sandbox in front of the marketplace.
struct Visitor<'a> {
    server: &'a Running,
    cookie: String,
}

/// A service's window: what the marketplace's page holds, and the shop's page in it.
struct Window {
    sealed: String,
    /// Where the gateway keeps it, without the last part.
    path: String,
    shop: String,
}

fn gateway(server: &Running) -> SocketAddr {
    http::address(server.ready["demoProvider"].as_str().unwrap())
}

fn send(at: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    http::exchange(at, &http::request(method, path, headers, body)).unwrap()
}

fn get(at: SocketAddr, path: &str) -> Answer {
    send(at, "GET", path, &[], "")
}

/// Activates the demo provider as its page does: with the key, through the gateway.
fn activate(server: &Running, customer: &str) -> String {
    let wanted = json!({"provider": "demo", "customer": customer});
    let started = server.manage("POST", "/v1/activations", &wanted);
    let url = started["activationUrl"].as_str().unwrap();
    let demo = server.ready["demoProvider"].as_str().unwrap();
    let page = get(gateway(server), url.strip_prefix(demo).unwrap());
    assert_eq!(page.status, 200, "{}", page.body);
    let query = url.split_once('?').unwrap().1;
    let body = json!({"query": query, "key": started["apiKey"]}).to_string();
    let headers = [("Origin", demo), ("Content-Type", "application/json")];
    let unlocked = send(gateway(server), "POST", "/activate/unlock", &headers, &body);
    assert_eq!(unlocked.status, 200, "{}", unlocked.body);
    started["id"].as_str().unwrap().to_owned()
}

/// What stands between two texts, as a browser reads it.
fn between(page: &str, before: &str, after: &str) -> String {
    let found = page.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.unwrap_or_else(|| panic!("no {before} in {page}")).0.replace("&#38;", "&")
}

impl<'a> Visitor<'a> {
    fn new(server: &'a Running, customer: &str, user: i64) -> Self {
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        let who = format!("customer={customer}&user={user}");
        let chosen = send(server.marketplace, "POST", "/sandbox/user", &[form], &who);
        assert_eq!(chosen.status, 303, "{}", chosen.body);
        let cookie = chosen.cookie.split(';').next().unwrap().to_owned();
        Self { server, cookie }
    }

    fn get(&self, path: &str) -> Answer {
        send(self.server.marketplace, "GET", path, &[("Cookie", &self.cookie)], "")
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        send(self.server.marketplace, "POST", path, &[("Cookie", &self.cookie), kind], form)
    }

    /// The window of a page of the marketplace, with the shop in it.
    fn window(&self, page: &str) -> Window {
        let demo = self.server.ready["demoProvider"].as_str().unwrap();
        let url = between(page, "<iframe id=\"service-frame\" src=\"", "\"");
        let opened = get(gateway(self.server), url.strip_prefix(demo).unwrap());
        assert_eq!(opened.status, 303, "{}", opened.body);
        let shop = get(gateway(self.server), &opened.location);
        assert_eq!(shop.status, 200, "{}", shop.body);
        let (path, _) = opened.location.rsplit_once('/').unwrap();
        let sealed = between(page, "data-window=\"", "\"");
        Window { sealed, path: path.to_owned(), shop: shop.body }
    }

    fn open(&self, query: &str) -> Window {
        let page = self.get(&format!("/services/open?service=demo/floor-plan&{query}"));
        assert_eq!(page.status, 200, "{}", page.body);
        self.window(&page.body)
    }

    /// Clicks in the shop; what the marketplace makes of the message that is posted then.
    fn click(&self, window: &Window, path: &str, item: &str) -> Value {
        let kind = ("Content-Type", "application/json");
        let body = json!({"item": item}).to_string();
        let path = format!("{}/{path}", window.path);
        let signed = send(gateway(self.server), "POST", &path, &[kind], &body);
        assert_eq!(signed.status, 200, "{item}: {}", signed.body);
        let signed = signed.json();
        assert_eq!(signed["targetOrigins"], json!([self.server.marketplace_url()]));
        let origin = self.server.ready["demoProvider"].clone();
        let message = json!({"window": window.sealed, "origin": origin, "text": signed["message"]});
        let headers = [("Cookie", self.cookie.as_str()), kind];
        let answer = send(
            self.server.marketplace,
            "POST",
            "/services/messages",
            &headers,
            &message.to_string(),
        );
        answer.json()
    }

    /// Orders something; the path of the order at the marketplace.
    fn order(&self, window: &Window, item: &str) -> String {
        let answer = self.click(window, "order", item);
        assert_eq!(answer["effect"], "order", "{answer}");
        answer["url"].as_str().unwrap().to_owned()
    }

    fn pay(&self, order: &str) {
        let page = self.get(order).body;
        let method = between(&page, "name=\"method\" value=\"", "\"");
        let paid = self.post(&format!("{order}/pay"), &format!("method={method}"));
        assert_eq!(paid.status, 303, "{}", paid.body);
    }
}

/// Opens the shop until its page says this: events need a moment.
fn until_the_shop_says(visitor: &Visitor<'_>, text: &str) {
    loop {
        if visitor.open("from=menu").shop.contains(text) {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_is_ordered_in_the_shop_is_paid_in_the_marketplace_and_told_to_the_app() {
    let server = Running::sandbox(&["--ephemeral"]);
    activate(&server, "musterimmo");
    let bernd = Visitor::new(&server, "musterimmo", 22);
    let window = bernd.open("from=estates&id=11");
    assert!(window.shop.contains(r#"<dd id="fact-estateId">11</dd>"#), "{}", window.shop);
    assert!(window.shop.contains("Für meine Gruppe bestellen"), "{}", window.shop);
    assert!(!window.shop.contains("apiClaim"), "{}", window.shop);

    // A window that is opened later by the same user takes nothing from the first one.
    let later = bernd.open("from=menu");
    for (item, effect) in
        [("refresh", "refresh"), ("refresh-and-close", "refreshAndClose"), ("close", "close")]
    {
        for window in [&window, &later] {
            assert_eq!(bernd.click(window, "message", item)["effect"], effect);
        }
    }
    let order = bernd.order(&window, "group");
    bernd.pay(&order);
    let result = bernd.get(&format!("{order}/result"));
    let back = bernd.window(&result.body);
    assert!(back.shop.contains("Vielen Dank für Ihre Bestellung!"), "{}", back.shop);
    assert!(back.shop.contains(r#"<dd id="status">success</dd>"#), "{}", back.shop);
    assert!(!between(&back.shop, "id=\"transactionid\">", "<").is_empty());
    until_the_shop_says(&bernd, "Grundriss-Paket: bezahlt");
    let subscribed = bernd.order(&back, "abo");
    assert_ne!(order, subscribed, "the window of the result sells on");

    // Nothing is signed for whoever only knows where the app's pages are.
    for path in ["/s/guessed/shop", "/shop", "/services/shop"] {
        assert!(get(gateway(&server), path).status >= 400, "{path}");
    }
    server.stop();
}

#[test]
fn what_the_gateway_knows_outlives_a_start_and_open_windows_do_too() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::sandbox_in(folder.path());
    activate(&first, "musterimmo");
    let window = Visitor::new(&first, "musterimmo", 21).open("from=menu");
    first.stop();
    let second = Running::sandbox_in(folder.path());
    let shop = get(gateway(&second), &format!("{}/shop", window.path));
    assert_eq!(shop.status, 200, "{}", shop.body);
    let opened = Visitor::new(&second, "musterimmo", 21).open("from=estates&id=12");
    assert!(opened.shop.contains(r#"id="fact-estateId">12<"#), "{}", opened.shop);
    second.stop();
}

/// As scripts do: the provider is activated past its gateway.
#[test]
fn the_shop_opens_for_customers_that_were_activated_by_a_script() {
    let server = Running::sandbox(&["--ephemeral"]);
    let wanted = json!({"provider": "demo", "customer": "musterimmo"});
    let started = server.manage("POST", "/v1/activations", &wanted);
    let api = server.marketplace_url();
    let unlock = ["unlock", "--api", &api, "--from-activation", "-"];
    let mut command = crate::support::freischalt(unlock);
    let unlocked = crate::support::Run::with_input(&mut command, &started.to_string());
    assert_eq!(unlocked.code, 0, "{}", unlocked.err);
    let anna = Visitor::new(&server, "musterimmo", 21);
    let window = anna.open("from=menu");
    anna.pay(&anna.order(&window, "single"));
    server.stop();
}

/// Hafenblick was a customer before, which the shop's app says when it is asked. Nobody there has a
/// payment method.
#[test]
fn regular_customers_settle_directly_where_the_provider_wants_it() {
    let server = Running::sandbox(&["--ephemeral"]);
    let regular = activate(&server, "hafenblick");
    let other = activate(&server, "musterimmo");
    for (id, expected) in [(regular, true), (other, false)] {
        let shown = server.manage("GET", &format!("/v1/activations/{id}"), &Value::Null);
        assert_eq!(shown["isRegularCustomer"], expected);
    }
    let emma = Visitor::new(&server, "hafenblick", 1);
    let order = emma.order(&emma.open("from=menu"), "single");
    assert!(!emma.get(&order).body.contains("id=\"settle\""), "off until the provider wants it");
    let page = "/marketplace/providers/demo";
    assert!(!emma.get(page).body.contains("direkt mit dem Anbieter"));

    // The provider's own people change it in their client, and nobody else does.
    let anna = Visitor::new(&server, "musterimmo", 21);
    assert_eq!(anna.post("/provider/settings", "settle_directly=1&accepted=all").status, 404);
    let greta = Visitor::new(&server, "grundrisswerk", 1);
    let settings = greta.get("/provider/settings").body;
    assert!(settings.contains("Hafenblick Immobilien") && settings.contains("Musterimmo GmbH"));
    assert_eq!(settings.matches(">ja<").count(), 1, "{settings}");
    assert!(!settings.contains("checked"), "{settings}");
    let saved = greta.post("/provider/settings", "settle_directly=1&accepted=all");
    assert_eq!((saved.status, saved.location.as_str()), (303, "/provider/settings?saved=1"));
    let settings = greta.get(&saved.location).body;
    assert!(settings.contains("id=\"saved\""), "{settings}");
    assert_eq!(settings.matches("checked").count(), 1, "{settings}");

    assert!(emma.get(page).body.contains("direkt mit dem Anbieter"));
    assert!(emma.get(&order).body.contains("id=\"settle\""));
    let settled = emma.post(&format!("{order}/settle"), "");
    assert_eq!(settled.status, 303, "{}", settled.body);
    let back = emma.window(&emma.get(&format!("{order}/result")).body);
    assert!(back.shop.contains(r#"<dd id="status">success</dd>"#), "{}", back.shop);
    let transactions = server.manage("GET", "/v1/providers/demo/transactions", &Value::Null);
    assert_eq!(transactions.as_array().map(Vec::len), Some(1), "{transactions}");
    assert_eq!(transactions[0]["state"], "settled", "recorded, and no money moved");

    // Whoever is no regular customer pays as before.
    let order = anna.order(&anna.open("from=menu"), "single");
    assert!(!anna.get(&order).body.contains("id=\"settle\""));
    let refused = anna.post(&format!("{order}/settle"), "");
    assert_ne!(refused.status, 303, "{}", refused.body);
    server.stop();
}

/// The buyer pays and closes the browser; the shop hears of it all the same.
#[test]
fn with_the_switch_on_a_closed_browser_loses_nothing() {
    let server = Running::sandbox(&["--ephemeral"]);
    activate(&server, "musterimmo");
    let change = json!({"notifyResults": true});
    let changed = server.manage("PATCH", "/v1/providers/demo", &change);
    assert_eq!(
        (&changed["notifyResults"], &changed["settleDirectly"]),
        (&json!(true), &json!(false))
    );
    let anna = Visitor::new(&server, "musterimmo", 21);
    anna.pay(&anna.order(&anna.open("from=menu"), "user"));
    until_the_shop_says(&anna, "Grundriss-Paket: bezahlt");
    server.stop();
}
