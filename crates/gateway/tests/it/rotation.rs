//! Replacing secrets and keys while requests are under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use freischalt_gateway::{Keys, Location};
use freischalt_protocol::seal::MasterKey;
use freischalt_protocol::{Secret, signed_order, signed_url};
use serde_json::json;

use crate::http;
use crate::setup::{SECRET, Setup};

const NEW: &str = "another-secret-9876543210";

pub(crate) async fn no_genuine_request_is_refused_while_the_provider_secret_changes() {
    let setup = Arc::new(Setup::with_app(|_| ()).await);
    setup.activate().await;
    // What the marketplace signs with: it changes amid the load, as does what we accept.
    let marketplace_changed = Arc::new(AtomicBool::new(false));
    let (sent, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..4)
        .map(|user| {
            let (setup, changed) = (setup.clone(), marketplace_changed.clone());
            let (sent, refused) = (sent.clone(), refused.clone());
            tokio::spawn(async move {
                for call in 0..100 {
                    let secret = if changed.load(Ordering::SeqCst) { NEW } else { SECRET };
                    let user = format!("{user}");
                    let cache_id = format!("pc-{call}");
                    let url = setup.signed_under(
                        secret,
                        "/services/shop",
                        &[("userId", &user), ("parameterCacheId", &cache_id)],
                    );
                    let answer = http::get(setup.address, &url, &[]).await;
                    sent.fetch_add(1, Ordering::SeqCst);
                    if answer.status != 303 {
                        refused.fetch_add(1, Ordering::SeqCst);
                    }
                }
            })
        })
        .collect();
    let wait_for = async |number| {
        while sent.load(Ordering::SeqCst) < number {
            tokio::task::yield_now().await;
        }
    };
    let (old, new) = (|| Secret::new(SECRET), || Secret::new(NEW));
    wait_for(80).await;
    setup.control.replace_secrets(old(), vec![new()]).unwrap();
    wait_for(160).await;
    marketplace_changed.store(true, Ordering::SeqCst);
    wait_for(240).await;
    setup.control.replace_secrets(new(), vec![old()]).unwrap();
    for task in load {
        task.await.unwrap();
    }
    assert_eq!((sent.load(Ordering::SeqCst), refused.load(Ordering::SeqCst)), (400, 0));
    setup.control.replace_secrets(new(), Vec::new()).unwrap();
    let late = setup.signed_under(SECRET, "/services/shop", &[("userId", "9")]);
    assert_eq!(http::get(setup.address, &late, &[]).await.status, 403, "the old one is gone");
    assert!(setup.control.replace_secrets(Secret::new(""), Vec::new()).is_err());
}

pub(crate) async fn orders_are_signed_with_the_secret_that_the_marketplace_uses() {
    let setup = Setup::with_app(|_| ()).await;
    setup.activate().await;
    setup.control.replace_secrets(Secret::new(NEW), vec![Secret::new(SECRET)]).unwrap();
    for secret in [SECRET, NEW] {
        setup.wait(1);
        let url = setup.signed_under(secret, "/services/shop", &[]);
        let opened = http::get(setup.address, &url, &[]).await;
        let visit = opened.header("location").unwrap();
        let visit = visit.strip_prefix("/s/").unwrap().split('/').next().unwrap();
        let asked = json!({"visit": visit, "message": "close"});
        let answer = setup.ask("/api/messages", &asked).await.json();
        let message = answer["message"].as_str().unwrap();
        assert!(signed_order::verify(message.as_bytes(), &Secret::new(secret)).is_ok(), "{secret}");
    }
    assert!(signed_url::verify("https://h/?signature=", &Secret::new(NEW)).is_err());
}

fn keys(current: u8, previous: &[u8]) -> Keys {
    let key = |byte: u8| MasterKey::new([byte; 32]);
    Keys { current: key(current), previous: previous.iter().map(|byte| key(*byte)).collect() }
}

#[tokio::test]
async fn the_gateways_own_key_is_replaced_and_the_old_one_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = Location::File(folder.path().join("gateway.db"));
    let with_keys = async |keys: Keys| {
        let file = file.clone();
        Setup::with_app_and(
            |_| (),
            move |config| {
                config.location = file;
                config.keys = Some(keys);
            },
        )
        .await
    };
    let call = json!({"customer": "42", "user": "21", "action": "read", "resourceType": "estate"});

    let setup = with_keys(keys(1, &[])).await;
    setup.activate().await;
    setup.call_service().await;
    assert!(setup.control.replace_keys(&keys(2, &[1])).await.unwrap() >= 3);
    assert_eq!(setup.control.replace_keys(&keys(2, &[])).await.unwrap(), 0, "nothing is left");
    setup.api.will_succeed();
    assert_eq!(setup.ask("/api/call", &call).await.status, 200);
    setup.stop().await;

    let setup = with_keys(keys(2, &[])).await;
    setup.api.will_succeed();
    assert_eq!(setup.ask("/api/call", &call).await.status, 200);
    setup.stop().await;

    let refused = Setup::try_with(|config| {
        config.location = file.clone();
        config.keys = Some(keys(3, &[]));
    })
    .await;
    let error = refused.err().unwrap();
    assert!(error.to_string().contains("keep all keys"), "{error}");
}
