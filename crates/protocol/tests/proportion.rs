//! What a body costs before and after its token is known, in bytes of memory, and that looking
//! through it finds what decoding it would.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::alloc::System;

use cap::Cap;
use freischalt_protocol::{
    Secret,
    envelope::{EnvelopeProblem, Outline, Request},
    hmac::{LegacyAction, verify_v1},
    php::{Array, Value, json},
};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// The most bytes that are allocated at a time while `work` is done, and what it gives.
fn peak<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATOR.allocated();
    // The statistics know the peak of the whole process; a mark of the present height makes it that
    // of the work.
    let mark = vec![0_u8; ALLOCATOR.max_allocated().saturating_sub(before)];
    let height = ALLOCATOR.allocated();
    let made = work();
    let peak = ALLOCATOR.max_allocated().saturating_sub(height);
    drop(mark);
    (peak, made)
}

const SIZE: usize = 1024 * 1024;

fn around(parameters: &str) -> String {
    format!(
        r#"{{"token":"x","request":{{"actions":[{{"actionid":"a","resourceid":"","resourcetype":"b","timestamp":1,"hmac":"y","parameters":{parameters}}}]}}}}"#
    )
}

fn filled(open: &str, unit: impl Fn(usize) -> String, close: &str) -> String {
    let mut text = open.to_owned();
    for number in 0.. {
        if text.len() >= SIZE {
            break;
        }
        text.push_str(&unit(number));
    }
    text + close
}

/// The worst shapes that are known.
fn shapes() -> Vec<(&'static str, String)> {
    let same = |unit: &'static str| move |_: usize| unit.to_owned();
    vec![
        ("nested small objects", around(&filled("{\"p\":[", same(r#"{"a":{"b":[1]}},"#), "1]}"))),
        ("empty arrays", around(&filled("{\"p\":[", same("[],"), "1]}"))),
        ("digits", around(&filled("{\"p\":[", same("1,"), "1]}"))),
        ("keys", around(&filled("{", |n| format!("\"{n:x}_\":1,"), "\"z\":1}"))),
        ("inner keys", around(&filled("{\"p\":{", |n| format!("\"{n:x}_\":1,"), "\"z\":1}}"))),
        ("the same key", around(&filled("{", same(r#""a":[[[]]],"#), "\"z\":1}"))),
        ("escapes", around(&filled("{\"p\":\"", same(r"\u0041"), "\"}"))),
        ("umlauts", around(&filled("{\"p\":\"", same("ä"), "\"}"))),
        ("floats", around(&filled("{\"p\":[", same("1e16,"), "1]}"))),
        ("short texts", around(&filled("{\"p\":[", same("\"a\","), "1]}"))),
        ("deep", around(&filled("{\"p\":[", |_| "[".repeat(500) + &"]".repeat(500) + ",", "1]}"))),
        (
            "beside the parameters",
            filled(
                r#"{"token":"x","request":{"actions":[{"actionid":"a","resourcetype":"b","other":["#,
                same("{},"),
                "1]}]}}",
            ),
        ),
        (
            "beside the request",
            filled(
                r#"{"other":["#,
                same("{},"),
                r#"1],"token":"x","request":{"actions":[{"actionid":"a","resourcetype":"b"}]}}"#,
            ),
        ),
        (
            "in place of a text",
            filled(r#"{"token":"x","request":{"actions":[{"actionid":["#, same("{},"), "1]}]}}"),
        ),
        ("actions", filled(r#"{"token":"x","request":{"actions":["#, same("{},"), "1]}}")),
        ("a long token", filled(r#"{"token":""#, same("x"), r#"","request":{"actions":[1]}}"#)),
        ("no JSON", filled(r#"{"token":"x","request":["#, same("[],"), "")),
    ]
}

/// One test, because all tests of a process share its memory.
#[test]
fn a_body_costs_no_more_than_its_size_allows() {
    for (name, body) in shapes() {
        // Before the token is known: nothing but the token itself.
        let (cost, outline) = peak(|| Outline::read(body.as_bytes(), 10_000));
        assert!(cost <= body.len() + 512 * 1024, "{name}: {cost} bytes to look through");
        let Ok(outline) = outline else { continue };
        // Afterwards: what was foretold, from which a server chooses.
        let foretold = outline.weight();
        let (cost, request) = peak(|| outline.decode().unwrap());
        assert!(cost <= foretold + 64 * 1024, "{name}: {cost} bytes instead of {foretold}");
        // And a legacy signature sorts and encodes it without a copy.
        let Some(Ok(action)) = request.actions.first().map(|action| &action.action) else {
            continue;
        };
        let legacy = LegacyAction {
            parameters: &action.parameters,
            token: "x",
            action_id: "a",
            identifier: "",
            resource_id: "",
            timestamp: "1",
            resource_type: "b",
        };
        let (cost, _) = peak(|| verify_v1(&legacy, &Secret::new("key"), "y"));
        let keys = action.parameters.len();
        assert!(cost <= 64 * keys + 64 * 1024, "{name}: {cost} bytes to sign");
    }
    calls_are_cheap_enough_to_be_read_at_once();
}

/// What providers send is far from every limit.
fn calls_are_cheap_enough_to_be_read_at_once() {
    let action = r#"{"actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do","resourceid":"","resourcetype":"unlockProvider","identifier":"","timestamp":1700000000,"hmac":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","hmac_version":"2","parameters":{"extendedclaim":"0123456789012345678901234567890123456789012345678901234567890123456789","parameterCacheId":"0123456789abcdef","isRegularCustomer":0}}"#;
    for count in [1, 4, 500] {
        let actions = vec![action; count].join(",");
        let body = format!(r#"{{"token":"x","request":{{"actions":[{actions}]}}}}"#);
        let weight = Outline::read(body.as_bytes(), 500).unwrap().weight();
        assert!(weight < 5 * body.len(), "{count}: {weight} bytes for {}", body.len());
    }
}

/// The envelope as the decoded tree has it, which is how PHP reads one.
fn by_the_tree(body: &[u8], max: usize) -> Result<(String, usize), EnvelopeProblem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(EnvelopeProblem::Empty);
    }
    let value = json::decode(body).map_err(EnvelopeProblem::Json)?;
    let type_name = value.type_name();
    let Value::Array(mut envelope) = value else {
        return Err(EnvelopeProblem::NotAnObject(type_name));
    };
    if !envelope.is_empty() && envelope.is_list() {
        return Err(EnvelopeProblem::NotAnObject("a list"));
    }
    let token = match envelope.remove("token") {
        None => return Err(EnvelopeProblem::Token("missing")),
        Some(Value::Str(token)) if token.is_empty() => return Err(EnvelopeProblem::Token("empty")),
        Some(Value::Str(token)) => String::from_utf8(token).unwrap(),
        Some(other) => return Err(EnvelopeProblem::Token(other.type_name())),
    };
    let request = part(&mut envelope, "request", EnvelopeProblem::Request)?;
    let actions = part(&mut { request }, "actions", EnvelopeProblem::Actions)?;
    match actions.len() {
        0 => Err(EnvelopeProblem::Actions("empty")),
        _ if !actions.is_list() => Err(EnvelopeProblem::Actions("an object")),
        count if count > max => Err(EnvelopeProblem::TooManyActions { count, max }),
        count => Ok((token, count)),
    }
}

fn part(
    of: &mut Array,
    name: &str,
    problem: fn(&'static str) -> EnvelopeProblem,
) -> Result<Array, EnvelopeProblem> {
    match of.remove(name) {
        None => Err(problem("missing")),
        Some(Value::Array(array)) => Ok(array),
        Some(other) => Err(problem(other.type_name())),
    }
}

/// Every small envelope that these parts can be put together to.
#[test]
fn looking_through_a_body_finds_what_decoding_it_would() {
    const TOKENS: [&str; 6] = [
        "",
        r#""token":"t""#,
        r#""token":"""#,
        r#""token":[{}]"#,
        r#""t\u006fken":"é""#,
        r#""token":null"#,
    ];
    const ACTIONS: [&str; 13] = [
        "[]",
        "{}",
        "7",
        r#""x""#,
        "[1,2]",
        "[1,2,3,4]",
        r#"{"0":1,"1":2,"0":[3]}"#,
        r#"{"1":2,"0":1}"#,
        r#"{"0":1,"a":2}"#,
        r#"{"0":1,"1":1,"2":1,"3":1,"0":4}"#,
        r#"{"00":1}"#,
        "[[],{}]",
        "{\"0\":1",
    ];
    let mut requests =
        vec![String::new(), r#""request":[]"#.to_owned(), r#""request":1.5"#.to_owned()];
    for actions in ACTIONS {
        requests.push(format!(r#""request":{{"actions":{actions}}}"#));
        requests.push(format!(r#""request":{{"actions":[],"x":[[]],"\u0061ctions":{actions}}}"#));
        requests.push(format!(r#""request":null,"request":{{"actions":{actions}}}"#));
    }
    let mut seen = 0;
    for first in TOKENS {
        for second in TOKENS {
            for request in &requests {
                for (open, close) in [("{", "}"), ("{\"0\":0,", "}"), ("[", "]"), ("{", "} x")] {
                    let parts = [first, request.as_str(), second];
                    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                    let body = format!("{open}{}{close}", parts.join(","));
                    let read = Request::parse(body.as_bytes(), 3)
                        .map(|request| (request.token, request.actions.len()));
                    seen += usize::from(read.is_ok());
                    assert_eq!(read, by_the_tree(body.as_bytes(), 3), "{body}");
                }
            }
        }
    }
    assert!(seen > 100, "{seen} of them are requests");
}

/// The last of two elements with the same index is the one that is read.
#[test]
fn an_action_with_the_index_of_another_replaces_it() {
    let action = |id: &str| format!(r#"{{"actionid":"{id}","resourcetype":"b"}}"#);
    let body = format!(
        r#"{{"token":"t","request":{{"actions":{{"0":{},"1":{},"0":{}}}}}}}"#,
        action("first"),
        action("second"),
        action("third")
    );
    let request = Request::parse(body.as_bytes(), 2).unwrap();
    let ids: Vec<_> = request.actions.iter().map(|action| &*action.echo.action_id).collect();
    assert_eq!(ids, ["third", "second"]);
}
