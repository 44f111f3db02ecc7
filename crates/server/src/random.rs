//! Random values for what the rules take as arguments.

use freischalt_marketplace::{ActivationId, ApiUser, OrderId, ParameterCacheId};
use freischalt_protocol::seal::NONCE_BYTES;

/// The operating system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandom(#[from] getrandom::Error);

/// `N` random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A nonce for sealing.
pub fn nonce() -> Result<[u8; NONCE_BYTES], NoRandom> {
    bytes()
}

/// An id for a run that begins at `millis`.
pub fn activation_id(millis: i64) -> Result<ActivationId, NoRandom> {
    Ok(ActivationId::new(u64::try_from(millis).unwrap_or_default(), bytes()?))
}

/// A fresh API user that comes into being at `millis`.
pub fn api_user(millis: i64) -> Result<ApiUser, NoRandom> {
    Ok(ApiUser::new(u64::try_from(millis).unwrap_or_default(), bytes()?, bytes()?))
}

/// A fresh parameter cache id.
pub fn parameter_cache_id() -> Result<ParameterCacheId, NoRandom> {
    Ok(ParameterCacheId::new(bytes()?))
}

/// An id for an order that is placed at `millis`.
pub fn order_id(millis: i64) -> Result<OrderId, NoRandom> {
    Ok(OrderId::new(u64::try_from(millis).unwrap_or_default(), bytes()?))
}

/// The token of a payment link: 64 hexadecimal digits.
pub fn link_token() -> Result<String, NoRandom> {
    let bytes: [u8; 32] = bytes()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
