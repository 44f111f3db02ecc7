//! What a crate that owns tables may rely on, on SQLite.
#![expect(clippy::unwrap_used, reason = "the functions beside the tests are tests too")]

use std::{fs, os::unix::fs::PermissionsExt, sync::mpsc};

use freischalt_database::{
    Creation, Database, DatabaseError, Location, Migration, OpenError, Opened, Schema, Transaction,
    backup,
};
use tokio::task::JoinHandle;

const FIRST: Migration = Migration {
    number: 1,
    name: "0001_families",
    // A child without its parent is noticed at the commit only.
    sqlite: "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL, twin TEXT,
                 UNIQUE (name, twin)) STRICT;
             CREATE TABLE children (parent INTEGER
                 REFERENCES parents DEFERRABLE INITIALLY DEFERRED) STRICT;
             CREATE TABLE pets (parent INTEGER NOT NULL REFERENCES parents) STRICT;
             CREATE TABLE things (flag INTEGER, number INTEGER, text TEXT, bytes BLOB) STRICT;",
    postgres: "",
};
const SCHEMA: Schema = Schema { name: "families", migrations: &[FIRST] };
const LATER: Schema = Schema {
    name: "families",
    migrations: &[
        FIRST,
        Migration {
            number: 2,
            name: "0002_cars",
            sqlite: "CREATE TABLE cars (id INTEGER PRIMARY KEY)",
            postgres: "",
        },
    ],
};

#[derive(Debug)]
enum Failure {
    Refused,
    Database(DatabaseError),
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

fn memory() -> Database {
    tokio::task::block_in_place(|| Database::open(&Location::Memory, &SCHEMA)).unwrap()
}

fn count(tx: &mut Transaction<'_>, sql: &'static str) -> i64 {
    tx.query_opt(sql, &[]).unwrap().unwrap().get("count").unwrap()
}

async fn children(database: &Database) -> i64 {
    let counted = database
        .read(|tx| Ok::<_, Failure>(count(tx, "SELECT COUNT(*) AS count FROM children")))
        .await;
    counted.unwrap()
}

fn child(tx: &mut Transaction<'_>, parent: Option<i64>) -> Result<(), Failure> {
    tx.execute("INSERT INTO children VALUES (?1)", &[&parent])?;
    Ok(())
}

/// A change that holds the writer until it is released, so that what queues up behind it is one
/// group.
struct Held {
    release: mpsc::Sender<()>,
    done: JoinHandle<Result<(), Failure>>,
}

impl Held {
    async fn new(database: &Database) -> Self {
        let (entered, has_entered) = tokio::sync::oneshot::channel();
        let (release, released) = mpsc::channel();
        let (mut entered, database) = (Some(entered), database.clone());
        let done = tokio::spawn(async move {
            let hold = move |_: &mut Transaction<'_>| {
                if let Some(entered) = entered.take() {
                    entered.send(()).unwrap();
                    released.recv().unwrap();
                }
                Ok(())
            };
            database.write(hold).await
        });
        has_entered.await.unwrap();
        Self { release, done }
    }

    async fn release(self) {
        self.release.send(()).unwrap();
        self.done.await.unwrap().unwrap();
    }
}

type Change = fn(&mut Transaction<'_>) -> Result<(), Failure>;

/// Submits changes in this order behind a held one.
async fn together<const N: usize>(
    database: &Database,
    changes: [Change; N],
) -> Vec<Result<(), Failure>> {
    let held = Held::new(database).await;
    let mut waiting = Vec::new();
    for change in changes {
        let mut write = Box::pin(database.write(change));
        let polled = std::future::poll_fn(|context| {
            std::task::Poll::Ready(write.as_mut().poll(context).is_pending())
        });
        assert!(polled.await, "the writer is held");
        waiting.push(write);
    }
    held.release().await;
    let mut answers = Vec::new();
    for write in waiting {
        answers.push(write.await);
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_a_group_that_was_not_committed() {
    let database = memory();
    let orphan = |tx: &mut Transaction<'_>| child(tx, Some(1));
    let answers =
        together(&database, [|tx| child(tx, None), orphan, |_| Err(Failure::Refused)]).await;
    for told in answers {
        let failed = matches!(told, Err(Failure::Database(DatabaseError::Commit(_))));
        assert!(failed, "{told:?}");
    }
    assert_eq!(children(&database).await, 0);
    database.write(|tx| child(tx, None)).await.unwrap();
    assert_eq!(children(&database).await, 1, "the next group is a new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_keeps_its_own_changes_out_and_nobody_elses() {
    let database = memory();
    let refused = |tx: &mut Transaction<'_>| {
        child(tx, Some(1))?;
        Err(Failure::Refused)
    };
    let answers = together(&database, [|tx| child(tx, None), refused, |tx| child(tx, None)]).await;
    assert!(matches!(answers[..], [Ok(()), Err(Failure::Refused), Ok(())]), "{answers:?}");
    assert_eq!(children(&database).await, 2);
    let alone = database.write(refused).await;
    assert!(matches!(alone, Err(Failure::Refused)));
    assert_eq!(children(&database).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn hope_that_fails_keeps_its_own_changes_out_and_nobody_elses() {
    let database = memory();
    let hopeful = |fails: bool| {
        let database = database.clone();
        Box::pin(async move {
            let change = move |tx: &mut Transaction<'_>| {
                child(tx, None)?;
                if fails { Err(Failure::Refused) } else { Ok(()) }
            };
            database.write_hopefully(change).await
        })
    };
    for fails in [false, true] {
        let before = children(&database).await;
        let held = Held::new(&database).await;
        let mut group = [hopeful(false), hopeful(fails), hopeful(false)];
        for write in &mut group {
            let polled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(write.as_mut().poll(context).is_pending())
            });
            assert!(polled.await, "the writer is held");
        }
        held.release().await;
        let [first, second, third] = group;
        let answers = [first.await, second.await, third.await];
        assert_eq!(answers.map(|answer| answer.is_ok()), [true, !fails, true]);
        assert_eq!(children(&database).await - before, if fails { 2 } else { 3 });
    }
}

/// SQLite rolls the whole transaction back when the disk is full, say. ROLLBACK does the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_breaks_the_transaction_harms_no_other() {
    let database = memory();
    let breaks = |tx: &mut Transaction<'_>| {
        tx.execute("ROLLBACK", &[])?;
        // Whoever overlooks the failure cannot write outside of a transaction.
        child(tx, None)
    };
    let answers = together(
        &database,
        [|tx| child(tx, None), breaks, |tx| child(tx, None), |_| Err(Failure::Refused)],
    )
    .await;
    let broken = matches!(answers[1], Err(Failure::Database(DatabaseError::Failed(_))));
    assert!(broken, "{answers:?}");
    let as_if_alone = matches!(answers[..], [Ok(()), _, Ok(()), Err(Failure::Refused)]);
    assert!(as_if_alone, "{answers:?}");
    assert_eq!(children(&database).await, 2, "each was applied again, alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_answered_and_keeps_nothing() {
    let database = memory();
    let panics = |tx: &mut Transaction<'_>| {
        child(tx, None)?;
        panic!("on purpose")
    };
    let answers = together(&database, [panics, |tx| child(tx, None)]).await;
    let first = matches!(answers[0], Err(Failure::Database(DatabaseError::Panicked)));
    assert!(first && answers[1].is_ok(), "{answers:?}");
    assert_eq!(children(&database).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_went_in() {
    let database = memory();
    database
        .write(|tx| {
            let text = "Größe '; DROP TABLE things; --\u{1F511}";
            let returned = tx.query_opt(
                "INSERT INTO things VALUES (?1, ?2, ?3, ?4) RETURNING number AS n",
                &[&true, &i64::MIN, &text, &[0_u8, 255]],
            )?;
            assert_eq!(returned.unwrap().get::<i64>("n").unwrap(), i64::MIN);
            let row = tx.query_opt("SELECT * FROM things", &[])?.unwrap();
            assert!(row.get::<bool>("flag").unwrap());
            assert_eq!(row.get::<Option<i64>>("number").unwrap(), Some(i64::MIN));
            assert_eq!(row.get::<String>("text").unwrap(), text);
            assert_eq!(row.get::<[u8; 2]>("bytes").unwrap(), [0, 255]);

            let wrong = row.get::<[u8; 3]>("bytes").unwrap_err().to_string();
            assert_eq!(wrong, "column bytes: has another number of bytes");
            let wrong = row.get::<i64>("text").unwrap_err().to_string();
            assert_eq!(wrong, "column text: is not an integer");
            let wrong = row.get::<i64>("colour").unwrap_err().to_string();
            assert_eq!(wrong, "column colour: is not in the answer");

            let nothing = (None::<bool>, None::<i64>, None::<&str>, None::<Vec<u8>>);
            let changed = tx.execute(
                "UPDATE things SET flag = ?1, number = ?2, text = ?3, bytes = ?4",
                &[&nothing.0, &nothing.1, &nothing.2, &nothing.3],
            )?;
            assert_eq!(changed, 1);
            let row = tx.query_opt("SELECT * FROM things", &[])?.unwrap();
            assert_eq!(row.get::<Option<bool>>("flag").unwrap(), None);
            assert_eq!(row.get::<Option<Vec<u8>>>("bytes").unwrap(), None);
            assert!(row.get::<String>("text").is_err(), "absent is not empty");
            Ok::<_, Failure>(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn violations_have_names() {
    let database = memory();
    let named = database
        .write(|tx| {
            tx.execute("INSERT INTO parents VALUES (1, 'a', 'b')", &[])?;
            let same_key = tx.execute("INSERT INTO parents VALUES (1, 'c', 'd')", &[]);
            let same_names = tx.execute("INSERT INTO parents VALUES (2, 'a', 'b')", &[]);
            let nobodys_pet = tx.execute("INSERT INTO pets VALUES (9)", &[]);
            Ok::<_, Failure>((same_key, same_names, nobodys_pet))
        })
        .await;
    let (same_key, same_names, nobodys_pet) = named.unwrap();
    let columns = |result| match result {
        Err(DatabaseError::Unique { columns }) => columns,
        other => panic!("{other:?}"),
    };
    assert_eq!(columns(same_key), "id");
    assert_eq!(columns(same_names), "name, twin");
    assert!(matches!(nobodys_pet, Err(DatabaseError::ForeignKey)), "{nobodys_pet:?}");
}

#[test]
fn the_owner_checks_before_anything_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("families.sqlite"));
    let mut seen = Vec::new();
    let mut open = |schema: &Schema| {
        Database::open_checked::<OpenError>(&location, schema, Creation::IfMissing, |tx, opened| {
            let cars = "SELECT COUNT(*) AS count FROM sqlite_schema WHERE name = 'cars'";
            seen.push((opened, count(tx, cars)));
            if seen.len() == 2 { Err(DatabaseError::Closed.into()) } else { Ok(()) }
        })
    };
    open(&SCHEMA).unwrap();
    open(&LATER).unwrap_err();
    open(&LATER).unwrap();
    open(&LATER).unwrap();
    let too_old = open(&SCHEMA).unwrap_err();
    assert!(matches!(too_old, OpenError::FromTheFuture { found: 2, known: 1 }), "{too_old:?}");
    assert_eq!(
        seen,
        [(Opened::New, 0), (Opened::Again, 0), (Opened::Again, 0), (Opened::Again, 1)],
        "the refused one left the database as it was"
    );
}

#[test]
fn the_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("families.sqlite"));
    Database::open(&location, &SCHEMA).unwrap();
    let other = Schema {
        name: "garage",
        migrations: &[Migration {
            number: 1,
            name: "0001_garage",
            sqlite: "CREATE TABLE cars (id INTEGER PRIMARY KEY)",
            postgres: "",
        }],
    };
    let refused = Database::open(&location, &other).unwrap_err();
    assert!(matches!(refused, OpenError::Changed { number: 1, schema: "garage" }), "{refused:?}");
}

/// Whoever comes next, in this process or another, has it alone.
#[test]
fn when_the_last_copy_is_dropped_the_file_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let path = folder.path().join(format!("{number}.db"));
        let location = Location::File(path.clone());
        let database = Database::open(&location, &SCHEMA).unwrap();
        let copy = database.clone();
        let added = database.write_blocking(|tx| {
            tx.execute("INSERT INTO things VALUES (1, 2, 'three', NULL)", &[])
        });
        assert_eq!(added.unwrap(), 1);
        drop(database);
        let log = folder.path().join(format!("{number}.db-wal"));
        assert!(log.exists(), "a copy has it open");
        drop(copy);
        assert!(!log.exists(), "the last to close a database leaves no log");
        assert!(!Database::is_in_use(&location).unwrap());
    }
}

#[test]
fn a_file_is_its_owners_and_one_that_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| Database::open(&Location::File(folder.path().join(name)), &SCHEMA);
    open("fine.db").unwrap();
    let mode = fs::metadata(folder.path().join("fine.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::write(folder.path().join("text.db"), "no database, and long enough to be sure of it")
        .unwrap();
    for (name, what) in [
        ("nowhere/x.db", "there is no folder"),
        ("", "directory"),
        ("text.db", "file is not a database"),
    ] {
        let refused = open(name).unwrap_err();
        let OpenError::File { source, .. } = &refused else { panic!("{refused:?}") };
        assert!(source.to_string().contains(what), "{name}: {source}");
    }
}

/// A page that cannot be read, as a disk that is full, is found out half-way.
#[test]
fn a_backup_that_fails_names_both_files_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    let database = Database::open(&Location::File(from.clone()), &SCHEMA).unwrap();
    database
        .write_blocking(|tx| tx.execute("INSERT INTO things VALUES (1, 2, 'a', NULL)", &[]))
        .unwrap();
    drop(database);
    let mut bytes = fs::read(&from).unwrap();
    // All but the schema.
    bytes[4096..].fill(0xff);
    fs::write(&from, bytes).unwrap();
    let error = backup(&from, &to).unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("cannot copy") && said.contains("to.db"), "{error:?}");
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name.to_str().unwrap().starts_with("to"));
    assert!(left.is_empty(), "{left:?}");
}

/// The threads that run them wait for each other, and so must not wait for themselves.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_and_a_change_may_have_the_last_copy() {
    let folder = tempfile::tempdir().unwrap();
    for writes in [false, true] {
        let location = Location::File(folder.path().join(format!("{writes}.db")));
        let open = || Database::open(&location, &SCHEMA);
        let database = tokio::task::block_in_place(open).unwrap();
        let (go, held) = mpsc::channel();
        let begun = std::sync::Arc::new(tokio::sync::Notify::new());
        let (copy, seen) = (database.clone(), begun.clone());
        let work = move |_: &mut Transaction<'_>| {
            seen.notify_one();
            let _ = held.recv();
            let _ = &copy;
            Ok::<_, Failure>(())
        };
        let asked =
            async { if writes { database.write(work).await } else { database.read(work).await } };
        tokio::select! {
            biased;
            _ = asked => panic!("it was held"),
            () = begun.notified() => {}
        }
        drop(database);
        go.send(()).unwrap();
        let mut left = 100;
        while Database::is_in_use(&location).unwrap() {
            left -= 1;
            assert!(left > 0, "its threads wait for each other");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}
