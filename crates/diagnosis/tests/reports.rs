//! Single mistakes that were reported, each in its smallest form, and what has to be said of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use freischalt_diagnosis::{
    Explanation, Hints, SignedPort, Verdict, Work, explain_order, explain_request, explain_url,
    look_alikes,
};
use freischalt_protocol::{Secret, envelope::Echo};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SECRET: &str = "provider-secret-0123456789";

fn hmac(text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A URL whose signature is made over another text.
fn signed_over(url: &str, text: &str) -> Explanation {
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{mark}signature={}", hmac(text));
    explain_url(&url, &Secret::new(SECRET), &Hints::default())
}

fn first(explanation: &Explanation) -> Vec<&'static str> {
    let found = explanation.found.first();
    found.map(|found| found.causes.iter().map(|cause| cause.id).collect()).unwrap_or_default()
}

#[test]
fn a_decoded_path_is_called_so_and_the_right_text_keeps_the_path() {
    for (path, signed) in [("/%7Eme", "/~me"), ("/a%2Fb", "/a/b"), ("/%C3%A4", "/ä")] {
        let url = format!("https://p.example{path}?a=1");
        let explanation = signed_over(&url, &format!("https://p.example{signed}?a=1"));
        assert_eq!(first(&explanation), ["path-decoded"], "{explanation:?}");
        assert_eq!(explanation.right_text, Some(url));
    }
}

#[test]
fn a_value_that_was_decoded_twice_is_no_url_that_was_encoded_again() {
    let url = "https://p.example/?a=50%2525&b=%C3%BC";
    let explanation = signed_over(url, "https://p.example/?a=50%25&b=%C3%BC");
    assert_eq!(first(&explanation), ["decoded-twice"], "{explanation:?}");
    assert_eq!(explanation.right_text.as_deref(), Some(url));
}

#[test]
fn builders_are_named_before_no_encoding_at_all() {
    let url = "https://p.example/s?imageIds=3%2C4&customerName=M%C3%BCller+KG";
    let explanation =
        signed_over(url, "https://p.example/s?customerName=M%C3%BCller+KG&imageIds=3,4");
    assert_eq!(first(&explanation), ["encode-builder"]);
    assert!(!explanation.names("encode-missing"), "{explanation:?}");
    let url = "https://p.example/s?customerName=Immo+%28Nord%29";
    let explanation = signed_over(url, "https://p.example/s?customerName=Immo+(Nord)");
    assert!(explanation.names("encode-builder"), "{explanation:?}");
    assert!(!explanation.names("encode-missing"), "{explanation:?}");
}

#[test]
fn where_two_causes_explain_every_byte_both_are_said() {
    // With nothing but a comma in it, nobody can tell a builder from no encoding at all.
    let explanation =
        signed_over("https://p.example/s?imageIds=3%2C4", "https://p.example/s?imageIds=3,4");
    assert_eq!(first(&explanation), ["encode-builder"]);
    let others: Vec<_> = explanation.found.iter().map(|found| found.causes[0].id).collect();
    assert!(others.contains(&"encode-missing"), "{others:?}");
    assert!(
        explanation.found.iter().all(|one| one.signed_text == explanation.found[0].signed_text)
    );
}

#[test]
fn a_port_is_right_with_and_without_and_it_is_said_which() {
    let url = "https://p.example:8443/a?b=1";
    let with = signed_over(url, "https://p.example:8443/a?b=1");
    assert_eq!((with.verdict, with.signed_port), (Verdict::Genuine, Some(SignedPort::With)));
    assert!(with.besides.is_empty());
    let without = signed_over(url, "https://p.example/a?b=1");
    assert_eq!(
        (without.verdict, without.signed_port),
        (Verdict::Genuine, Some(SignedPort::Without))
    );
    let wrong = signed_over(url, "http://p.example:8443/a?b=1");
    assert_eq!(first(&wrong), ["scheme"]);
    assert_eq!(wrong.right_text.as_deref(), Some("https://p.example/a?b=1"));
    assert_eq!(wrong.right_text_with_port.as_deref(), Some("https://p.example:8443/a?b=1"));
    let none = signed_over("https://p.example/a?b=1", "https://p.example/a?b=1");
    assert_eq!(none.signed_port, None);
}

#[test]
fn a_url_seen_behind_a_proxy_is_genuine_for_the_registered_address() {
    let url = "http://app:3000/inner?a=1&timestamp=1700000000";
    let signature = hmac("https://p.example/activate?a=1&timestamp=1700000000");
    let url = format!("{url}&signature={signature}");
    let addresses = ["https://q.example/".to_owned(), "https://p.example/activate".to_owned()];
    let hints = Hints { addresses: &addresses, ..Hints::default() };
    let explanation = explain_url(&url, &Secret::new(SECRET), &hints);
    assert_eq!(first(&explanation), ["address-seen-inside"]);
    let right = "https://p.example/activate?a=1&timestamp=1700000000";
    assert_eq!(explanation.right_text.as_deref(), Some(right));
}

#[test]
fn the_names_of_what_was_added_are_told() {
    let url = "https://p.example/?a=1&utm_source=x&utm_medium=y&theme=dark";
    let explanation = signed_over(url, "https://p.example/?a=1&theme=dark");
    assert_eq!(first(&explanation), ["added-later"]);
    let about = explanation.found[0].details[0].about.as_str();
    assert_eq!(about, "utm_source, utm_medium");
}

#[test]
fn any_port_of_the_machine_itself_is_found() {
    let explanation = signed_over("https://p.example/a?b=1", "http://localhost:48123/a?b=1");
    assert_eq!(first(&explanation), ["host-inner"]);
    assert_eq!(explanation.found[0].details[0].about, "localhost:48123");
}

#[test]
fn three_usual_mistakes_at_once_are_named() {
    let url = "https://p.example/a?z=it%27s+%7E&b=1&timestamp=1700000000";
    let text = "http://p.example/a?b=1&timestamp=1700000000&z=it's%20~\n";
    let explanation = signed_over(url, text);
    for name in ["scheme", "encode-component", "text-newline"] {
        assert!(explanation.names(name), "{name}: {explanation:?}");
    }
}

#[test]
fn what_a_search_costs_is_bounded_whatever_the_input() {
    let many: String = (0..900).map(|n| format!("&name{n}=%C3%BC+value+{n}")).collect();
    let url = format!("https://p.example/a?b=1{many}&signature={}", "0".repeat(64));
    let explanation =
        explain_url(&url, &Secret::new(SECRET), &Hints { work: Work::QUICK, ..Hints::default() });
    assert_eq!(explanation.verdict, Verdict::Unexplained);
    assert!(explanation.remark.is_some_and(|remark| remark.contains("could be tried")));
    assert!(explanation.right_text.is_some());
}

#[test]
fn a_byte_order_mark_and_other_bodies_are_named() {
    let key = Secret::new("0123456789abcdef".repeat(4));
    let explain = |body: &[u8]| explain_request(body, 0, &key, &Hints::default(), None);
    let body = br#"{"token":"t","request":{"actions":[{"actionid":"a","resourcetype":"b"}]}}"#;
    let marked = [b"\xef\xbb\xbf", &body[..]].concat();
    assert!(explain(&marked).names("body-bom"));
    for (body, name) in
        [(&b"\x1f\x8b\x08\0"[..], "body-compressed"), (b"token=a&request=b", "body-form")]
    {
        let explanation = explain(body);
        assert_eq!(explanation.verdict, Verdict::Unreadable);
        assert!(explanation.names(name), "{name}: {explanation:?}");
    }
    let order = format!("\u{feff}{{\"a\":\"1\",\"signature\":\"{}\"}}", hmac("a=1"));
    let explanation = explain_order(order.as_bytes(), &Secret::new(SECRET), &Hints::default());
    assert_eq!(explanation.verdict, Verdict::Genuine);
    assert!(explanation.names("body-bom"));
}

#[test]
fn look_alikes_are_found_in_other_spellings_and_places() {
    let echo = Echo {
        action_id: "do".to_owned(),
        resource_type: "unlockProvider".to_owned(),
        ..Echo::default()
    };
    let body = |beside: &str, parameters: &str| {
        format!(
            r#"{{"token":"t","request":{{"actions":[{{"actionid":"do",
                "resourcetype":"unlockProvider"{beside},"parameters":{parameters}}}]}}}}"#
        )
    };
    for (wanted, beside, parameters, told) in [
        ("extendedclaim", "", r#"{"extendedClaim":"x"}"#, "extendedClaim inside parameters"),
        ("extendedclaim", "", r#"{"apiClaim":"x"}"#, "apiClaim inside parameters"),
        (
            "extendedclaim",
            r#","extendedclaim":"x""#,
            "{}",
            "extendedclaim in the action, beside parameters",
        ),
        (
            "parameterCacheId",
            "",
            r#"{"parametercacheid":"x"}"#,
            "parametercacheid inside parameters",
        ),
        (
            "parameterCacheId",
            "",
            r#"{"parameterCacheID":"x"}"#,
            "parameterCacheID inside parameters",
        ),
        ("transactionid", "", r#"{"transactionId":"5"}"#, "transactionId inside parameters"),
        (
            "parameterCacheId",
            "",
            r#"{"data":{"parameterCacheId":"x"}}"#,
            "parameterCacheId in an object inside parameters",
        ),
    ] {
        let found = look_alikes(body(beside, parameters).as_bytes(), &echo, wanted);
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, [told], "{parameters}");
    }
    for parameters in ["{}", r#"{"apiClaim":""}"#, r#"{"userid":"x"}"#, r#"{"extendedclaim":"x"}"#]
    {
        let found = look_alikes(body("", parameters).as_bytes(), &echo, "extendedclaim");
        assert!(found.is_empty(), "{parameters}: {found:?}");
    }
    // Of two like actions that do not agree, nothing is said.
    let two = r#"{"token":"t","request":{"actions":[
        {"actionid":"do","resourcetype":"unlockProvider","parameters":{"apiClaim":"x"}},
        {"actionid":"do","resourcetype":"unlockProvider","parameters":{}}]}}"#;
    assert!(look_alikes(two.as_bytes(), &echo, "extendedclaim").is_empty());
}
