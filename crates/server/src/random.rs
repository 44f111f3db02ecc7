//! Random values for what the rules take as arguments.

use freischalt_marketplace::{ActivationId, ApiUser, OrderId, ParameterCacheId};
use freischalt_protocol::seal::NONCE_BYTES;

use crate::trace::Lot;

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

/// An id for a run that begins at `millis`, with the last bytes that are wished for.
pub fn activation_id(millis: i64, lot: Option<Lot>) -> Result<ActivationId, NoRandom> {
    let mut random = bytes()?;
    if let Some(lot) = lot {
        end_with(&mut random, lot);
    }
    Ok(ActivationId::new(u64::try_from(millis).unwrap_or_default(), random))
}

/// A fresh API user that comes into being at `millis`. The token of a run's has the run's lot at its
/// end, so that whether a call is traced is known before the store is asked for its run.
pub fn api_user(millis: i64, lot: Option<Lot>) -> Result<ApiUser, NoRandom> {
    let mut token = bytes()?;
    if let Some(lot) = lot {
        end_with(&mut token, lot);
    }
    Ok(ApiUser::new(u64::try_from(millis).unwrap_or_default(), token, bytes()?))
}

fn end_with(random: &mut [u8], lot: Lot) {
    if let Some(end) = random.last_chunk_mut() {
        *end = lot.to_be_bytes();
    }
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
