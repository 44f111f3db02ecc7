//! What must hold for every input, shared by the smoke test and the fuzz targets. Each function
//! panics when it does not.

use freischalt_protocol::{
    Secret,
    actions::UnlockProvider,
    envelope::{ActionResult, Request, Response, Status},
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

/// Any bytes, taken as a request: results stay aligned, and the answer is JSON that says so.
pub(crate) fn envelope(input: &[u8]) {
    const MAX_ACTIONS: usize = 50;
    let Ok(request) = Request::parse(input, MAX_ACTIONS) else { return };
    assert!(!request.token.is_empty());
    assert!((1..=MAX_ACTIONS).contains(&request.actions.len()));
    let echoes: Vec<_> = request.actions.iter().map(|action| action.echo.clone()).collect();
    let results = request.actions.into_iter().map(|parsed| match parsed.action {
        Ok(_) => ActionResult::performed(parsed.echo, UnlockProvider::success()),
        Err(problem) => {
            ActionResult::failed(parsed.echo, Status::error(problem.code(), &problem.to_string()))
        }
    });
    let answer = Response::from_results(results.collect()).to_json();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let results = answer["response"]["results"].as_array().unwrap();
    assert_eq!(results.len(), echoes.len());
    for (result, echo) in results.iter().zip(echoes) {
        assert_eq!(result["identifier"], echo.identifier);
        assert_eq!(result["resourceid"], echo.resource_id);
        assert!(result["data"]["records"].is_array());
    }
}
