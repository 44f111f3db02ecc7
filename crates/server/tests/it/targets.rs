//! Where production calls providers' servers: to public addresses only, whatever a name leads to now,
//! and to the very address that was looked at.
//!
//! No test can listen on a public address, so here 127.0.0.2 counts as one and 127.0.0.1 does not.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use freischalt_server::{Resolved, Resolver, Targets};
use serde_json::json;

use crate::{
    call_rows::api_user,
    webhooks::{Hooks, attempts, execute},
    wire,
    world::World,
};

const TOKEN: &str = "0123456789abcdefghijklmnopqrstuv";
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const NAME: &str = "hooks.example";

/// Leads one name to other addresses each time, to the last ones for good; no other name anywhere.
#[derive(Debug)]
struct Changing {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: Mutex<usize>,
}

impl Resolver for Changing {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolved<'a> {
        *self.asked.lock().unwrap() += 1;
        let mut answers = self.answers.lock().unwrap();
        let now = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        let found = now.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        let answer = if host == NAME { Ok(found) } else { Err(io::ErrorKind::NotFound.into()) };
        Box::pin(async move { answer })
    }
}

/// Production, in which a webhook was called for at a name that leads there.
async fn world(port: u16, answers: &[&[IpAddr]]) -> (World, Arc<Changing>) {
    let answers = answers.iter().map(|addresses| addresses.to_vec()).collect();
    let resolver = Arc::new(Changing { answers: Mutex::new(answers), asked: Mutex::new(0) });
    let targets = Targets {
        resolver: Arc::clone(&resolver) as _,
        is_public: |address| address == OUTSIDE,
        ..Targets::default()
    };
    let world = World::production_with(TOKEN, |config| config.targets = targets).await;
    world.place("preisradar", &format!("http://{NAME}:{port}")).await;
    let run = world.start("preisradar").await;
    assert_eq!(world.unlock(&run).await.top(), (200, 0));
    call_for_webhooks(&world).await;
    (world, resolver)
}

async fn call_for_webhooks(world: &World) {
    let user = api_user(world, "musterimmo").await;
    execute(world, &user, "11").await;
}

/// Nobody connects for a moment.
async fn stays_silent(hooks: &Hooks) {
    let called = tokio::time::timeout(Duration::from_millis(50), hooks.listener.accept()).await;
    assert!(called.is_err(), "nothing is called there");
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_a_moment_later_is_called_where_it_was_looked_at() {
    let outside = Hooks::listen_on(SocketAddr::new(OUTSIDE, 0)).await;
    let port = outside.port();
    let inside = Hooks::listen_on(SocketAddr::new(INSIDE, port)).await;
    let (world, resolver) = world(port, &[&[OUTSIDE], &[INSIDE]]).await;
    let call = outside.next().await;
    assert!(call.head.contains(&format!("host: {NAME}:{port}\r\n")), "{}", call.head);
    call.answer("204 No Content").await;
    assert_eq!(attempts(&world).await, ["204"]);
    assert_eq!(*resolver.asked.lock().unwrap(), 1, "a second answer could be another one");
    // The next call looks again, and sees where the name leads by now.
    call_for_webhooks(&world).await;
    let problem = attempts(&world).await.remove(0);
    assert!(problem.contains("not an address of the public network"), "{problem}");
    stays_silent(&inside).await;
}

#[tokio::test]
async fn one_address_inside_among_others_is_one_too_many() {
    let outside = Hooks::listen_on(SocketAddr::new(OUTSIDE, 0)).await;
    let (world, _resolver) = world(outside.port(), &[&[OUTSIDE, INSIDE]]).await;
    let problem = attempts(&world).await.remove(0);
    assert!(problem.contains("not an address of the public network"), "{problem}");
    stays_silent(&outside).await;
}

#[tokio::test]
async fn a_redirect_to_the_inside_is_an_answer_and_is_not_followed() {
    let outside = Hooks::listen_on(SocketAddr::new(OUTSIDE, 0)).await;
    let inside = Hooks::listen().await;
    let (world, _resolver) = world(outside.port(), &[&[OUTSIDE]]).await;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let location = format!("{status}\r\nLocation: {}/inside", inside.url);
        outside.next().await.answer(&location).await;
        assert_eq!(attempts(&world).await, [&status[..3]]);
        stays_silent(&inside).await;
        call_for_webhooks(&world).await;
    }
}

/// The page of an activation looks whether its provider's page can be reached. Providers choose the
/// host, so what it says must not tell them about networks that they cannot see.
#[tokio::test]
async fn the_look_at_a_providers_page_connects_to_nothing_inside_and_tells_nothing_of_it() {
    let inside = Hooks::listen().await;
    let world = World::production(TOKEN).await;
    let cookie = signed_in(&world).await;
    let port = inside.port();
    let closed = Hooks::listen().await.url;
    for url in [
        inside.url.clone(),
        closed,
        format!("http://localhost:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
        format!("http://0.0.0.0:{port}"),
        "http://nobody.invalid".to_owned(),
    ] {
        world.place("demo", &url).await;
        let run = world.start("demo").await;
        let headers = [("Cookie", cookie.as_str()), ("Accept-Language", "en")];
        let path = "/marketplace/providers/demo/activation";
        let page = wire::exchange(world.api, &wire::request("GET", path, &headers, b"")).await;
        assert!(page.text().contains(&run.key), "{url}: {}", page.text());
        let same = page.text().contains("The server does not accept a connection.");
        assert!(same, "{url}: {}", page.text());
        world.block(&run).await;
    }
    stays_silent(&inside).await;
}

/// The cookie of an administrator.
async fn signed_in(world: &World) -> String {
    let who = json!({ "customer": "musterimmo", "user": 21 });
    let made = world.managed("POST", "/v1/sign-in-tickets", Some(&who)).await;
    let body = format!("ticket={}", made["ticket"].as_str().unwrap());
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let request = wire::request("POST", "/session", &headers, body.as_bytes());
    let answer = wire::exchange(world.api, &request).await;
    let cookie = answer.header("set-cookie").expect("a session").to_owned();
    cookie.split(';').next().unwrap().to_owned()
}

/// The real rule and the machine's own resolver.
#[tokio::test]
async fn nothing_inside_is_called() {
    let hooks = Hooks::listen().await;
    let world = World::production(TOKEN).await;
    let user = api_user(&world, "musterimmo").await;
    let port = hooks.port();
    let mut refused = 0;
    for host in ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.7", "0.0.0.0"] {
        world.place("preisradar", &format!("http://{host}:{port}")).await;
        let run = world.start("preisradar").await;
        assert_eq!(world.unlock(&run).await.top(), (200, 0));
        execute(&world, &user, "11").await;
        let problem = attempts(&world).await.remove(0);
        let is_private = problem.contains("not an address of the public network");
        assert!(is_private || problem.contains("cannot be resolved"), "{host}: {problem}");
        refused += usize::from(is_private);
        world.block(&run).await;
    }
    assert!(refused >= 5, "a machine without IPv6 does not know the last one");
    stays_silent(&hooks).await;
}
