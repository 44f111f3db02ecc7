//! `kill -9` in the middle of 200 concurrent unlocks: what was acknowledged is there after a
//! restart on the same data, and nothing is there twice.

use std::{
    io::Write,
    net::SocketAddr,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use freischalt_protocol::{
    Secret, Verb,
    hmac::{SigningKey, V2Message},
};
use serde_json::{Value, json};

use crate::{http, process::Running};

const UNLOCKS: usize = 200;

/// After how many acknowledgements the process is killed, round by round.
const MOMENTS: [usize; 5] = [0, 1, 20, 80, 150];

/// Threads that prepare and look afterwards, so that neither takes long.
const HANDS: usize = 8;

/// An activation at the point where the key is shown, with the unlock that ends it.
struct Pending {
    id: String,
    /// The call.
    body: String,
}

#[test]
fn what_was_acknowledged_survives_kill_9_and_nothing_is_there_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Running::sandbox_in(folder.path());
    each((0..UNLOCKS).collect(), |number| {
        server.manage("POST", "/v1/customers", &customer(*number));
    });
    let (mut rounds, mut acknowledged, mut lost_answers) = (Vec::new(), 0, 0);
    for moment in MOMENTS {
        let pending = each((0..UNLOCKS).collect(), |number| start(&server, *number));
        let answered = unlock_until_killed(&mut server, &pending, moment);
        server = Running::sandbox_in(folder.path());
        let early: usize = each(pending.iter().zip(&answered).collect(), |(run, answered)| {
            check_after_crash(&server, run, **answered)
        })
        .into_iter()
        .sum();
        let count = answered.iter().filter(|answered| **answered).count();
        acknowledged += count;
        lost_answers += early - count;
        rounds.push((pending, count));
    }
    for (pending, _) in &rounds {
        each(pending.iter().collect(), |run| assert_eq!(unlocks(&show(&server, run)), 1));
    }
    let counts: Vec<usize> = rounds.iter().map(|(_, count)| *count).collect();
    eprintln!("acknowledged before the kill: {counts:?}; done, but not told: {lost_answers}");
    assert!(acknowledged > 0, "some were acknowledged: {counts:?}");
    assert!(counts.iter().any(|count| *count < UNLOCKS), "some were in flight: {counts:?}");
}

/// Sends all unlocks at once and kills the server after `moment` acknowledgements: who got one.
fn unlock_until_killed(server: &mut Running, pending: &[Pending], moment: usize) -> Vec<bool> {
    let (start, acknowledged) = (Barrier::new(UNLOCKS + 1), AtomicUsize::new(0));
    let address = server.marketplace;
    thread::scope(|scope| {
        let calls: Vec<_> = pending
            .iter()
            .map(|run| scope.spawn(|| unlock(address, &run.body, &start, &acknowledged)))
            .collect();
        start.wait();
        while acknowledged.load(Ordering::SeqCst) < moment {
            thread::yield_now();
        }
        server.kill();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

/// Whether the unlock was acknowledged before the connection broke.
fn unlock(address: SocketAddr, body: &str, start: &Barrier, acknowledged: &AtomicUsize) -> bool {
    let mut stream = http::connect(address).unwrap();
    let request = http::request("POST", "/api/stable/api.php", &[], body);
    start.wait();
    let answer = stream.write_all(&request).and_then(|()| http::read(&stream));
    let Ok(answer) = answer else { return false };
    assert!(is_success(&answer.json()), "{}", answer.body);
    acknowledged.fetch_add(1, Ordering::SeqCst);
    true
}

/// How often the run was unlocked before the crash, 0 or 1. The provider, which may never have
/// heard an answer, then simply repeats its call.
fn check_after_crash(server: &Running, run: &Pending, answered: bool) -> usize {
    let shown = show(server, run);
    let before = unlocks(&shown);
    let expected = if before == 1 { "active" } else { "pending" };
    assert_eq!(shown["state"], expected, "state and history are written together: {shown}");
    assert!(before <= 1, "{shown}");
    assert!(before == 1 || !answered, "an acknowledged activation is lost: {shown}");
    let request = http::request("POST", "/api/stable/api.php", &[], &run.body);
    let answer = http::exchange(server.marketplace, &request).unwrap();
    assert!(is_success(&answer.json()), "{}", answer.body);
    let shown = show(server, run);
    assert_eq!((&shown["state"], unlocks(&shown)), (&json!("active"), 1), "{shown}");
    before
}

fn is_success(answer: &Value) -> bool {
    answer["status"]["code"] == 200 && answer["response"]["results"][0]["status"]["errorcode"] == 0
}

fn show(server: &Running, run: &Pending) -> Value {
    server.manage("GET", &format!("/v1/activations/{}", run.id), &Value::Null)
}

fn unlocks(shown: &Value) -> usize {
    let history = shown["history"].as_array().unwrap();
    history.iter().filter(|entry| entry["event"] == "unlocked").count()
}

fn customer(number: usize) -> Value {
    let administrator = json!({ "id": 1, "name": "Ada", "administrator": true });
    json!({ "slug": format!("c{number}"), "users": [administrator] })
}

fn start(server: &Running, number: usize) -> Pending {
    let wanted = json!({ "provider": "demo", "customer": format!("c{number}") });
    let started = server.manage("POST", "/v1/activations", &wanted);
    let id = started["id"].as_str().unwrap().to_owned();
    Pending { id, body: unlock_body(&started) }
}

/// The provider's call that ends an activation, made from what its start was answered with.
pub(crate) fn unlock_body(started: &Value) -> String {
    let text = |name: &str| started[name].as_str().unwrap();
    let (token, action_id) = (text("apiToken"), Verb::Do.action_id());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let hmac = SigningKey::new(&Secret::new(text("apiKey"))).sign(&V2Message {
        timestamp: &now.to_string(),
        token,
        resource_type: "unlockProvider",
        action_id: &action_id,
    });
    let body = json!({ "token": token, "request": { "actions": [{
        "actionid": action_id, "resourceid": "", "resourcetype": "unlockProvider",
        "identifier": "", "timestamp": now, "hmac_version": "2", "hmac": hmac,
        "parameters": {
            "parameterCacheId": text("parameterCacheId"), "extendedclaim": text("apiClaim"),
            "isRegularCustomer": 0,
        },
    }] } });
    body.to_string()
}

/// Does something with each item, with several hands; what came of it, in their order.
fn each<T: Sync, R: Send>(items: Vec<T>, job: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let share = items.len().div_ceil(HANDS);
    thread::scope(|scope| {
        let job = &job;
        let hands: Vec<_> = items
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(job).collect::<Vec<_>>()))
            .collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    })
}
