//! A genuine URL that is refused: what the doctor says then, and that it says nothing else.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::net::SocketAddr;

use axum::{
    Router,
    http::{StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use freischalt_client::system_time;
use freischalt_doctor::{ApiChoice, Limits, Outcome, Report, Selection, Target, UnlockHop};
use freischalt_protocol::{Secret, signed_url::Port};

const SECRET: &str = "provider-secret-0123456789";
const FIELD: &str = "<!doctype html><form><input id=secret name=secret></form>";

/// What a provider answers to a URL of its activation page.
type Answers = fn(&Uri) -> Response;

async fn start(answers: Answers) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/login", get(|| async { Html("<!doctype html><h1>Please sign in</h1>") }))
        .fallback(move |uri: Uri| async move { answers(&uri) });
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The report about a provider, for these checks.
async fn examine(answers: Answers, only: &str) -> Report {
    let address = start(answers).await;
    let target = Target {
        activation: format!("http://{address}/activate").parse().unwrap(),
        service: None,
        webhook: None,
        callback: None,
        order: None,
        delivered: None,
        secret: Secret::new(SECRET),
        port: Port::Dropped,
        marketplaces: Vec::new(),
        hop: UnlockHop::default(),
    };
    let api = ApiChoice::Own("127.0.0.1:0".parse().unwrap());
    let limits = Limits { per_second: 1000, ..Limits::default() };
    let selection = Selection { only: vec![only.to_owned()], skip: Vec::new() };
    freischalt_doctor::run(target, &api, &limits, &selection).await.unwrap()
}

/// What the only finding saw.
async fn only_finding(answers: Answers) -> String {
    let report = examine(answers, "activation").await;
    let failures = report.failures();
    assert_eq!((report.grade(), failures.len()), (None, 1));
    assert_eq!(failures[0].check.id, "FD-ACT-019");
    let Outcome::Failed(seen) = &failures[0].outcome else { panic!("it failed") };
    assert!(!seen.contains(SECRET) && !seen.contains("apiClaim"), "{seen}");
    seen.clone()
}

/// Whether the URL is genuine and its time within five minutes of now and so many seconds.
fn is_genuine(uri: &Uri, ahead: i64, secret: &str) -> bool {
    let url = format!("http://127.0.0.1{}", uri.path_and_query().unwrap());
    let now = system_time().plus(ahead);
    Port::Dropped.verify_fresh(&url, &Secret::new(secret), now, 300, 300).is_ok()
}

fn refused() -> Response {
    (StatusCode::FORBIDDEN, "no").into_response()
}

#[tokio::test]
async fn what_another_url_shows_is_said_for_certain() {
    let late = only_finding(|uri| match is_genuine(uri, 7200, SECRET) {
        true => Html(FIELD).into_response(),
        false => refused(),
    });
    let late = late.await;
    assert!(late.contains("dated 2 h later"), "{late}");
    let unset = only_finding(|uri| match is_genuine(uri, 0, "") {
        true => Html(FIELD).into_response(),
        false => refused(),
    });
    let unset = unset.await;
    assert!(unset.contains("an empty secret, as anybody can"), "{unset}");
    let dated = only_finding(|uri| match is_genuine(uri, 86_400, SECRET) {
        true => Html(FIELD).into_response(),
        false => {
            let date = [(header::DATE, tomorrow())];
            (StatusCode::FORBIDDEN, date, "no").into_response()
        }
    });
    let dated = dated.await;
    assert!(dated.contains("ahead of that of this run"), "{dated}");
}

/// The date header of a clock that is a day ahead.
fn tomorrow() -> String {
    const DAYS_OF_MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = system_time().plus(86_400).0;
    let (mut days, time) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    let is_leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let mut month = 0;
    loop {
        let length = DAYS_OF_MONTHS[month] + i64::from(month == 1 && is_leap(year));
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hours, minutes, seconds) = (time / 3600, time / 60 % 60, time % 60);
    let (day, name) = (days + 1, NAMES[month]);
    format!("Day, {day:02} {name} {year} {hours:02}:{minutes:02}:{seconds:02} GMT")
}

#[tokio::test]
async fn a_status_that_is_no_answer_to_a_signature_says_what_it_is() {
    for (answers, why) in [
        ((|_| StatusCode::NOT_FOUND.into_response()) as Answers, "nothing at this path"),
        (|_| StatusCode::BAD_GATEWAY.into_response(), "the provider is down"),
        (|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), "its log says why"),
        (|_| StatusCode::UNAUTHORIZED.into_response(), "does the provider have this secret"),
        (|_| Html("<p>The signature is wrong").into_response(), "either both are refused"),
        (|_| Redirect::to("/login").into_response(), "ask its users to sign in"),
        (
            |uri| {
                let query = uri.query().unwrap_or_default();
                Redirect::permanent(&format!("https://www.p.example/activate?{query}"))
                    .into_response()
            },
            "register and examine the final address",
        ),
    ] {
        let seen = only_finding(answers).await;
        assert!(seen.contains(why), "{seen}");
    }
}

#[tokio::test]
async fn a_redirect_that_keeps_the_query_is_followed_and_told() {
    let report = examine(
        |uri| match uri.path() {
            "/activate" => {
                let query = uri.query().unwrap_or_default();
                Redirect::permanent(&format!("/activate/?{query}")).into_response()
            }
            _ => {
                let uri: Uri =
                    uri.to_string().replacen("/activate/", "/activate", 1).parse().unwrap();
                if is_genuine(&uri, 0, SECRET) { Html(FIELD).into_response() } else { refused() }
            }
        },
        "FD-ACT-0",
    )
    .await;
    let outcome = |id: &str| {
        let found = report.findings.iter().find(|finding| finding.check.id == id);
        found.map(|finding| finding.outcome.clone()).unwrap()
    };
    let Outcome::Failed(moved) = outcome("FD-ACT-026") else { panic!("it was redirected") };
    assert!(moved.contains("/activate/,") && moved.contains("register that address"), "{moved}");
    for id in ["FD-ACT-001", "FD-ACT-012", "FD-ACT-019", "FD-ACT-024", "FD-ACT-025"] {
        assert_eq!(outcome(id), Outcome::Passed, "{id}");
    }
}
