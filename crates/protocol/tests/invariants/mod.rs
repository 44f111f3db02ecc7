//! What must hold for every input, shared by the smoke test and the fuzz targets. Each function
//! panics when it does not.

use freischalt_protocol::{
    Secret,
    php::{
        json,
        query::{Encoding, build_query, parse_str},
        url::parse_url,
    },
    signed_order, signed_url,
    signed_url::SignedUrlError,
};

/// Any text, taken as a URL.
pub(crate) fn url(input: &[u8]) {
    parse_url(input);
    let query = build_query(&parse_str(input), Encoding::Rfc1738);
    assert_eq!(build_query(&parse_str(query.as_bytes()), Encoding::Rfc1738), query);
    let url = String::from_utf8_lossy(input);
    let Ok(canonical) = signed_url::canonical(&url) else { return };
    let secret = Secret::new("secret");
    let signed = match signed_url::sign(&url, &secret) {
        Ok(signed) => signed,
        Err(error) => return assert!(matches!(error, SignedUrlError::TooManyParameters { .. })),
    };
    assert_eq!(signed_url::canonical(&signed), Ok(canonical));
    assert_eq!(signed_url::sign(&signed, &secret).as_ref(), Ok(&signed));
    let verified = signed_url::verify(&signed, &secret).unwrap();
    assert!(!verified.parameters.contains_key("signature"));
    assert!(signed_url::verify(&signed, &Secret::new("another")).is_err());
}

/// Any bytes, taken as an order.
pub(crate) fn order(input: &[u8]) {
    let Ok(canonical) = signed_order::canonical(input) else {
        assert!(signed_order::sign(input, &Secret::new("secret")).is_err());
        return;
    };
    let secret = Secret::new("secret");
    let signed = signed_order::sign(input, &secret).unwrap();
    assert_eq!(signed_order::canonical(signed.as_bytes()), Ok(canonical));
    assert_eq!(signed_order::sign(signed.as_bytes(), &secret).as_ref(), Ok(&signed));
    let order = signed_order::verify(signed.as_bytes(), &secret).unwrap();
    assert!(!order.contains_key("signature"));
    assert!(signed_order::verify(signed.as_bytes(), &Secret::new("another")).is_err());
}

/// Any bytes, taken as JSON.
pub(crate) fn php_json(input: &[u8]) {
    let value = match json::decode(input) {
        Ok(value) => value,
        Err(error) => return assert!(error.offset <= input.len(), "{error}"),
    };
    // Only an infinity cannot be written again.
    let Some(first) = json::encode(&value) else { return };
    let second = json::encode(&json::decode(first.as_bytes()).unwrap()).unwrap();
    // A float without a fraction comes back as an integer, so -0 loses its sign; but only once.
    let third = json::encode(&json::decode(second.as_bytes()).unwrap()).unwrap();
    assert_eq!(second, third);
}
