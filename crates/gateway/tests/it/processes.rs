//! Two gateways for one provider on one PostgreSQL database, as behind a balancer.

use std::collections::BTreeMap;
use std::sync::Arc;

use freischalt_protocol::{Secret, signed_url};
use freischalt_testbed::Cluster;
use serde_json::json;

use crate::http;
use crate::setup::{SECRET, Setup, key, on_postgres};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_postgres_database_do_nothing_twice() {
    let Some(cluster) = Cluster::start() else { return };
    on_postgres(&Arc::new(cluster), "two", async {
        let first = Setup::with_app(|_| ()).await;
        let second = first.beside().await;
        one_unlock(&first, &second).await;
        a_page_of_the_other(&first, &second).await;
        events_go_out_once(&first, &second).await;
        a_result_is_told_once(&first, &second).await;
    })
    .await;
}

/// The one that comes second hears that it is under way, wherever it asks.
async fn one_unlock(first: &Setup, second: &Setup) {
    let (query, key) = (first.query(), key());
    first.api.hold();
    let late = async {
        first.api.arrival().await;
        let late = second.unlock(&query, &key).await;
        first.api.let_go();
        late
    };
    let (early, late) = tokio::join!(first.unlock(&query, &key), late);
    assert_eq!((early.status, late.status), (200, 409), "{}", late.body);
    assert_eq!(first.api.asked().len(), 1);
    assert_eq!(second.unlock(&query, &key).await.status, 409, "it has done its unlock");
}

/// Opened in time here, used later there.
async fn a_page_of_the_other(first: &Setup, second: &Setup) {
    let query = first.query_with(&[("parameterCacheId", "later")]);
    assert_eq!(first.open(&query).await.status, 200);
    first.wait(301);
    let answer = second.unlock(&query, &key()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Both look for events all the time, and each event is sent by one of them.
async fn events_go_out_once(first: &Setup, second: &Setup) {
    const CALLS: usize = 40;
    let before = first.app().events().len();
    for call in 0..CALLS {
        let gateway = if call % 2 == 0 { first } else { second };
        let url = first.service_url_with(&[("parameterCacheId", &format!("pc-{call}"))]);
        assert_eq!(http::get(gateway.address, &url, &[]).await.status, 303);
    }
    first.app().wait_for_events(before + CALLS).await;
    let mut sent = BTreeMap::<_, usize>::new();
    for event in first.app().events() {
        *sent.entry(event.header("webhook-id").to_owned()).or_default() += 1;
    }
    assert!(sent.values().all(|times| *times == 1), "{sent:?}");
}

/// Sixteen browsers bring the result of one order, to either of them.
async fn a_result_is_told_once(first: &Setup, second: &Setup) {
    let (visit, _) = first.call_service().await;
    let visit = visit.strip_prefix("/s/").unwrap();
    let order = json!({"visit": visit, "product": {"name": "Rundgang", "price": "38.70"}});
    let placed = second.ask("/api/orders", &order).await.json();
    let id = placed["orderId"].as_str().unwrap();
    let url = format!(
        "{}/callback/{id}?status=success&transactionid=7&timestamp={}",
        first.origin(),
        first.time()
    );
    let url = signed_url::sign(&url, &Secret::new(SECRET)).unwrap();
    let path = url.strip_prefix(first.origin()).unwrap();
    let both = [first.address, second.address];
    let mut waiting = tokio::task::JoinSet::new();
    for browser in 0..16 {
        let (address, path) = (both[browser % 2], path.to_owned());
        waiting.spawn(async move { http::get(address, &path, &[]).await.status });
    }
    assert!(waiting.join_all().await.iter().all(|status| *status == 303));
    assert_eq!(first.app().event("order.paid").await["orderId"], id);
    // Another event of each, so that whatever the two had to tell has been told before.
    let before = first.app().events().len();
    for gateway in [first, second] {
        first.wait(1);
        gateway.call_service().await;
    }
    first.app().wait_for_events(before + 2).await;
    let paid = first.app().event_types().into_iter().filter(|kind| kind == "order.paid");
    assert_eq!(paid.count(), 1);
}
