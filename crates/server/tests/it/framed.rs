//! What the server finds out about a provider's page that stays empty in its frame, and what it uses up
//! by asking.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};

use crate::{
    windows::{Visitor, attribute},
    world::{Run, World},
};

/// A provider that answers every request with these headers, and notes what it was asked for.
struct Provider {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    fn answering(status: &'static str, headers: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                // A connection that asks for nothing only tries whether anybody is there.
                let Some(Ok(first)) = lines.next() else { continue };
                noted.lock().unwrap().push(first);
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                let answer = format!(
                    "HTTP/1.1 {status}\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn activating(provider: &Provider) -> (World, Run) {
    let world = World::new().await;
    world.place("demo", &provider.url).await;
    let run = world.start("demo").await;
    (world, run)
}

async fn checked(visitor: &Visitor<'_>, path: &str) -> Value {
    let answer = visitor.form(path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

const ACTIVATION: &str = "/marketplace/providers/demo/activation";

#[tokio::test]
async fn a_page_that_refuses_frames_is_explained_on_the_activation_page() {
    for (status, headers, parts) in [
        (
            "200 OK",
            "x-frame-options: DENY\r\n",
            &["X-Frame-Options: DENY", "frame-ancestors http://"][..],
        ),
        (
            "200 OK",
            "content-security-policy: frame-ancestors 'self'\r\n",
            &["'self'", "frame-ancestors http://"],
        ),
        ("403 Forbidden", "", &["403"]),
    ] {
        let provider = Provider::answering(status, headers);
        let (world, _) = activating(&provider).await;
        let visitor = Visitor::sign_in(&world, 21).await;
        let found = checked(&visitor, &format!("{ACTIVATION}/check")).await.to_string();
        for part in parts {
            assert!(found.contains(part), "{part}: {found}");
        }
        assert!(!found.contains("signature"), "{found}");
    }
    let fine = Provider::answering("200 OK", "");
    let (world, _) = activating(&fine).await;
    let visitor = Visitor::sign_in(&world, 21).await;
    assert_eq!(checked(&visitor, &format!("{ACTIVATION}/check")).await, json!({}));
    let [asked] = fine.asked().try_into().unwrap();
    assert!(asked.starts_with("GET /activate?") && asked.contains("signature="), "{asked}");
}

/// A provider that lets a URL serve once has to find that of the frame unused.
#[tokio::test]
async fn a_quiet_window_costs_a_provider_no_call() {
    for (headers, calls) in [("", 0), ("x-frame-options: SAMEORIGIN\r\n", 1)] {
        let provider = Provider::answering("200 OK", headers);
        let (world, run) = activating(&provider).await;
        world.unlock(&run).await;
        let visitor = Visitor::sign_in(&world, 21).await;
        let window = visitor.open("from=menu").await;
        let framed = attribute(&window, "#service-frame", "src");
        let check = attribute(&window, "#service", "data-check");
        let found = checked(&visitor, &check).await;
        assert_eq!(found.to_string().contains("SAMEORIGIN"), calls == 1, "{found}");
        let asked = provider.asked();
        let signed: Vec<_> = asked.iter().filter(|line| line.contains("signature=")).collect();
        assert_eq!(signed.len(), calls, "{asked:?}");
        let path = framed.strip_prefix(&provider.url).unwrap();
        assert!(!asked.iter().any(|line| line.contains(path)), "the URL of the frame: {asked:?}");
    }
}

#[tokio::test]
async fn what_is_no_text_is_listed_with_what_would_be_right() {
    let provider = Provider::answering("200 OK", "");
    let (world, run) = activating(&provider).await;
    world.unlock(&run).await;
    let visitor = Visitor::sign_in(&world, 21).await;
    let window = attribute(&visitor.open("from=menu").await, "#service", "data-window");
    let origin = &provider.url;
    for kind in ["object", "array", "number", "boolean", "nothing", "other", "tooLong"] {
        let sent = json!({"window": window, "origin": origin, "noText": kind});
        assert_eq!(visitor.post(&sent).await.json()["effect"], "ignored", "{kind}");
    }
    for text in [r#""{\"products\":[]}""#, r#"{"event":"order","data":{"products":[]}}"#] {
        let sent = json!({"window": window, "origin": origin, "text": text});
        assert_eq!(visitor.post(&sent).await.json()["effect"], "ignored", "{text}");
    }
    let listed = visitor.get("/messages").await;
    for part in [
        "the message is an object; send JSON.stringify",
        "the message is an array; send JSON.stringify",
        "the message is a number",
        "longer than 64 KiB",
        "JSON twice",
        "inside &#34;data&#34;",
    ] {
        let text = listed.text().replace("&quot;", "&#34;");
        assert!(text.contains(part), "{part}: {text}");
    }
    let strange = json!({"window": window, "origin": origin, "noText": "x"});
    assert_eq!(visitor.post(&strange).await.status, 400);
}
