//! Service windows: who may open which, what the signed URL carries, and what a window follows.

use freischalt_protocol::{Secret, signed_order, signed_url};
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::{
    wire::{self, Answer},
    world::{Run, World},
};

/// A user at a browser.
pub struct Visitor<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Visitor<'a> {
    pub async fn sign_in(world: &'a World, user: i64) -> Self {
        Self::sign_in_to(world, "musterimmo", user).await
    }

    pub async fn sign_in_to(world: &'a World, customer: &str, user: i64) -> Self {
        let form = format!("customer={customer}&user={user}");
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let request = wire::request("POST", "/sandbox/user", &headers, form.as_bytes());
        let answer = wire::exchange(world.api, &request).await;
        let cookie = answer.header("set-cookie").expect("a session").split(';').next().unwrap();
        Self { world, cookie: cookie.to_owned() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("Accept-Language", "en")];
        wire::exchange(self.world.api, &wire::request("GET", path, &headers, b"")).await
    }

    pub async fn open(&self, query: &str) -> Answer {
        self.get(&format!("/services/open?service=demo/floor-plan&{query}")).await
    }

    pub async fn form(&self, path: &str, body: &str) -> Answer {
        let form = "application/x-www-form-urlencoded";
        let headers = [("Cookie", self.cookie.as_str()), ("Content-Type", form)];
        let request = wire::request("POST", path, &headers, body.as_bytes());
        wire::exchange(self.world.api, &request).await
    }

    pub async fn post(&self, body: &Value) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("Content-Type", "application/json")];
        let body = body.to_string();
        let request = wire::request("POST", "/services/messages", &headers, body.as_bytes());
        wire::exchange(self.world.api, &request).await
    }

    /// Posts a message as the page around the frame does, and says what it is told to do.
    async fn send(&self, window: &str, origin: &str, text: &str) -> Value {
        let answer = self.post(&json!({"window": window, "origin": origin, "text": text})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["effect"].clone()
    }
}

/// A sandbox whose demo provider is active and at an address that answers connections.
pub async fn world() -> (World, Run, std::net::TcpListener) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let world = World::new().await;
    world.place("demo", &format!("http://{}", listener.local_addr().unwrap())).await;
    let run = world.start("demo").await;
    world.unlock(&run).await;
    (world, run, listener)
}

pub fn attribute(page: &Answer, selector: &str, name: &str) -> String {
    let html = Html::parse_document(page.text());
    let selector = Selector::parse(selector).unwrap();
    let element = html.select(&selector).next().unwrap_or_else(|| panic!("{}", page.text()));
    element.value().attr(name).expect(name).to_owned()
}

pub fn frame_url(page: &Answer) -> String {
    attribute(page, "#service-frame", "src")
}

pub fn sealed(page: &Answer) -> String {
    attribute(page, "#service", "data-window")
}

async fn secret(world: &World) -> Secret {
    world.provider_secret("demo").await
}

#[tokio::test]
async fn a_service_of_a_property_is_called_with_a_signed_url() {
    let (world, _run, listener) = world().await;
    let visitor = Visitor::sign_in(&world, 22).await;
    let page = visitor.open("from=files&id=11&image=101&image=103&image=999").await;
    assert_eq!(page.status, 200);
    let url = frame_url(&page);
    let verified = signed_url::verify(&url, &secret(&world).await).expect("a good signature");
    let value = |name| verified.get(name).unwrap_or_default();
    let expected = [
        ("customerName", "Musterimmo GmbH"),
        ("customerWebId", "8c1f0a52-7d2e-4b8e-9a5d-2f3b1c4d5e6f"),
        ("userId", "22"),
        ("groupId", "1"),
        ("estateId", "11"),
        ("imageIds", "101,103"),
        ("language", "DEU"),
        ("UserLanguage", "DEU"),
    ];
    for (name, wanted) in expected {
        assert_eq!(value(name), wanted, "{name}");
    }
    assert!(verified.get("apiToken").is_none() && verified.get("addressId").is_none());
    assert_eq!(attribute(&page, "#service-frame", "width"), "1000");
    let policy = page.header("content-security-policy").unwrap();
    let origin = listener.local_addr().unwrap();
    assert!(policy.contains(&format!("frame-src http://{origin};")), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");

    let again = visitor.open("from=files&id=11&image=101&image=103").await;
    let again = signed_url::verify(&frame_url(&again), &secret(&world).await).unwrap();
    for fresh in ["apiClaim", "parameterCacheId"] {
        assert_ne!(again.get(fresh), verified.get(fresh), "{fresh}");
    }
    drop(listener);
}

#[tokio::test]
async fn a_selection_gives_its_ids_and_nobody_gets_what_they_may_not_see() {
    let (world, _run, _listener) = world().await;
    let secret = secret(&world).await;
    let ids = async |user, query: &str, name: &str| {
        let page = Visitor::sign_in(&world, user).await.open(query).await;
        let verified = signed_url::verify(&frame_url(&page), &secret).unwrap();
        verified.get(name).map(str::to_owned)
    };
    let several = "from=estates&id=11&id=12&id=1234";
    assert_eq!(ids(21, several, "estateId").await.as_deref(), Some("11,12,1234"));
    assert_eq!(ids(22, several, "estateId").await.as_deref(), Some("11,12"));
    assert_eq!(ids(21, "from=addresses&id=77&id=78", "addressId").await.as_deref(), Some("77,78"));
    assert_eq!(ids(21, "from=menu", "estateId").await, None);
    assert_eq!(ids(21, "from=menu", "groupId").await, None, "Anna is in no group");
}

#[tokio::test]
async fn without_activation_or_right_nothing_opens() {
    let world = World::new().await;
    let plain = Visitor::sign_in(&world, 22).await;
    assert_eq!(plain.open("from=menu").await.status, 403);
    let body = json!({ "provider": "demo", "customer": "musterimmo", "allUsers": false });
    let run = Run::read(&world.managed("POST", "/v1/activations", Some(&body)).await);
    let administrator = Visitor::sign_in(&world, 21).await;
    assert_eq!(administrator.open("from=menu").await.status, 403, "not unlocked yet");
    world.unlock(&run).await;
    assert_eq!(administrator.open("from=menu").await.status, 200);
    assert_eq!(plain.open("from=menu").await.status, 403);
    let records = plain.get("/records").await;
    assert!(!records.text().contains("demo/floor-plan"), "nothing is offered that is refused");
    assert!(administrator.get("/records/estates/1234").await.status == 200);
    assert_eq!(plain.get("/records/estates/1234").await.status, 404);
    world.block(&run).await;
    assert_eq!(administrator.open("from=menu").await.status, 403);
    assert_eq!(administrator.open("from=nowhere").await.status, 404);
}

#[tokio::test]
async fn the_three_messages_are_followed_under_both_names() {
    let (world, _run, listener) = world().await;
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let visitor = Visitor::sign_in(&world, 21).await;
    let page = visitor.open("from=menu").await;
    let secret = secret(&world).await;
    let verified = signed_url::verify(&frame_url(&page), &secret).unwrap();
    let entry = verified.get("parameterCacheId").unwrap();
    for (kind, effect) in [
        ("onOffice.service.refreshParent", "refresh"),
        ("onOffice.service.refreshParentAndClose", "refreshAndClose"),
        ("onOffice.service.closeProviderWindow", "close"),
    ] {
        for member in ["onOfficeType", "type"] {
            let message =
                json!({ member: kind, "parametercacheid": entry, "timestamp": world.now().await });
            let signed = signed_order::sign(message.to_string().as_bytes(), &secret).unwrap();
            assert_eq!(visitor.send(&sealed(&page), &origin, &signed).await, effect);
        }
    }
    assert!(visitor.get("/messages").await.text().contains("closeProviderWindow"));
}

#[tokio::test]
async fn anything_else_is_ignored_and_the_log_says_why() {
    let (world, run, listener) = world().await;
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let visitor = Visitor::sign_in(&world, 21).await;
    let page = visitor.open("from=menu").await;
    let window = sealed(&page);
    let secret = secret(&world).await;
    let verified = signed_url::verify(&frame_url(&page), &secret).unwrap();
    let entry = verified.get("parameterCacheId").unwrap().to_owned();
    let now = world.now().await;
    let close = |entry: &str, timestamp: i64| {
        json!({ "type": "onOffice.service.closeProviderWindow", "parametercacheid": entry,
                "timestamp": timestamp })
    };
    let sign = |message: Value, secret: &Secret| {
        signed_order::sign(message.to_string().as_bytes(), secret).unwrap()
    };
    let other_entry = sign(close("6802c44a-7ac0-4210-a3d4-e5581e3fa0b6", now), &secret);
    let fine = sign(close(&entry, now), &secret);
    for (from, text, reason) in [
        ("https://evil.example", fine.clone(), "the message came from"),
        (origin.as_str(), sign(close(&entry, now), &Secret::new("x")), "does not match"),
        (origin.as_str(), fine.replace("close", "Close"), "does not match"),
        (origin.as_str(), close(&entry, now).to_string(), "no signature member"),
        (origin.as_str(), other_entry, "not the one of this window"),
        (origin.as_str(), sign(close(&entry, now - 601), &secret), "s away from"),
        (origin.as_str(), sign(json!({"type": "x"}), &secret), "one of the three"),
        (origin.as_str(), "active".to_owned(), "neither a window message nor an order"),
        (origin.as_str(), "<script>alert(1)</script>".to_owned(), "neither a window message"),
    ] {
        assert_eq!(visitor.send(&window, from, &text).await, "ignored", "{reason}");
        let log = visitor.get("/messages").await;
        assert!(log.text().contains(reason), "{reason}: {}", log.text());
        assert!(!log.text().contains("<script>alert"));
    }
    // A window is only worth something to the one who opened it.
    let other = Visitor::sign_in(&world, 22).await;
    let body = json!({ "window": window, "origin": origin, "text": fine });
    assert_eq!(other.post(&body).await.status, 404);
    let body = json!({ "window": "AAAA", "origin": origin, "text": fine });
    assert_eq!(visitor.post(&body).await.status, 404);
    // Blocked in mid-session.
    world.block(&run).await;
    assert_eq!(visitor.send(&window, &origin, &fine).await, "ignored");
    assert!(visitor.get("/messages").await.text().contains("not active any more"));
}
