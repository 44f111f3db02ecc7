//! Encryption at rest: secrets are sealed under a key that is not in the database, each bound to
//! the row it stands in.

use std::sync::Arc;

use freischalt_protocol::{
    Secret,
    seal::{MasterKey, NONCE_BYTES, SealingKeys},
};

/// Keys for what is sealed at rest.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Seals everything new.
    pub current: MasterKey,
    /// Open what was sealed earlier.
    pub previous: Vec<MasterKey>,
}

/// Seals and opens secrets. A copy shares the keys.
#[derive(Clone, Debug)]
pub struct Vault(Arc<SealingKeys>);

/// Why a secret was not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No random bytes from the operating system.
    #[error("the operating system gives no random bytes")]
    Random(#[from] getrandom::Error),
    /// It was sealed under another key or for another row, or has been changed.
    #[error("a sealed secret does not open with our keys")]
    Unreadable,
}

impl Vault {
    /// A vault for one purpose: what is sealed for another one does not open in it.
    pub fn new(keys: &Keys, purpose: &str) -> Self {
        Self(Arc::new(SealingKeys::new(&keys.current, &keys.previous, purpose)))
    }

    /// Seals a secret for the row that `context` names.
    pub fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        Ok(self.0.seal(nonce, context.as_bytes(), secret.expose().as_bytes()))
    }

    /// Opens a secret of the row that `context` names.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret, VaultError> {
        let plain = self.0.open(context.as_bytes(), sealed).ok_or(VaultError::Unreadable)?;
        std::str::from_utf8(&plain).map(Secret::new).map_err(|_| VaultError::Unreadable)
    }

    /// Whether a sealed value names the current key. Others are to be sealed again before the
    /// previous keys can be dropped.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        self.0.is_current(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previous_keys_open_and_only_the_current_one_seals() {
        let (old, new) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let before = Vault::new(&Keys { current: old.clone(), previous: Vec::new() }, "test");
        let after = Vault::new(&Keys { current: new.clone(), previous: vec![old] }, "test");
        let only_new = Vault::new(&Keys { current: new, previous: Vec::new() }, "test");
        let secret = Secret::new("text");

        let sealed = before.seal("row 1", &secret).unwrap();
        assert!(before.is_current(&sealed) && !after.is_current(&sealed));
        assert_eq!(after.open("row 1", &sealed).unwrap(), secret);
        assert!(matches!(after.open("row 2", &sealed), Err(VaultError::Unreadable)));
        assert!(matches!(only_new.open("row 1", &sealed), Err(VaultError::Unreadable)));

        let again = after.seal("row 1", &after.open("row 1", &sealed).unwrap()).unwrap();
        assert!(after.is_current(&again));
        assert_eq!(only_new.open("row 1", &again).unwrap(), secret);
    }
}
