//! What somebody gets who holds no credentials, from every page and route of the marketplace in
//! production. One ledger: a route that is not in it fails, whatever it answers.
//! (The management API's routes are crawled in `production`.)

use std::collections::BTreeSet;

use freischalt_protocol::seal::MasterKey;
use freischalt_server::marketplace_paths;

use crate::{
    wire::{self, Answer},
    world::World,
};

/// What a stranger gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gets {
    /// The page that says that nobody is signed in, 401.
    SignIn,
    /// Nothing: the page is the sandbox's, 404.
    Nothing,
    /// A file or a word without anybody's data, 200.
    Public,
    /// A redirect without anybody's data, 303.
    Redirect,
    /// A page that says what is wrong with the request, 400.
    Refused,
    /// The protocol's own refusal, 200 with this code.
    Call(i64),
    /// Any other method than the ones named here.
    WrongMethod,
}

use Gets::{Call, Nothing, Public, Redirect, Refused, SignIn};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The decision about every route and method; a method without one is not taken.
const LEDGER: &[(&str, &str, Gets)] = &[
    ("GET", "/", SignIn),
    ("GET", "/language", Redirect),
    ("POST", "/sign-out", Redirect),
    ("POST", "/session", Refused),
    ("GET", "/marketplace", SignIn),
    ("GET", "/marketplace/providers/{slug}", SignIn),
    ("GET", "/marketplace/providers/{slug}/documents/{kind}", SignIn),
    ("POST", "/marketplace/providers/{slug}/block", SignIn),
    ("GET", "/marketplace/providers/{slug}/activation", SignIn),
    ("GET", "/marketplace/providers/{slug}/activation/start", SignIn),
    ("POST", "/marketplace/providers/{slug}/activation/start", SignIn),
    ("PUT", "/marketplace/providers/{slug}/activation/start", SignIn),
    ("PATCH", "/marketplace/providers/{slug}/activation/start", SignIn),
    ("DELETE", "/marketplace/providers/{slug}/activation/start", SignIn),
    ("POST", "/marketplace/providers/{slug}/activation/terms", SignIn),
    ("POST", "/marketplace/providers/{slug}/activation/right", SignIn),
    ("GET", "/marketplace/providers/{slug}/activation/status", SignIn),
    ("POST", "/marketplace/providers/{slug}/activation/check", SignIn),
    ("GET", "/records", Nothing),
    ("GET", "/records/estates/{id}", Nothing),
    ("GET", "/records/new/{kind}", Nothing),
    ("POST", "/records/new/{kind}", Nothing),
    ("GET", "/records/edit/{kind}/{id}", Nothing),
    ("POST", "/records/edit/{kind}/{id}", Nothing),
    ("GET", "/services/open", SignIn),
    ("POST", "/services/messages", SignIn),
    ("POST", "/services/check", SignIn),
    ("GET", "/services/refused", SignIn),
    ("GET", "/marketplace/providers/{slug}/rights", SignIn),
    ("POST", "/marketplace/providers/{slug}/rights", SignIn),
    ("GET", "/messages", Nothing),
    ("GET", "/deliveries", Nothing),
    ("POST", "/deliveries/replay", Nothing),
    ("GET", "/deliveries/{id}", Nothing),
    ("GET", "/provider/deliveries", SignIn),
    ("POST", "/provider/deliveries/replay", SignIn),
    ("GET", "/provider/deliveries/{id}", SignIn),
    ("GET", "/orders/{id}", SignIn),
    ("POST", "/orders/{id}/pay", SignIn),
    ("POST", "/orders/{id}/settle", SignIn),
    ("POST", "/orders/{id}/give-up", SignIn),
    ("GET", "/orders/{id}/bank", SignIn),
    ("POST", "/orders/{id}/bank", SignIn),
    ("GET", "/orders/{id}/result", SignIn),
    ("GET", "/account", SignIn),
    ("POST", "/account", SignIn),
    ("POST", "/account/methods", SignIn),
    ("GET", "/provider", SignIn),
    ("POST", "/provider/refund", SignIn),
    ("POST", "/provider/cancel", SignIn),
    ("POST", "/provider/link", SignIn),
    ("GET", "/provider/settings", SignIn),
    ("POST", "/provider/settings", SignIn),
    ("GET", "/smart/short.php", Nothing),
    ("POST", "/smart/short.php", Nothing),
    ("GET", "/sandbox/users", Nothing),
    ("POST", "/sandbox/user", Nothing),
    ("GET", "/sandbox/explain", Nothing),
    ("POST", "/sandbox/explain", Nothing),
    ("GET", "/providers/new", Nothing),
    ("POST", "/providers/new", Nothing),
    ("GET", "/requests", Nothing),
    ("GET", "/requests/{number}", Nothing),
    ("GET", "/healthz", Public),
    ("GET", "/readyz", Public),
    ("POST", "/api/{version}/api.php", Call(22)),
    ("POST", "/api/{version}/api.php/", Call(22)),
    ("GET", "/api/{version}/api.php", Call(22)),
    ("GET", "/api/{version}/api.php/", Call(22)),
    ("GET", "/assets/base.css", Public),
    ("GET", "/assets/layout.css", Public),
    ("GET", "/assets/components.css", Public),
    ("GET", "/assets/activation.css", Public),
    ("GET", "/assets/commerce.css", Public),
    ("GET", "/assets/service.js", Public),
    ("GET", "/assets/copy.js", Public),
    ("GET", "/assets/activation.js", Public),
    ("GET", "/assets/mark.svg", Public),
    ("GET", "/smart/gui/smart/resources/font/Open_SansFamily.css", Public),
    (
        "GET",
        "/smart/gui/smart/resources/css/layout/smart/themes/marketplace/marketplaceUnlockIFrame.css",
        Public,
    ),
];

/// A form that would do something, if its sender were somebody.
const FORM: &str = "terms=on&dpa=on&audience=all&customer=musterimmo&user=21&ticket=AAAA\
                    &name=N&slug=n&activation_url=http%3A%2F%2Fh%2Fa\
                    &method=1&answer=confirm&of=user&c=x&transaction=1&subscription=1\
                    &day=2027-01-01&price=1.00&description=d";

fn decision(method: &str, path: &str) -> Gets {
    let row = LEDGER.iter().find(|row| (row.0, row.1) == (method, path));
    row.map_or(Gets::WrongMethod, |row| row.2)
}

/// Parameters that exist, so that a secret would be there to be shown.
fn real(path: &str) -> String {
    let path = path.replace("{slug}", "demo").replace("{kind}", "terms").replace("{number}", "1");
    match path.as_str() {
        "/language" => "/language?to=en&back=/marketplace".to_owned(),
        _ => path.replace("{version}", "stable"),
    }
}

fn body(path: &str) -> &'static str {
    if path.starts_with("/api/") {
        r#"{"token":"0123456789abcdef0123456789abcdef","request":{"actions":[{}]}}"#
    } else {
        FORM
    }
}

#[track_caller]
fn assert_gets(gets: Gets, answer: &Answer, what: &str) {
    let (status, text) = (answer.status, String::from_utf8_lossy(&answer.body));
    let expected = match gets {
        Gets::SignIn => 401,
        Gets::Nothing => 404,
        Gets::Public | Gets::Call(_) => 200,
        Gets::Redirect => 303,
        Gets::Refused => 400,
        Gets::WrongMethod => 405,
    };
    assert_eq!(status, expected, "{what} should get {gets:?}: {text}");
    if let Call(code) = gets {
        assert_eq!(answer.top().1, code, "{what}");
    }
    for somebody in ["Musterimmo", "Hafenblick", "Albrecht", "Grundrisswerk", "apiToken"] {
        assert!(!text.contains(somebody), "{what} tells of {somebody}: {text}");
    }
    let cookie = answer.header("set-cookie").unwrap_or_default();
    let is_session = cookie.starts_with("freischalt_session=") && !cookie.contains("Max-Age=0");
    assert!(!is_session, "{what} lets somebody in: {cookie}");
}

#[tokio::test]
async fn every_route_has_a_decision_and_keeps_to_it() {
    let world = World::production("0123456789abcdefghijklmnopqrstuv").await;
    let run = world.start("demo").await;
    let before = world.show(&run).await;
    let customers = world.managed("GET", "/v1/customers", None).await;
    let providers = world.managed("GET", "/v1/providers", None).await;
    for path in marketplace_paths() {
        for method in METHODS {
            let form = [("Content-Type", "application/x-www-form-urlencoded")];
            let request = wire::request(method, &real(&path), &form, body(&path).as_bytes());
            let answer = wire::exchange(world.api, &request).await;
            assert_gets(decision(method, &path), &answer, &format!("{method} {path}"));
        }
    }
    assert_eq!(world.show(&run).await, before);
    assert_eq!(world.managed("GET", "/v1/customers", None).await, customers);
    assert_eq!(world.managed("GET", "/v1/providers", None).await, providers);
}

#[test]
fn the_ledger_holds_nothing_that_is_gone() {
    let paths: BTreeSet<String> = marketplace_paths().into_iter().collect();
    for (method, path, _) in LEDGER {
        assert!(paths.contains(*path), "there is no {method} {path}");
        assert!(METHODS.contains(method));
    }
    assert!(paths.len() > 25, "a crawl of nothing proves nothing");
}

/// A session that was made up, or sealed under another key, is none.
#[tokio::test]
async fn a_forged_session_is_that_of_a_stranger() {
    let world = World::production("0123456789abcdefghijklmnopqrstuv").await;
    let sandbox = World::with(|config| config.keys.current = MasterKey::new([8; 32])).await;
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let become_anna = "customer=musterimmo&user=21";
    let request = wire::request("POST", "/sandbox/user", &form, become_anna.as_bytes());
    let cookie = wire::exchange(sandbox.api, &request).await;
    let foreign = cookie.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let made_up = format!("freischalt_session={}", "A".repeat(80));
    for cookie in [foreign.as_str(), made_up.as_str(), "freischalt_session="] {
        let request = wire::request("GET", "/marketplace", &[("Cookie", cookie)], b"");
        assert_gets(SignIn, &wire::exchange(world.api, &request).await, cookie);
    }
}
