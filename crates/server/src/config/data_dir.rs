//! The sandbox's data folder: a database and the key that seals what is secret in it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use freischalt_protocol::seal::{KEY_BYTES, MasterKey};
use freischalt_store::{Location, settings::parse_key};

use super::file::{ConfigProblem, store_location};
use crate::random;

const DATABASE: &str = "freischalt.db";
const KEY: &str = "encryption.key";
const LOCK: &str = "lock";

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirProblem {
    /// A file or the folder cannot be read or written.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Another sandbox runs with this folder.
    #[error(
        "another sandbox uses {}: stop it, or choose another folder with --data, \
         or keep nothing with --ephemeral",
        .0.display()
    )]
    InUse(PathBuf),
    /// The key file does not hold a key.
    #[error("{} must hold 64 hexadecimal digits; without the right key the data is lost", .0.display())]
    Key(PathBuf),
    /// The store that is named beside the folder is none.
    #[error(transparent)]
    Store(#[from] ConfigProblem),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] random::NoRandom),
}

/// Keeps other sandboxes out of a data folder until it is dropped or the process ends, however it
/// ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, which is made if it is missing. Two sandboxes with one folder would each
    /// move the demo providers to their own ports, and so out of the other's reach.
    pub fn take(folder: &Path) -> Result<Self, DataDirProblem> {
        make_folder(folder)?;
        let path = folder.join(LOCK);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(failed("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(DataDirProblem::InUse(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed("lock", &path)(error)),
        }
    }
}

/// Database and key of a data folder; both are made if they are missing. A `store` from the command
/// line or the environment replaces the database, as it does for a production server.
pub fn sandbox_location(
    folder: &Path,
    store: Option<&str>,
) -> Result<(Location, MasterKey), DataDirProblem> {
    make_folder(folder)?;
    let path = folder.join(KEY);
    let key = match fs::read_to_string(&path) {
        Ok(text) => parse_key(&text).ok_or_else(|| DataDirProblem::Key(path.clone()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes: [u8; KEY_BYTES] = random::bytes()?;
            write_key(&path, &bytes).map_err(failed("write", &path))?;
            MasterKey::new(bytes)
        }
        Err(error) => return Err(failed("read", &path)(error)),
    };
    Ok((location(folder, store)?, key))
}

/// As [`sandbox_location`], of a data folder that a sandbox has made; nothing is made here.
pub fn existing_sandbox(
    folder: &Path,
    store: Option<&str>,
) -> Result<(Location, MasterKey), DataDirProblem> {
    let path = folder.join(KEY);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let key = parse_key(&text).ok_or(DataDirProblem::Key(path))?;
            Ok((location(folder, store)?, key))
        }
        Err(source) => Err(DataDirProblem::Io { what: "read", path, source }),
    }
}

/// Where the data is: in the folder, unless the command line or the environment names another store.
fn location(folder: &Path, store: Option<&str>) -> Result<Location, ConfigProblem> {
    let of_folder = || Ok(Location::File(folder.join(DATABASE)));
    store.map_or_else(of_folder, |text| store_location("--store", text))
}

/// A sandbox that leaves nothing behind.
pub fn sandbox_in_memory() -> Result<(Location, MasterKey), DataDirProblem> {
    Ok((Location::Memory, MasterKey::new(random::bytes()?)))
}

fn make_folder(folder: &Path) -> Result<(), DataDirProblem> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(failed("make the folder", folder))
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataDirProblem {
    let path = path.to_owned();
    move |source| DataDirProblem::Io { what, path, source }
}

/// Writes the key so that only its owner can read it, and so that it is on disk before anything
/// is sealed with it.
fn write_key(path: &Path, key: &[u8; KEY_BYTES]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("data");
        let (_, first) = sandbox_location(&folder, None).unwrap();
        let (location, second) = sandbox_location(&folder, None).unwrap();
        let sealed = first.derive("x").seal([0; 12], b"", b"text");
        assert!(second.derive("x").open(b"", &sealed).is_some());
        assert_eq!(location, Location::File(folder.join(DATABASE)));
        let mode = fs::metadata(folder.join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_folder_serves_one_sandbox_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("data");
        let first = FolderLock::take(&folder).unwrap();
        let refused = FolderLock::take(&folder).unwrap_err();
        assert!(matches!(&refused, DataDirProblem::InUse(path) if *path == folder), "{refused}");
        drop(first);
        FolderLock::take(&folder).unwrap();
    }

    #[test]
    fn a_broken_key_is_an_error_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(KEY), "short").unwrap();
        assert!(matches!(sandbox_location(folder.path(), None), Err(DataDirProblem::Key(_))));
        assert_eq!(fs::read_to_string(folder.path().join(KEY)).unwrap(), "short");
    }
}
