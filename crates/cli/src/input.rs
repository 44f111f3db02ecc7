//! What a command reads besides its arguments: files, standard input, secrets, the clock.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use freischalt_protocol::{
    Secret, UnixTime,
    secret::{SecretKind, SecretProblem},
};

/// An input that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// A file cannot be read.
    #[error("{} cannot be read", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Standard input cannot be read.
    #[error("standard input cannot be read")]
    Stdin(#[source] io::Error),
    /// A file that must hold a secret holds something else.
    #[error("{} {problem}; it should hold {what} and nothing else", .path.display())]
    NoSecret {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What it holds.
        problem: SecretProblem,
    },
    /// An option or a variable that must hold a secret holds something else.
    #[error("{what} {problem}")]
    NotSecret {
        /// What it should hold.
        what: &'static str,
        /// What it holds.
        problem: SecretProblem,
    },
    /// A file that must hold text holds something else.
    #[error("{} is not UTF-8 text; save it as such", .path.display())]
    NoText {
        /// Which.
        path: PathBuf,
    },
    /// Something that has to be given is not.
    #[error("{what} is missing; give it with {how}")]
    Missing {
        /// What.
        what: &'static str,
        /// The ways to give it.
        how: &'static str,
    },
    /// A data folder has no such provider.
    #[error(
        "{} has no provider {slug:?}; `freischalt provider list` shows the slugs",
        .folder.display()
    )]
    NoProvider {
        /// Its slug.
        slug: String,
        /// The folder.
        folder: PathBuf,
    },
    /// A document is not what it should be.
    #[error("{place} is not {expected}")]
    Document {
        /// Where it came from.
        place: String,
        /// What it should be.
        expected: &'static str,
        /// Where it stops to make sense.
        #[source]
        cause: serde_json::Error,
    },
    /// An input that cannot be signed.
    #[error("{place} cannot be signed: {why}")]
    Unsignable {
        /// Which.
        place: &'static str,
        /// What is wrong and what would be right.
        why: String,
    },
}

/// Reads a file, or standard input for `-` or no path at all. A byte order mark, as some editors
/// put it first, is left out.
pub(crate) fn read(path: Option<&Path>) -> Result<Vec<u8>, InputError> {
    let mut bytes = match path {
        Some(path) if path != Path::new("-") => {
            fs::read(path).map_err(|cause| InputError::File { path: path.to_owned(), cause })?
        }
        _ => {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map_err(InputError::Stdin)?;
            bytes
        }
    };
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Where [`read`] reads from, for messages.
pub(crate) fn place(path: Option<&Path>) -> String {
    match path {
        Some(path) if path != Path::new("-") => path.display().to_string(),
        _ => "standard input".to_owned(),
    }
}

/// Reads a secret from a file.
pub(crate) fn secret_file(path: &Path, what: &'static str) -> Result<Secret, InputError> {
    let bytes = read(Some(path))?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| InputError::NoText { path: path.to_owned() })?;
    Secret::read(text, SecretKind::Text).map_err(|problem| InputError::NoSecret {
        path: path.to_owned(),
        what,
        problem,
    })
}

/// The first of: a file, a value given directly (empty ones do not count).
pub(crate) fn secret(
    file: Option<&Path>,
    value: Option<&Secret>,
    what: &'static str,
    how: &'static str,
) -> Result<Secret, InputError> {
    if let Some(path) = file {
        return secret_file(path, what);
    }
    given_secret(value, what)?.ok_or(InputError::Missing { what, how })
}

/// Lets clap hold a secret without being able to print it. Whether it can be one is told later,
/// by [`given_secret`]: clap would print what it refuses.
pub(crate) fn parse_secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// Reads a secret of an option or a variable; `None` if it is set to nothing.
pub(crate) fn given_secret(
    value: Option<&Secret>,
    what: &'static str,
) -> Result<Option<Secret>, InputError> {
    let Some(value) = value else { return Ok(None) };
    match Secret::read(value.expose(), SecretKind::Text) {
        Ok(secret) => Ok(Some(secret)),
        Err(SecretProblem::Empty) => Ok(None),
        Err(problem) => Err(InputError::NotSecret { what, problem }),
    }
}

/// The machine's time.
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
