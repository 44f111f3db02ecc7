//! What the Rust providers of this folder share: settings, and the signature over a raw query.

use std::{
    collections::BTreeMap,
    env,
    time::{SystemTime, UNIX_EPOCH},
};

use form_urlencoded::{byte_serialize, parse};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use url::Url;
use uuid::Uuid;

pub const REFUSAL: &str = "This page opens from the marketplace only.";

/// How old a signed URL may be, in seconds.
const AGE: std::ops::RangeInclusive<i64> = -120..=300;

pub type Parameters = BTreeMap<String, String>;

pub fn port() -> u16 {
    setting("PORT").parse().expect("PORT is a number")
}

fn setting(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is missing"))
}

/// Headers of every page; `MARKETPLACE` holds scheme, host and port of the marketplace's pages,
/// several with spaces between. The cookie is as a frame of another site needs it.
pub fn headers() -> [(&'static str, String); 5] {
    let ancestors = setting("MARKETPLACE");
    let session = Uuid::new_v4();
    let cookie = format!("session={session}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned");
    [
        ("cache-control", "no-store".to_owned()),
        ("content-security-policy", format!("default-src 'none'; frame-ancestors {ancestors}")),
        ("referrer-policy", "no-referrer".to_owned()),
        ("set-cookie", cookie),
        ("x-content-type-options", "nosniff".to_owned()),
    ]
}

pub fn page(given: &Parameters) -> String {
    format!("<!doctype html><p>Hello {}", html_escape::encode_safe(&given["customerName"]))
}

/// The parameters of a raw query that the marketplace has signed lately.
pub fn verified(query: &str) -> Option<Parameters> {
    let mut given: Parameters = parse(query.as_bytes()).into_owned().collect(); // the last counts
    let signature = hex(&given.remove("signature")?)?;
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pairs: Vec<_> = given.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
    // PHP's http_build_query escapes `*`, this crate does not.
    let canonical = pairs.join("&").replace('*', "%2A");
    // Newer versions of the marketplace sign the port, older ones leave it out.
    let kept = Url::parse(&setting("ADDRESS")).ok()?; // the registered activation URL, no query
    let mut dropped = kept.clone();
    dropped.set_port(None).ok()?;
    let genuine = [kept, dropped].iter().any(|address| {
        let mut mac = Hmac::<Sha256>::new_from_slice(setting("PROVIDER_SECRET").as_bytes())
            .expect("any length will do");
        mac.update(format!("{address}?{canonical}").as_bytes());
        mac.verify_slice(&signature).is_ok()
    });
    let timestamp: i64 = given.get("timestamp")?.parse().ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let age = i64::try_from(now).ok()?.checked_sub(timestamp)?;
    (genuine && given.contains_key("customerName") && AGE.contains(&age)).then_some(given)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let lower = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    if text.len() != 64 || !text.bytes().all(lower) {
        return None;
    }
    (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()).collect()
}
