//! `freischalt` without a command, as people and build machines start it.

use std::{io::Write, net::TcpListener, os::unix::fs::PermissionsExt, path::Path};

use serde_json::{Value, json};

use crate::{
    http,
    process::Running,
    support::{Run, freischalt, run},
};

#[test]
fn the_ready_line_is_all_that_stands_on_standard_output() {
    let server = Running::sandbox(&["--ephemeral"]);
    let ready = server.ready.as_object().unwrap().clone();
    let mut names: Vec<_> = ready.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["demoProvider", "demoWebhook", "management", "marketplace"]);
    for (name, url) in &ready {
        let url = url.as_str().unwrap();
        assert!(!url.ends_with(":0") && !url.ends_with('/'), "{name}: {url}");
        let page = http::exchange(http::address(url), &http::request("GET", "/healthz", &[], ""));
        assert!(page.is_ok(), "{name} is there when the line says so");
    }
    let unlock = http::request("POST", "/api/stable/api.php", &[], "{}");
    assert_eq!(
        http::exchange(server.marketplace, &unlock).unwrap().json()["status"]["errorcode"],
        13
    );
    assert_eq!(server.stop().out.lines().count(), 1);
}

#[test]
fn the_sandbox_command_is_the_same_as_none() {
    let words = ["sandbox", "--port", "0", "--management-port", "0", "--ephemeral", "--json"];
    let server = Running::of(&words);
    server.manage("GET", "/v1/providers/demo", &Value::Null);
    server.stop();
}

#[test]
fn a_second_start_on_the_same_data_carries_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("deep").join("data");
    let first = Running::sandbox_in(&data);
    let wanted = json!({ "provider": "demo", "customer": "musterimmo" });
    let started = first.manage("POST", "/v1/activations", &wanted);
    first.manage("POST", "/v1/customers", &json!({ "slug": "second" }));
    let customers = first.manage("GET", "/v1/customers", &Value::Null);
    first.stop();

    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("encryption.key"))), (0o700, 0o600));

    let second = Running::sandbox_in(&data);
    assert_eq!(second.manage("GET", "/v1/customers", &Value::Null), customers);
    let path = format!("/v1/activations/{}", started["id"].as_str().unwrap());
    assert_eq!(second.manage("GET", &path, &Value::Null)["state"], "pending");
    let provider = second.manage("GET", "/v1/providers/demo", &Value::Null);
    let now = second.ready["demoProvider"].as_str().unwrap();
    assert_eq!(provider["activationUrl"], format!("{now}/activate"), "where it is in this run");
    let api = second.marketplace_url();
    let unlock = ["unlock", "--api", &api, "--from-activation", "-", "--json"];
    let unlocked = Run::with_input(&mut freischalt(unlock), &started.to_string());
    assert_eq!(unlocked.code, 0, "the key of before is still good: {}", unlocked.err);
    assert_eq!(second.manage("GET", &path, &Value::Null)["state"], "active");
    second.stop();
}

/// The second would move the demo providers to its own ports, out of the first one's reach.
#[test]
fn a_data_folder_serves_one_sandbox_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::sandbox_in(folder.path());
    let data = folder.path().to_str().unwrap();
    let second = run(&["--port", "0", "--management-port", "0", "--data", data]);
    assert_eq!((second.code, second.out.as_str()), (2, ""), "{}", second.err);
    for part in ["another sandbox uses", data, "--data", "--ephemeral"] {
        assert!(second.err.contains(part), "{part}: {}", second.err);
    }
    let provider = first.manage("GET", "/v1/providers/demo", &Value::Null);
    let place = first.ready["demoProvider"].as_str().unwrap();
    assert_eq!(provider["activationUrl"], format!("{place}/activate"));
    first.stop();
    Running::sandbox_in(folder.path()).stop();
}

/// As in a container, whose ports are published. No browser can open `0.0.0.0`, so what is printed,
/// and what the demo provider is called by, is this machine's own address.
#[test]
fn a_sandbox_on_all_addresses_prints_ones_that_can_be_opened() {
    let server = Running::sandbox(&["--ephemeral", "--bind", "0.0.0.0"]);
    for name in ["marketplace", "management", "demoProvider"] {
        let url = server.ready[name].as_str().unwrap();
        assert!(http::address(url).ip().is_loopback(), "{name}: {url}");
    }
    let wanted = json!({ "provider": "demo", "customer": "musterimmo" });
    let started = server.manage("POST", "/v1/activations", &wanted);
    let url = started["activationUrl"].as_str().unwrap();
    let place = server.ready["demoProvider"].as_str().unwrap();
    let page = url.strip_prefix(place).expect("the demo provider is called by what was printed");
    let opened = http::exchange(http::address(place), &http::request("GET", page, &[], ""));
    assert_eq!(opened.unwrap().status, 200, "its page opens: {url}");
    server.stop();
}

/// Browsers tell sites apart by name and not by port, so cookies that die in production die here.
#[test]
fn providers_are_another_site_than_the_marketplace() {
    for (options, marketplace, provider) in [
        (&["--bind", "127.0.0.1"][..], "http://127.0.0.1:", "http://localhost:"),
        (&["--bind", "0.0.0.0"], "http://127.0.0.1:", "http://localhost:"),
        (&["--bind", "::"], "http://127.0.0.1:", "http://localhost:"),
        (&["--public-url", "http://localhost:{port}"], "http://localhost:", "http://localhost:"),
        (&["--public-url", "http://localhost:4711"], "http://localhost:4711", "http://127.0.0.1:"),
    ] {
        let server = Running::sandbox(&[&["--ephemeral"], options].concat());
        let shown = |name: &str| server.ready[name].as_str().unwrap().to_owned();
        assert!(shown("marketplace").starts_with(marketplace), "{options:?}: {:?}", server.ready);
        for name in ["demoProvider", "demoWebhook"] {
            assert!(shown(name).starts_with(provider), "{options:?}: {:?}", server.ready);
        }
        // What the demo provider allows to frame it is what was printed.
        let wanted = json!({ "provider": "demo", "customer": "musterimmo" });
        let started = server.manage("POST", "/v1/activations", &wanted);
        let url = started["activationUrl"].as_str().unwrap();
        let path = url.strip_prefix(&shown("demoProvider")).unwrap();
        let page = http::request("GET", path, &[], "");
        let page = http::exchange(http::address(&shown("demoProvider")), &page).unwrap();
        assert_eq!(page.status, 200, "{url}");
        let right = format!("frame-ancestors {}", shown("marketplace"));
        assert!(page.policy.contains(&right), "{right}: {}", page.policy);
        server.stop();
    }
}

#[test]
fn an_address_that_no_frame_works_with_is_refused_with_the_right_one() {
    let ephemeral = ["--port", "0", "--management-port", "0", "--ephemeral"];
    for (option, value, right) in [
        ("--bind", "::1", "--public-url http://localhost:8080"),
        ("--public-url", "http://[::1]:8080", "such as http://localhost:8080"),
        ("--public-url", "http://box/path", "http://machine.example:8080"),
    ] {
        let refused = run(&[&ephemeral[..], &[option, value]].concat());
        assert_eq!(refused.code, 2, "{value}");
        assert!(refused.err.contains(right), "{value}: {}", refused.err);
    }
    let named = ["--ephemeral", "--bind", "::1", "--public-url", "http://localhost:{port}"];
    Running::sandbox(&named).stop();
}

/// What an ephemeral sandbox was told, the next one does not know, and no file tells of it.
#[test]
fn an_ephemeral_sandbox_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["--port", "0", "--management-port", "0", "--ephemeral", "--json"];
    for _ in 0..2 {
        let server = Running::in_folder(&words, folder.path());
        server.manage("POST", "/v1/customers", &json!({ "slug": "gone" }));
        server.stop();
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn data_is_kept_in_the_working_folder_by_default() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["--port", "0", "--management-port", "0", "--json"];
    Running::in_folder(&words, folder.path()).stop();
    assert!(folder.path().join("freischalt-data/freischalt.db").is_file());
}

#[test]
fn it_listens_where_it_is_told_to() {
    let server = Running::sandbox(&["--ephemeral", "--bind", "127.0.0.2"]);
    for name in ["marketplace", "management"] {
        let url = server.ready[name].as_str().unwrap();
        assert!(url.starts_with("http://127.0.0.2:"), "{name}: {url}");
    }
    server.manage("GET", "/v1/clock", &Value::Null);
    server.stop();
    let wrong = run(&["--bind", "localhost"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("--bind"), "{}", wrong.err);
}

/// The pages of the built command: choose who you are, and see what there is.
#[test]
fn in_the_browser_a_user_is_chosen_and_sees_the_providers() {
    let server = Running::sandbox(&["--ephemeral"]);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let anna = "customer=musterimmo&user=21";
    let request = http::request("POST", "/sandbox/user", &[form], anna);
    let chosen = http::exchange(server.marketplace, &request).unwrap();
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    let cookie = ("Cookie", chosen.cookie.as_str());
    let request = http::request("GET", "/marketplace", &[cookie], "");
    let page = http::exchange(server.marketplace, &request).unwrap();
    assert_eq!(page.status, 200);
    for text in ["Anna Albrecht", "Grundrisswerk", "Preisradar"] {
        assert!(page.body.contains(text), "{text} is missing in {}", page.body);
    }
    server.stop();
}

#[test]
fn people_are_told_where_to_click_and_what_to_type() {
    let words = ["--port", "0", "--management-port", "0", "--ephemeral"];
    let server = Running::of_people(&words);
    let (marketplace, management) = (server.marketplace_url(), server.management_url());
    let text = server.ready.as_str().unwrap().to_owned();
    for part in [
        &format!("Open {marketplace} and choose Anna Albrecht"),
        &format!("{marketplace}/api/stable/api.php"),
        "activation start --provider demo --customer musterimmo --json",
        &format!("\\\n      --management {management}\n"),
        "freischalt provider add --name \"My service\"",
        "gone when the sandbox stops",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours when nobody looks");
    let wide = text.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "fits a terminal of 80 columns");
    server.stop();
}

/// The message is one that can be acted on without looking anything up.
#[test]
fn a_taken_port_names_the_fix() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (option, other) in [("--port", "--management-port"), ("--management-port", "--port")] {
        let run = run(&[option, &port, other, "0", "--ephemeral", "--json"]);
        assert_eq!((run.code, run.out.as_str()), (4, ""), "{}", run.err);
        assert!(run.err.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{}", run.err);
        assert!(run.err.contains(&format!("{option} 0 for any free one")), "{}", run.err);
    }
    let demo = run(&["--port", "0", "--management-port", "0", "--demo-port", &port, "--ephemeral"]);
    assert_eq!(demo.code, 4);
    assert!(demo.err.contains(&port) && demo.err.contains("--demo-port"), "{}", demo.err);
}

#[test]
fn a_data_folder_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let start = |data: &Path| {
        run(&["--port", "0", "--management-port", "0", "--data", data.to_str().unwrap()])
    };
    let no_folder = start(&file);
    assert_eq!(no_folder.code, 2, "{}", no_folder.err);
    assert!(no_folder.err.contains(file.to_str().unwrap()), "{}", no_folder.err);

    std::fs::write(folder.path().join("encryption.key"), "not a key").unwrap();
    let no_key = start(folder.path());
    assert_eq!(no_key.code, 2, "{}", no_key.err);
    assert!(no_key.err.contains("64 hexadecimal digits"), "{}", no_key.err);

    let used = tempfile::tempdir().unwrap();
    Running::sandbox_in(used.path()).stop();
    std::fs::write(used.path().join("encryption.key"), "0f".repeat(32)).unwrap();
    let other_key = start(used.path());
    assert_eq!(other_key.code, 4, "{}", other_key.err);
    let why = "the encryption key does not fit";
    assert_eq!(other_key.err.matches(why).count(), 1, "said once: {}", other_key.err);

    let strange = tempfile::tempdir().unwrap();
    std::fs::write(strange.path().join("freischalt.db"), "no database ".repeat(100)).unwrap();
    let no_database = start(strange.path());
    assert_eq!(no_database.code, 4, "{}", no_database.err);
    assert!(no_database.err.contains("freischalt.db"), "{}", no_database.err);
}

/// A request that has begun to arrive is accepted; whoever asks the server to stop in its middle
/// gets an answer to it all the same.
#[test]
fn a_signal_lets_accepted_requests_finish() {
    for signal in ["TERM", "INT"] {
        let server = Running::sandbox(&["--ephemeral"]);
        let address = server.marketplace;
        // One that is idle must not hold the end up.
        let idle = http::connect(address).unwrap();
        let request = http::request("POST", "/api/stable/api.php", &[], "{\"token\":\"t\"}");
        let (begin, rest) = request.split_at(request.len() - 5);
        let mut slow = http::connect(address).unwrap();
        slow.write_all(begin).unwrap();
        http::exchange(address, &http::request("GET", "/healthz", &[], "")).unwrap();

        server.ask_to_stop(signal);
        while http::connect(address).is_ok() {
            std::thread::yield_now();
        }
        slow.write_all(rest).unwrap();
        let answer = http::read(&slow).unwrap();
        assert_eq!(answer.json()["status"]["errorcode"], 14, "{signal}: {}", answer.body);
        drop(idle);
        let ended = server.wait();
        assert!(ended.status.success(), "{signal}: {}: {}", ended.status, ended.err);
    }
}
