//! Webhooks from the saved record to the provider's server: who is called, about what, and when not.

use std::{net::SocketAddr, time::Duration};

use freischalt_protocol::signed_url::{self, VerifiedUrl};
use freischalt_store::DeliveryFilter;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    windows::{Visitor, attribute},
    world::{Run, World},
};

/// A provider's server that counts the calls it gets.
pub struct Hooks {
    pub listener: TcpListener,
    pub url: String,
}

/// A call that has arrived.
pub struct Call {
    pub head: String,
    pub target: String,
    stream: tokio::net::TcpStream,
}

impl Hooks {
    pub async fn listen() -> Self {
        Self::listen_on(([127, 0, 0, 1], 0).into()).await
    }

    pub async fn listen_on(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, url }
    }

    pub fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// The next call; it still waits for its answer.
    pub async fn next(&self) -> Call {
        let (mut stream, _) = tokio::time::timeout(Duration::from_secs(20), self.listener.accept())
            .await
            .expect("a call")
            .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let target = head.split(' ').nth(1).unwrap().to_owned();
        Call { head, target, stream }
    }
}

impl Call {
    /// The id of the delivery, the same in every attempt.
    pub fn id(&self) -> String {
        let line = self.head.lines().find_map(|line| line.strip_prefix("x-freischalt-delivery: "));
        line.expect("an id").to_owned()
    }

    pub async fn answer(mut self, status: &str) {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        self.stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

/// A sandbox whose webhook provider is active and reached at the hooks.
async fn world(hooks: &Hooks) -> (World, Run) {
    let world = World::new().await;
    world.place("preisradar", &hooks.url).await;
    let run = world.start("preisradar").await;
    world.unlock(&run).await;
    (world, run)
}

async fn queued(world: &World) -> usize {
    world.store.deliveries(DeliveryFilter::default(), 1000).await.unwrap().len()
}

async fn verified(world: &World, hooks: &Hooks, call: &Call) -> VerifiedUrl {
    assert!(call.head.starts_with("GET /service?"), "{}", call.head);
    let secret = world.provider_secret("preisradar").await;
    signed_url::verify(&format!("{}{}", hooks.url, call.target), &secret).expect("signed")
}

#[tokio::test]
async fn a_record_that_is_created_or_changed_where_it_matters_makes_one_signed_call() {
    let hooks = Hooks::listen().await;
    let (world, _run) = world(&hooks).await;
    let bernd = Visitor::sign_in(&world, 22).await;

    let created = bernd.form("/records/new/estates", "objekttitel=Neu&kaufpreis=1000").await;
    let page = created.header("location").expect("to the record").to_owned();
    assert_eq!(page, "/records/estates/1235?saved=1");
    assert!(bernd.get(&page).await.text().contains("called about it: 1"));
    let call = hooks.next().await;
    let url = verified(&world, &hooks, &call).await;
    assert_eq!(url.get("estateId"), Some("1235"));
    assert_eq!(url.get("userId"), Some("22"), "in the name of who saved it");
    assert!(url.get("apiClaim").is_some() && url.get("apiToken").is_none());
    let first = call.id();
    call.answer("204 No Content").await;

    // The title is not watched; a price that is written differently is no other price.
    let edit = "/records/edit/estates/1235";
    for nothing in ["objekttitel=Anders", "kaufpreis=1000,00", "lage=Ruhig&kaltmiete="] {
        let saved = bernd.form(edit, nothing).await;
        let location = saved.header("location").unwrap_or_default();
        assert_eq!(location, "/records/estates/1235?saved=0", "{nothing}");
    }
    assert_eq!(queued(&world).await, 1);
    let saved = bernd.form(edit, "kaufpreis=1250.5").await;
    assert_eq!(saved.header("location"), Some("/records/estates/1235?saved=1"));
    let call = hooks.next().await;
    assert_eq!(verified(&world, &hooks, &call).await.get("estateId"), Some("1235"));
    assert_ne!(call.id(), first, "another event, another id");
    call.answer("200 OK").await;
    assert_eq!(queued(&world).await, 2);
    assert!(bernd.get("/records/estates/1235").await.text().contains("1250.50"));
}

#[tokio::test]
async fn the_claim_of_a_webhook_reads_what_was_saved() {
    let hooks = Hooks::listen().await;
    let (world, run) = world(&hooks).await;
    let bernd = Visitor::sign_in(&world, 22).await;
    bernd.form("/records/edit/estates/11", "kaufpreis=99").await;
    let call = hooks.next().await;
    let url = verified(&world, &hooks, &call).await;
    call.answer("204 No Content").await;
    let run = Run { claim: url.get("apiClaim").unwrap().to_owned(), ..run };
    let wanted = json!({ "data": ["kaufpreis", "ort"] });
    let body = world
        .other(&run, "read", "estate", wanted, |action| action["resourceid"] = json!("11"))
        .await;
    let answer = world.post(&body).await.json();
    let record = &answer["response"]["results"][0]["data"]["records"][0];
    assert_eq!(record["elements"], json!({ "kaufpreis": "99.00", "ort": "Aachen" }), "{answer}");
}

#[tokio::test]
async fn nobody_is_called_who_is_blocked_and_nothing_wrong_is_saved() {
    let hooks = Hooks::listen().await;
    let (world, run) = world(&hooks).await;
    let bernd = Visitor::sign_in(&world, 22).await;
    for (wrong, what) in [
        ("kaufpreis=1e3", "at most 12 digits"),
        ("kaufpreis=-5", "at most 12 digits"),
        ("verkauft=yes", "0 or 1"),
    ] {
        let refused = bernd.form("/records/edit/estates/11", wrong).await;
        assert_eq!(refused.status, 200, "the form again");
        let id = attribute(&refused, "[aria-invalid]", "id");
        assert!(wrong.starts_with(&id), "{id} of {wrong}: {what}");
    }
    // What is for administrators stays so, whatever is asked.
    assert_eq!(bernd.get("/records/edit/estates/1234").await.status, 404);
    assert_eq!(bernd.form("/records/edit/estates/1234", "kaufpreis=1").await.status, 404);
    assert_eq!(bernd.form("/records/edit/estates/999", "kaufpreis=1").await.status, 404);
    assert_eq!(bernd.form("/records/new/castles", "kaufpreis=1").await.status, 404);
    world.block(&run).await;
    bernd.form("/records/edit/estates/11", "kaufpreis=7").await;
    bernd.form("/records/new/addresses", "Name=%3Cb%3ENeu%3C%2Fb%3E&Ort=Ulm").await;
    assert_eq!(queued(&world).await, 0);
    assert!(bernd.get("/records/estates/11").await.text().contains("7.00"), "saved all the same");
    let records = bernd.get("/records").await;
    assert!(records.text().contains("Ulm") && !records.text().contains("<b>Neu"));
}

/// What a provider agreed on when it was made, without a hand in the store.
#[tokio::test]
async fn a_provider_that_is_made_says_when_its_webhooks_are_called() {
    let hooks = Hooks::listen().await;
    let world = World::new().await;
    let service = json!({
        "name": "Prices", "kind": "webhook", "url": format!("{}/service", hooks.url),
        "parameters": [{ "name": "record", "value": "addressId" }, { "name": "v", "fixed": "2" }],
        "triggers": [
            { "module": "address", "on": "created" },
            { "module": "estate", "on": "saved", "fields": ["kaufpreis"] },
        ],
    });
    let body = json!({ "name": "Hooked", "activationUrl": hooks.url, "services": [service] });
    let made = world.managed("POST", "/v1/providers", Some(&body)).await;
    let shown = world.managed("GET", "/v1/providers/hooked", None).await;
    for name in ["parameters", "triggers"] {
        let agreed = &shown["services"][0][name];
        assert_eq!(agreed, &made["services"][0][name]);
        assert_eq!(agreed.as_array().unwrap().len(), 2, "{shown}");
    }
    assert_eq!(shown["services"][0]["window"], json!({ "width": 1000, "height": 700 }));
    let run = world.start("hooked").await;
    world.unlock(&run).await;
    let bernd = Visitor::sign_in(&world, 22).await;
    for (form, fields, calls) in [
        ("/records/new/addresses", "Name=Neu", 1),
        ("/records/edit/addresses/77", "Name=Anders", 1),
        ("/records/edit/estates/11", "objekttitel=Anders", 1),
        ("/records/edit/estates/11", "kaufpreis=5", 2),
        ("/records/new/estates", "kaufpreis=5", 2),
    ] {
        let saved = bernd.form(form, fields).await;
        assert!(saved.header("location").is_some(), "{form}: {}", saved.text());
        assert_eq!(queued(&world).await, calls, "{form} {fields}");
    }
    // Both are under way at once, in either order; the one about the address has its number.
    let calls = [hooks.next().await, hooks.next().await];
    let numbered: Vec<_> = calls.iter().filter(|call| call.target.contains("&record=")).collect();
    assert_eq!(numbered.len(), 1, "{:?}", calls.each_ref().map(|call| &call.target));
    for call in calls {
        assert!(call.target.contains("&v=2"), "{}", call.target);
        assert!(!call.target.contains("estateId"), "{}", call.target);
        call.answer("204 No Content").await;
    }
}

#[tokio::test]
async fn customers_have_records_of_their_own() {
    let world = World::new().await;
    let bernd = Visitor::sign_in(&world, 22).await;
    bernd.form("/records/edit/estates/11", "objekttitel=Nur+hier").await;
    let finn = Visitor::sign_in_to(&world, "hafenblick", 2).await;
    assert!(!finn.get("/records").await.text().contains("Nur hier"));
    assert!(finn.get("/records").await.text().contains("Reihenhaus am Park"));
    let new = json!({ "slug": "nord", "users": [{ "id": 1, "name": "Ada" }] });
    world.managed("POST", "/v1/customers", Some(&new)).await;
    let ada = Visitor::sign_in_to(&world, "nord", 1).await;
    assert!(ada.get("/records").await.text().contains("Reihenhaus am Park"));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (hooks, elsewhere) = (Hooks::listen().await, Hooks::listen().await);
    let (world, _run) = world(&hooks).await;
    Visitor::sign_in(&world, 22).await.form("/records/edit/estates/11", "kaufpreis=1").await;
    let location = format!("302 Found\r\nLocation: {}/inside", elsewhere.url);
    hooks.next().await.answer(&location).await;
    let attempts = attempts(&world).await;
    assert_eq!(attempts, ["302"]);
    let nobody = tokio::time::timeout(Duration::from_millis(50), elsewhere.listener.accept()).await;
    assert!(nobody.is_err(), "nothing was followed");
}

pub async fn execute(world: &World, user: &Run, id: &str) {
    let kind = "executeMarketplaceWebhooks";
    let mut action = user.action(world.now().await, "do", kind, json!({ "module": "estate" }));
    action["resourceid"] = json!(id);
    assert_eq!(world.call(user, &[action]).await.codes(), [0]);
}

/// What came of the attempts of the newest delivery, once there are some.
pub async fn attempts(world: &World) -> Vec<String> {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let newest = world.store.deliveries(DeliveryFilter::default(), 1).await.unwrap();
        let newest = newest.first().expect("a delivery");
        let found = world.store.delivery_attempts(newest.customer, newest.id).await.unwrap();
        if !found.is_empty() {
            let shown = found.into_iter().map(|entry| match entry.attempt {
                freischalt_marketplace::webhook::Attempt::Answered(status) => status.to_string(),
                freischalt_marketplace::webhook::Attempt::Failed(problem) => problem,
            });
            return shown.collect();
        }
        assert!(std::time::Instant::now() < deadline, "it was never tried");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
