//! Properties of encodings and signatures over generated input.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use std::thread;

use freischalt_protocol::{
    Secret,
    hmac::{LegacyAction, sign_v1, verify_v1},
    php::{
        Array, Value, json,
        query::{Encoding, build_query, parse_str},
        sort::{ksort, ksort_recursive},
    },
    signed_order::{self, SignedOrderError},
    signed_url,
};
use proptest::{collection::vec, prelude::*};

fn secret() -> Secret {
    Secret::new("provider-secret-0123456789")
}

/// Any value that JSON can hold, a few levels deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Other floats are written like integers and come back as such.
        any::<f64>().prop_filter("has a fraction", |f| f.fract() != 0.0).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(|values| Array::list(values).into()),
            object(inner).prop_map(Value::from),
        ]
    })
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Array> {
    vec((key(), values), 0..8).prop_map(|pairs| pairs.into_iter().collect())
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,5}", "-?[0-9]{1,3}", "[0-9]{1,2}[.e][0-9]", any::<String>()]
}

/// Names as providers use them, and values of any text.
fn parameters() -> impl Strategy<Value = Vec<(String, String)>> {
    vec(("[A-Za-z][A-Za-z0-9_]{0,8}", any::<String>()), 0..8)
}

fn signed_url_of(parameters: &[(String, String)]) -> String {
    let parameters: Vec<_> = parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    signed_url::sign_with("https://provider.example/a?own=1", &parameters, &secret()).unwrap()
}

proptest! {
    #[test]
    fn decoding_never_panics(bytes in vec(any::<u8>(), 0..200)) {
        if let Err(error) = json::decode(&bytes) {
            prop_assert!(error.offset <= bytes.len());
        }
    }

    #[test]
    fn decoding_json_like_text_never_panics(text in r#"[\[\]{}:,"\\u0-9a-f.eE+\- ]{0,60}"#) {
        if let Err(error) = json::decode(text.as_bytes()) {
            prop_assert!(error.offset <= text.len());
        }
    }

    #[test]
    fn json_survives_a_round_trip(value in value()) {
        let text = json::encode(&value).unwrap();
        prop_assert_eq!(json::decode(text.as_bytes()).unwrap(), value);
    }

    /// An independent reader understands what we write.
    #[test]
    fn written_json_is_json(value in value()) {
        let text = json::encode(&value).unwrap();
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    /// Strings only: a query has no other type. Names that PHP would change are left out.
    #[test]
    fn queries_survive_a_round_trip(
        pairs in vec(("[a-z]{1,4}|[1-9][0-9]{0,2}", any::<String>(), vec("[a-z]{1,2}|[0-9]", 0..3)), 0..8),
        encoding in prop_oneof![Just(Encoding::Rfc1738), Just(Encoding::Rfc3986)],
    ) {
        let mut array = Array::new();
        for (name, text, path) in pairs {
            let nested = path.into_iter().rev().fold(Value::from(text), |inner, key| {
                Value::from([(key, inner)].into_iter().collect::<Array>())
            });
            array.insert(name, nested);
        }
        let query = build_query(&array, encoding);
        prop_assert_eq!(parse_str(query.as_bytes()), array);
    }

    #[test]
    fn sorting_loses_nothing(value in value(), names in vec(key(), 0..60)) {
        let array: Array = names.into_iter().map(|name| (name, value.clone())).collect();
        let mut sorted = array.clone();
        ksort(&mut sorted);
        prop_assert_eq!(sorted.len(), array.len());
        for (key, value) in &array {
            prop_assert_eq!(sorted.get_bytes(&key.to_bytes()), Some(value));
        }
    }

    #[test]
    fn plain_names_are_sorted_by_bytes(names in vec("[A-Za-z_][a-zA-Z0-9_]{0,6}", 0..60)) {
        let mut array: Array = names.iter().map(|name| (name.as_str(), true)).collect();
        ksort_recursive(&mut array);
        let mut expected = names;
        expected.sort_unstable();
        expected.dedup();
        let actual: Vec<_> = array.iter().map(|(key, _)| key.to_bytes().into_owned()).collect();
        prop_assert_eq!(actual, expected.into_iter().map(String::into_bytes).collect::<Vec<_>>());
    }

    #[test]
    fn a_signed_url_verifies_and_gives_its_parameters_back(parameters in parameters()) {
        let signed = signed_url_of(&parameters);
        let verified = signed_url::verify(&signed, &secret()).unwrap();
        for (index, (name, value)) in parameters.iter().enumerate() {
            let is_last = parameters[index + 1..].iter().all(|(other, _)| other != name);
            if is_last && name != "signature" {
                prop_assert_eq!(verified.get(name), Some(value.as_str()));
            }
        }
    }

    #[test]
    fn a_changed_url_never_verifies(
        parameters in parameters(),
        place in any::<prop::sample::Index>(),
        replacement in 0x20u8..0x7f,
    ) {
        let signed = signed_url_of(&parameters);
        let mut changed = signed.clone().into_bytes();
        let place = place.index(changed.len());
        changed[place] = replacement;
        let changed = String::from_utf8(changed).unwrap();
        let same_text = signed_url::canonical(&changed) == signed_url::canonical(&signed);
        let in_signature = place >= signed.len() - 64;
        if changed != signed && (!same_text || in_signature) {
            prop_assert!(signed_url::verify(&changed, &secret()).is_err(), "{}", changed);
        }
    }

    #[test]
    fn a_signed_order_verifies(order in object(value())) {
        let text = encode_object(&order);
        let signed = signed_order::sign(text.as_bytes(), &secret()).unwrap();
        let mut expected = order;
        expected.remove("signature");
        prop_assert_eq!(signed_order::verify(signed.as_bytes(), &secret()).unwrap(), expected);
    }

    #[test]
    fn a_changed_order_never_verifies(
        order in object(value()),
        place in any::<prop::sample::Index>(),
        replacement in 0x20u8..0x7f,
    ) {
        let text = encode_object(&order);
        let signed = signed_order::sign(text.as_bytes(), &secret()).unwrap();
        let mut changed = signed.clone().into_bytes();
        let place = place.index(changed.len());
        changed[place] = replacement;
        let same_text = signed_order::canonical(&changed) == signed_order::canonical(signed.as_bytes());
        // The signature, a quote and a brace end the text.
        let in_signature = (signed.len() - 66..signed.len() - 2).contains(&place);
        if changed != signed.as_bytes() && (!same_text || in_signature) {
            prop_assert!(signed_order::verify(&changed, &secret()).is_err());
        }
    }

    /// Only the way in which parameters are written may change; version 1 covers them all.
    #[test]
    fn a_legacy_signature_covers_every_part(
        parameters in object(value()),
        parts in prop::array::uniform6("[a-z0-9]{0,6}"),
        changed in 0usize..7,
    ) {
        let [token, action_id, identifier, resource_id, timestamp, resource_type] = &parts;
        let action = LegacyAction {
            parameters: &parameters, token, action_id, identifier, resource_id, timestamp, resource_type,
        };
        let signature = sign_v1(&action, &secret()).unwrap();
        prop_assert!(verify_v1(&action, &secret(), &signature));
        let mut other_parameters = parameters.clone();
        let (mut other, longer) = (action, format!("{}x", parts[changed.min(5)]));
        match changed {
            0 => other.token = &longer,
            1 => other.action_id = &longer,
            2 => other.identifier = &longer,
            3 => other.resource_id = &longer,
            4 => other.timestamp = &longer,
            5 => other.resource_type = &longer,
            _ => {
                other_parameters.insert("another parameter", true);
                other.parameters = &other_parameters;
            }
        }
        prop_assert!(!verify_v1(&other, &secret(), &signature));
    }
}

/// An order is an object even if its keys would make a list.
fn encode_object(order: &Array) -> String {
    let members = order.iter().map(|(key, value)| {
        let key = json::encode(&Value::from(key.to_bytes().into_owned())).unwrap();
        format!("{key}:{}", json::encode(value).unwrap())
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// The deepest text that PHP reads, on a stack smaller than that of a server's thread.
#[test]
fn the_deepest_order_fits_a_small_stack() {
    let nested = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let work = move || {
        let signed = signed_order::sign(nested(511).as_bytes(), &secret()).unwrap();
        let order = signed_order::verify(signed.as_bytes(), &secret()).unwrap();
        let array = Value::from(order);
        assert!(json::encode(&array.clone()).is_some());
        let refused = signed_order::sign(nested(512).as_bytes(), &secret());
        let Err(SignedOrderError::NotJson(error)) = refused else { panic!("{refused:?}") };
        assert_eq!((error.kind, error.offset), (json::DecodeErrorKind::Depth, 511 * 5));
    };
    thread::Builder::new().stack_size(1024 * 1024).spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_large_body_is_read_whatever_its_shape() {
    const SIZE: usize = 10_000_000;
    let members: Vec<_> = (0..200_000).map(|n| format!(r#""{n}.{n}":"{n}""#)).collect();
    let shapes = [
        "[".repeat(SIZE),
        format!("\"{}", "\\u00e4".repeat(SIZE / 6)),
        format!("[{}1]", "1,".repeat(SIZE / 2)),
        "1".repeat(SIZE),
        format!("{}x", " ".repeat(SIZE)),
        format!("{{{}}}", members.join(",")),
        format!("[{}0]", "[],{},".repeat(SIZE / 6)),
    ];
    let results = shapes.map(|text| json::decode(text.as_bytes()).is_ok());
    assert_eq!(results, [false, false, true, true, false, true, true]);
}
