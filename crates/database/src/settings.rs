//! What a configuration file says of a store and of the secrets around it: files that only their
//! owner can read, keys, and where the data is. Every mistake names its setting and the fix.
//!
//! This module must not know in which file or section the settings stand.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use freischalt_protocol::{
    guessable,
    seal::{KEY_BYTES, MasterKey},
    secret::{Secret, SecretKind, trimmed},
};

use crate::{Keys, Location};

/// Why a setting cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingProblem {
    /// A file cannot be read.
    #[error("{setting}: cannot read {}", path.display())]
    Read {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The value is refused.
    #[error("{setting}: {problem}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
}

/// The section `store` of a configuration file. Relative paths count from the file's folder.
#[derive(Clone, Copy, Debug)]
pub struct StoreSettings<'a> {
    /// The folder of the configuration file.
    pub folder: &'a Path,
    /// `store.path`: a SQLite database.
    pub path: Option<&'a Path>,
    /// `store.url`: a PostgreSQL database, without a password.
    pub url: Option<&'a str>,
    /// `store.url_file`: a file with the URL of a PostgreSQL database.
    pub url_file: Option<&'a Path>,
    /// `store.encryption_key_file`.
    pub key_file: &'a Path,
    /// `store.previous_encryption_key_files`.
    pub previous_key_files: &'a [PathBuf],
}

impl StoreSettings<'_> {
    /// The one of `path`, `url` and `url_file` that is given. `otherwise` is what else could name
    /// the store, for the text about none of them.
    pub fn location(&self, otherwise: &str) -> Result<Location, SettingProblem> {
        match (self.path, self.url, self.url_file) {
            (Some(path), None, None) => Ok(Location::File(self.folder.join(path))),
            (None, Some(url), None) => match Location::from_url(url) {
                Ok(url) if url.has_password() => refuse(
                    "store.url",
                    "holds a password, which others could read here: write the URL into a file \
                     that only its owner can read, and name it in store.url_file",
                ),
                Ok(url) => Ok(Location::Postgres(Box::new(url))),
                Err(problem) => refuse("store.url", problem.to_string()),
            },
            (None, None, Some(file)) => {
                const SETTING: &str = "store.url_file";
                let path = self.folder.join(file);
                match Location::from_url(trimmed(&read_private(SETTING, &path)?)) {
                    Ok(url) => Ok(Location::Postgres(Box::new(url))),
                    Err(problem) => refuse(SETTING, format!("{} {problem}", path.display())),
                }
            }
            _ => refuse(
                "store",
                format!(
                    "needs one of path (a SQLite database), url and url_file (a PostgreSQL \
                     database){otherwise}"
                ),
            ),
        }
    }

    /// The keys that seal what is in the store.
    pub fn keys(&self) -> Result<Keys, SettingProblem> {
        let key = |setting, file: &Path| key(setting, &self.folder.join(file));
        let previous = self.previous_key_files.iter();
        Ok(Keys {
            current: current_key("store.encryption_key_file", &self.folder.join(self.key_file))?,
            previous: previous
                .map(|file| key("store.previous_encryption_key_files", file))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn refuse<T>(setting: &'static str, problem: impl Into<String>) -> Result<T, SettingProblem> {
    Err(SettingProblem::Value { setting, problem: problem.into() })
}

/// The key that new values are sealed with. One that anybody could guess seals nothing.
fn current_key(setting: &'static str, path: &Path) -> Result<MasterKey, SettingProblem> {
    let bytes = key_bytes(setting, path)?;
    if let Some(reason) = guessable::reason(&bytes) {
        let path = path.display();
        return refuse(
            setting,
            format!(
                "{path} holds a key that anybody could guess: it {reason}. Make another: openssl \
                 rand -hex 32. If there is data that this one has sealed, give it in \
                 store.previous_encryption_key_files"
            ),
        );
    }
    Ok(MasterKey::new(bytes))
}

/// The key in a file that is only to open what it has sealed.
pub fn key(setting: &'static str, path: &Path) -> Result<MasterKey, SettingProblem> {
    key_bytes(setting, path).map(MasterKey::new)
}

fn key_bytes(setting: &'static str, path: &Path) -> Result<[u8; KEY_BYTES], SettingProblem> {
    parse_bytes(&read_private(setting, path)?).map_or_else(
        || {
            let path = path.display();
            let fix = "must hold 64 hexadecimal digits: openssl rand -hex 32";
            refuse(setting, format!("{path} {fix}"))
        },
        Ok,
    )
}

/// Refuses the text of a token or secret that anybody could guess.
pub fn check_token(setting: &'static str, path: &Path, text: &str) -> Result<(), SettingProblem> {
    match guessable::reason(text.as_bytes()) {
        None => Ok(()),
        Some(reason) => {
            let path = path.display();
            let fix = "Make another: openssl rand -hex 32";
            refuse(
                setting,
                format!("{path} holds one that anybody could guess: it {reason}. {fix}"),
            )
        }
    }
}

/// The secret in a file, without what editors and shells put around one.
pub fn secret(
    setting: &'static str,
    path: &Path,
    kind: SecretKind,
) -> Result<Secret, SettingProblem> {
    Secret::read(&read_private(setting, path)?, kind)
        .or_else(|problem| refuse(setting, format!("{} {problem}", path.display())))
}

/// The text of a file. A secret that others on the machine can read is none.
pub fn read_private(setting: &'static str, path: &Path) -> Result<String, SettingProblem> {
    let failed = |source| SettingProblem::Read { setting, path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.display();
        return refuse(setting, format!("{path} is readable by others (mode {mode:o}): chmod 600"));
    }
    fs::read_to_string(path).map_err(failed)
}

/// 64 hexadecimal digits, with white space around them.
pub fn parse_key(text: &str) -> Option<MasterKey> {
    parse_bytes(text).map(MasterKey::new)
}

fn parse_bytes(text: &str) -> Option<[u8; KEY_BYTES]> {
    let digits = trimmed(text);
    if digits.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut key = [0; KEY_BYTES];
    for (byte, pair) in key.iter_mut().zip(digits.as_bytes().as_chunks::<2>().0) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits_and_nothing_else() {
        assert!(parse_key(&format!(" {}\n", "0f".repeat(32))).is_some());
        for text in ["", "0f", &"0g".repeat(32), &"0f".repeat(33), &"é".repeat(32)] {
            assert!(parse_key(text).is_none(), "{text}");
        }
    }
}
