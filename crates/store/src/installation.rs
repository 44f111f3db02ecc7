//! The one row about the installation itself: what it is for, and a known text under the
//! encryption key, so that a wrong key is noticed at the start.

use freischalt_database::{Opened, Transaction, Vault};
use freischalt_protocol::Secret;

use crate::{Kind, OpenError, StoreError, open, seal};

const CONTEXT: &str = "installation key check";
const TEXT: &str = "freischalt";

/// Checks that the database is of this kind and that the keys open what is in it; a new one
/// becomes of this kind.
pub(crate) fn check(
    tx: &mut Transaction<'_>,
    vault: &Vault,
    kind: Kind,
    opened: Opened,
) -> Result<(), OpenError> {
    if opened == Opened::New {
        let sealed = seal(vault, CONTEXT, &Secret::new(TEXT))?;
        tx.execute(
            "INSERT INTO installation (id, kind, key_check) VALUES (1, ?1, ?2)",
            &[&kind.as_str(), &sealed],
        )?;
        return Ok(());
    }
    let row = tx.query_opt("SELECT kind, key_check FROM installation", &[])?;
    let problem = "says neither what it is for nor under which key: a copy into this database was \
                   interrupted, so repeat it, or empty the database";
    let row = row.ok_or(StoreError::Corrupt { table: "installation", problem })?;
    let found: String = row.get("kind")?;
    if found != kind.as_str() {
        return Err(OpenError::OtherKind { found, wanted: kind.as_str() });
    }
    let sealed: Vec<u8> = row.get("key_check")?;
    match open(vault, "installation", CONTEXT, &sealed) {
        Ok(_) => Ok(()),
        Err(_) => Err(OpenError::WrongKey),
    }
}

/// What the database was made for, if anything.
pub(crate) fn kind(tx: &mut Transaction<'_>) -> Result<Option<Kind>, StoreError> {
    let row = tx.query_opt("SELECT kind FROM installation", &[])?;
    let kind: Option<String> = row.map(|row| row.get("kind")).transpose()?;
    let problem = "the kind is none";
    kind.map(|kind| {
        Kind::parse(&kind).ok_or(StoreError::Corrupt { table: "installation", problem })
    })
    .transpose()
}

/// Whether the known text is sealed under the current key.
pub(crate) fn is_current(tx: &mut Transaction<'_>, vault: &Vault) -> Result<bool, StoreError> {
    let row = tx.query_opt("SELECT key_check FROM installation", &[])?;
    let sealed: Option<Vec<u8>> = row.map(|row| row.get("key_check")).transpose()?;
    Ok(sealed.is_some_and(|sealed| vault.is_current(&sealed)))
}

/// Seals the known text again, under the current key.
pub(crate) fn reseal(tx: &mut Transaction<'_>, vault: &Vault) -> Result<(), StoreError> {
    let sealed = seal(vault, CONTEXT, &Secret::new(TEXT))?;
    tx.execute("UPDATE installation SET key_check = ?1", &[&sealed])?;
    Ok(())
}
