//! `freischalt sign` and `freischalt verify`.

use serde_json::Value;

use crate::support::{Run, freischalt};

const SECRET: &str = "provider-secret-0123456789";
const URL: &str = "https://provider.example/result?aboid=5&status=success&timestamp=1700000101\
    &transactionid=1100135698";
const URL_SIGNATURE: &str = "90c158316bcddd2c8eb2d765b1b1a57a47683950c6fcd485294059ecb05d0ded";
const MESSAGE: &str = r#"{"onOfficeType":"onOffice.service.refreshParent",
    "parametercacheid":"6802c44a-7ac0-4210-a3d4-e5581e3fa0b6","timestamp":1700000004}"#;
const MESSAGE_SIGNATURE: &str = "f7f49f9b55d9100bed7b56057f862eeb50c03a9ba710f39e4cc58099a46bc005";

fn with_secret(words: &[&str]) -> Run {
    Run::of(freischalt(words).env("FREISCHALT_PROVIDER_SECRET", SECRET))
}

fn signed_url() -> String {
    format!("{URL}&signature={URL_SIGNATURE}")
}

#[test]
fn a_url_is_signed_and_verifies() {
    let signed = with_secret(&["sign", "url", URL]);
    assert_eq!((signed.code, signed.out.trim_end()), (0, signed_url().as_str()), "{}", signed.err);
    let verified = with_secret(&["verify", "url", signed.out.trim_end()]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    assert!(verified.out.starts_with("The URL is genuine. It was signed "), "{}", verified.out);
}

#[test]
fn the_secret_may_come_from_a_file_with_a_line_break() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{SECRET}\n")).unwrap();
    let words = ["verify", "url", &signed_url(), "--secret-file", file.path().to_str().unwrap()];
    assert_eq!(Run::of(&mut freischalt(words)).code, 0);
}

/// Files of editors and variables of shells, with what they add.
#[test]
fn what_stands_around_a_secret_does_not_count() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for given in ["\u{feff}SECRET", "SECRET\r\n", "\u{200b}SECRET\u{a0}", "\tSECRET\n\n"] {
        let given = given.replace("SECRET", SECRET);
        std::fs::write(file.path(), &given).unwrap();
        let by_file = ["sign", "url", URL, "--secret-file", file.path().to_str().unwrap()];
        let by_file = Run::of(&mut freischalt(by_file));
        let by_variable =
            Run::of(freischalt(["sign", "url", URL]).env("FREISCHALT_PROVIDER_SECRET", &given));
        for signed in [by_file, by_variable] {
            assert_eq!(signed.out.trim_end(), signed_url(), "{given:?}: {}", signed.err);
        }
    }
}

#[test]
fn what_cannot_be_a_secret_is_refused_without_showing_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (given, said) in [
        ("undefined", "where a variable is not set"),
        ("PROVIDER_SECRET=hunter2hunter2", "the value alone is the secret"),
        ("'hunter2hunter2'", "quotation marks"),
        ("hunter2hunter2\nhunter2hunter2", "a line break in its midst"),
        ("whsec_hunter2hunter2", "the secret for events"),
    ] {
        std::fs::write(file.path(), given).unwrap();
        let by_file = ["sign", "url", URL, "--secret-file", file.path().to_str().unwrap()];
        let by_file = Run::of(&mut freischalt(by_file));
        let by_variable =
            Run::of(freischalt(["sign", "url", URL]).env("FREISCHALT_PROVIDER_SECRET", given));
        for run in [by_file, by_variable] {
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{given}");
            assert!(run.err.contains(said) && !run.err.contains("hunter2"), "{}", run.err);
        }
    }
}

#[test]
fn a_missing_or_empty_secret_is_a_usage_error() {
    let missing = Run::of(&mut freischalt(["verify", "url", &signed_url()]));
    let empty = Run::of(freischalt(["sign", "url", URL]).env("FREISCHALT_PROVIDER_SECRET", ""));
    for run in [missing, empty] {
        assert_eq!(run.code, 2);
        assert!(run.err.contains("--secret-file"), "{}", run.err);
    }
}

#[test]
fn a_fresh_timestamp_passes_and_an_old_one_does_not() {
    let fresh = with_secret(&["sign", "url", URL, "--timestamp", "now"]);
    assert!(!fresh.out.contains("timestamp=1700000101"), "{}", fresh.out);
    let verified = with_secret(&["verify", "url", fresh.out.trim_end(), "--max-age", "300"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    let old = with_secret(&["verify", "url", &signed_url(), "--max-age", "300"]);
    assert_eq!(old.code, 1);
    assert!(old.err.contains("at most 300 s are accepted"), "{}", old.err);
}

#[test]
fn a_wrong_signature_shows_what_was_to_be_signed_but_not_the_right_signature() {
    let wrong = format!("{URL}&apiClaim=cl4im&apiToken=t0ken&signature={URL_SIGNATURE}");
    let run = with_secret(&["verify", "url", &wrong]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("the signature does not match"), "{}", run.err);
    let canonical = "https://provider.example/result?aboid=5&apiClaim=…(5)&apiToken=…(5)&status=";
    assert!(run.err.contains(canonical), "{}", run.err);
    assert!(!run.err.contains("cl4im") && !run.err.contains("t0ken"), "{}", run.err);
    let right = with_secret(&["sign", "url", &wrong]).out;
    let right = right.trim_end().rsplit_once("signature=").unwrap().1;
    assert!(!run.err.contains(right), "{}", run.err);
}

#[test]
fn a_proxy_that_hides_the_scheme_is_recognised() {
    let run = with_secret(&["verify", "url", &signed_url().replacen("https", "http", 1)]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("behind a proxy"), "{}", run.err);
}

#[test]
fn a_url_copied_from_html_is_recognised() {
    let run = with_secret(&["verify", "url", &signed_url().replace('&', "&amp;"), "--json"]);
    let verdict: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert_eq!(verdict["valid"], false);
    assert!(verdict["hint"].as_str().unwrap().contains("HTML"), "{verdict}");
}

#[test]
fn what_is_no_signed_url_says_why() {
    for (url, why) in [(URL, "no signature"), ("provider.example?a=1", "not an absolute URL")] {
        let run = with_secret(&["verify", "url", url]);
        assert_eq!(run.code, 1, "{url}");
        assert!(run.err.contains(why), "{}", run.err);
    }
}

#[test]
fn an_order_is_signed_from_standard_input_and_verifies_from_a_file() {
    let mut sign = freischalt(["sign", "order"]);
    let signed = Run::with_input(sign.env("FREISCHALT_PROVIDER_SECRET", SECRET), MESSAGE);
    assert_eq!(signed.code, 0, "{}", signed.err);
    let order: Value = serde_json::from_str(&signed.out).unwrap();
    assert_eq!(order["signature"], MESSAGE_SIGNATURE);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &signed.out).unwrap();
    let verified = with_secret(&["verify", "order", file.path().to_str().unwrap(), "--json"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    assert_eq!(serde_json::from_str::<Value>(&verified.out).unwrap()["valid"], true);
}

#[test]
fn an_order_gets_its_timestamp_before_it_is_signed() {
    let words = ["sign", "order", "--timestamp", "1700000004"];
    let old = MESSAGE.replace("1700000004", "\"soon\"");
    let mut sign = freischalt(words);
    let signed = Run::with_input(sign.env("FREISCHALT_PROVIDER_SECRET", SECRET), &old);
    let order: Value = serde_json::from_str(&signed.out).unwrap();
    assert_eq!(order["signature"], MESSAGE_SIGNATURE, "{}", signed.err);
}

#[test]
fn a_changed_order_is_refused_with_its_text() {
    let order = MESSAGE.replacen('{', &format!(r#"{{"signature":"{MESSAGE_SIGNATURE}","#), 1);
    let mut verify = freischalt(["verify", "order"]);
    let verify = verify.env("FREISCHALT_PROVIDER_SECRET", SECRET);
    assert_eq!(Run::with_input(verify, &order).code, 0);
    let changed = Run::with_input(verify, &order.replace("1700000004", "1700000005"));
    assert_eq!(changed.code, 1);
    assert!(changed.err.contains("&timestamp=1700000005"), "{}", changed.err);
}

#[test]
fn what_is_no_order_says_why() {
    for (text, why) in [("{", "not JSON"), ("[]", "is a JSON object"), ("{}", "no signature")] {
        let mut verify = freischalt(["verify", "order"]);
        let run = Run::with_input(verify.env("FREISCHALT_PROVIDER_SECRET", SECRET), text);
        assert_eq!(run.code, 1, "{text}");
        assert!(run.err.contains(why), "{text}: {}", run.err);
    }
}
