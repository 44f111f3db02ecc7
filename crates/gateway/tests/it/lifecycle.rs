//! Starting, stopping, and what is written down meanwhile.

use std::cell::RefCell;
use std::io;

use freischalt_gateway::{Gateway, GatewayConfig};
use freischalt_protocol::Secret;

use crate::setup::{CLAIM, SECRET, Setup, TOKEN, config, key};

async fn refusal(change: impl FnOnce(&mut GatewayConfig)) -> String {
    let mut config = config("http://127.0.0.1:8080/api/stable/api.php".to_owned());
    change(&mut config);
    Gateway::bind(config).await.err().unwrap().to_string()
}

#[tokio::test]
async fn settings_that_cannot_be_right_are_named() {
    let texts = [
        (refusal(|c| c.provider_secret = Secret::new("")).await, "provider_secret is empty"),
        (
            refusal(|c| c.marketplace_origins.push("https://m/smart".into())).await,
            "marketplace.origins is",
        ),
        (refusal(|c| c.marketplace_origins.clear()).await, "marketplace.origins is empty"),
        (refusal(|c| c.public_url = Some("p.example".into())).await, "gateway.public_url is"),
        (
            refusal(|c| c.api_url = "api.example".into()).await,
            "marketplace.api_url: the API address",
        ),
        (refusal(|c| c.listen = ([0, 0, 0, 0], 0).into()).await, "gateway.public_url is needed"),
        (refusal(|c| c.max_url_age = -1).await, "gateway.max_url_age is -1 s"),
        (
            refusal(|c| c.location = freischalt_gateway::Location::File("x.db".into())).await,
            "keys are needed",
        ),
        (
            refusal(|c| c.page.logo_url = Some("http://p.example/l.png".into())).await,
            "provider.logo_url is",
        ),
    ];
    for (text, expected) in texts {
        assert!(text.starts_with(expected), "{text}");
    }
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_the_fix() {
    let setup = Setup::start().await;
    let text = refusal(|config| config.listen = setup.address).await;
    let expected = format!("cannot listen on {}; choose another port", setup.address);
    assert!(text.starts_with(&expected), "{text}");
}

#[tokio::test]
async fn stopping_finishes_what_was_accepted() {
    let setup = Setup::start().await;
    let (address, query, api) = (setup.address, setup.query(), setup.api.clone());
    api.hold();
    api.will_succeed();
    let origin = format!("http://{address}");
    let unlocking = tokio::spawn(async move {
        let headers = [("Origin", origin.as_str()), ("Content-Type", "application/json")];
        let body = serde_json::json!({"query": query, "key": key()}).to_string();
        crate::http::exchange(address, "POST", "/activate/unlock", &headers, &body).await
    });
    api.arrival().await;
    let stopping = tokio::spawn(setup.stop());
    // Until the port is closed; bounded, since another test may be given the same one.
    for _ in 0..1000 {
        if tokio::net::TcpStream::connect(address).await.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    api.let_go();
    assert_eq!(unlocking.await.unwrap().status, 200);
    stopping.await.unwrap();
}

thread_local! {
    /// What was logged on this thread.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything runs on the test's own thread, so its log holds nothing of other tests. The subscriber
/// is that of the whole process: with one for this thread alone, events that another test's thread
/// comes upon first would stay switched off here as well.
#[tokio::test(flavor = "current_thread")]
async fn the_log_tells_what_happened_and_no_credential() {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(|| Log)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let setup = Setup::start().await;
    let query = setup.query();
    setup.open(&query).await;
    setup.open(&format!("{query}&tampered=1")).await;
    setup.api.will_refuse(137);
    setup.unlock(&query, &key()).await;
    setup.unlock(&query, SECRET).await;
    setup.api.will_succeed();
    setup.unlock(&query, &key()).await;

    let text = String::from_utf8(LOG.with_borrow(Vec::clone)).unwrap();
    for told in ["signature does not match", "error 137", "provider activated", "/activate/unlock"]
    {
        assert!(text.contains(told), "{told} is not in {text}");
    }
    let signature = query.rsplit_once('=').unwrap().1;
    for credential in [TOKEN, CLAIM, SECRET, &key(), signature] {
        assert!(!text.contains(credential), "{credential} is in {text}");
    }
}
