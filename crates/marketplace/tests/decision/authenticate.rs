//! Timestamp and signature.

use freischalt_marketplace::{Policy, Refusal, activation::Unlocked};
use freischalt_protocol::{
    ErrorCode, Secret,
    envelope::{Signature, Timestamp},
    php::Value,
};

use crate::attempt::{Attempt, NOW, Sign, at};

#[test]
fn a_call_that_is_right_is_taken_under_both_signatures() {
    for sign in [Sign::V2, Sign::V1] {
        let attempt = Attempt { sign, ..Attempt::default() };
        assert!(matches!(attempt.decide(), Ok(Unlocked::Now(_))), "{:?}", attempt.sign);
    }
}

#[test]
fn the_window_ends_with_its_last_second_on_either_side() {
    for (tolerance, inside, outside) in [(120, 120, 121), (1, 1, 2), (3600, 3600, 3601)] {
        let policy = Policy { timestamp_tolerance: tolerance, ..Policy::default() };
        for difference in [-inside, 0, inside] {
            let timestamp = at(NOW.0 + difference);
            let attempt = Attempt { timestamp, policy: policy.clone(), ..Attempt::default() };
            assert!(attempt.decide().is_ok(), "{difference} of {tolerance}");
        }
        for difference in [-outside, outside] {
            let timestamp = at(NOW.0 + difference);
            let attempt = Attempt { timestamp, policy: policy.clone(), ..Attempt::default() };
            assert_eq!(attempt.refusal(), Refusal::TimestampOutside { difference, tolerance });
        }
    }
}

#[test]
fn a_timestamp_outside_says_by_how_much() {
    for (difference, text) in [
        (-121, "timestamp is 121 s behind the server's clock, at most 120 s are accepted"),
        (3600, "timestamp is 3600 s ahead of the server's clock, at most 120 s are accepted"),
    ] {
        let timestamp = at(NOW.0 + difference);
        assert_eq!(Attempt { timestamp, ..Attempt::default() }.refusal().to_string(), text);
    }
    for extreme in [i64::MIN, i64::MAX] {
        let timestamp = at(extreme);
        let refusal = Attempt { timestamp, ..Attempt::default() }.refusal();
        assert!(matches!(refusal, Refusal::TimestampOutside { .. }), "{refusal:?}");
    }
}

#[test]
fn a_timestamp_that_is_no_number_is_refused_whatever_the_signature() {
    let timestamp = Timestamp { text: "now".to_owned(), value: None };
    let attempt = Attempt { timestamp, ..Attempt::default() };
    assert_eq!(attempt.refusal(), Refusal::TimestampUnreadable);
}

#[test]
fn the_text_of_the_timestamp_is_what_is_signed() {
    let padded = Timestamp { text: format!("0{NOW}"), value: Some(NOW) };
    let mut attempt = Attempt { timestamp: padded, ..Attempt::default() };
    assert!(attempt.decide().is_ok());
    let signature = attempt.action().signature;
    (attempt.timestamp, attempt.sign) = (at(NOW.0), Sign::With(signature));
    assert_eq!(attempt.refusal(), Refusal::SignatureWrong);
}

/// A part of a call, and another value for it.
type Change = (&'static str, fn(&mut Attempt));

const SIGNED_BY_BOTH: [Change; 3] = [
    ("timestamp", |attempt| attempt.timestamp = at(NOW.0 + 1)),
    ("actionid", |attempt| attempt.echo.action_id.push('x')),
    ("resourcetype", |attempt| attempt.echo.resource_type.push('x')),
];

const SIGNED_BY_V1_ONLY: [Change; 3] = [
    ("resourceid", |attempt| attempt.echo.resource_id.push('1')),
    ("identifier", |attempt| attempt.echo.identifier.push('1')),
    ("parameters", |attempt| attempt.is_regular_customer = Value::from(0_i64)),
];

#[test]
fn each_signature_covers_what_it_is_documented_to_cover() {
    for (sign, changes, covered) in [
        (Sign::V2, SIGNED_BY_BOTH, true),
        (Sign::V1, SIGNED_BY_BOTH, true),
        (Sign::V2, SIGNED_BY_V1_ONLY, false),
        (Sign::V1, SIGNED_BY_V1_ONLY, true),
    ] {
        for (part, change) in changes {
            let mut attempt = Attempt { sign: sign.clone(), ..Attempt::default() };
            let signature = attempt.action().signature;
            change(&mut attempt);
            attempt.sign = Sign::With(signature);
            let authentic = attempt.authenticate(&attempt.action());
            let expected = if covered { Err(Refusal::SignatureWrong) } else { Ok(()) };
            assert_eq!(authentic, expected, "{sign:?} and {part}");
        }
    }
}

#[test]
fn another_key_signs_nothing() {
    for sign in [Sign::V2, Sign::V1] {
        for key in [Secret::new("02".repeat(31)), Secret::new(""), Secret::new("0A".repeat(32))] {
            let attempt = Attempt { sign: sign.clone(), key, ..Attempt::default() };
            assert_eq!(attempt.refusal(), Refusal::SignatureWrong);
        }
    }
}

#[test]
fn what_is_no_signature_is_told_apart() {
    for (signature, refusal) in [
        (Signature::Missing, Refusal::SignatureMissing),
        (Signature::UnknownVersion, Refusal::SignatureVersion),
        (Signature::V2(String::new()), Refusal::SignatureWrong),
        (Signature::V2("?".to_owned()), Refusal::SignatureWrong),
        (Signature::V1(String::new()), Refusal::SignatureWrong),
    ] {
        let attempt = Attempt { sign: Sign::With(signature), ..Attempt::default() };
        assert_eq!(attempt.refusal(), refusal);
    }
}

#[test]
fn the_signature_of_one_version_is_none_of_the_other() {
    let attempt = Attempt::default();
    let Signature::V2(v2) = attempt.action().signature else { panic!("signed as version 2") };
    let legacy = Attempt { sign: Sign::V1, ..Attempt::default() };
    let Signature::V1(v1) = legacy.action().signature else { panic!("signed as version 1") };
    for crossed in [Signature::V1(v2), Signature::V2(v1)] {
        let attempt = Attempt { sign: Sign::With(crossed), ..Attempt::default() };
        assert_eq!(attempt.refusal(), Refusal::SignatureWrong);
    }
}

#[test]
fn a_float_explains_a_wrong_legacy_signature_only() {
    let float = || Value::from(1.0);
    let fine = Attempt { sign: Sign::V1, is_regular_customer: float(), ..Attempt::default() };
    assert!(fine.decide().is_ok(), "a float by itself is no fault");

    let wrong = Attempt { key: Secret::new("x"), ..fine.clone() };
    let parameter = "isRegularCustomer".to_owned();
    assert_eq!(wrong.refusal(), Refusal::SignatureWrongFloat { parameter });
    let v2 = Attempt { sign: Sign::V2, ..wrong };
    assert_eq!(v2.refusal(), Refusal::SignatureWrong, "version 2 does not sign it");
}

#[test]
fn legacy_signatures_can_be_switched_off() {
    let policy = Policy { hmac_v1: false, ..Policy::default() };
    let legacy = Attempt { sign: Sign::V1, policy: policy.clone(), ..Attempt::default() };
    assert_eq!(legacy.refusal(), Refusal::SignatureLegacy);
    assert!(Attempt { policy, ..Attempt::default() }.decide().is_ok());
}

#[test]
fn the_code_of_a_wrong_signature_can_be_the_older_one() {
    let older = Policy { wrong_signature: ErrorCode::SECRET_WRONG, ..Policy::default() };
    for refusal in [
        Refusal::SignatureMissing,
        Refusal::SignatureVersion,
        Refusal::SignatureLegacy,
        Refusal::SignatureWrong,
    ] {
        assert_eq!(refusal.code(&Policy::default()), ErrorCode(137), "{refusal:?}");
        assert_eq!(refusal.code(&older), ErrorCode(49), "{refusal:?}");
    }
    let float = Refusal::SignatureWrongFloat { parameter: "price".to_owned() };
    assert_eq!(float.code(&older), ErrorCode(243), "it says more than either");
    assert_eq!(float.argument(), "price");
}

#[test]
fn the_code_of_a_switched_off_api_user_can_be_chosen() {
    for code in [22, 48, 104].map(ErrorCode) {
        let policy = Policy { blocked_api_user: code, ..Policy::default() };
        assert_eq!(policy.check(), Ok(()));
        assert_eq!(Refusal::ApiUserInactive.code(&policy), code);
    }
    assert_eq!(Refusal::ApiUserInactive.code(&Policy::default()), ErrorCode(22));
}
