//! Every line of the committed vectors, which a real PHP made (`cargo xtask vectors`).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails like the test")]

use base64::{Engine, engine::general_purpose::STANDARD};
use freischalt_protocol::{
    Secret,
    php::{json, url},
    signed_order::{self, SignedOrderError},
    signed_url::{self, SignedUrlError},
};
use serde::Deserialize;

const SECRET: &str = "provider-secret-0123456789";

/// One line: the input as text or as base64, the class of the result, and the text that came out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(rename = "in")]
    text: Option<String>,
    #[serde(rename = "in64")]
    base64: Option<String>,
    class: String,
    out: String,
}

impl Vector {
    fn input(&self) -> Vec<u8> {
        match (&self.text, &self.base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(base64)) => STANDARD.decode(base64).unwrap(),
            _ => panic!("a vector has one input"),
        }
    }
}

/// Checks every line of a file; `actual` gives the class and the text for an input.
fn check(file: &str, actual: impl Fn(&[u8]) -> (String, Vec<u8>)) {
    let mut count = 0;
    for (number, line) in file.lines().enumerate() {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let (class, text) = actual(&vector.input());
        let text = String::from_utf8(text).unwrap();
        assert_eq!((class, text), (vector.class, vector.out), "line {}: {line}", number + 1);
        count += 1;
    }
    assert!(count >= 500, "only {count} vectors");
}

#[test]
fn urls() {
    let secret = Secret::new(SECRET);
    check(include_str!("../vectors/urls.jsonl"), |input| {
        let url = std::str::from_utf8(input).unwrap();
        let class = match signed_url::verify(url, &secret) {
            Ok(_) => "genuine",
            Err(SignedUrlError::WrongSignature) => "forged",
            Err(SignedUrlError::MissingSignature) => "unsigned",
            Err(SignedUrlError::NotAbsolute) => return ("relative".into(), Vec::new()),
            Err(error) => panic!("{error}"),
        };
        (class.into(), signed_url::canonical(url).unwrap())
    });
}

#[test]
fn orders() {
    let secret = Secret::new(SECRET);
    check(include_str!("../vectors/orders.jsonl"), |input| {
        let class = match signed_order::verify(input, &secret) {
            Ok(_) => "genuine",
            Err(SignedOrderError::WrongSignature) => "forged",
            Err(SignedOrderError::MissingSignature) => "unsigned",
            Err(SignedOrderError::NotAnObject) => return ("other".into(), Vec::new()),
            Err(SignedOrderError::NotJson(error)) => {
                return (format!("error{}", error.kind.code()), Vec::new());
            }
            Err(error) => panic!("{error}"),
        };
        (class.into(), signed_order::canonical(input).unwrap())
    });
}

#[test]
fn url_parts() {
    check(include_str!("../vectors/url_parts.jsonl"), |input| {
        let Some(url) = url::parse_url(input) else { return ("refused".into(), Vec::new()) };
        let parts = [
            ("scheme", url.scheme),
            ("host", url.host),
            ("port", url.port.map(|port| port.to_string().into_bytes())),
            ("user", url.user),
            ("pass", url.pass),
            ("path", url.path),
            ("query", url.query),
            ("fragment", url.fragment),
        ];
        let text = parts.into_iter().filter_map(|(name, part)| Some((name, part?)));
        let text = text.flat_map(|(name, part)| [name.as_bytes(), b"=", &part, b"\n"].concat());
        ("parts".into(), text.collect())
    });
}

#[test]
fn json_texts() {
    check(include_str!("../vectors/json.jsonl"), |input| match json::decode(input) {
        Err(error) => (format!("error{}", error.kind.code()), Vec::new()),
        Ok(value) => match json::encode(&value) {
            Some(text) => ("json".into(), text.into_bytes()),
            None => ("unencodable".into(), Vec::new()),
        },
    });
}
