//! Sealing: authenticated encryption (AES-256-GCM) of small values, used for API claims, for
//! secrets at rest and for sessions. Keys for different purposes are derived from one master key,
//! so a value sealed for one purpose never opens for another.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a master key.
pub const KEY_BYTES: usize = 32;
/// Bytes of a nonce. Every value needs a fresh random one: two values under one nonce reveal each
/// other.
pub const NONCE_BYTES: usize = 12;

const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// The key that everything else is derived from. Cannot be printed, is wiped when dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

impl MasterKey {
    /// Wraps 32 bytes, which must come from a cryptographic random source.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The sealing key for one purpose.
    pub fn derive(&self, purpose: &str) -> SealingKey {
        SealingKey::new(&self.mac(purpose))
    }

    fn mac(&self, label: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*self.0).expect("any length");
        mac.update(b"freischalt/");
        mac.update(label.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// A key for one purpose.
#[derive(Clone)]
pub struct SealingKey {
    id: [u8; KEY_ID_BYTES],
    cipher: Aes256Gcm,
}

impl SealingKey {
    fn new(key: &[u8; KEY_BYTES]) -> Self {
        let id_source = MasterKey::new(*key).mac("key id");
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&id_source[..KEY_ID_BYTES]);
        Self { id, cipher: Aes256Gcm::new(key.into()) }
    }

    /// Seals `plain`, bound to `context`: it opens only with the same context.
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], context: &[u8], plain: &[u8]) -> Vec<u8> {
        #[expect(clippy::expect_used, reason = "AES-GCM refuses only inputs of over 64 GiB")]
        let sealed = self
            .cipher
            .encrypt(&nonce.into(), Payload { msg: plain, aad: context })
            .expect("small input");
        let mut out = Vec::with_capacity(HEADER_BYTES + sealed.len());
        out.push(FORMAT);
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// Whether a sealed value names this key as the one that sealed it. Only opening it proves that.
    pub fn sealed(&self, sealed: &[u8]) -> bool {
        sealed
            .split_first()
            .is_some_and(|(format, rest)| *format == FORMAT && rest.starts_with(&self.id))
    }

    /// Opens what [`seal`](Self::seal) made with this key and this context; `None` for anything
    /// else, whatever the reason.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (header, body) = sealed.split_at_checked(HEADER_BYTES)?;
        if header[0] != FORMAT || header[1..=KEY_ID_BYTES] != self.id {
            return None;
        }
        let nonce: [u8; NONCE_BYTES] = header[1 + KEY_ID_BYTES..].try_into().ok()?;
        let plain = self.cipher.decrypt(&nonce.into(), Payload { msg: body, aad: context }).ok()?;
        Some(Zeroizing::new(plain))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// The keys for one purpose: the current one seals, and those before it still open.
#[derive(Clone, Debug)]
pub struct SealingKeys {
    current: SealingKey,
    previous: Vec<SealingKey>,
}

impl SealingKeys {
    /// Derives the keys for a purpose.
    pub fn new(current: &MasterKey, previous: &[MasterKey], purpose: &str) -> Self {
        Self {
            current: current.derive(purpose),
            previous: previous.iter().map(|key| key.derive(purpose)).collect(),
        }
    }

    /// As [`SealingKey::seal`], with the current key.
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], context: &[u8], plain: &[u8]) -> Vec<u8> {
        self.current.seal(nonce, context, plain)
    }

    /// As [`SealingKey::open`], with whichever key it was sealed with.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .find_map(|key| key.open(context, sealed))
    }

    /// Whether a sealed value names the current key. Others are to be sealed again before the
    /// previous keys can be dropped.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        self.current.sealed(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_purpose_and_context() {
        let key = MasterKey::new([7; 32]).derive("claims");
        let sealed = key.seal([1; 12], b"row 1", b"plain");
        assert_eq!(key.open(b"row 1", &sealed).unwrap().as_slice(), b"plain");
        assert!(key.open(b"row 2", &sealed).is_none());
        assert!(MasterKey::new([7; 32]).derive("rest").open(b"row 1", &sealed).is_none());
        assert!(MasterKey::new([8; 32]).derive("claims").open(b"row 1", &sealed).is_none());
    }

    #[test]
    fn no_changed_byte_opens() {
        let key = MasterKey::new([7; 32]).derive("claims");
        let sealed = key.seal([1; 12], b"", b"plain");
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key.open(b"", &changed).is_none(), "byte {index}");
            assert!(key.open(b"", &sealed[..index]).is_none(), "cut at {index}");
        }
    }
}
