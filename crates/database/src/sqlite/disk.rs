//! The files below an open database: whether they are there, whose they are, whether they are
//! still the ones that were opened, and who else is at them.

use std::{
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, ErrorKind, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use crate::{Creation, NotThere, OpenError, folder_of};

/// What SQLite keeps beside a database in use.
pub(crate) const ENDINGS: [&str; 2] = ["-wal", "-shm"];

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Looks at what is there before anything is opened, and makes the file if that is wished, for
/// nobody but its owner.
pub(crate) fn prepare(path: &Path, creation: Creation) -> Result<(), OpenError> {
    let missing = match fs::metadata(path) {
        Ok(metadata) if metadata.len() == 0 => Some("is an empty file"),
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::NotFound => Some("is not there"),
        // Opening it fails as well, and is where that is told.
        Err(_) => None,
    };
    if creation == Creation::Never
        && let Some(found) = missing
    {
        let partial = beside(path, PARTIAL);
        let partial = partial.exists().then_some(partial);
        let database = path.display().to_string();
        return Err(OpenError::NotThere(NotThere { database, found, partial }));
    }
    // One that is there is not opened: closing it would give up the locks of this process on it.
    match new_file(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => make_private(path),
        Err(source) => Err(OpenError::File { path: path.to_owned(), source: source.into() }),
    }
}

/// Takes the rights of others on a database and on what is beside it. What is in it is meant for
/// its owner: names, prices, and what seals are around.
fn make_private(path: &Path) -> Result<(), OpenError> {
    let all = [path.to_owned(), beside(path, ENDINGS[0]), beside(path, ENDINGS[1])];
    for path in all {
        let Ok(metadata) = fs::metadata(&path) else { continue };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 == 0 {
            continue;
        }
        let private = Permissions::from_mode(mode & 0o700);
        fs::set_permissions(&path, private).map_err(|error| {
            let shown = path.display();
            let source = format!(
                "others have rights on it (mode {mode:o}), and they cannot be taken away \
                 ({error}): chmod 600 {shown}"
            );
            OpenError::File { path: path.clone(), source: source.into() }
        })?;
        let file = path.display();
        let could = if mode & 0o022 == 0 { "read" } else { "read or change" };
        tracing::warn!(%file, mode = format!("{mode:o}"), "others could {could} this file of the \
             database: it is its owner's alone now (mode 600)");
    }
    Ok(())
}

/// Makes a file that is not there, for nobody but its owner.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Which files were opened.
#[derive(Debug)]
pub(crate) struct Disk {
    path: PathBuf,
    files: Vec<(PathBuf, Option<Identity>)>,
}

/// What makes a file this one, whatever it is called.
type Identity = (u64, u64);

impl Disk {
    /// The files of a database that has just been opened and used, so that all of them are there.
    pub(crate) fn opened(path: &Path) -> Self {
        let names = [path.to_owned(), beside(path, ENDINGS[0]), beside(path, ENDINGS[1])];
        let files = names.map(|name| (name.clone(), identity(&name)));
        Self { path: path.to_owned(), files: files.into() }
    }

    /// Where it was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the files are still the ones that were opened. What is written into others would be
    /// gone with the process. Costs one look at each name.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (name, opened) in &self.files {
            let now = identity(name);
            if now == *opened {
                continue;
            }
            let what = if now.is_some() { "was replaced" } else { "was moved or removed" };
            return Err(format!(
                "{} {what} below this process: stop it, put the database back with the files \
                 beside it, or restore a backup, and start it again",
                name.display()
            ));
        }
        Ok(())
    }
}

fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// A lock beside a database that says that a process has it open, however the files are moved
/// below it. It is in a file of its own, whose name does not begin as those that are moved, and it
/// ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Presence(#[expect(dead_code, reason = "holds the lock")] File);

impl Presence {
    /// Says that this process uses the database. Where locks cannot be had, nobody is told.
    pub(crate) fn claim(path: &Path) -> Result<Option<Self>, OpenError> {
        let name = lock_name(path);
        let open = |make: bool| {
            OpenOptions::new()
                .read(true)
                .write(make)
                .create(make)
                .truncate(false)
                .mode(0o600)
                .open(&name)
        };
        let Ok(file) = open(true).or_else(|_| open(false)) else { return Ok(None) };
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Err(OpenError::File {
                path: path.to_owned(),
                source: "a backup is being restored into it: wait until that has ended".into(),
            }),
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }

    /// Keeps everybody else away; none if somebody uses the database.
    pub(crate) fn alone(path: &Path) -> Option<Option<Self>> {
        // If there is no such file, nobody has ever been there.
        let Ok(file) = File::open(lock_name(path)) else { return Some(None) };
        match file.try_lock() {
            Ok(()) => Some(Some(Self(file))),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(_)) => Some(None),
        }
    }
}

/// Gives a database that root has made to the owner of its folder, which is whom a server runs as:
/// otherwise that could not open what was made for it.
///
/// # Errors
/// The system refuses it, or there is no such file.
pub fn hand_over(path: &Path) -> io::Result<()> {
    const ROOT: u32 = 0;
    let folder = fs::metadata(folder_of(path))?;
    if folder.uid() == ROOT {
        return Ok(());
    }
    let give = |path: &Path| match fs::metadata(path)?.uid() {
        ROOT => chown(path, Some(folder.uid()), Some(folder.gid())),
        _ => Ok(()),
    };
    give(path)?;
    match give(&lock_name(path)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The file with the lock of a database.
fn lock_name(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".lock");
    folder_of(path).join(name)
}

/// How the name of a file ends that is not complete.
pub(crate) const PARTIAL: &str = ".partial";

/// A file on its way to its name. Its lock tells it from one that a process left when it was
/// killed.
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    pub(crate) file: File,
}

/// Why there is no file to write into.
pub(crate) enum NoPartial {
    /// Somebody is writing it, or it is not one of ours.
    Taken(PathBuf),
    /// The system does not make one.
    Io(io::Error),
}

impl Partial {
    /// Begins the file with this name, after what a killed process left of it is removed.
    pub(crate) fn begin(to: &Path) -> Result<Self, NoPartial> {
        let path = beside(to, PARTIAL);
        if let Ok(left) = OpenOptions::new().read(true).write(true).open(&path) {
            if !is_left_over(&left) {
                return Err(NoPartial::Taken(path));
            }
            remove(&path);
        }
        let file = new_file(&path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => NoPartial::Taken(path.clone()),
            _ => NoPartial::Io(error),
        })?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(NoPartial::Taken(path));
        }
        Ok(Self { path, file })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Partial {
    /// Removes it if it has not got its name, and what SQLite put beside it in any case.
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Whether nobody is writing it any more, and it is the beginning of a database.
fn is_left_over(file: &File) -> bool {
    const BEGINNING: &[u8; 16] = b"SQLite format 3\0";
    let mut head = Vec::new();
    let read = file.take(16).read_to_end(&mut head);
    let is_database = BEGINNING.starts_with(&head) || head.iter().all(|byte| *byte == 0);
    read.is_ok() && is_database && file.try_lock().is_ok()
}

fn remove(partial: &Path) {
    // They may never have come to be.
    let _ = fs::remove_file(partial);
    for ending in ["-journal", ENDINGS[0], ENDINGS[1]] {
        let _ = fs::remove_file(beside(partial, ending));
    }
}
