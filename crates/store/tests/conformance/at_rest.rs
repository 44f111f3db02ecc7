//! Whoever reads the files of a SQLite store finds no key and no secret in them.

use std::path::Path;

use freischalt_marketplace::Audience;
use freischalt_store::StoreError;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    engines::{self, database},
    fixture::{Office, api_user, office},
};

/// Everything that the store has written to the folder, its log and index included.
fn written(folder: &TempDir) -> Vec<u8> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.iter().any(|file| file.ends_with("store.sqlite-wal")), "{files:?}");
    files.iter().flat_map(|file| std::fs::read(file).unwrap()).collect()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_clear_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let office = office(&store, "one").await;
    let active = office.active(&store, 1).await;
    assert_eq!(active.api_key(), Some(&api_user(1).key), "it was stored");
    copy_log_back(&database(&folder));
    office.block(&store, &active).await;
    office.pending(&store, 2, Audience::AllUsers).await;

    let bytes = written(&folder);
    for number in [1, 2] {
        let user = api_user(number);
        assert!(holds(&bytes, user.token.as_str().as_bytes()), "the search finds what is there");
        assert!(!holds(&bytes, user.key.expose().as_bytes()), "key {number} as text");
        assert!(!holds(&bytes, &[number; 32]), "key {number} as bytes");
    }
    assert!(!holds(&bytes, b"provider-secret-of-one"));
    assert!(holds(&bytes, b"one GmbH"), "the search finds what is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_run_has_no_key_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let office = office(&store, "one").await;
    let run = office.active(&store, 1).await;
    assert_eq!(sealed_keys(&database(&folder)), 1);
    office.block(&store, &run).await;
    assert_eq!(sealed_keys(&database(&folder)), 0);
}

/// A sealed value is bound to its row: moved to another one, it does not open.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_value_opens_in_its_own_row_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = engines::file(&folder);
    let (one, two): (Office, Office) = (office(&store, "one").await, office(&store, "two").await);
    let (first, second) = (one.active(&store, 1).await, two.active(&store, 2).await);
    let db = Connection::open(database(&folder)).unwrap();
    db.execute_batch(
        "UPDATE providers SET secret_sealed =
             (SELECT secret_sealed FROM providers WHERE slug = 'one');
         UPDATE activations SET api_key_sealed =
             (SELECT api_key_sealed FROM activations ORDER BY activation_id LIMIT 1);",
    )
    .unwrap();
    assert!(store.provider_secret(one.provider.id).await.unwrap().is_some());
    let moved = store.provider_secret(two.provider.id).await;
    assert!(matches!(moved, Err(StoreError::Corrupt { table: "providers", .. })), "{moved:?}");
    assert_eq!(store.activation(first.id).await.unwrap(), Some(first));
    let moved = store.activation(second.id).await;
    assert!(matches!(moved, Err(StoreError::Corrupt { table: "activations", .. })), "{moved:?}");
}

fn copy_log_back(database: &Path) {
    let db = Connection::open(database).unwrap();
    db.query_row("PRAGMA wal_checkpoint(FULL)", [], |_| Ok(())).unwrap();
}

fn sealed_keys(database: &Path) -> i64 {
    let db = Connection::open(database).unwrap();
    let sql = "SELECT COUNT(*) FROM activations WHERE api_key_sealed IS NOT NULL";
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}
