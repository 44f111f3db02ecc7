//! Logs of a whole run hold nothing that opens anything.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    wire,
    world::{API, Run, World, assert_unlocked},
};

/// Everything that was logged, by all threads and by whatever tests run beside this one.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything of a run that must stay secret, under a name for the failure.
fn secrets_of(run: &Run) -> Vec<(&'static str, String)> {
    vec![
        ("token", run.token.clone()),
        ("key", run.key.clone()),
        ("claim", run.claim.clone()),
        ("parameter cache id", run.entry.clone()),
        ("URL", run.url.clone()),
    ]
}

#[tokio::test]
async fn logs_hold_no_secret_and_no_parameter() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only one in this binary");
    let world = World::production("management-token-0123456789abcdef").await;
    let mut secrets = vec![("management token", "management-token-0123456789abcdef".to_owned())];
    let provider = json!({
        "slug": "mine", "name": "Mine", "activationUrl": "http://h/a",
        "secret": "provider-secret-0123456789",
    });
    world.managed("POST", "/v1/providers", Some(&provider)).await;
    secrets.push(("provider secret", "provider-secret-0123456789".to_owned()));
    let run = world.start("mine").await;
    secrets.extend(secrets_of(&run));
    secrets.extend(refused_calls(&world, &run).await);
    assert_unlocked(&world.unlock(&run).await);
    secrets.extend(secrets_of(&world.service_call(&run).await));
    world.block(&run).await;
    world.unlock(&run).await;
    let ticket = json!({ "customer": "musterimmo", "user": 21 });
    let ticket = world.managed("POST", "/v1/sign-in-tickets", Some(&ticket)).await;
    secrets.push(("ticket", ticket["ticket"].as_str().unwrap().to_owned()));

    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    let lines = text.lines().filter(|line| line.contains("action answered")).count();
    assert!(lines >= 8, "one line per action, found {lines}");
    for code in [0, 22, 137, 193, 255] {
        assert!(text.contains(&format!("code={code} ")), "no line with code {code}");
    }
    for (name, secret) in secrets {
        assert!(!text.contains(&secret), "a {name} is in the log");
    }
}

/// Calls that fail in every stage, with values that nobody else has; returns those values.
async fn refused_calls(world: &World, run: &Run) -> Vec<(&'static str, String)> {
    let wrong_key = "wrong-key-0123456789".to_owned();
    let wrong_token = "wrong-token-0123456789".to_owned();
    let wrong_claim = "wrong-claim-0123456789".to_owned();
    let value = "value-of-a-parameter-0123456789".to_owned();
    let not_json = "text-that-is-not-json-0123456789".to_owned();
    world.unlock(&Run { key: wrong_key.clone(), ..run.clone() }).await;
    world.unlock(&Run { token: wrong_token.clone(), ..run.clone() }).await;
    world.unlock(&Run { token: run.key.clone(), key: run.token.clone(), ..run.clone() }).await;
    world.unlock(&Run { claim: wrong_claim.clone(), ..run.clone() }).await;
    for name in ["isRegularCustomer", "parameterCacheId", "other"] {
        let body = world.changed(run, |a| a["parameters"][name] = json!([value, value])).await;
        world.post(&body).await;
    }
    let legacy = world
        .changed(run, |action| {
            action["parameters"]["price"] = json!(1_234.515_625);
            action["parameters"]["note"] = json!(value);
            action.as_object_mut().unwrap().remove("hmac_version");
        })
        .await;
    world.post(&legacy).await;
    world.post(format!("{{\"token\":\"{}\",{not_json}", run.token).as_bytes()).await;
    let cut = &world.changed(run, |_| {}).await[..300];
    wire::exchange(world.api, &wire::request("POST", API, &[], cut)).await;
    world.manage("POST", "/v1/activations", Some(&json!({ "provider": value }))).await;
    vec![
        ("wrong token", wrong_token),
        ("wrong claim", wrong_claim),
        ("parameter", value),
        ("float", "1234.515625".to_owned()),
        ("body", not_json),
    ]
}
