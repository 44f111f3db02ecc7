//! What the app is told about whoever calls it: a JSON Web Token under the app's secret, made anew
//! for each request. Token, key, claim and signature of the marketplace are not in it.

use freischalt_client::provider::Launch;
use freischalt_protocol::UnixTime;
use serde_json::{Map, Value};

use crate::signer::Signer;

/// Name of the header that carries the token.
pub(crate) const HEADER: &str = "freischalt-session";
/// Seconds that a token is good for.
const LIFETIME: i64 = 60;

/// The lasting part of a session, as the store keeps it.
pub(crate) fn describe(launch: &Launch, service: &str) -> Value {
    let parameters: Map<_, _> = launch
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    let mut session = Map::new();
    session.insert("customer".to_owned(), launch.customer.as_str().into());
    session.insert("customerName".to_owned(), launch.customer_name.as_str().into());
    session.insert("user".to_owned(), launch.user.as_str().into());
    if let Some(group) = &launch.group {
        session.insert("group".to_owned(), group.as_str().into());
    }
    session.insert("service".to_owned(), service.into());
    session.insert("parameters".to_owned(), parameters.into());
    session.into()
}

/// The token of one request.
pub(crate) fn token(
    signer: &Signer,
    session: &str,
    visit: Option<&str>,
    marketplace: &str,
    now: UnixTime,
) -> Result<String, serde_json::Error> {
    let mut claims: Map<String, Value> = serde_json::from_str(session)?;
    claims.insert("iss".to_owned(), "freischalt-gateway".into());
    claims.insert("iat".to_owned(), now.0.into());
    claims.insert("exp".to_owned(), now.plus(LIFETIME).0.into());
    claims.insert("marketplace".to_owned(), marketplace.into());
    if let Some(visit) = visit {
        claims.insert("visit".to_owned(), visit.into());
    }
    signer.token(&claims)
}
