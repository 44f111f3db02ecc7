//! The engines, each with an empty store.

use std::path::PathBuf;

use freischalt_protocol::seal::MasterKey;
use freischalt_store::{Keys, Kind, Location, OpenError, Store};
use freischalt_testbed::Cluster;
use tempfile::TempDir;

/// Where the file engine keeps its data inside a test's folder.
pub fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("store.sqlite")
}

/// The keys that the stores of the suite are opened with.
pub fn keys() -> Keys {
    Keys { current: MasterKey::new([1; 32]), previous: Vec::new() }
}

pub fn memory() -> Store {
    open(&Location::Memory, Kind::Sandbox, &keys()).unwrap()
}

pub fn file(folder: &TempDir) -> Store {
    open(&Location::File(database(folder)), Kind::Sandbox, &keys()).unwrap()
}

/// How the tables on the path of a call are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    Whole,
    /// In parts by customer, as a distributed engine has them.
    Partitioned,
}

/// A store in a schema of its own.
pub fn postgres(cluster: &Cluster, name: &str, tables: Tables) -> Store {
    let location = Location::parse(&cluster.schema(name)).unwrap();
    let store = open(&location, Kind::Sandbox, &keys()).unwrap();
    if tables == Tables::Partitioned {
        let script = include_str!("../../migrations/partitioned.sql");
        cluster.run_sql(&format!("SET search_path = {name}; {script}"));
    }
    store
}

/// Opens a store from anywhere; opening blocks, which an event loop's threads do not do unasked.
pub fn open(location: &Location, kind: Kind, keys: &Keys) -> Result<Store, OpenError> {
    tokio::task::block_in_place(|| Store::open(location, kind, keys))
}
