//! Events: when they are sent again, and what they hold up.

use std::time::Duration;

use crate::http;
use crate::setup::Setup;

async fn metrics_say(setup: &Setup, line: &str) {
    let numbers = async || http::get(setup.app_address.unwrap(), "/metrics", &[]).await.body;
    while !numbers().await.contains(line) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Opens the service, which is told to the app.
async fn call(setup: &Setup, entry: &str) {
    let url = setup.service_url_with(&[("parameterCacheId", entry)]);
    assert_eq!(http::get(setup.address, &url, &[]).await.status, 303);
}

fn ids(setup: &Setup) -> Vec<String> {
    let events = setup.app().events();
    events.iter().map(|event| event.header("webhook-id").to_owned()).collect()
}

/// Seconds, or the moment itself: the test's clock begins at 2023-11-14 22:13:20.
pub(crate) async fn an_app_is_left_alone_for_as_long_as_it_wishes() {
    for (status, wish) in [(429, "3600"), (503, "Tue, 14 Nov 2023 23:13:20 GMT")] {
        let setup = Setup::with_app(|_| ()).await;
        setup.activate().await;
        setup.app().event("provider.activated").await;
        setup.app().will_answer(status);
        setup.app().will_say_retry_after(wish);
        call(&setup, "first").await;
        metrics_say(&setup, "freischalt_gateway_events_postponed_total 1\n").await;
        setup.app().will_answer(200);
        setup.wait(3599);
        call(&setup, "second").await;
        setup.app().wait_for_events(3).await;
        let told = ids(&setup);
        assert_ne!(told[1], told[2], "{status}: whatever is due is sent, and the first is not");
        setup.wait(1);
        setup.app().wait_for_events(4).await;
        assert_eq!(told[1], ids(&setup)[3], "{status}: now it is");
    }
}

pub(crate) async fn an_event_that_the_app_does_not_want_is_not_sent_again() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    setup.app().event("provider.activated").await;
    setup.app().will_answer(410);
    call(&setup, "first").await;
    metrics_say(&setup, "freischalt_gateway_events_unwanted_total 1\n").await;
    metrics_say(&setup, "freischalt_gateway_events{state=\"given_up\"} 1\n").await;
    setup.app().will_answer(200);
    setup.wait(100 * 3600);
    call(&setup, "second").await;
    setup.app().wait_for_events(3).await;
    let told = ids(&setup);
    assert_ne!(told[1], told[2]);
    metrics_say(&setup, "freischalt_gateway_events{state=\"waiting\"} 0\n").await;
}

/// The app takes an event and says nothing for longer than any test lasts; a block is noticed.
pub(crate) async fn an_app_that_never_answers_does_not_hold_up_the_look_at_customers() {
    let setup = Setup::with_app(|app| app.timeout = 3600).await;
    setup.activate().await;
    setup.app().event("provider.activated").await;
    setup.app().is_silent(true);
    call(&setup, "first").await;
    setup.app().wait_for_events(2).await;
    setup.api.will_refuse(22);
    setup.wait(901);
    while setup.customer_state().await == "active" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // And further events are told beside the one that waits.
    call(&setup, "second").await;
    setup.app().wait_for_events(3).await;
}
