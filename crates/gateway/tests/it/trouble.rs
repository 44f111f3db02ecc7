//! Bad input and bad days: apps that say nothing, claims without measure, administrators who do the
//! same thing at the same time, and what a person sees of it.

use serde_json::json;

use crate::http;
use crate::setup::{Setup, TOKEN, key};

pub(crate) async fn an_app_that_never_answers_is_told_and_loses_nothing() {
    let setup = Setup::with_app(|app| app.timeout = 1).await;
    setup.activate().await;
    let (visit, _) = setup.call_service().await;
    setup.app().wait_for_events(2).await;
    setup.app().is_silent(true);
    let page = http::get(setup.address, &format!("{visit}/shop"), &[]).await;
    assert_eq!(page.status, 502);
    assert!(page.body.contains("The provider does not answer at the moment."), "{}", page.body);
    let again = setup.service_url_with(&[("parameterCacheId", "pc-2")]);
    assert_eq!(http::get(setup.address, &again, &[]).await.status, 303, "it is kept all the same");
    // Sent, not confirmed, and sent again after its pause.
    setup.app().wait_for_events(3).await;
    let numbers = async || http::get(setup.app_address.unwrap(), "/metrics", &[]).await.body;
    while !numbers().await.contains("freischalt_gateway_events_postponed_total 1") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    setup.app().is_silent(false);
    setup.wait(6);
    setup.app().wait_for_events(4).await;
    let ids: Vec<_> =
        setup.app().events().iter().map(|event| event.header("webhook-id").to_owned()).collect();
    assert_eq!(ids[2], ids[3], "the same event, not a new one");
}

/// The line of a request is limited by the server to 64 KiB, so such a claim does not get here in a
/// URL; that is said with the status that HTTP has for it. Whatever does get here is treated like
/// any other.
pub(crate) async fn a_claim_of_a_hundred_kilobytes_activates() {
    let setup = Setup::start().await;
    let claim = "c".repeat(100 * 1024);
    let query = setup.query_with(&[("apiClaim", &claim)]);
    assert_eq!(setup.open(&query).await.status, 414);
    setup.api.will_succeed();
    let answer = setup.unlock(&query, &key()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let sent = &setup.api.asked()[0]["request"]["actions"][0]["parameters"]["extendedclaim"];
    assert_eq!(sent.as_str().map(str::len), Some(claim.len()));

    let fits = setup.query_with(&[("apiClaim", &"c".repeat(60 * 1024)), ("userId", "22")]);
    assert_eq!(setup.open(&fits).await.status, 200);
}

pub(crate) async fn two_administrators_at_once_leave_one_working_key() {
    let setup = Setup::with_app(|_| ()).await;
    let other = "ffffffffffffffffffffffffffffffff";
    let first = setup.query();
    let second = setup.query_with(&[("apiToken", other), ("parameterCacheId", "of-the-second")]);
    let key = key();
    setup.api.hold();
    let both_have_asked = async {
        setup.api.arrival().await;
        setup.api.arrival().await;
        setup.api.let_go();
    };
    let (one, two, ()) =
        tokio::join!(setup.unlock(&first, &key), setup.unlock(&second, &key), both_have_asked);
    assert_eq!((one.status, two.status), (200, 200));
    assert_eq!(setup.customers().await.as_array().unwrap().len(), 1);
    setup.app().event("provider.activated").await;
    setup.app().event("provider.reactivated").await;
    assert_eq!(setup.app().event_types().len(), 2);

    // In the marketplace the second activation ends the first. If ours was told of them in the
    // other order, the token that is kept is refused, and that is noticed like any block.
    setup.call_service().await;
    let call = json!({"customer": "42", "user": "21", "action": "read", "resourceType": "estate"});
    assert_eq!(setup.ask("/api/call", &call).await.status, 200);
    let used = setup.api.asked().last().unwrap()["token"].as_str().unwrap().to_owned();
    assert!([TOKEN, other].contains(&used.as_str()));
}

pub(crate) async fn pages_that_refuse_speak_the_language_of_the_browser() {
    let setup = Setup::with_app(|_| ()).await;
    let cases = [
        ("/services/shop?a=1", 403, "Das geht so nicht"),
        ("/services/other", 404, "Nicht gefunden"),
        ("/s/unknown/shop", 404, "Nicht gefunden"),
        ("/callback/unknown?a=1", 403, "Das geht so nicht"),
        ("/activate?a=1", 403, "Das geht so nicht"),
        ("/nowhere", 404, "Nicht gefunden"),
        (&setup.service_url(), 409, "Nicht freigeschaltet"),
    ];
    for (path, status, heading) in cases {
        let page = http::get(setup.address, path, &[("Accept-Language", "de")]).await;
        assert_eq!(page.status, status, "{path}");
        let expected = format!("<h1>{heading}</h1>");
        assert!(page.body.contains(&expected), "{path}: {}", page.body);
        assert!(page.body.contains("<html lang=\"de\">") && page.body.contains("activate.css"));
        let english = http::get(setup.address, path, &[("Accept-Language", "en")]).await;
        assert!(english.body.contains("<html lang=\"en\">") && !english.body.contains(heading));
    }
}
