//! Opening SQLite files: what is kept, and what is refused with which words.

use freischalt_database::OpenError as DatabaseProblem;
use freischalt_marketplace::Audience;
use freischalt_protocol::{Secret, seal::MasterKey};
use freischalt_store::{Keys, Kind, Location, OpenError, Store};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    engines::{self, database, keys},
    fixture::{ADMIN, NOW, Office, api_user, office, slug},
};

fn open(folder: &TempDir, kind: Kind, keys: &Keys) -> Result<Store, OpenError> {
    engines::open(&Location::File(database(folder)), kind, keys)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let office = office(&store, "one").await;
    let run = office.active(&store, 1).await;
    assert!(store.use_ticket([1; 16], NOW.plus(60), NOW).await.unwrap());
    drop(store);

    let store = engines::file(&folder);
    assert_eq!(store.customer(&slug("one")).await.unwrap(), Some(office.customer.clone()));
    assert_eq!(store.provider(&slug("one")).await.unwrap(), Some(office.provider.clone()));
    assert_eq!(store.users(office.customer.id).await.unwrap().len(), 2);
    assert_eq!(store.activation(run.id).await.unwrap().as_ref(), Some(&run));
    let found = store.api_user(&api_user(1).token).await.unwrap().unwrap();
    assert_eq!(found.activation.api_key(), Some(&api_user(1).key));
    assert_eq!(office.events(&store, run.id).await.len(), 3);
    assert!(!store.use_ticket([1; 16], NOW.plus(60), NOW).await.unwrap());
}

/// Tables that version 7 of the schema makes anew, as the version before had them.
fn as_before_the_order_of_time(path: &std::path::Path) {
    let first = include_str!("../../migrations/sqlite/0001_activation.sql");
    let db = Connection::open(path).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;").unwrap();
    db.execute_batch("DROP INDEX activations_of_customer; DROP INDEX activations_live;").unwrap();
    for table in ["activations", "api_users", "parameter_cache", "audit"] {
        let create = first.split(";\n").find_map(|sql| {
            let begin = sql.find(&format!("CREATE TABLE {table} "))?;
            Some(&sql[begin..])
        });
        db.execute_batch(&format!(
            "ALTER TABLE {table} RENAME TO kept; {};
             INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept;",
            create.unwrap()
        ))
        .unwrap();
    }
    let live = "CREATE UNIQUE INDEX activations_live ON activations (customer_id, provider_id)
        WHERE ended_at IS NULL";
    db.execute_batch(live).unwrap();
    db.execute_batch("ALTER TABLE users DROP COLUMN session_epoch").unwrap();
    db.execute_batch("DELETE FROM schema_migrations WHERE number > 6").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_the_version_before_are_put_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let office = office(&store, "one").await;
    let run = office.active(&store, 1).await;
    let events = office.events(&store, run.id).await;
    drop(store);
    as_before_the_order_of_time(&database(&folder));
    let db = Connection::open(database(&folder)).unwrap();
    // That version kept the unlock twice.
    db.execute_batch(
        "INSERT INTO audit SELECT customer_id, activation_id, 3, at, '{\"kind\":\"provider\"}',
             '{\"event\":\"unlocked\",\"isRegularCustomer\":true}' FROM audit WHERE seq = 1",
    )
    .unwrap();
    drop(db);

    let store = engines::file(&folder);
    assert_eq!(store.activation(run.id).await.unwrap().as_ref(), Some(&run));
    assert_eq!(office.events(&store, run.id).await, events, "and tells of it once");
    let found = store.api_user(&api_user(1).token).await.unwrap().unwrap();
    assert_eq!(found.activation, run);
    office.block(&store, &run).await;
    assert_eq!(office.events(&store, run.id).await.len(), 4);
    let db = Connection::open(database(&folder)).unwrap();
    let wrong = "SELECT COUNT(*) FROM pragma_foreign_key_check";
    assert_eq!(db.query_row(wrong, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    let order = "SELECT name FROM pragma_table_info('activations') WHERE pk = 1";
    let leads = db.query_row(order, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(leads, "activation_id");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_file_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (engines::file(&folder), engines::file(&folder));
    let office: Office = office(&first, "one").await;
    let run = office.pending(&second, 1, Audience::AllUsers).await;
    assert!(office.unlock(&first, &run, false).await.unwrap());
    assert!(!office.unlock(&second, &run, false).await.unwrap());
    assert_eq!(second.user(office.customer.id, ADMIN).await.unwrap().unwrap().id, ADMIN);
}

#[test]
fn a_wrong_key_is_noticed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder, Kind::Sandbox, &keys()).unwrap();
    let wrong = Keys { current: MasterKey::new([2; 32]), previous: vec![MasterKey::new([3; 32])] };
    let refused = open(&folder, Kind::Sandbox, &wrong);
    assert!(matches!(refused, Err(OpenError::WrongKey)), "{refused:?}");
    open(&folder, Kind::Sandbox, &keys()).expect("the right key still fits");
}

#[tokio::test(flavor = "multi_thread")]
async fn previous_keys_open_what_they_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let one = office(&store, "one").await;
    one.active(&store, 1).await;
    drop(store);

    let new = MasterKey::new([2; 32]);
    let rotated = Keys { current: new.clone(), previous: vec![keys().current] };
    let store = open(&folder, Kind::Sandbox, &rotated).unwrap();
    let secret = store.provider_secret(one.provider.id).await.unwrap();
    assert_eq!(secret, Some(Secret::new("provider-secret-of-one")));
    let found = store.api_user(&api_user(1).token).await.unwrap().unwrap();
    assert_eq!(found.activation.api_key(), Some(&api_user(1).key));
    let two = office(&store, "two").await;
    drop(store);

    // What was made after the change is sealed under the new key: the old one does not open it.
    let store = open(&folder, Kind::Sandbox, &keys()).unwrap();
    store.provider_secret(two.provider.id).await.unwrap_err();
}

/// Rotation in three steps: the new key beside the old one, sealing again, the old one dropped.
#[tokio::test(flavor = "multi_thread")]
async fn a_previous_key_can_be_dropped_once_everything_is_sealed_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let one = office(&store, "one").await;
    let run = one.active(&store, 1).await;
    let two = office(&store, "two").await;
    let ended = two.active(&store, 2).await;
    two.block(&store, &ended).await;
    assert_eq!(store.reseal().await.unwrap(), 0, "there is but one key");
    drop(store);

    let new = MasterKey::new([2; 32]);
    let only_new = Keys { current: new.clone(), previous: Vec::new() };
    let both = Keys { current: new, previous: vec![keys().current] };
    let too_early = open(&folder, Kind::Sandbox, &only_new);
    assert!(matches!(too_early, Err(OpenError::WrongKey)), "{too_early:?}");

    let store = open(&folder, Kind::Sandbox, &both).unwrap();
    assert_eq!(store.reseal().await.unwrap(), 3, "two provider secrets and one API key");
    assert_eq!(store.reseal().await.unwrap(), 0);
    drop(store);

    let store = open(&folder, Kind::Sandbox, &only_new).unwrap();
    assert_eq!(store.activation(run.id).await.unwrap(), Some(run));
    for (office, name) in [(one, "one"), (two, "two")] {
        let secret = store.provider_secret(office.provider.id).await.unwrap();
        assert_eq!(secret, Some(Secret::new(format!("provider-secret-of-{name}"))));
    }
    let refused = open(&folder, Kind::Sandbox, &keys());
    assert!(matches!(refused, Err(OpenError::WrongKey)), "{refused:?}");
}

#[test]
fn a_database_never_changes_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder, Kind::Sandbox, &keys()).unwrap();
    let refused = open(&folder, Kind::Production, &keys()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this is a sandbox database and cannot be used for production: \
         start with a database of its own"
    );
    let folder = tempfile::tempdir().unwrap();
    open(&folder, Kind::Production, &keys()).unwrap();
    let refused = open(&folder, Kind::Sandbox, &keys());
    assert!(matches!(refused, Err(OpenError::OtherKind { .. })), "{refused:?}");
    open(&folder, Kind::Production, &keys()).unwrap();
}

#[test]
fn what_is_no_database_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = "This is a letter, not a database. ".repeat(100);
    std::fs::write(database(&folder), &text).unwrap();
    let refused = open(&folder, Kind::Sandbox, &keys()).unwrap_err();
    assert!(matches!(&refused, OpenError::Database(DatabaseProblem::File { path, .. })
        if *path == database(&folder)));
    assert!(refused.to_string().contains("store.sqlite"), "{refused}");
    assert_eq!(std::fs::read_to_string(database(&folder)).unwrap(), text);

    let nowhere = folder.path().join("missing").join("store.sqlite");
    let refused = engines::open(&Location::File(nowhere), Kind::Sandbox, &keys());
    assert!(
        matches!(refused, Err(OpenError::Database(DatabaseProblem::File { .. }))),
        "{refused:?}"
    );
}

#[test]
fn the_schema_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder, Kind::Sandbox, &keys()).unwrap();
    let db = Connection::open(database(&folder)).unwrap();
    db.execute("INSERT INTO schema_migrations VALUES (999, 'later', x'00')", []).unwrap();
    let refused = open(&folder, Kind::Sandbox, &keys());
    assert!(
        matches!(
            refused,
            Err(OpenError::Database(DatabaseProblem::FromTheFuture { found: 999, .. }))
        ),
        "{refused:?}"
    );
    db.execute("DELETE FROM schema_migrations WHERE number = 999", []).unwrap();
    db.execute("UPDATE schema_migrations SET checksum = x'00' WHERE number = 1", []).unwrap();
    let refused = open(&folder, Kind::Sandbox, &keys());
    assert!(
        matches!(refused, Err(OpenError::Database(DatabaseProblem::Changed { number: 1, .. }))),
        "{refused:?}"
    );
}
