//! The store that a command works on: which one, made only if that is asked for, not another one below
//! a running server.

use std::{fs, path::Path, process::Command};

use freischalt_testbed::Cluster;
use serde_json::{Value, json};

use crate::{
    databases::{configuration, manage, manage_status},
    http,
    process::Running,
    support::{Run, freischalt, run},
};

fn ready(server: &Running) -> u16 {
    let request = http::request("GET", "/readyz", &[], "");
    http::exchange(server.management, &request).unwrap().status
}

#[test]
fn a_production_server_starts_with_a_store_that_is_there_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let file = folder.path().join("freischalt.db");
    let words = ["serve", "--config", config.to_str().unwrap()];
    let refused = |said: &str| {
        let run = run(&words);
        assert_eq!(run.code, 4, "{}", run.err);
        for said in [said, file.to_str().unwrap(), "may not be mounted", "store create"] {
            assert!(run.err.contains(said), "{said}: {}", run.err);
        }
    };
    refused("is not there");
    assert!(!file.exists());
    fs::write(&file, "").unwrap();
    refused("is an empty file");
    let create = ["store", "create", "--config", config.to_str().unwrap()];
    assert_eq!(run(&create).code, 0);
    let again = run(&create);
    assert!(again.code == 1 && again.err.contains("is in use already"), "{}", again.err);
    Running::serve(&config).stop();
}

#[test]
fn an_empty_schema_of_postgresql_is_refused_alike() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let url = cluster.schema("nothing");
    let words = ["serve", "--config", config.to_str().unwrap(), "--store", &url];
    let refused = run(&words);
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(refused.err.contains("none of our tables"), "{}", refused.err);
    assert!(refused.err.contains("store create"), "{}", refused.err);
    let create = ["store", "create", "--config", config.to_str().unwrap(), "--store", &url];
    assert_eq!(run(&create).code, 0);
    Running::serve_on(&config, &url).stop();
}

/// One customer in each of two databases; the variable names the second.
#[test]
fn backup_and_restore_work_on_the_store_that_the_server_uses() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let real = folder.path().join("real.db").to_str().unwrap().to_owned();
    Running::serve(&config).stop();
    let server = Running::serve_on(&config, &real);
    manage(&server, "POST", "/v1/customers", &json!({ "slug": "real" }));
    let with = |words: &[&str]| {
        let words = [words, &["--config", config.to_str().unwrap()]].concat();
        Run::of(freischalt(words).env("FREISCHALT_STORE", &real))
    };
    let copy = folder.path().join("copy.db").to_str().unwrap().to_owned();
    let made = with(&["backup", &copy]);
    assert_eq!(made.code, 0, "{}", made.err);
    server.stop();
    fs::remove_file(&real).unwrap();
    let restored = with(&["restore", &copy]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    let server = Running::serve_on(&config, &real);
    assert_eq!(manage(&server, "GET", "/v1/customers", &Value::Null)[0]["slug"], "real");
    server.stop();
    let empty = Run::of(
        freischalt(["backup", &copy, "--config", config.to_str().unwrap()])
            .env("FREISCHALT_STORE", ""),
    );
    assert!(empty.code == 2 && empty.err.contains("--store: is empty"), "{}", empty.err);
}

#[test]
fn a_restore_beside_a_server_is_refused_and_a_moved_database_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let server = Running::serve(&config);
    let to_config = ["--config", config.to_str().unwrap()];
    assert_eq!(run(&[&["backup", &at("copy.db")][..], &to_config].concat()).code, 0);
    assert_eq!(ready(&server), 200);
    for ending in ["", "-wal", "-shm"] {
        fs::rename(at(&format!("freischalt.db{ending}")), at(&format!("old{ending}"))).unwrap();
    }
    let refused = run(&[&["restore", &at("copy.db")][..], &to_config].concat());
    assert!(refused.code == 1 && refused.err.contains("a server uses"), "{}", refused.err);
    assert_eq!(ready(&server), 503);
    let lost = manage_status(&server, "POST", "/v1/customers", &json!({ "slug": "lost" }));
    assert_eq!(lost, 500, "nothing is acknowledged that would be gone");
    for ending in ["", "-wal", "-shm"] {
        fs::rename(at(&format!("old{ending}")), at(&format!("freischalt.db{ending}"))).unwrap();
    }
    assert_eq!(ready(&server), 200);
    manage(&server, "POST", "/v1/customers", &json!({ "slug": "kept" }));
    server.stop();
}

#[test]
fn control_characters_are_refused_alike_on_both_engines() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let cluster = Cluster::start();
    let url = cluster.as_ref().map(|cluster| cluster.schema("control"));
    for store in [None, url] {
        let server = match &store {
            Some(url) => Running::serve_on(&config, url),
            None => Running::serve(&config),
        };
        for name in ["a\u{0}b", "a\u{1b}[2Jb", "a\u{9b}b"] {
            for body in [
                json!({ "slug": "nord", "name": name }),
                json!({ "slug": "nord", "customerWebId": name }),
                json!({ "slug": "nord", "users": [{ "id": 1, "name": name }] }),
            ] {
                assert_eq!(manage_status(&server, "POST", "/v1/customers", &body), 422, "{body}");
            }
        }
        let path = "/v1/activations?customer=%00";
        assert_eq!(manage_status(&server, "GET", path, &Value::Null), 422);
        let path = "/v1/customers/a%00";
        assert_eq!(manage_status(&server, "GET", path, &Value::Null), 422);
        let action = "{\"actionid\":\"urn:onoffice-de-ns:smart:2.5:smartml:action:do\",\
                      \"resourcetype\":\"unlockProvider\",\"parameters\":{}}";
        let body = format!("{{\"token\":\"a\\u0000b\",\"request\":{{\"actions\":[{action}]}}}}");
        let request = http::request("POST", "/api/stable/api.php", &[], &body);
        let answer = http::exchange(server.marketplace, &request).unwrap().json();
        assert_eq!(answer["status"]["errorcode"], 22, "{answer}");
        let ended = server.stop();
        assert!(!ended.err.contains("\"level\":\"ERROR\""), "{}", ended.err);
    }
}

/// A name that an older version has taken.
#[test]
fn a_copy_names_the_row_that_does_not_fit() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    let server = Running::serve(&config);
    manage(&server, "POST", "/v1/customers", &json!({ "slug": "nord", "name": "Nord" }));
    server.stop();
    let file = folder.path().join("freischalt.db");
    change(&file, "UPDATE customers SET name = 'a' || char(0) || 'b'");
    let copy = ["store", "copy", file.to_str().unwrap(), &cluster.schema("nul")];
    let refused = run(&copy);
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.err.contains("table customers"), "{}", refused.err);
    assert!(refused.err.contains("column name"), "{}", refused.err);
}

/// With a driver of another language, which the tests of examples need anyway.
fn change(file: &Path, sql: &str) {
    let program =
        "import sqlite3,sys\nd=sqlite3.connect(sys.argv[1])\nd.execute(sys.argv[2])\nd.commit()";
    let done = Command::new("python3").args(["-c", program]).arg(file).arg(sql).status().unwrap();
    assert!(done.success());
}

#[test]
fn keys_and_tokens_that_anybody_could_guess_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(folder.path());
    for (file, text) in
        [("key", "0".repeat(64)), ("key", "0f".repeat(32)), ("token", "x".repeat(40))]
    {
        let path = folder.path().join(file);
        let right = fs::read_to_string(&path).unwrap();
        fs::write(&path, text).unwrap();
        let refused = run(&["serve", "--config", config.to_str().unwrap()]);
        assert_eq!(refused.code, 2, "{}", refused.err);
        assert!(refused.err.contains("anybody could guess"), "{}", refused.err);
        fs::write(&path, right).unwrap();
    }
}
