//! A log that nobody reads: standard error in a pipe whose other end does nothing, as test runners
//! leave it.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{http, support::freischalt};

/// How long anything may take before the test calls it stuck.
const LONG: Duration = Duration::from_secs(60);

/// A sandbox that says where it is, and whose log is not read.
fn unread() -> (Child, Value) {
    let words = ["sandbox", "--ephemeral", "--json", "--port", "0", "--management-port", "0"];
    let mut command = freischalt(words);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
    (child, serde_json::from_str(&ready).unwrap())
}

/// How many lines were dropped, as the metrics say.
fn dropped(management: std::net::SocketAddr) -> u64 {
    let request = http::request("GET", "/metrics", &[], "");
    let metrics = http::exchange(management, &request).unwrap().body;
    let line = metrics.lines().find(|line| line.starts_with("freischalt_log_lines_dropped_total "));
    line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

/// Has so much refused that the log is full.
fn flood(at: &Value) -> std::net::SocketAddr {
    let address = |name: &str| http::address(at[name].as_str().unwrap());
    let (marketplace, management) = (address("marketplace"), address("management"));
    let start = json!({ "provider": "demo", "customer": "musterimmo" });
    let run = http::call(management, "POST", "/v1/activations", &start);
    let action = json!({
        "actionid": "urn:onoffice-de-ns:smart:2.5:smartml:action:do",
        "resourceid": "", "resourcetype": "unlockProvider", "identifier": "", "timestamp": 1,
        "hmac": "x", "hmac_version": 2, "parameters": {},
    });
    let actions = vec![action; 500];
    let body = json!({ "token": run["apiToken"], "request": { "actions": actions } }).to_string();
    let request = http::request("POST", "/api/stable/api.php", &[], &body);
    let began = Instant::now();
    while dropped(management) == 0 {
        let answer = http::exchange(marketplace, &request).unwrap();
        assert_eq!(answer.json()["response"]["results"].as_array().unwrap().len(), 500);
        assert!(began.elapsed() < LONG, "the log is never full");
    }
    management
}

fn ask_to_stop(child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
}

fn ends(child: &mut Child) -> bool {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > LONG {
            child.kill().unwrap();
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

#[test]
fn a_server_answers_and_ends_although_nobody_reads_its_log() {
    let (mut child, at) = unread();
    let management = flood(&at);
    let health = http::exchange(management, &http::request("GET", "/healthz", &[], "")).unwrap();
    assert_eq!(health.status, 200);
    ask_to_stop(&child);
    assert!(ends(&mut child), "it has not ended");
}

#[test]
fn a_log_that_is_read_again_says_how_much_is_missing() {
    let (mut child, at) = unread();
    flood(&at);
    let mut log = child.stderr.take().unwrap();
    let (told, was_told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let (mut text, mut chunk) = (Vec::new(), [0; 64 * 1024]);
        let missing = b"lines of this log were dropped";
        while let Ok(bytes @ 1..) = log.read(&mut chunk) {
            text.extend_from_slice(&chunk[..bytes]);
            if text.windows(missing.len()).any(|window| window == missing) {
                let _ = told.send(());
            }
            text.drain(..text.len().saturating_sub(200));
        }
    });
    was_told.recv_timeout(LONG).expect("it says so");
    ask_to_stop(&child);
    assert!(ends(&mut child), "it has not ended");
}
