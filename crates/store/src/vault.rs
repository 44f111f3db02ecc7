//! Encryption at rest: API keys and provider secrets are sealed under a key that is not in the
//! database, each bound to the row it stands in.

use freischalt_protocol::{
    Secret,
    seal::{NONCE_BYTES, SealingKey},
};
use rusqlite::{Connection, OptionalExtension};

use crate::{Keys, Kind, OpenError, StoreError};

const KEY_PURPOSE: &str = "secrets at rest";
const CHECK_CONTEXT: &str = "installation key check";
const CHECK_TEXT: &str = "freischalt";

/// Seals and opens secrets.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    current: SealingKey,
    previous: Vec<SealingKey>,
}

impl Vault {
    pub(crate) fn new(keys: &Keys) -> Self {
        Self {
            current: keys.current.derive(KEY_PURPOSE),
            previous: keys.previous.iter().map(|key| key.derive(KEY_PURPOSE)).collect(),
        }
    }

    /// Seals a secret for the row that `context` names.
    pub(crate) fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        Ok(self.current.seal(nonce, context.as_bytes(), secret.expose().as_bytes()))
    }

    /// Opens a secret of the row that `context` names.
    pub(crate) fn open(
        &self,
        table: &'static str,
        context: &str,
        sealed: &[u8],
    ) -> Result<Secret, StoreError> {
        let unreadable =
            StoreError::Corrupt { table, problem: "a sealed secret does not open with our keys" };
        let plain = std::iter::once(&self.current)
            .chain(&self.previous)
            .find_map(|key| key.open(context.as_bytes(), sealed));
        match plain.as_deref().map(|bytes| std::str::from_utf8(bytes)) {
            Some(Ok(text)) => Ok(Secret::new(text)),
            _ => Err(unreadable),
        }
    }
}

/// Checks that the database is of this kind and that the keys open what is in it; a new one
/// becomes of this kind.
pub(crate) fn check(
    db: &Connection,
    vault: &Vault,
    kind: Kind,
) -> Result<Result<(), OpenError>, StoreError> {
    let row = db
        .query_row("SELECT kind, key_check FROM installation", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    let Some((found, sealed)) = row else {
        let sealed = vault.seal(CHECK_CONTEXT, &Secret::new(CHECK_TEXT))?;
        db.execute(
            "INSERT INTO installation (id, kind, key_check) VALUES (1, ?1, ?2)",
            rusqlite::params![kind.as_str(), sealed],
        )?;
        return Ok(Ok(()));
    };
    if found != kind.as_str() {
        return Ok(Err(OpenError::OtherKind { found, wanted: kind.as_str() }));
    }
    let opened = vault.open("installation", CHECK_CONTEXT, &sealed);
    Ok(opened.map(|_| ()).map_err(|_| OpenError::WrongKey))
}
