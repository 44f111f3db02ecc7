//! Service calls and webhooks: what reaches the app, and what does not.

use freischalt_gateway::{GatewayConfig, UnknownCustomers};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::fake_app::session;
use crate::http;
use crate::setup::{CLAIM, MARKETPLACE, NOW, SECRET, SERVICE_CLAIM, Setup, TOKEN, key};

pub(crate) async fn a_service_call_reaches_the_app_with_a_session_and_without_any_secret() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let (visit, page) = setup.call_service().await;
    assert_eq!((page.status, page.body.as_str()), (200, "<h1>the app</h1>"));
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    let policy = format!("frame-ancestors {MARKETPLACE}");
    assert_eq!(page.header("content-security-policy"), Some(policy.as_str()));

    let asked = setup.app().asked().into_iter().find(|asked| asked.path == "/shop").unwrap();
    let expected = json!({
        "customer": "42", "customerName": "Müller & Söhne", "user": "21", "group": "3",
        "service": "shop", "parameters": {"estateId": "1.234"},
        "iss": "freischalt-gateway", "iat": NOW, "exp": NOW + 60, "marketplace": MARKETPLACE,
        "visit": visit.strip_prefix("/s/").unwrap(),
    });
    assert_eq!(asked.session(), expected);
    assert_eq!(asked.header("x-forwarded-prefix"), visit);
    let called = setup.app().event("service.called").await;
    assert_eq!((called["customer"].as_str(), called["user"].as_str()), (Some("42"), Some("21")));
    let everything = format!("{:?}", setup.app().asked());
    for secret in [SERVICE_CLAIM, CLAIM, TOKEN, SECRET, &key()] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }
}

pub(crate) async fn a_service_url_serves_once_and_only_as_what_was_signed() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let url = setup.service_url();
    for method in ["HEAD", "POST", "PUT"] {
        let refused = http::exchange(setup.address, method, &url, &[], "").await;
        assert_eq!(refused.status, 405, "{method}");
    }
    let bad = [
        url.replace("userId=21", "userId=22"),
        format!("{url}&userId=22"),
        format!("{url}&userId[]=22"),
        url.replace("/services/shop", "/services/other"),
        url.replace("/services/shop", "/services/shop/"),
        url.replace("/services/shop", "/webhooks/saved"),
    ];
    for bad in bad {
        let refused = http::get(setup.address, &bad, &[]).await;
        assert!(matches!(refused.status, 403 | 404), "{bad}: {}", refused.status);
    }
    // PHP reads the last of two, so the first is not what was signed and means nothing.
    let first = http::get(setup.address, &url.replace('?', "?userId=22&"), &[]).await;
    assert_eq!(first.status, 303);
    let again = http::get(setup.address, &url, &[]).await;
    assert_eq!(again.status, 403);
    assert!(again.body.contains("This request is over."), "{}", again.body);
    let visit = first.header("location").unwrap();
    http::get(setup.address, visit, &[]).await;
    let asked = setup.app().asked().into_iter().find(|asked| asked.path == "/shop").unwrap();
    assert_eq!(asked.session()["user"], "21");
}

pub(crate) async fn headers_give_nothing() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let (visit, _) = setup.call_service().await;
    let tricks = [
        ("Freischalt-Session", "forged"),
        ("Freischalt_Session", "forged"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Original-URL", "/admin"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("X_Forwarded_Prefix", "/evil"),
        ("X-Forwarded.Proto", "gopher"),
        ("Remote-User", "admin"),
        ("True-Client-IP", "10.0.0.1"),
        ("Connection", "X-For-The-Gateway, Freischalt-Session"),
        ("X-For-The-Gateway", "1"),
        ("Host", "evil.example"),
        ("Accept", "text/html"),
    ];
    let path = format!("{visit}/a%2Fb?x=1");
    assert_eq!(http::exchange(setup.address, "POST", &path, &tricks, "k=v").await.status, 200);
    let asked = setup.app().asked().into_iter().find(|a| a.path == "/a%2Fb?x=1").unwrap();
    assert_eq!((asked.method.as_str(), asked.body.as_str()), ("POST", "k=v"));
    assert_eq!(asked.session()["user"], "21");
    assert_eq!(asked.headers.get_all("freischalt-session").iter().count(), 1);
    assert_eq!(asked.header("accept"), "text/html");
    assert_eq!(asked.header("host"), setup.app().address.to_string());
    for name in [
        "freischalt_session",
        "x-http-method-override",
        "x-original-url",
        "x_forwarded_prefix",
        "x-forwarded.proto",
        "remote-user",
        "true-client-ip",
        "x-for-the-gateway",
    ] {
        assert_eq!(asked.header(name), "", "{name}");
    }
    let (scheme, host) = setup.origin().split_once("://").unwrap();
    for (name, value) in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", scheme),
        ("x-forwarded-host", host),
        ("x-forwarded-prefix", &visit),
    ] {
        assert_eq!(asked.header(name), value, "{name}");
    }
    let before = setup.app().asked().len();
    for method in ["TRACE", "CONNECT"] {
        let refused = http::exchange(setup.address, method, &path, &[], "").await;
        assert!(matches!(refused.status, 400 | 405), "{method}: {}", refused.status);
        assert!(!refused.body.contains("ey"), "{}", refused.body);
    }
    let asked = setup.app().asked();
    assert!(asked[before..].iter().all(|asked| asked.path != path), "neither reached the app");
}

/// An app that answers every request like this, byte for byte.
async fn raw_app(answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    if stream.read_buf(&mut head).await.unwrap_or_default() == 0 {
                        return;
                    }
                }
                _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    url
}

/// What the app says to the gateway about their connection stays between them.
pub(crate) async fn what_concerns_the_connection_to_the_app_ends_at_the_gateway() {
    for (answer, status) in [
        (
            "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n\
             Upgrade: h2c\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\nok",
            200,
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             X-Kept: 1\r\n\r\n",
            502,
        ),
    ] {
        let url = raw_app(answer).await;
        let setup = Setup::with_app(|app| app.url = url).await;
        setup.activate().await;
        let asked = [("Connection", "Upgrade"), ("Upgrade", "websocket")];
        let (visit, _) = setup.call_service().await;
        let page = http::exchange(setup.address, "GET", &visit, &asked, "").await;
        assert_eq!(page.status, status);
        for name in ["x-hop", "keep-alive", "upgrade"] {
            assert_eq!(page.header(name), None, "{name}");
        }
        assert_eq!(page.header("x-kept").is_some(), status == 200);
    }
}

pub(crate) async fn the_apps_redirects_stay_in_the_window() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let (visit, _) = setup.call_service().await;
    let moved = http::get(setup.address, &format!("{visit}/moved"), &[]).await;
    let expected = format!("{visit}/shop?moved=1");
    assert_eq!((moved.status, moved.header("location")), (303, Some(expected.as_str())));
    let away = http::get(setup.address, &format!("{visit}/away"), &[]).await;
    assert_eq!(away.header("location"), Some("//evil.example/"), "the app's own decision");
}

pub(crate) async fn a_window_closes_and_cannot_be_guessed() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let (visit, _) = setup.call_service().await;
    let last = if visit.ends_with('x') { 'y' } else { 'x' };
    let guessed = format!("{}{last}", &visit[..visit.len() - 1]);
    for path in [guessed.as_str(), "/s/", "/s//shop"] {
        assert_eq!(http::get(setup.address, path, &[]).await.status, 404, "{path}");
    }
    setup.wait(8 * 3600 + 1);
    let closed = http::get(setup.address, &visit, &[]).await;
    assert_eq!(closed.status, 404);
    assert!(closed.body.contains("open the service"), "{}", closed.body);
}

pub(crate) async fn a_customer_that_has_not_activated_is_told_so() {
    let setup = Setup::with_app(|_| ()).await;
    let refused = http::get(setup.address, &setup.service_url(), &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("has to activate it again"), "{}", refused.body);
    assert!(setup.app().asked().is_empty());
}

pub(crate) async fn an_app_that_fails_is_passed_on_and_one_that_is_gone_is_named() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let (visit, _) = setup.call_service().await;
    setup.app().will_answer(500);
    assert_eq!(http::get(setup.address, &visit, &[]).await.status, 500);

    let setup = Setup::with_app(|app| app.url = "http://127.0.0.1:1".to_owned()).await;
    setup.activate().await;
    let opened = http::get(setup.address, &setup.service_url(), &[]).await;
    let gone = http::get(setup.address, opened.header("location").unwrap(), &[]).await;
    assert_eq!(gone.status, 502);
    assert!(gone.body.contains("does not answer at the moment"), "{}", gone.body);
}

pub(crate) async fn an_app_with_an_address_of_its_own_gets_a_session_in_its_url() {
    let setup = Setup::with_app(|app| {
        let public_url = "https://app.example".to_owned();
        app.handover = freischalt_gateway::Handover::Redirect { public_url };
    })
    .await;
    setup.activate().await;
    let opened = http::get(setup.address, &setup.service_url(), &[]).await;
    let location = opened.header("location").unwrap();
    let token = location.strip_prefix("https://app.example/shop?session=").unwrap();
    assert_eq!(session(token)["user"], "21");
}

/// HTTP libraries end a request line at 64 KiB, ours too: that is a plain 414.
pub(crate) async fn a_long_claim_is_a_claim_and_a_far_too_long_one_is_told_so() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    let far_too_long = setup.service_url_with(&[("apiClaim", &"c".repeat(100 * 1024))]);
    assert_eq!(http::get(setup.address, &far_too_long, &[]).await.status, 414);
    let claim = "c".repeat(60 * 1024);
    let url = setup.service_url_with(&[("apiClaim", &claim)]);
    assert_eq!(http::get(setup.address, &url, &[]).await.status, 303);
    setup.api.will_succeed();
    let called = setup.ask("/api/call", &call()).await;
    assert_eq!(called.status, 200, "{}", called.body);
    let asked = setup.api.asked();
    let sent = &asked.last().unwrap()["request"]["actions"][0]["parameters"]["extendedclaim"];
    assert_eq!(sent.as_str(), Some(claim.as_str()));
}

fn call() -> serde_json::Value {
    json!({"customer": "42", "user": "21", "action": "read", "resourceType": "estate"})
}

pub(crate) async fn a_webhook_is_kept_before_it_is_answered_and_told_once() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    setup.app().event("provider.activated").await;
    setup.app().will_answer(503);
    let url = setup.signed("/webhooks/saved", &[("estateId", "7")]);
    for _ in 0..2 {
        assert_eq!(http::get(setup.address, &url, &[]).await.status, 204);
    }
    setup.app().wait_for_events(2).await;
    setup.app().will_answer(200);
    // When the attempt is noted as failed is the gateway's affair; some time later it comes again.
    while setup.app().events().len() < 3 {
        setup.wait(5);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let events = setup.app().events();
    let ids: Vec<_> = events[1..].iter().map(|event| event.header("webhook-id")).collect();
    assert_eq!(ids[0], ids[1], "the same event, twice sent");
    let data = &events[2].event()["data"];
    assert_eq!(
        (&data["service"], &data["parameters"]),
        (&json!("saved"), &json!({"estateId": "7"}))
    );
    let tampered = format!("{url}&estateId=8");
    assert_eq!(http::get(setup.address, &tampered, &[]).await.status, 403);
}

/// Activated by another program before: only the marketplace can sign a call, so it is served where
/// that is wanted. What needs token and key is not there.
pub(crate) async fn customers_of_another_program_are_served_if_that_is_wanted() {
    let strict = Setup::with_app(|_| ()).await;
    let refused = http::get(strict.address, &strict.service_url(), &[]).await;
    assert_eq!(refused.status, 409);
    assert!(strict.app().asked().is_empty());

    let wanted = |config: &mut GatewayConfig| config.unknown_customers = UnknownCustomers::Serve;
    let setup = Setup::with_app_and(|_| (), wanted).await;
    let (visit, page) = setup.call_service().await;
    assert_eq!(page.status, 200);
    let visit = visit.strip_prefix("/s/").unwrap();
    let order = json!({"visit": visit, "product": {"name": "a", "price": "1.00"}});
    assert_eq!(setup.ask("/api/orders", &order).await.status, 200);
    let call = json!({"customer": "42", "user": "21", "action": "read", "resourceType": "estate"});
    let answer = setup.ask("/api/call", &call).await;
    assert_eq!((answer.status, &answer.json()["error"]["kind"]), (404, &json!("not_activated")));
    let forged = setup.service_url().replace("userId=21", "userId=22");
    let again = http::get(setup.address, &forged, &[]);
    assert_eq!(again.await.status, 403, "and nothing else is forgiven");
}
