//! The files below a SQLite database: gone, empty, moved away, everybody's, locked, half written.
#![expect(clippy::unwrap_used, reason = "the functions beside the tests are tests too")]

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use freischalt_database::{
    BackupError, Creation, Database, DatabaseError, Location, Migration, OpenError, Schema,
    Transaction, backup, restore,
};

const SCHEMA: Schema = Schema {
    name: "things",
    migrations: &[Migration {
        number: 1,
        name: "0001_things",
        sqlite: "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT",
        postgres: "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL)",
    }],
};

#[derive(Debug)]
enum NotRestored {
    Backup(BackupError),
    Database,
}

impl From<BackupError> for NotRestored {
    fn from(error: BackupError) -> Self {
        Self::Backup(error)
    }
}

impl From<DatabaseError> for NotRestored {
    fn from(_: DatabaseError) -> Self {
        Self::Database
    }
}

fn open(path: &Path, creation: Creation) -> Result<Database, OpenError> {
    let nothing = |_: &mut Transaction<'_>, _| Ok(());
    Database::open_checked(&Location::File(path.to_owned()), &SCHEMA, creation, nothing)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

async fn add(database: &Database, id: i64) -> Result<u64, DatabaseError> {
    database.write(move |tx| tx.execute("INSERT INTO things VALUES (?1, 'a')", &[&id])).await
}

fn reopen(path: &Path) -> Database {
    tokio::task::block_in_place(|| open(path, Creation::Never)).unwrap()
}

#[test]
fn what_is_missing_or_empty_is_made_only_if_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    let refused = |found: &str| {
        let problem = open(&path, Creation::Never).unwrap_err();
        let text = problem.to_string();
        assert!(matches!(problem, OpenError::NotThere(_)), "{text}");
        assert!(text.contains(path.to_str().unwrap()) && text.contains(found), "{text}");
        assert!(text.contains("may not be mounted"), "{text}");
        assert!(text.contains("freischalt store create"), "{text}");
        text
    };
    refused("is not there");
    assert!(!path.exists(), "and nothing was made");
    fs::write(beside(&path, ".partial"), "").unwrap();
    assert!(refused("is not there").contains("x.db.partial"), "what was interrupted is named");
    File::create(&path).unwrap();
    refused("is an empty file");
    drop(open(&path, Creation::Only).unwrap());
    open(&path, Creation::Never).unwrap();
    let again = open(&path, Creation::Only).unwrap_err();
    assert!(matches!(again, OpenError::There(_)), "{again}");

    let other = Schema { name: "things", migrations: &[] };
    let bare = folder.path().join("bare.db");
    let made = Database::open(&Location::File(bare.clone()), &other).unwrap();
    made.write_blocking(|tx| tx.execute("DROP TABLE schema_migrations", &[])).unwrap();
    drop(made);
    let bare = open(&bare, Creation::Never).unwrap_err();
    assert!(bare.to_string().contains("has none of our tables"), "{bare}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_moved_replaced_or_removed_below_it_end_answers_and_changes() {
    let endings: [&[&str]; 4] = [&["", "-wal", "-shm"], &[""], &["-wal"], &["-shm"]];
    for moved in endings {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        drop(tokio::task::block_in_place(|| open(&path, Creation::Only)).unwrap());
        let database = reopen(&path);
        add(&database, 1).await.unwrap();
        database.ping().await.unwrap();
        let elsewhere = folder.path().join("elsewhere");
        for ending in moved {
            fs::rename(beside(&path, ending), beside(&elsewhere, ending)).unwrap();
        }
        let gone = database.ping().await.unwrap_err().to_string();
        assert!(gone.contains("was moved or removed"), "{moved:?}: {gone}");
        assert!(add(&database, 2).await.is_err(), "{moved:?}");
        fs::write(beside(&path, moved[0]), "another").unwrap();
        let replaced = database.ping().await.unwrap_err().to_string();
        assert!(replaced.contains("was replaced"), "{moved:?}: {replaced}");
        assert!(add(&database, 3).await.is_err(), "{moved:?}");
        // Whoever puts them back has everything that was acknowledged.
        for ending in moved {
            fs::rename(beside(&elsewhere, ending), beside(&path, ending)).unwrap();
        }
        database.ping().await.unwrap();
        add(&database, 4).await.unwrap();
        drop(database);
        let reopened = reopen(&path);
        let ids = reopened.read(|tx| {
            let rows = tx.query("SELECT id FROM things ORDER BY id", &[])?;
            rows.iter().map(|row| row.get::<i64>("id")).collect::<Result<Vec<_>, DatabaseError>>()
        });
        assert_eq!(ids.await.unwrap(), [1, 4], "{moved:?}");
    }
}

#[test]
fn a_database_of_everybody_becomes_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    let open_one = open(&path, Creation::Only).unwrap();
    for ending in ["", "-wal", "-shm"] {
        fs::set_permissions(beside(&path, ending), Permissions::from_mode(0o666)).unwrap();
    }
    drop(open(&path, Creation::Never).unwrap());
    for ending in ["", "-wal", "-shm"] {
        let mode = fs::metadata(beside(&path, ending)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{ending}");
    }
    drop(open_one);
}

#[test]
fn what_a_killed_copy_left_is_in_nobodys_way_and_what_is_being_written_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (path, to) = (folder.path().join("x.db"), folder.path().join("to.db"));
    drop(open(&path, Creation::Only).unwrap());
    let endings = [".partial", ".partial-journal", ".partial-wal", ".partial-shm"];
    for ending in endings {
        fs::write(beside(&to, ending), "").unwrap();
    }
    fs::write(beside(&to, ".partial"), &fs::read(&path).unwrap()[..4096]).unwrap();
    let held = File::open(beside(&to, ".partial")).unwrap();
    held.lock().unwrap();
    let running = backup(&path, &to).unwrap_err();
    assert!(matches!(running, BackupError::Exists(_)), "somebody is writing it: {running}");
    drop(held);
    backup(&path, &to).unwrap();
    for ending in endings {
        assert!(!beside(&to, ending).exists(), "{ending}");
    }
    let strange = folder.path().join("strange.db");
    fs::write(beside(&strange, ".partial"), "the notes of somebody").unwrap();
    assert!(matches!(backup(&path, &strange), Err(BackupError::Exists(_))), "not ours");
}

#[test]
fn a_copy_of_a_database_with_a_log_is_restored_without_leaving_anything_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, to) = (folder.path().join("x.db"), folder.path().join("to.db"));
    // As `.backup` of a shell writes it: the whole file, which says that there is a log.
    drop(open(&path, Creation::Only).unwrap());
    restore::<NotRestored>(&path, &to, |_| Ok(())).unwrap();
    let names = fs::read_dir(folder.path()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_str().unwrap().contains("partial")), "{names:?}");
}

#[test]
fn nothing_is_restored_beside_whoever_has_it_open_even_if_the_files_are_moved_away() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("x.db"), folder.path().join("copy.db"));
    let server = open(&path, Creation::Only).unwrap();
    backup(&path, &copy).unwrap();
    for ending in ["", "-wal", "-shm"] {
        fs::rename(beside(&path, ending), folder.path().join(format!("old{ending}"))).unwrap();
    }
    let refused = restore::<NotRestored>(&copy, &path, |_| Ok(())).unwrap_err();
    assert!(matches!(refused, NotRestored::Backup(BackupError::Running(_))), "{refused:?}");
    drop(server);
    restore::<NotRestored>(&copy, &path, |_| Ok(())).unwrap();
    open(&path, Creation::Never).unwrap();
}

#[test]
fn no_text_has_a_nul() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("x.db"), Creation::Only).unwrap();
    let written =
        database.write_blocking(|tx| tx.execute("INSERT INTO things VALUES (1, ?1)", &[&"a\0b"]));
    assert!(matches!(written, Err(DatabaseError::Nul)), "{written:?}");
}
