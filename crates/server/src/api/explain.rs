//! Why a signature is wrong, as far as trying the known mistakes tells. Sandbox only: to whoever
//! does not hold the key, 137 must say nothing more.

use base64::{Engine, engine::general_purpose::STANDARD};
use freischalt_protocol::{
    Secret,
    envelope::{Action, Echo, Signature},
    secret::constant_time_eq,
};
use freischalt_store::ApiUserRecord;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::state::AppState;

/// The known mistake that explains this signature.
pub(super) async fn wrong_signature(
    app: &AppState,
    user: &ApiUserRecord,
    echo: &Echo,
    action: &Action,
) -> Option<&'static str> {
    let Signature::V2(sent) = &action.signature else { return None };
    let key = user.activation.api_key()?;
    let token = user.activation.grant()?.token.as_str();
    let provider_secret = app.store.provider_secret(user.activation.provider).await.ok()?;
    let parts = Parts { echo, timestamp: &action.timestamp.text, token };
    candidates(&parts, key, provider_secret.as_ref())
        .into_iter()
        .find(|(_, signature)| constant_time_eq(signature.as_bytes(), sent.as_bytes()))
        .map(|(cause, _)| cause)
}

struct Parts<'a> {
    echo: &'a Echo,
    timestamp: &'a str,
    token: &'a str,
}

fn candidates(
    parts: &Parts<'_>,
    key: &Secret,
    provider_secret: Option<&Secret>,
) -> Vec<(&'static str, String)> {
    let (kind, action) = (&parts.echo.resource_type, &parts.echo.action_id);
    let (time, token) = (parts.timestamp, parts.token);
    let right = format!("{time}{token}{kind}{action}");
    let verb = action.rsplit(':').next().unwrap_or_default();
    let bytes = key.expose().as_bytes();
    let mac = |key: &[u8], text: &str| STANDARD.encode(sha256(key, text));
    let mut list = vec![
        ("the digest was sent as hex; send it as base64", hex(&sha256(bytes, &right))),
        (
            "the hex digest was encoded as base64; encode the raw 32 bytes",
            STANDARD.encode(hex(&sha256(bytes, &right))),
        ),
        (
            "token and timestamp stand in the wrong order; sign timestamp, token, resourcetype, actionid",
            mac(bytes, &format!("{token}{time}{kind}{action}")),
        ),
        (
            "actionid and resourcetype stand in the wrong order; sign timestamp, token, resourcetype, actionid",
            mac(bytes, &format!("{time}{token}{action}{kind}")),
        ),
        (
            "only the verb was signed; sign the complete actionid",
            mac(bytes, &format!("{time}{token}{kind}{verb}")),
        ),
        (
            "separators stand between the parts; sign them without any",
            mac(bytes, &format!("{time},{token},{kind},{action}")),
        ),
        ("the token was used as the key; use the API key", mac(token.as_bytes(), &right)),
        (
            "the key has white space at its end; remove it",
            mac(format!("{}\n", key.expose()).as_bytes(), &right),
        ),
    ];
    if let Some(raw) = unhex(key.expose()) {
        list.push(("the key was decoded as hex; use its text as it is", mac(&raw, &right)));
    }
    if let Some(secret) = provider_secret {
        list.push((
            "the provider secret was used; use the API key that the administrator pasted",
            mac(secret.expose().as_bytes(), &right),
        ));
    }
    list
}

fn sha256(key: &[u8], text: &str) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
